#!/usr/bin/env bash
# opencode-accepts.sh OPENCODE_BIN HOME [CWD]
#
# Does the real opencode load every config of this home? If so, the merged config is printed as JSON.
# It says nothing about auth.json and tui.json: `debug config` does not check them.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 2 ] || [ $# -eq 3 ] || usage "OPENCODE_BIN HOME [CWD]"
program "$1"
home "$2"
offline "$@"
workplace
debug_config "${3:-}" OPENCODE_DISABLE_AUTOUPDATE=1 OPENCODE_DISABLE_MODELS_FETCH=1
