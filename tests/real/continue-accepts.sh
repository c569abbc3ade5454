#!/usr/bin/env bash
# continue-accepts.sh CN HOME
#
# Does this real Continue CLI load ~/.continue/config.yaml and make its first model ready?
#   exit 0  yes
#   exit 1  no; its words are printed
#   exit 2  wrong usage, or the question could not be put
#
# It runs on a copy of the home, with nothing of this machine's environment, and without a network: an answer that the
# server can't be reached means that everything before it was accepted. Keys are invented ones in the usual variables.
set -u
cannot() { echo "continue-accepts: cannot ask: $1" >&2; exit 2; }
[ $# -eq 2 ] || cannot "usage: continue-accepts.sh CN HOME"
bin=$(realpath -- "$1") && [ -x "$bin" ] || cannot "no such program: $1"
home=$(realpath -- "$2") && [ -d "$home" ] || cannot "no such folder: $2"
wrap=
for flags in -n -rn; do unshare $flags true 2>/dev/null && wrap="unshare $flags" && break; done
[ -n "$wrap" ] || cannot "no network namespace may be made here"
work=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$work"' EXIT
cp -RL -- "$home" "$work/home" && mkdir -p "$work/project" || cannot "the home can't be copied"
key=a0000000000000000000000000000000.0000000000000000
# Without loopback some libraries wait for long.
run() { (cd "$work/project" && $wrap sh -c 'ip link set lo up 2>/dev/null; exec "$@"' sh env -i HOME="$work/home" PATH="$PATH" TERM=dumb NO_COLOR=1 "$@") </dev/null >"$work/out" 2>&1; }
refused() { sed -e "s#$work/home#~#g" "$work/out" | tail -n 12; exit 1; }
[ -f "$work/home/.continue/config.yaml" ] || cannot "no ~/.continue/config.yaml"
case "$(head -c 2 "$bin")" in '#!') start=(node "$bin") ;; *) start=("$bin") ;; esac
run ZAI_API_KEY=$key CONTINUE_TELEMETRY_ENABLED=0 timeout 120 "${start[@]}" -p hi
grep -q 'Connection error\|connect ECONNREFUSED\|fetch failed' "$work/out" && exit 0
grep -q '"status":"error"\|Failed to\|rror' "$work/out" && refused
cannot "cn said nothing that this script knows: $(tail -n 2 "$work/out")"
