#!/usr/bin/env bash
# openclaw-accepts.sh OPENCLAW_BIN HOME
#
# Does this real openclaw take HOME/.openclaw/openclaw.json? `openclaw config validate --json` says so, on a copy of the file and of
# what lies beside it. Warnings are printed, too.
#
# openclaw needs a newer Node than many systems have (2026.9.6: 24.16 or 26.1): put one in front on the PATH. It takes some
# 3 s. It checks keys, types and values, not whether a model or an address is right. Checked with 2026.4.29, 2026.6.11,
# 2026.7.35, 2026.8.1 and 2026.9.6.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 2 ] || usage "OPENCLAW_BIN HOME"
program "$1"
home "$2" .openclaw/openclaw.json
offline "$@"
workplace
cp -RL -- "$home/.openclaw" "$work/home/.openclaw" || cannot "the home can't be copied"
# ZAI_API_KEY is there, invented, for files that refer to it.
ask 60 ZAI_API_KEY="$key" "$bin" config validate --json
said
grep -Eq '"valid": ?true' "$work/out" && [ "$status" -eq 0 ] && exit 0
grep -Eq '"valid": ?false' "$work/out" && ! grep -q '"file not found"' "$work/out" && exit 1
cannot "openclaw ended with $status and no verdict (is the Node on the PATH new enough?)"
