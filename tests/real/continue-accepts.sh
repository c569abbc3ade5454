#!/usr/bin/env bash
# continue-accepts.sh CN HOME
#
# Does this real Continue CLI load ~/.continue/config.yaml and make its first model ready? Nothing answers: when it says that the
# server can't be reached, it has accepted everything before that.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 2 ] || usage "CN HOME"
program "$1"
home "$2" .continue/config.yaml
offline "$@"
workplace
copy_home
run 120 ZAI_API_KEY="$yaml_key" CONTINUE_TELEMETRY_ENABLED=0 "$bin" -p hi
said | grep -q 'Connection error\|connect ECONNREFUSED\|fetch failed' && exit 0
in_time
said | grep -q '"status":"error"\|Failed to\|rror' || cannot "cn said nothing that this script knows: $(said | tail -n 2)"
said | tail -n 12
exit 1
