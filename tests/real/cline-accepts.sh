#!/usr/bin/env bash
# cline-accepts.sh CLINE_BIN HOME
#
# Does this real Cline read the files below HOME/.cline?
#   exit 0  yes
#   exit 1  no; which file it dropped is printed
#   exit 2  wrong usage, or the question could not be put (said which)
#
# Cline says nothing when it drops a file: it goes on as if it were empty, and its next save writes only what is new. So
# the script lets it save, on a copy of the home and without a network: `cline auth` adds an invented provider, and all
# that was in the file before must still be there.
#   CLI 2: globalState.json and secrets.json.
#   CLI 3: settings/providers.json; and settings/global-settings.json, by one prompt to the mock on loopback: no tool that
#          the file names in disabledTools may be offered.
# Which engine the program is, its version says. Files of the other engine are not asked about.
# Needs node and jq. Checked with 2.18.0 and 3.0.65.
set -u
usage() { echo "usage: cline-accepts.sh CLINE_BIN HOME" >&2; exit 2; }
cannot() { echo "cline-accepts: cannot check: $1" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 2

if [ "${1:-}" != --inside ]; then
    [ $# -eq 2 ] || usage
    [ -x "$1" ] || cannot "no such program: $1"
    [ -d "$2" ] || cannot "no such folder: $2"
    command -v node >/dev/null || cannot "node is not installed"
    command -v jq >/dev/null || cannot "jq is not installed"
    bin=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
    home=$(cd "$2" && pwd)
    for flags in -n -rn; do
        if unshare $flags true 2>/dev/null; then
            exec unshare $flags bash -c 'ip link set lo up && exec bash "$@"' netns "$here/$(basename "${BASH_SOURCE[0]}")" --inside "$bin" "$home"
        fi
    done
    cannot "no network namespace may be made here"
fi

bin=$2
home=$3
work=$(mktemp -d) || cannot "no temporary folder"
mock=
finish() {
    [ -n "$mock" ] && kill "$mock" 2>/dev/null
    # CLI 3 leaves a hub behind; it is known by the folder that only this run has
    for pid in $(pgrep -f -- "$work/" 2>/dev/null); do [ "$pid" != $$ ] && kill "$pid" 2>/dev/null; done
    rm -rf "$work"
}
trap finish EXIT
mkdir -p "$work/home" "$work/project"
cp -R "$home/." "$work/home" || cannot "the home can't be copied"
data=$work/home/.cline/data
run() {
    (cd "$work/project" && env -i HOME="$work/home" PATH="$(dirname "$(command -v node)"):/usr/local/bin:/usr/bin:/bin" \
        TERM=dumb NO_COLOR=1 TMPDIR="$work" "${extra[@]+"${extra[@]}"}" timeout 60 "$bin" "$@") </dev/null >"$work/out" 2>"$work/err"
}
extra=()
# The package says it at once; asking the program takes seconds.
folder=$(dirname "$(realpath "$bin")")
while [ "$folder" != / ] && ! grep -Eq '"name": *"(@cline/)?cli(ne|-[a-z0-9-]*)"' "$folder/package.json" 2>/dev/null; do folder=$(dirname "$folder"); done
version=$(jq -r .version "$folder/package.json" 2>/dev/null)
if [ -z "$version" ]; then
    run --version
    version=$(tr -d '[:space:]' <"$work/out")
fi
failed=0
asked=0
complain() { failed=1; echo "cline-accepts: $1"; }

# Everything in file $1, but for the members that `cline auth` sets itself (a jq list of paths to delete), is still in file $2.
kept() { # BEFORE AFTER DELETE
    jq -e -n --slurpfile a "$1" --slurpfile b "$2" "(\$a[0] | del($3)) as \$x | (\$b[0] | del($3)) as \$y | (\$y * \$x) == \$y" >/dev/null 2>&1
}

case $version in
2.*)
    for name in globalState secrets; do [ -f "$data/$name.json" ] && cp "$data/$name.json" "$work/$name"; done
    [ -f "$work/globalState" ] || [ -f "$work/secrets" ] || cannot "no globalState.json and no secrets.json"
    run auth -p deepseek -k invented -m deepseek-chat || cannot "cline auth failed: $(cat "$work/out" "$work/err")"
    for name in globalState secrets; do
        [ -f "$work/$name" ] || continue
        asked=1
        kept "$work/$name" "$data/$name.json" '.actModeApiProvider, .planModeApiProvider, .actModeApiModelId, .planModeApiModelId, .welcomeViewCompleted, .deepSeekApiKey' ||
            complain "$name.json was read as empty: after the next save only $(jq -r 'keys | join(", ")' "$data/$name.json") are left"
    done
    ;;
3.*)
    if [ -f "$data/settings/providers.json" ]; then
        asked=1
        cp "$data/settings/providers.json" "$work/providers"
        run auth -p deepseek -k invented -m deepseek-chat || cannot "cline auth failed: $(cat "$work/out" "$work/err")"
        # Members that Cline doesn't know are dropped without harm, so only the entries and their keys are compared.
        want=$(sed '1s/^\xef\xbb\xbf//' "$work/providers" | jq -c '[.providers | to_entries[] | [.key, .value.settings.apiKey]]' 2>/dev/null) || want='"unreadable"'
        jq -e --argjson want "$want" '[.providers | to_entries[] | [.key, .value.settings.apiKey]] as $is | ($want | type) == "array" and ($want - $is) == []' "$data/settings/providers.json" >/dev/null 2>&1 ||
            complain "providers.json was read as empty: after the next save only $(jq -r '.providers | keys | join(", ")' "$data/settings/providers.json") are left"
    fi
    if [ -f "$data/settings/global-settings.json" ]; then
        asked=1
        node "$here/cline-mock.mjs" --log "$work/log" >"$work/mock" 2>"$work/mock.err" &
        mock=$!
        for _ in $(seq 100); do [ -s "$work/mock" ] && break; sleep 0.05; done
        port=$(sed -n 's/^{"port":\([0-9]*\).*/\1/p' "$work/mock")
        [ -n "$port" ] || cannot "the mock did not start"
        mkdir -p "$work/other"
        cat >"$work/other/providers.json" <<X
{"version":1,"lastUsedProvider":"openai-compatible","modes":{},"providers":{"openai-compatible":{"settings":{"provider":"openai-compatible","apiKey":"invented","model":"glm-5.3","baseUrl":"http://127.0.0.1:$port/v4"},"updatedAt":"2026-01-01T00:00:00.000Z","tokenSource":"manual"}}}
X
        extra=("CLINE_PROVIDER_SETTINGS_PATH=$work/other/providers.json")
        run "please say hello"
        [ -s "$work/log" ] || cannot "no request came: $(tail -c 300 "$work/out" "$work/err")"
        left=$(jq -r -n --slurpfile s <(sed '1s/^\xef\xbb\xbf//' "$data/settings/global-settings.json") --slurpfile r "$work/log" '($s[0].disabledTools // []) as $d | $r[0].tools - ($r[0].tools - ($d | if type == "array" then map(strings | gsub("^ +| +$"; "")) else [] end)) | join(", ")' 2>/dev/null) || left="(the file is no JSON)"
        [ -z "$left" ] || complain "global-settings.json was not read: still offered: $left"
    fi
    ;;
*) cannot "unknown version: $version" ;;
esac
[ $asked = 1 ] || cannot "no file of this engine (version $version)"
exit $failed
