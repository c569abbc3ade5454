#!/usr/bin/env bash
# goose-measure.sh GOOSE
#
# Prints one line for each scenario, tab-separated: tool, version, scenario, requests, refused, most in flight, paths, models.
# All of it happens in a network namespace with loopback only, against stand-ins for the server.
set -u
cannot() { echo "goose-measure: $1" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ "${1:-}" != --inside ]; then
    [ $# -eq 1 ] && bin=$(realpath -- "$1") && [ -x "$bin" ] || cannot "usage: goose-measure.sh GOOSE"
    for flags in -n -rn; do
        unshare $flags true 2>/dev/null && exec unshare $flags bash "$here/goose-measure.sh" --inside "$bin"
    done
    cannot "no network namespace may be made here"
fi
bin=$2
ip link set lo up || cannot "no loopback"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
key=a0000000000000000000000000000000.0000000000000000
version=$(env -i HOME="$work" "$bin" --version | tr -d ' ')

# NAME ENGINE PATH EXTRA-CONFIG LIMIT TASKS [async]
scenario() {
    local home=$work/$1 log=$work/$1.log mock
    mkdir -p "$home/.config/goose/custom_providers" "$home/project"
    printf 'GOOSE_PROVIDER: custom_glm\nGOOSE_MODEL: glm-5.3\n%b\n' "$4" >"$home/.config/goose/config.yaml"
    printf '{"name":"custom_glm","engine":"%s","display_name":"GLM","api_key_env":"ZAI_API_KEY","base_url":"http://127.0.0.1:4010%s","models":[{"name":"glm-5.3"}],"supports_streaming":true}' \
        "$2" "$3" >"$home/.config/goose/custom_providers/custom_glm.json"
    if [ "$6" -gt 0 ]; then
        node "$here/goose-mock.mjs" 4010 "$log" "$5" "$6" "${7:-}" >"$work/out" &
    else
        node "$here/mock.mjs" --port 4010 --log "$log" --limit "$5" --delay-ms 1500 >"$work/out" &
    fi
    mock=$!
    sleep 0.7
    (cd "$home/project" && env -i HOME="$home" PATH="$PATH" GOOSE_DISABLE_KEYRING=1 ZAI_API_KEY=$key \
        timeout 90 "$bin" run --no-session -t hi >/dev/null 2>&1)
    [ "${7:-}" = async ] && sleep 4
    kill "$mock"
    wait "$mock" 2>/dev/null
    node -e '
        const fs = require("node:fs");
        const lines = (file) => fs.readFileSync(file, "utf8").trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
        const [name, version, log, out] = process.argv.slice(1);
        const seen = lines(out).at(-1), entries = lines(log);
        const each = (key) => [...new Set(entries.map((entry) => entry[key]).filter(Boolean))].join(",");
        console.log(["goose", version, name, seen.model ?? seen.requests, seen.rejected ?? seen.refused, seen.maxInFlight, each("path"), each("model")].join("\t"));
    ' "$1" "$version" "$log" <(grep '^{' "$work/out" | tail -n 1)
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
