#!/usr/bin/env bash
# qwen-code-measure.sh QWEN_ENTRY
#
# What glm-setup's caps do in the real Qwen Code: a model that starts 4 sub-agents in the foreground or the background, with and
# without a server that allows one request at a time. QWEN_NODE names a node >= 22. One TSV line for each scenario:
#   tool  version  scenario  requests  refused  max in flight  endpoint path  models
# The shared mock doesn't know Qwen Code's name of the sub-agent tool (`agent`), so a copy of it is taught that name.
[ -z "${QWEN_NODE:-}" ] || PATH=$(dirname "$QWEN_NODE"):$PATH
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 1 ] || usage QWEN_ENTRY
program "$1"
offline "$@"
workplace
version node "$bin"

scenario() { # NAME BACKGROUND SETTINGS MOCK-OPTION…
    fresh "$1"
    sed -e "s/\['Agent', 'Task', 'task'\]/['Agent', 'Task', 'task', 'agent']/" \
        -e "s/subagent_type: tool === 'task'/run_in_background: $2, &/" "$here/mock.mjs" >"$work/mock.mjs"
    start_mock "$work/mock.mjs" --tasks 4 --delay-ms 700 --log "$log" "${@:4}"
    mkdir "$home/.qwen"
    # shellcheck disable=SC2016  # Qwen Code puts the key in
    printf '{ "security": { "auth": { "selectedType": "openai", "baseUrl": "http://127.0.0.1:%s/api/coding/paas/v4", "apiKey": "${ZAI_API_KEY}" } }, "model": { "name": "glm-5.3" }%s }' \
        "$port" "$3" >"$home/.qwen/settings.json"
    run 60 ZAI_API_KEY="$key" node "$bin" -y -p hi
    row qwen-code "$version" "$1"
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
