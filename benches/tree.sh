#!/usr/bin/env bash
# CPU time and memory of `glm-setup lint` on a tree of 10,000 files, 2,000 of them configs of tools, beside
# `rg --files-with-matches z.ai` on the same tree.
#
#   benches/tree.sh [PROGRAM]
#
# The tree is made up: 500 projects, each with four configs and sixteen other files, one in twenty of which names Z.ai.
# Needs rg (ripgrep).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=${1:-$root/target/release/glm-setup}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - "$work" <<'PY'
import json, os, random, sys
work = sys.argv[1]
random.seed(5)
words = "import export function return value model request limit queue config path test const let async await if else".split()
text = " ".join(random.choice(words) for _ in range(40_000))
def write(path, content):
    path = os.path.join(work, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(content)
def prose():
    length = random.choice([300, 800, 2_000, 4_000, 9_000, 30_000])
    start = random.randrange(len(text) - length)
    return text[start:start + length].replace(" if ", "\n")
os.makedirs(os.path.join(work, ".git"))
for number in range(500):
    project = f"tree/packages/p{number:03}"
    model = random.choice(["glm-5.3", "glm-4.7", "claude-opus-4-5"])
    env = {"ANTHROPIC_BASE_URL": "https://api.z.ai/api/anthropic", "ANTHROPIC_DEFAULT_OPUS_MODEL": model, "API_TIMEOUT_MS": "3000000"}
    permissions = {"allow": [f"Bash(npm run task-{one}:*)" for one in range(random.randrange(40))]}
    write(f"{project}/.claude/settings.json", json.dumps({"env": env, "permissions": permissions}, indent=2) + "\n")
    agents = {f"helper-{one}": {"description": "Looks things up.", "mode": "subagent"} for one in range(random.randrange(8))}
    write(f"{project}/opencode.json", json.dumps({"model": f"zai-coding-plan/{model}", "agent": agents}, indent=2) + "\n")
    write(f"{project}/.opencode/agent/review.md", f"---\ndescription: Reviews a change\nmode: subagent\n---\n{prose()}\n")
    write(f"{project}/.mcp.json", json.dumps({"mcpServers": {"docs": {"command": "npx", "args": ["docs-server"]}}}, indent=2) + "\n")
    for one in range(16):
        extra = "// https://z.ai\n" if random.random() < 0.05 else ""
        kind = ["ts", "py", "md", "json", "rs", "yaml", "css", "txt"][one % 8]
        write(f"{project}/src/m{one}.{kind}", extra + prose() + "\n")
print(f"{sum(len(names) for _, _, names in os.walk(work))} files, load {os.getloadavg()[0]:.1f}")
PY
measure() { python3 -IS "$root/benches/whole_process.py" "$work" "$@" | tee -a "$work/measured"; }
in_tree() { measure "$1" "$(command -v env)" -C "$work/tree" "${@:2}"; }
rg=$(command -v rg)
in_tree "rg --files-with-matches z.ai" "$rg" --files-with-matches z.ai "$work/tree"
in_tree "rg --hidden --files-with-matches z.ai" "$rg" --hidden --files-with-matches z.ai "$work/tree"
in_tree "glm-setup lint" "$program" lint "$work/tree"
sed -E 's/.*CPU ([0-9.]+).*/\1/' "$work/measured" | tail -n 2 | paste -s | awk '{
    allowed = 1.5 * $1 + 2000
    printf "allowed: %.0f ms of CPU (1.5 times rg on the same files, and 1 ms for each of 2,000 configs); taken: %.0f%%\n", allowed, 100 * $2 / allowed
}'
