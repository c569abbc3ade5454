#!/usr/bin/env bash
# droid-accepts.sh DROID_BIN HOME
#
# Does this real Factory Droid take HOME/.factory/settings.json (or config.json)?
#
# Z.ai's addresses in the copy are replaced by a mock's on loopback, each with its own path; then the first custom model is asked for
# by the name that Droid gives it, and a request must arrive. A home without custom models only has to pass `droid doctor`'s look at
# the configuration. The variables are set to an invented key. Checked with 0.215.0.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 2 ] || usage "DROID_BIN HOME"
program "$1"
home "$2" .factory
needs node
offline "$@"
workplace
mkdir "$work/home/.factory"
cp -L "$home"/.factory/*.json "$work/home/.factory/" || cannot "the settings can't be read"
start_mock "$here/mock.mjs" --log "$log"
configuration() { # what `droid doctor` says of it
    ask 90 ZAI_API_KEY="$key" "$bin" doctor
    said | sed -n '/^Configuration/,/^Environment/p'
}
if ! to_mock "$work"/home/.factory/*.json; then
    configuration >"$work/part"
    [ -s "$work/part" ] || cannot "droid doctor printed nothing that this script knows"
    grep -q '✗' "$work/part" || exit 0
    echo "$script: it finds the configuration wrong:"
    grep '✗' "$work/part" | sed 's/^/    /'
    exit 1
fi
ask 90 ZAI_API_KEY="$key" "$bin" exec -m no-such-model hi
model=$(said | sed -nE 's/^ *(custom:[^ ]+) .*/\1/p' | head -1)
if [ -z "$model" ]; then
    echo "$script: it sees no custom model"
    configuration >"$work/part"
    grep '✗' "$work/part" | sed 's/^/    /'
    exit 1
fi
run 90 ZAI_API_KEY="$key" "$bin" exec -m "$model" hi
grep -Eq '"path":"(/api/coding/paas/v4/chat/completions|/api/paas/v4/chat/completions|/api/anthropic/v1/messages)"' "$log" && exit 0
in_time
echo "$script: no request went to a known path:"
{ cat "$log"; said; } | sed 's/^/    /' | head -8
exit 1
