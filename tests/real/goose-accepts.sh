#!/usr/bin/env bash
# goose-accepts.sh GOOSE HOME
#
# Does this real goose know the provider and the model of ~/.config/goose, and send a request?
#   exit 0  yes
#   exit 1  no; its words are printed
#   exit 2  wrong usage, or the question could not be put
#
# It runs on a copy of the home, with nothing of this machine's environment, and without a network: an answer that the
# server can't be reached means that everything before it was accepted. Keys are invented ones in the usual variables.
set -u
cannot() { echo "goose-accepts: cannot ask: $1" >&2; exit 2; }
[ $# -eq 2 ] || cannot "usage: goose-accepts.sh GOOSE HOME"
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
[ -f "$work/home/.config/goose/config.yaml" ] || cannot "no ~/.config/goose/config.yaml"
run GOOSE_DISABLE_KEYRING=1 GOOSE_PROVIDER_SKIP_BACKOFF=true ZAI_API_KEY=$key ZHIPU_API_KEY=$key ZAI_CODING_PLAN_API_KEY=$key \
    timeout 90 "$bin" run --no-session -t hi
grep -q 'Could not connect\|error sending request\|Network error' "$work/out" && exit 0
grep -q 'error\|Error' "$work/out" && refused
cannot "goose said nothing that this script knows: $(tail -n 2 "$work/out")"
