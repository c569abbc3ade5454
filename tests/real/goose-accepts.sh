#!/usr/bin/env bash
# goose-accepts.sh GOOSE HOME
#
# Does this real goose know the provider and the model of ~/.config/goose, and send a request? Nothing answers: when it says that
# the server can't be reached, it has accepted everything before that.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 2 ] || usage "GOOSE HOME"
program "$1"
home "$2" .config/goose/config.yaml
offline "$@"
workplace
copy_home
run 90 GOOSE_DISABLE_KEYRING=1 GOOSE_PROVIDER_SKIP_BACKOFF=true ZAI_API_KEY="$yaml_key" ZHIPU_API_KEY="$yaml_key" ZAI_CODING_PLAN_API_KEY="$yaml_key" \
    "$bin" run --no-session -t hi
said | grep -q 'Could not connect\|error sending request\|Network error' && exit 0
in_time
said | grep -q 'error\|Error' || cannot "goose said nothing that this script knows: $(said | tail -n 2)"
said | tail -n 12
exit 1
