#!/usr/bin/env bash
# Runs every fuzz target for SECONDS each (60 unless told) and fails on the first finding. Needs only the stable
# toolchain: cargo-fuzz is installed into target/tools, and the coverage flags are switched on for this build alone.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
tools=$PWD/target/tools
[ -x "$tools/bin/cargo-fuzz" ] || cargo install --quiet --locked --root "$tools" cargo-fuzz
export PATH="$tools/bin:$PATH" RUSTC_BOOTSTRAP=1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for target in fuzz/fuzz_targets/*.rs; do
    name=$(basename "$target" .rs)
    echo "== $name"
    if ! cargo fuzz run --dev --sanitizer none "$name" -- -max_total_time="$seconds" -rss_limit_mb=4096 -timeout=60 >"$log" 2>&1; then
        grep -E "^error|panicked|ERROR|SUMMARY|Test unit" -A6 "$log" || tail -n 40 "$log"
        echo "$name failed"
        exit 1
    fi
    grep "^Done" "$log"
done
