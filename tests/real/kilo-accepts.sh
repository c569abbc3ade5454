#!/usr/bin/env bash
# kilo-accepts.sh KILO_BIN HOME [CWD]
#
# Does the real Kilo load every config of this home? If so, the merged config is printed as JSON. KILO_BIN is the program in npm's
# @kilocode/cli-linux-x64 (bin/kilo). It says nothing about auth.json. Checked with 7.7.9.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 2 ] || [ $# -eq 3 ] || usage "KILO_BIN HOME [CWD]"
program "$1"
home "$2"
offline "$@"
workplace
debug_config "${3:-}" KILO_DISABLE_AUTOUPDATE=1 KILO_DISABLE_MODELS_FETCH=1 KILO_TELEMETRY_LEVEL=off
