#!/usr/bin/env bash
# Time and memory of `glm-setup lint` as a whole process: median of 20 runs on a home with the configs of all tools.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=${1:-$root/target/release/glm-setup}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for fixture in claude-code/hand-side-files claude-code/hand-clean opencode/hand-comments-in-json opencode/hand-markdown-agents oh-my-opencode/hand-docs-ten; do
    [ -d "$root/tests/fixtures/$fixture/home" ] && cp -R "$root/tests/fixtures/$fixture/home/." "$work/"
done
python3 - "$program" "$work" <<'PY'
import os, resource, statistics, subprocess, sys, time
program, home = sys.argv[1:]
times, peaks = [], []
for _ in range(20):
    start = time.perf_counter()
    process = subprocess.Popen([program, "lint"], env={"HOME": home}, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    times.append((time.perf_counter() - start) * 1000)
    peaks.append(usage.ru_maxrss / 1024)
files = sum(len(names) for _, _, names in os.walk(home))
print(f"{files} files: median {statistics.median(times):.1f} ms (fastest {min(times):.1f}), peak {max(peaks):.1f} MB")
PY
