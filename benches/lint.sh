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
measure() { python3 -IS "$root/benches/whole_process.py" "$work" "$@"; }
echo "$(find "$work" -type f | wc -l) files, load $(cut -d' ' -f1 /proc/loadavg)"
measure "nothing (the floor of the measurement)" /bin/true
measure "glm-setup --version" "$program" --version
measure "glm-setup lint" "$program" lint
