#!/usr/bin/env bash
# cline-accepts.sh CLINE_BIN HOME
#
# Does this real Cline read the files below HOME/.cline? If not, the one that it dropped is named.
#
# Cline says nothing when it drops a file: it goes on as if it were empty, and its next save writes only what is new. So the script
# lets it save: `cline auth` adds an invented provider, and all that was in the file before must still be there.
#   CLI 2: globalState.json and secrets.json.
#   CLI 3: settings/providers.json; and settings/global-settings.json, by one prompt to the mock on loopback: no tool that
#          the file names in disabledTools may be offered.
# Which engine the program is, its version says. Files of the other engine are not asked about.
# Checked with 2.18.0 and 3.0.65.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 2 ] || usage "CLINE_BIN HOME"
program "$1"
home "$2"
needs node jq
offline "$@"
workplace
copy_home
data=$work/home/.cline/data
version=$(cline_version)
if [ -z "$version" ]; then
    ask 60 "$bin" --version
    version=$(tr -d '[:space:]' <"$work/out")
fi
failed=0
asked=0
complain() { failed=1; echo "$script: $1"; }

# Everything in file $1, but for the members that `cline auth` sets itself (a jq list of paths to delete), is still in file $2.
kept() { # BEFORE AFTER DELETE
    jq -e -n --slurpfile a "$1" --slurpfile b "$2" "(\$a[0] | del($3)) as \$x | (\$b[0] | del($3)) as \$y | (\$y * \$x) == \$y" >/dev/null 2>&1
}

case $version in
2.*)
    for name in globalState secrets; do [ -f "$data/$name.json" ] && cp "$data/$name.json" "$work/$name"; done
    [ -f "$work/globalState" ] || [ -f "$work/secrets" ] || cannot "no globalState.json and no secrets.json"
    ask 60 "$bin" auth -p deepseek -k invented -m deepseek-chat || cannot "cline auth failed: $(said)"
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
        ask 60 "$bin" auth -p deepseek -k invented -m deepseek-chat || cannot "cline auth failed: $(said)"
        # Members that Cline doesn't know are dropped without harm, so only the entries and their keys are compared.
        want=$(sed '1s/^\xef\xbb\xbf//' "$work/providers" | jq -c '[.providers | to_entries[] | [.key, .value.settings.apiKey]]' 2>/dev/null) || want='"unreadable"'
        jq -e --argjson want "$want" '[.providers | to_entries[] | [.key, .value.settings.apiKey]] as $is | ($want | type) == "array" and ($want - $is) == []' "$data/settings/providers.json" >/dev/null 2>&1 ||
            complain "providers.json was read as empty: after the next save only $(jq -r '.providers | keys | join(", ")' "$data/settings/providers.json") are left"
    fi
    if [ -f "$data/settings/global-settings.json" ]; then
        asked=1
        start_mock "$here/cline-mock.mjs" --log "$log"
        mkdir -p "$work/other"
        cat >"$work/other/providers.json" <<X
{"version":1,"lastUsedProvider":"openai-compatible","modes":{},"providers":{"openai-compatible":{"settings":{"provider":"openai-compatible","apiKey":"invented","model":"glm-5.3","baseUrl":"http://127.0.0.1:$port/v4"},"updatedAt":"2026-01-01T00:00:00.000Z","tokenSource":"manual"}}}
X
        run 60 CLINE_PROVIDER_SETTINGS_PATH="$work/other/providers.json" "$bin" "please say hello"
        [ -s "$log" ] || cannot "no request came: $(said | tail -c 300)"
        left=$(jq -r -n --slurpfile s <(sed '1s/^\xef\xbb\xbf//' "$data/settings/global-settings.json") --slurpfile r "$log" '($s[0].disabledTools // []) as $d | $r[0].tools - ($r[0].tools - ($d | if type == "array" then map(strings | gsub("^ +| +$"; "")) else [] end)) | join(", ")' 2>/dev/null) || left="(the file is no JSON)"
        [ -z "$left" ] || complain "global-settings.json was not read: still offered: $left"
    fi
    ;;
*) cannot "unknown version: $version" ;;
esac
[ $asked = 1 ] || cannot "no file of this engine (version $version)"
exit $failed
