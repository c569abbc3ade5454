#!/usr/bin/env bash
# tool-rewrites.sh TOOL PROGRAM HOME
#
# Lets this real tool save its own files below HOME, in place, in a way that its users do (versions.toml says it in words:
# `rewrites.how`). What became of the files is for the caller to see. TOOL is a name of versions.toml, PROGRAM its program.
#   exit 0  the tool was run
#   exit 2  wrong usage, or it could not be run (said why)
#
# In a network namespace that has only loopback, with a clean environment. SillyTavern's page needs a browser and does not run:
# its server is given back what it handed out, as the page's own save does (sillytavern-ask.mjs).
set -u
cannot() { echo "tool-rewrites: $1" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 2
if [ "${1:-}" != --inside ]; then
    [ $# -eq 3 ] || cannot "usage: tool-rewrites.sh TOOL PROGRAM HOME"
    for flags in -n -rn; do
        unshare $flags true 2>/dev/null &&
            exec unshare $flags bash -c 'ip link set lo up && exec bash "$@"' netns "$here/tool-rewrites.sh" --inside "$1" "$(realpath -s -- "$2")" "$(realpath -- "$3")"
    done
    cannot "no network namespace may be made here"
fi
tool=$2 bin=$3 home=$4
work=$(mktemp -d) || cannot "no temporary folder"
finish() {
    # What a tool leaves running is known by the home, which only this run has.
    for pid in $(pgrep -f -- "$home" 2>/dev/null) $(pgrep -f -- "$work/" 2>/dev/null); do
        case " $(ancestors) " in *" $pid "*) ;; *) kill "$pid" 2>/dev/null ;; esac
    done
    rm -rf "$work"
}
ancestors() { # this process and those that started it: their command lines have the home, too
    local pid=$$
    while [ "${pid:-0}" -gt 1 ]; do echo "$pid"; pid=$(sed -n 's/^PPid:\t//p' "/proc/$pid/status" 2>/dev/null); done | tr '\n' ' '
}
trap finish EXIT
mkdir -p "$work/project"
run() { # SECONDS COMMAND…: in place of this shell
    cd "$work/project" && exec env -i HOME="$home" PATH="$(dirname "$(command -v node)"):/usr/local/bin:/usr/bin:/bin" TERM=dumb NO_COLOR=1 LANG=C.UTF-8 \
        TMPDIR="$work" ZAI_API_KEY=00000000000000000000000000000000.0000000000000000 DISABLE_AUTOUPDATER=1 CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 \
        OPENCODE_DISABLE_AUTOUPDATE=1 OPENCODE_DISABLE_MODELS_FETCH=1 KILO_DISABLE_AUTOUPDATE=1 KILO_DISABLE_MODELS_FETCH=1 KILO_TELEMETRY_LEVEL=off \
        timeout "$@" </dev/null >"$work/out" 2>&1
}
must() { (run "$@") || cannot "$2 ended with $?: $(tail -n 3 "$work/out")"; }
saved() { # FILE: a prompt that nobody answers, until the tool has saved the file
    cp -- "$1" "$work/before" || cannot "no such file: $1"
    run 90 "$bin" "${@:2}" &
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
        bin=$(realpath "$bin")
        package=$(dirname "$bin")
        [ -f "$package/server.js" ] || package=$(dirname "$package")
        some=
        while IFS= read -r -d '' settings; do
            case "$(basename "$(dirname "$settings")")" in _*) continue ;; esac
            some=1
            must 150 node "$here/sillytavern-ask.mjs" saves "$package" "$(dirname "$settings")"
        done < <(find "$home" -path '*/data/*/settings.json' -print0 | sort -z)
        [ -n "$some" ] || cannot "no data/<handle>/settings.json below the home" ;;
    *) cannot "it knows no $tool" ;;
esac
