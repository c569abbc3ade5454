#!/usr/bin/env bash
# tool-rewrites.sh TOOL PROGRAM HOME
#
# Lets this real tool save its own files below HOME, in place, in a way that its users do (versions.toml says it in words:
# `rewrites.how`). What became of the files is for the caller to see. TOOL is a name of versions.toml, PROGRAM its program.
#   exit 0  the tool was run
#   exit 2  wrong usage, or it could not be run (said why)
#
# SillyTavern's page needs a browser and does not run: its server is given back what it handed out, as the page's own save does
# (sillytavern-ask.mjs).
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 3 ] || usage "TOOL PROGRAM HOME"
program "$2"
home "$3"
offline "$@"
tool=$1
workplace
# Not a copy. What a tool leaves running is known by the home, too.
trap 'end_those_with "$home"; finish' EXIT
clean+=(HOME="$home" ZAI_API_KEY="$key" DISABLE_AUTOUPDATER=1 CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 OPENCODE_DISABLE_AUTOUPDATE=1
    OPENCODE_DISABLE_MODELS_FETCH=1 KILO_DISABLE_AUTOUPDATE=1 KILO_DISABLE_MODELS_FETCH=1 KILO_TELEMETRY_LEVEL=off)
must() { run "$@" || cannot "$2 ended with $status: $(said | tail -n 3)"; }
saved() { # FILE: a prompt that nobody answers, until the tool has saved the file
    cp -- "$1" "$work/before" || cannot "no such file: $1"
    become 90 "$bin" "${@:2}" &
    local pid=$!
    for _ in $(seq 90); do
        sleep 1
        cmp -s -- "$1" "$work/before" || break
    done
    sleep 3        # it may save again
    kill "$pid" 2>/dev/null # `timeout`, which ends what it has started
    wait
}
case $tool in
    claude-code)
        must 90 "$bin" -p "/config verbose=true"
        must 90 "$bin" mcp add --scope user invented -- true ;;
    opencode | kilo-code) must 90 "$bin" mcp add invented --url http://127.0.0.1:9/mcp ;;
    cline-2) saved "$home/.cline/data/globalState.json" -y "please say hello" ;;
    cline-3) saved "$home/.cline/data/settings/providers.json" "please say hello" ;;
    codex) must 60 "$bin" mcp add invented -- true ;;
    qwen-code) must 60 node "$bin" mcp add --scope user invented true ;;
    openclaw) must 90 "$bin" config set logging.level info ;;
    sillytavern)
        sillytavern_package
        some=
        while IFS= read -r -d '' folder; do
            some=1
            must 150 node "$here/sillytavern-ask.mjs" saves "$package" "$folder"
        done < <(sillytavern_users "$home")
        [ -n "$some" ] || cannot "no data/<handle>/settings.json below the home" ;;
    *) cannot "it knows no $tool" ;;
esac
