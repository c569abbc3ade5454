#!/usr/bin/env bash
# qwen-code-measure.sh QWEN_ENTRY
#
# What glm-setup's caps do in the real Qwen Code: a model that starts 4 sub-agents in the foreground or the background, with and
# without a server that allows one request at a time. QWEN_NODE names a node >= 22. One TSV line for each scenario:
#   tool  version  scenario  requests  refused  max in flight  endpoint path  models
# The shared mock doesn't know Qwen Code's name of the sub-agent tool (`agent`), so a copy of it is taught that name.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 2
[ -f "${1:-}" ] || { echo "usage: qwen-code-measure.sh QWEN_ENTRY" >&2; exit 2; }
if [ -z "${MEASURE_INSIDE:-}" ]; then
    for flags in -n -rn; do
        unshare $flags true 2>/dev/null && MEASURE_INSIDE=1 exec unshare $flags bash -c 'ip link set lo up && exec bash "$@"' netns "$here/qwen-code-measure.sh" "$(realpath -- "$1")"
    done
    echo "qwen-code-measure: no network namespace may be made here" >&2; exit 2
fi
entry=$1
node=${QWEN_NODE:-$(command -v node)}
version=$("$node" "$entry" --version 2>/dev/null)
scenario() { # NAME BACKGROUND SETTINGS MOCK-OPTION…
    local name=$1 background=$2 settings=$3 work; work=$(mktemp -d); shift 3
    mkdir -p "$work/home/.qwen" "$work/project"
    sed -e "s/\['Agent', 'Task', 'task'\]/['Agent', 'Task', 'task', 'agent']/" \
        -e "s/subagent_type: tool === 'task'/run_in_background: $background, &/" "$here/mock.mjs" >"$work/mock.mjs"
    "$node" "$work/mock.mjs" --tasks 4 --delay-ms 700 --log "$work/requests" "$@" >"$work/mock" &
    local mock=$!
    for _ in $(seq 100); do [ -s "$work/mock" ] && break; sleep 0.05; done
    local port; port=$(sed -n 's/^{"port":\([0-9]*\).*/\1/p' "$work/mock")
    printf '{ "security": { "auth": { "selectedType": "openai", "baseUrl": "http://127.0.0.1:%s/api/coding/paas/v4", "apiKey": "${ZAI_API_KEY}" } }, "model": { "name": "glm-5.3" }%s }' "$port" "$settings" >"$work/home/.qwen/settings.json"
    (cd "$work/project" && env -i HOME="$work/home" PATH="$(dirname "$node"):/usr/local/bin:/usr/bin:/bin" TERM=dumb ZAI_API_KEY=00000000000000000000000000000000.0000000000000000 \
        timeout 60 "$node" "$entry" -y -p hi) </dev/null >/dev/null 2>&1
    kill "$mock"; wait "$mock" 2>/dev/null
    tail -1 "$work/mock" | "$node" -e '
        const fs = require("node:fs"), s = JSON.parse(fs.readFileSync(0, "utf8"));
        const log = fs.readFileSync(process.argv[3], "utf8").trim().split("\n").filter(Boolean).map(JSON.parse);
        const all = (field) => [...new Set(log.map((entry) => entry[field]))].join(",");
        console.log(["qwen-code", process.argv[1], process.argv[2], s.model, s.rejected, s.maxInFlight, all("path"), all("model")].join("\t"));' "$version" "$name" "$work/requests"
    rm -rf "$work"
}
caps=', "agents": { "maxParallelAgents": 1 }, "env": { "QWEN_CODE_MAX_TOOL_CONCURRENCY": "1" }'
scenario "foreground, no cap" false ""
scenario "foreground, caps" false "$caps"
scenario "background, no cap" true ""
scenario "background, caps" true "$caps"
scenario "foreground, no cap, limit 1" false "" --limit 1
scenario "foreground, caps, limit 1" false "$caps" --limit 1
scenario "background, no cap, limit 1" true "" --limit 1
scenario "background, caps, limit 1" true "$caps" --limit 1
