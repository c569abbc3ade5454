#!/usr/bin/env bash
# continue-measure.sh CN
#
# Prints one line for each scenario, tab-separated: tool, version, scenario, requests, refused, most in flight, paths, models.
# All of it happens in a network namespace with loopback only, against tests/real/mock.mjs.
set -u
cannot() { echo "continue-measure: $1" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ "${1:-}" != --inside ]; then
    [ $# -eq 1 ] && bin=$(realpath -- "$1") && [ -x "$bin" ] || cannot "usage: continue-measure.sh PROGRAM"
    for flags in -n -rn; do
        unshare $flags true 2>/dev/null && exec unshare $flags bash "$here/continue-measure.sh" --inside "$bin"
    done
    cannot "no network namespace may be made here"
fi
bin=$2
ip link set lo up || cannot "no loopback"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
key=a0000000000000000000000000000000.0000000000000000
plan=http://127.0.0.1:4010/api/coding/paas/v4

# NAME CONFIG
scenario() {
    local home=$work/$1 log=$work/$1.log mock
    mkdir -p "$home/.continue" "$home/project"
    node "$here/mock.mjs" --port 4010 --log "$log" --limit 1 --delay-ms 500 >"$work/out" &
    mock=$!
    sleep 0.7
    ask "$home" "$2"
    kill "$mock"
    wait "$mock" 2>/dev/null
    node -e '
        const fs = require("node:fs");
        const lines = (file) => fs.readFileSync(file, "utf8").trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
        const [name, version, log, out] = process.argv.slice(1);
        const seen = lines(out).at(-1), entries = lines(log);
        const each = (key) => [...new Set(entries.map((entry) => entry[key]).filter(Boolean))].join(",");
        console.log(["continue", version, name, seen.requests, seen.rejected, seen.maxInFlight, each("path"), each("model")].join("\t"));
    ' "$1" "$version" "$log" <(tail -n 1 "$work/out")
}
case "$(head -c 2 "$bin")" in '#!') start=(node "$bin") ;; *) start=("$bin") ;; esac
version=$(env -i HOME="$work" PATH="$PATH" "${start[@]}" --version)
ask() {
    printf 'name: Main\nversion: 1.0.0\nschema: v1\nmodels:\n  - name: GLM\n    model: glm-5.3\n    apiKey: ${{ secrets.ZAI_API_KEY }}\n%b\n' "$2" >"$1/.continue/config.yaml"
    (cd "$1/project" && env -i HOME="$1" PATH="$PATH" ZAI_API_KEY=$key CONTINUE_TELEMETRY_ENABLED=0 timeout 60 "${start[@]}" -p hi >/dev/null 2>&1)
}
scenario zAI "    provider: zAI\n    apiBase: $plan"
scenario openai "    provider: openai\n    apiBase: $plan"
scenario slash "    provider: zAI\n    apiBase: $plan/"
scenario whole-path "    provider: openai\n    apiBase: $plan/chat/completions"
scenario anthropic "    provider: anthropic\n    apiBase: http://127.0.0.1:4010/api/anthropic"
scenario anthropic-v1 "    provider: anthropic\n    apiBase: http://127.0.0.1:4010/api/anthropic/v1"
scenario spelling "    provider: zai\n    apiBase: $plan"
