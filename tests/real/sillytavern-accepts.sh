#!/usr/bin/env bash
# sillytavern-accepts.sh SILLYTAVERN_BIN HOME
#
# Does the real SillyTavern take every user's folder below a home? Its server must hand them out, and all of them must parse as its page
# parses them; else what is wrong is printed. SILLYTAVERN_BIN is the npm package's program (node_modules/.bin/sillytavern) or a
# checkout's server.js. Every folder `data/<handle>` below HOME with a settings.json is asked for in turn.
# The server runs on copies (sillytavern-ask.mjs). Checked with 1.19.0; about 4 seconds for each folder.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 2 ] || usage "SILLYTAVERN_BIN HOME"
program "$1"
home "$2"
needs node
sillytavern_package
offline "$@"
outcome=0
asked=0
while IFS= read -r -d '' folder; do
    asked=$((asked + 1))
    env -i PATH="$PATH" timeout 150 node "$here/sillytavern-ask.mjs" accepts "$package" "$folder"
    status=$?
    [ $status -gt $outcome ] && outcome=$status
done < <(sillytavern_users "$home")
[ $asked -gt 0 ] || cannot "no data/<handle>/settings.json below the home"
[ $outcome -le 1 ] || outcome=2
exit $outcome
