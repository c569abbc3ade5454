#!/usr/bin/env bash
# aider-accepts.sh AIDER HOME
#
# Does this real Aider take ~/.aider.conf.yml (and model settings)? A model name that no service knows is only seen by a prompt, so not here.
#   exit 0  yes
#   exit 1  no; its words are printed
#   exit 2  wrong usage, or the question could not be put
#
# It runs on a copy of the home, with nothing of this machine's environment, and without a network: an answer that the
# server can't be reached means that everything before it was accepted. Keys are invented ones in the usual variables.
set -u
cannot() { echo "aider-accepts: cannot ask: $1" >&2; exit 2; }
[ $# -eq 2 ] || cannot "usage: aider-accepts.sh AIDER HOME"
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
[ -f "$work/home/.aider.conf.yml" ] || cannot "no ~/.aider.conf.yml"
run OPENAI_API_KEY=$key ZAI_API_KEY=$key LITELLM_LOCAL_MODEL_COST_MAP=True timeout 60 "$bin" --exit --no-git --no-pretty --yes-always \
    --analytics-disable --no-check-update --no-show-release-notes
status=$?
grep -q 'Error loading aider model settings' "$work/out" && refused
[ $status -eq 0 ] && exit 0
[ $status -eq 124 ] && cannot "it took too long"
refused
