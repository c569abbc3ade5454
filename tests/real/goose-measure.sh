#!/usr/bin/env bash
# goose-measure.sh GOOSE
#
# Prints one line for each scenario, tab-separated: tool, version, scenario, requests, refused, most in flight, paths, models.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 1 ] || usage GOOSE
program "$1"
offline "$@"
workplace
version "$bin"

scenario() { # NAME ENGINE PATH EXTRA-CONFIG LIMIT TASKS [async]
    fresh "$1"
    local config=$home/.config/goose
    mkdir -p "$config/custom_providers"
    printf 'GOOSE_PROVIDER: custom_glm\nGOOSE_MODEL: glm-5.3\n%b\n' "$4" >"$config/config.yaml"
    printf '{"name":"custom_glm","engine":"%s","display_name":"GLM","api_key_env":"ZAI_API_KEY","base_url":"http://127.0.0.1:4010%s","models":[{"name":"glm-5.3"}],"supports_streaming":true}' \
        "$2" "$3" >"$config/custom_providers/custom_glm.json"
    if [ "$6" -gt 0 ]; then
        start_mock "$here/goose-mock.mjs" 4010 "$log" "$5" "$6" "${7:-}"
    else
        start_mock "$here/mock.mjs" --port 4010 --log "$log" --limit "$5" --delay-ms 1500
    fi
    run 90 GOOSE_DISABLE_KEYRING=1 ZAI_API_KEY="$yaml_key" "$bin" run --no-session -t hi
    [ "${7:-}" = async ] && sleep 4
    row goose "$version" "$1"
}
quiet='GOOSE_DISABLE_SESSION_NAMING: true'
plan=/api/coding/paas/v4
scenario naming-on openai $plan '' 1 0
scenario naming-off openai $plan "$quiet" 1 0
scenario anthropic anthropic /api/anthropic "$quiet" 9 0
scenario anthropic-v1 anthropic /api/anthropic/v1 "$quiet" 9 0
scenario anthropic-openai-url anthropic $plan "$quiet" 9 0
scenario openai-whole-path openai $plan/chat/completions "$quiet" 9 0
scenario openai-anthropic-url openai /api/anthropic "$quiet" 9 0
scenario four-delegates openai $plan "$quiet" 9 4
scenario four-delegates-cap-1 openai $plan "$quiet\nGOOSE_MAX_BACKGROUND_TASKS: 1" 9 4
scenario four-async-delegates-cap-1 openai $plan "$quiet\nGOOSE_MAX_BACKGROUND_TASKS: 1" 9 4 async
scenario summon-off openai $plan "$quiet\nextensions:\n  summon:\n    enabled: false\n    type: platform\n    name: summon\n    bundled: true" 9 4
