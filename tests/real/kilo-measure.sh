#!/usr/bin/env bash
# kilo-measure.sh KILO_BIN [SCENARIO…]
#
# How many requests does the real Kilo have in flight? One line per scenario, separated by tabs:
#   tool  version  scenario  requests  refused  max-in-flight  endpoint-paths  models
# Scenarios: title, title-off, tasks, tasks-denied, limit (one request at a time is allowed), limit-denied. Default: all.
# Needs node and a network namespace of its own (root, or user namespaces). Each takes some 20 s. Checked with 7.0.33 and 7.7.9.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ "${1:-}" != --inside ]; then
    [ $# -ge 1 ] && [ -x "$1" ] || { echo "usage: kilo-measure.sh KILO_BIN [SCENARIO…]" >&2; exit 2; }
    for flags in -n -rn; do
        unshare $flags true 2>/dev/null && exec unshare $flags bash -c 'ip link set lo up && exec bash "$@"' netns "$here/kilo-measure.sh" --inside "$@"
    done
    echo "kilo-measure: no network namespace may be made here" >&2; exit 2
fi
shift
bin=$(realpath -- "$1"); shift
[ $# -gt 0 ] || set -- title title-off tasks tasks-denied limit limit-denied
work=$(mktemp -d); mock=
trap '[ -n "$mock" ] && kill "$mock" 2>/dev/null; rm -rf "$work"' EXIT
env="env -i PATH=$PATH TERM=dumb NO_COLOR=1 KILO_DISABLE_MODELS_FETCH=1 KILO_DISABLE_AUTOUPDATE=1 KILO_TELEMETRY_LEVEL=off"
version=$(HOME=$work/v $env HOME="$work/v" timeout 60 "$bin" --version 2>/dev/null | tail -n1)
for scenario in "$@"; do
    more= ; options=(--delay-ms 5000) # so that a busy machine does not spread what belongs together
    case $scenario in
        title) ;;
        title-off) more='"agent":{"title":{"disable":true}},' ;;
        tasks) options+=(--tasks 3) ;;
        tasks-denied) options+=(--tasks 3); more='"permission":{"task":"deny"},' ;;
        limit) options+=(--tasks 3 --limit 1) ;;
        limit-denied) options+=(--tasks 3 --limit 1); more='"permission":{"task":"deny"},"agent":{"title":{"disable":true}},' ;;
        *) echo "kilo-measure: no such scenario: $scenario" >&2; exit 2 ;;
    esac
    rm -rf "$work/run"; mkdir -p "$work/run/home/.config/kilo" "$work/run/project"
    node "$here/mock.mjs" --log "$work/run/log" "${options[@]}" >"$work/run/mock" & mock=$!
    for _ in $(seq 100); do [ -s "$work/run/mock" ] && break; sleep 0.05; done
    port=$(sed -n 's/^{"port":\([0-9]*\).*/\1/p' "$work/run/mock")
    printf '{%s"model":"zai-coding-plan/glm-%s","provider":{"zai-coding-plan":{"options":{"baseURL":"http://127.0.0.1:%s/api/coding/paas/v4","apiKey":"0"}}}}' \
        "$more" "${GLM:-4.7}" "$port" >"$work/run/home/.config/kilo/kilo.jsonc"
    (cd "$work/run/project" && $env HOME="$work/run/home" timeout 120 "$bin" run hi) >"$work/run/out" 2>&1 </dev/null
    kill "$mock"; wait "$mock" 2>/dev/null; mock=
    node -e '
        const [tool, version, scenario, log, mock] = process.argv.slice(1), fs = require("node:fs");
        const all = fs.readFileSync(log, "utf8").trim().split("\n").filter(Boolean).map((line) => JSON.parse(line)).filter((r) => r.kind);
        const seen = JSON.parse(fs.readFileSync(mock, "utf8").trim().split("\n").pop());
        const set = (key) => [...new Set(all.map((r) => r[key]))].sort().join(",");
        console.log([tool, version, scenario, seen.model, seen.rejected, seen.maxInFlight, set("path"), set("model")].join("\t"));
    ' kilo-code "$version" "$scenario" "$work/run/log" "$work/run/mock"
done
