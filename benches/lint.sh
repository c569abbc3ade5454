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
# A process begins with the peak of the one that started it, so the measuring one is small.
python3 -IS - "$program" "$work" <<'PY'
import os, statistics, sys, time
program, home = sys.argv[1:]
os.chdir(home)
null = os.open(os.devnull, os.O_WRONLY)
def run(name, command):
    times, peak = [], 0
    for _ in range(20):
        to = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
        start = time.perf_counter()
        pid = os.posix_spawn(command[0], command, {"HOME": home}, file_actions=to)
        usage = os.wait4(pid, 0)[2]
        times.append((time.perf_counter() - start) * 1000)
        peak = max(peak, usage.ru_maxrss / 1024)
    print(f"{name}: median {statistics.median(times):.1f} ms (fastest {min(times):.1f}), peak {peak:.1f} MB")
files = sum(len(names) for _, _, names in os.walk(home))
print(f"{files} files, load {os.getloadavg()[0]:.1f}")
run("nothing (the floor of the measurement)", ["/bin/true"])
run("glm-setup --version", [program, "--version"])
run("glm-setup lint", [program, "lint"])
PY
