#!/usr/bin/env bash
# kilo-measure.sh KILO_BIN [SCENARIO…]
#
# How many requests does the real Kilo have in flight? One line per scenario, separated by tabs:
#   tool  version  scenario  requests  refused  max-in-flight  endpoint-paths  models
# Scenarios: title, title-off, tasks, tasks-denied, limit (one request at a time is allowed), limit-denied. Default: all.
# GLM names the model (default: 4.7). Each takes some 20 s. Checked with 7.0.33 and 7.7.9.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -ge 1 ] || usage "KILO_BIN [SCENARIO…]"
program "$1"
offline "$@"
shift
[ $# -gt 0 ] || set -- title title-off tasks tasks-denied limit limit-denied
workplace
clean+=(KILO_DISABLE_MODELS_FETCH=1 KILO_DISABLE_AUTOUPDATE=1 KILO_TELEMETRY_LEVEL=off)
version "$bin"
for scenario in "$@"; do
    more='' options=(--delay-ms 5000) # so that a busy machine does not spread what belongs together
    case $scenario in
        title) ;;
        title-off) more='"agent":{"title":{"disable":true}},' ;;
        tasks) options+=(--tasks 3) ;;
        tasks-denied) options+=(--tasks 3) more='"permission":{"task":"deny"},' ;;
        limit) options+=(--tasks 3 --limit 1) ;;
        limit-denied) options+=(--tasks 3 --limit 1) more='"permission":{"task":"deny"},"agent":{"title":{"disable":true}},' ;;
        *) cannot "no such scenario: $scenario" ;;
    esac
    fresh "$scenario"
    start_mock "$here/mock.mjs" --log "$log" "${options[@]}"
    mkdir -p "$home/.config/kilo"
    printf '{%s"model":"zai-coding-plan/glm-%s","provider":{"zai-coding-plan":{"options":{"baseURL":"http://127.0.0.1:%s/api/coding/paas/v4","apiKey":"0"}}}}' \
        "$more" "${GLM:-4.7}" "$port" >"$home/.config/kilo/kilo.jsonc"
    run 120 "$bin" run hi
    row kilo-code "$version" "$scenario"
done
