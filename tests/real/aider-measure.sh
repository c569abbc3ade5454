#!/usr/bin/env bash
# aider-measure.sh AIDER
#
# Prints one line for each scenario, tab-separated: tool, version, scenario, requests, refused, most in flight, paths, models.
# All of it happens in a network namespace with loopback only, against tests/real/mock.mjs.
set -u
cannot() { echo "aider-measure: $1" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ "${1:-}" != --inside ]; then
    [ $# -eq 1 ] && bin=$(realpath -- "$1") && [ -x "$bin" ] || cannot "usage: aider-measure.sh PROGRAM"
    for flags in -n -rn; do
        unshare $flags true 2>/dev/null && exec unshare $flags bash "$here/aider-measure.sh" --inside "$bin"
    done
    cannot "no network namespace may be made here"
fi
bin=$2
ip link set lo up || cannot "no loopback"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
key=a0000000000000000000000000000000.0000000000000000
plan=http://127.0.0.1:4010/api/coding/paas/v4

# NAME CONFIG
scenario() {
    local home=$work/$1 log=$work/$1.log mock
    mkdir -p "$home/.continue" "$home/project"
    node "$here/mock.mjs" --port 4010 --log "$log" --limit 1 --delay-ms 500 >"$work/out" &
    mock=$!
    sleep 0.7
    ask "$home" "$2"
    kill "$mock"
    wait "$mock" 2>/dev/null
    node -e '
        const fs = require("node:fs");
        const lines = (file) => fs.readFileSync(file, "utf8").trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
        const [name, version, log, out] = process.argv.slice(1);
        const seen = lines(out).at(-1), entries = lines(log);
        const each = (key) => [...new Set(entries.map((entry) => entry[key]).filter(Boolean))].join(",");
        console.log(["aider", version, name, seen.requests, seen.rejected, seen.maxInFlight, each("path"), each("model")].join("\t"));
    ' "$1" "$version" "$log" <(tail -n 1 "$work/out")
}
version=$(env -i HOME="$work" PATH="$PATH" "$bin" --version | cut -d' ' -f2)
ask() {
    printf '%b\n' "$2" >"$1/.aider.conf.yml"
    (cd "$1/project" && env -i HOME="$1" PATH="$PATH" OPENAI_API_KEY=$key ZAI_API_KEY=$key LITELLM_LOCAL_MODEL_COST_MAP=True timeout 90 "$bin" \
        --message hi --no-git --no-pretty --yes-always --analytics-disable --no-check-update --no-show-model-warnings >/dev/null 2>&1)
}
scenario plan "model: openai/glm-5.3\nopenai-api-base: $plan"
scenario whole-path "model: openai/glm-5.3\nopenai-api-base: $plan/chat/completions"
scenario no-prefix "model: glm-5.3\nopenai-api-base: $plan"
scenario suffix "model: openai/glm-5.3[1m]\nopenai-api-base: $plan"
scenario zai-provider "model: zai/glm-4.7\nset-env: [ZAI_API_BASE=$plan]"
scenario underscore "model: openai/glm-5.3\nopenai_api_base: $plan"
