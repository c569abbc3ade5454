#!/usr/bin/env bash
# aider-measure.sh AIDER
#
# Prints one line for each scenario, tab-separated: tool, version, scenario, requests, refused, most in flight, paths, models.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 1 ] || usage AIDER
program "$1"
offline "$@"
workplace
version "$bin"
plan=http://127.0.0.1:4010/api/coding/paas/v4

scenario() { # NAME CONFIG
    fresh "$1"
    printf '%b\n' "$2" >"$home/.aider.conf.yml"
    start_mock "$here/mock.mjs" --port 4010 --log "$log" --limit 1 --delay-ms 500
    run 90 OPENAI_API_KEY="$yaml_key" ZAI_API_KEY="$yaml_key" LITELLM_LOCAL_MODEL_COST_MAP=True \
        "$bin" --message hi --no-git --no-pretty --yes-always --analytics-disable --no-check-update --no-show-model-warnings
    row aider "$version" "$1" requests
}
scenario plan "model: openai/glm-5.3\nopenai-api-base: $plan"
scenario whole-path "model: openai/glm-5.3\nopenai-api-base: $plan/chat/completions"
scenario no-prefix "model: glm-5.3\nopenai-api-base: $plan"
scenario suffix "model: openai/glm-5.3[1m]\nopenai-api-base: $plan"
scenario zai-provider "model: zai/glm-4.7\nset-env: [ZAI_API_BASE=$plan]"
scenario underscore "model: openai/glm-5.3\nopenai_api_base: $plan"
