#!/usr/bin/env bash
# openclaw-accepts.sh OPENCLAW_BIN HOME
#
# Does this real openclaw take HOME/.openclaw/openclaw.json? `openclaw config validate --json` says so, offline and on a
# copy of the file and of what lies beside it.
#   exit 0  yes (warnings are printed)
#   exit 1  no; the tool's own words are printed
#   exit 2  wrong usage, or the question could not be put (said which)
#
# openclaw needs a newer Node than many systems have (2026.9.6: 24.16 or 26.1): put one in front on the PATH. It takes some
# 3 s. It checks keys, types and values, not whether a model or an address is right. Checked with 2026.4.29, 2026.6.11,
# 2026.7.35, 2026.8.1 and 2026.9.6.
set -u
cannot() { echo "openclaw-accepts: cannot ask: $1" >&2; exit 2; }
[ $# -eq 2 ] || cannot "usage: openclaw-accepts.sh OPENCLAW_BIN HOME"
bin=$(realpath -- "$1") && [ -x "$bin" ] || cannot "no such program: $1"
[ -f "$2/.openclaw/openclaw.json" ] || cannot "no such file: $2/.openclaw/openclaw.json"
work=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/home" && cp -R -- "$2/.openclaw" "$work/home/.openclaw" || cannot "the home can't be copied"
wrap=()
for flags in -n -rn; do
    if unshare $flags true 2>/dev/null; then wrap=(unshare $flags); break; fi
done
[ ${#wrap[@]} -gt 0 ] || cannot "no network namespace may be made here"
# ZAI_API_KEY is there, invented, for files that refer to it.
"${wrap[@]+"${wrap[@]}"}" timeout 60 env -i HOME="$work/home" PATH="$PATH" TERM=dumb NO_COLOR=1 \
    ZAI_API_KEY=00000000000000000000000000000000.0000000000000000 \
    "$bin" config validate --json >"$work/out" 2>"$work/err" </dev/null
status=$?
sed -e "s#$work/home#~#g" "$work/out" "$work/err"
grep -Eq '"valid": ?true' "$work/out" && [ "$status" -eq 0 ] && exit 0
grep -Eq '"valid": ?false' "$work/out" && ! grep -q '"file not found"' "$work/out" && exit 1
cannot "openclaw ended with $status and no verdict (is the Node on the PATH new enough?)"
