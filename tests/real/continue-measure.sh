#!/usr/bin/env bash
# continue-measure.sh CN
#
# Prints one line for each scenario, tab-separated: tool, version, scenario, requests, refused, most in flight, paths, models.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 1 ] || usage CN
program "$1"
offline "$@"
workplace
version "$bin"
plan=http://127.0.0.1:4010/api/coding/paas/v4

scenario() { # NAME CONFIG
    fresh "$1"
    mkdir -p "$home/.continue"
    # shellcheck disable=SC2016  # Continue puts the key in
    printf 'name: Main\nversion: 1.0.0\nschema: v1\nmodels:\n  - name: GLM\n    model: glm-5.3\n    apiKey: ${{ secrets.ZAI_API_KEY }}\n%b\n' "$2" >"$home/.continue/config.yaml"
    start_mock "$here/mock.mjs" --port 4010 --log "$log" --limit 1 --delay-ms 500
    run 60 ZAI_API_KEY="$yaml_key" CONTINUE_TELEMETRY_ENABLED=0 "$bin" -p hi
    row continue "$version" "$1" requests
}
scenario zAI "    provider: zAI\n    apiBase: $plan"
scenario openai "    provider: openai\n    apiBase: $plan"
scenario slash "    provider: zAI\n    apiBase: $plan/"
scenario whole-path "    provider: openai\n    apiBase: $plan/chat/completions"
scenario anthropic "    provider: anthropic\n    apiBase: http://127.0.0.1:4010/api/anthropic"
scenario anthropic-v1 "    provider: anthropic\n    apiBase: http://127.0.0.1:4010/api/anthropic/v1"
scenario spelling "    provider: zai\n    apiBase: $plan"
