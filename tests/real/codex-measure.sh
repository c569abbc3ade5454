#!/usr/bin/env bash
# codex-measure.sh CODEX_BIN
#
# What glm-setup's caps do in the real Codex CLI: a model that starts 4 sub-agents, with and without a server that allows one
# request at a time. One TSV line for each scenario:
#   tool  version  scenario  requests  refused  max in flight  endpoint path  models
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 1 ] || usage CODEX_BIN
program "$1"
offline "$@"
workplace
version "$bin"

scenario() { # NAME SETTINGS MOCK-OPTION…
    fresh "$1"
    start_mock "$here/codex-mock.mjs" --tasks 4 --delay-ms 700 --log "$log" "${@:3}"
    mkdir "$home/.codex"
    printf 'model = "glm-5.3"\nmodel_provider = "ZAI"\n[model_providers.ZAI]\nname = "ZAI"\nbase_url = "http://127.0.0.1:%s/api/v1"\nenv_key = "ZAI_API_KEY"\nwire_api = "responses"\n%b' \
        "$port" "$2" >"$home/.codex/config.toml"
    run 60 ZAI_API_KEY="$key" "$bin" exec --skip-git-repo-check hi
    row codex "$version" "$1"
}
one='[agents]\nmax_threads = 1\n'
off='[features]\nmulti_agent = false\n'
scenario "no cap" ''
scenario "max_threads = 1" "$one"
scenario "both names" "${one}max_concurrent_threads_per_session = 4\n"
scenario "sub-agents off" "$off"
scenario "no cap, limit 1" '' --limit 1
scenario "max_threads = 1, limit 1" "$one" --limit 1
scenario "sub-agents off, limit 1" "$off" --limit 1
