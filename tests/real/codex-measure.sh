#!/usr/bin/env bash
# codex-measure.sh CODEX_BIN
#
# What glm-setup's caps do in the real Codex CLI: a model that starts 4 sub-agents, with and without a server that allows one
# request at a time. One TSV line for each scenario:
#   tool  version  scenario  requests  refused  max in flight  endpoint path  models
# Offline, in a network namespace with loopback only.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 2
[ -x "${1:-}" ] || { echo "usage: codex-measure.sh CODEX_BIN" >&2; exit 2; }
if [ -z "${MEASURE_INSIDE:-}" ]; then
    for flags in -n -rn; do
        unshare $flags true 2>/dev/null && MEASURE_INSIDE=1 exec unshare $flags bash -c 'ip link set lo up && exec bash "$@"' netns "$here/codex-measure.sh" "$(realpath -- "$1")"
    done
    echo "codex-measure: no network namespace may be made here" >&2; exit 2
fi
bin=$1
version=$("$bin" --version 2>/dev/null | sed 's/.* //')
scenario() { # NAME LIMIT, settings on stdin
    local name=$1 work; work=$(mktemp -d); shift
    mkdir -p "$work/home/.codex" "$work/project"
    node "$here/codex-mock.mjs" --tasks 4 --delay-ms 700 "$@" >"$work/mock" &
    local mock=$!
    for _ in $(seq 100); do [ -s "$work/mock" ] && break; sleep 0.05; done
    local port; port=$(sed -n 's/^{"port":\([0-9]*\).*/\1/p' "$work/mock")
    { printf 'model = "glm-5.3"\nmodel_provider = "ZAI"\n[model_providers.ZAI]\nname = "ZAI"\nbase_url = "http://127.0.0.1:%s/api/v1"\nenv_key = "ZAI_API_KEY"\nwire_api = "responses"\n' "$port"; cat; } >"$work/home/.codex/config.toml"
    (cd "$work/project" && env -i HOME="$work/home" PATH=/usr/local/bin:/usr/bin:/bin TERM=dumb ZAI_API_KEY=00000000000000000000000000000000.0000000000000000 \
        timeout 60 "$bin" exec --skip-git-repo-check hi) </dev/null >/dev/null 2>&1
    kill "$mock"; wait "$mock" 2>/dev/null
    tail -1 "$work/mock" | node -e '
        const s = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
        console.log(["codex", process.argv[1], process.argv[2], s.model, s.rejected, s.maxInFlight, s.paths.join(","), s.models.join(",")].join("\t"));' "$version" "$name"
    rm -rf "$work"
}
scenario "no cap" </dev/null
printf '[agents]\nmax_threads = 1\n' | scenario "max_threads = 1"
printf '[agents]\nmax_threads = 1\nmax_concurrent_threads_per_session = 4\n' | scenario "both names"
printf '[features]\nmulti_agent = false\n' | scenario "sub-agents off"
scenario "no cap, limit 1" --limit 1 </dev/null
printf '[agents]\nmax_threads = 1\n' | scenario "max_threads = 1, limit 1" --limit 1
printf '[features]\nmulti_agent = false\n' | scenario "sub-agents off, limit 1" --limit 1
