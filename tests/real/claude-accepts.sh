#!/usr/bin/env bash
# claude-accepts.sh CLAUDE_BIN SETTINGS_HOME
#
# Does this real Claude Code load SETTINGS_HOME/.claude/settings.json without a complaint?
#   exit 0  yes
#   exit 1  no; the tool's own words are printed
#   exit 2  wrong usage, or the check could not be made (said which)
#
# Two questions are put to the tool, both offline and on a copy of the home, so nothing given is ever changed:
#   1. `claude doctor` must end with 0 and print no "Invalid settings" section. It needs no login and no server.
#      It also names entries that the tool merely skips (a hook of an unknown event), which count as complaints here.
#   2. `claude -p hi` must print neither "did not load" nor "entries were skipped". If the settings hold a base URL
#      and a credential, the run must also reach the mock with a model request and end with 0.
#      The mock's address is given with --settings, which beats the user's file key by key and leaves the rest of it
#      in force; an exported ANTHROPIC_BASE_URL would lose against the file.
# Silent losses are beyond this check: an unknown key, and a few known ones of a wrong type (autoCompactWindow: "x"),
# are ignored by Claude Code without a word (2.1.330). Only the user's settings.json is checked, not project files.
#
# Both run in a network namespace that has only loopback (`unshare`).
# Needs node, and `claude` >= 2.1.199 or so (where `doctor` works without a terminal). Checked with 2.1.330.
# CLAUDE_ACCEPTS_LOG=FILE keeps the mock's request log (which model, which credential headers; no values of them).
set -u

usage() { echo "usage: claude-accepts.sh CLAUDE_BIN SETTINGS_HOME" >&2; exit 2; }
cannot() { echo "claude-accepts: cannot check: $1" >&2; exit 2; }

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 2

if [ "${1:-}" != --inside ]; then
    [ $# -eq 2 ] || usage
    [ -x "$1" ] || cannot "no such program: $1"
    [ -f "$2/.claude/settings.json" ] || cannot "no such file: $2/.claude/settings.json"
    command -v node >/dev/null || cannot "node is not installed"
    bin=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
    home=$(cd "$2" && pwd)
    self=$here/$(basename "${BASH_SOURCE[0]}")
    # root needs no user namespace; others may be allowed to make one
    for flags in -n -rn; do
        if unshare $flags true 2>/dev/null; then
            exec unshare $flags bash -c 'ip link set lo up && exec bash "$@"' netns "$self" --inside "$bin" "$home"
        fi
    done
    cannot "no network namespace may be made here"
fi

bin=$2
home=$3
work=$(mktemp -d) || cannot "no temporary folder"
mock=
trap '[ -n "$mock" ] && kill "$mock" 2>/dev/null; rm -rf "$work"' EXIT
mkdir -p "$work/home/.claude" "$work/project"
cp -L "$home/.claude/settings.json" "$work/home/.claude/settings.json" || cannot "the settings can't be read"
[ -f "$home/.claude.json" ] && cp -L "$home/.claude.json" "$work/home/.claude.json"

node "$here/mock.mjs" --log "$work/requests" >"$work/mock" 2>"$work/mock.err" &
mock=$!
for _ in $(seq 100); do [ -s "$work/mock" ] && break; sleep 0.05; done
port=$(sed -n 's/^{"port":\([0-9]*\).*/\1/p' "$work/mock")
[ -n "$port" ] || cannot "the mock did not start: $(cat "$work/mock.err")"
override='{"env":{"ANTHROPIC_BASE_URL":"http://127.0.0.1:'$port'/api/anthropic"}}'

# The real tool with nothing of this machine's environment; node is on the PATH for the older, scripted versions.
# ZAI_API_KEY is there, invented, for settings that refer to it (`apiKeyHelper`).
run() {
    name=$1
    shift
    (cd "$work/project" && env -i HOME="$work/home" PATH="$(dirname "$(command -v node)"):/usr/local/bin:/usr/bin:/bin" \
        TERM=dumb LANG=C.UTF-8 TMPDIR="$work" CLAUDE_CODE_TMPDIR="$work" CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 DISABLE_AUTOUPDATER=1 \
        ZAI_API_KEY=00000000000000000000000000000000.0000000000000000 \
        timeout 90 "$bin" "$@") </dev/null >"$work/$name.out" 2>"$work/$name.err"
    status=$?
    [ "$status" -ne 124 ] || cannot "no answer within 90 s"
}
failed=0
complain() { # MESSAGE FILE…  (no pipe into it: `failed` would be lost in the subshell)
    failed=1
    echo "claude-accepts: $1"
    shift
    # the temporary folder's name says nothing to the reader
    sed -e "s#$work/home#~#g" -e 's/^/    /' "$@"
}

run doctor doctor # takes no --settings: it may look at the real address
if grep -q 'Invalid settings' "$work/doctor.out"; then
    sed -n '/Invalid settings/,/^$/p' "$work/doctor.out" >"$work/invalid"
    complain '`claude doctor` finds the settings invalid:' "$work/invalid"
elif [ "$status" -ne 0 ]; then
    complain "\`claude doctor\` ended with $status:" "$work/doctor.out" "$work/doctor.err"
elif ! grep -q 'Claude Code doctor' "$work/doctor.out"; then
    cannot '`claude doctor` printed nothing that this script knows; is the version too old?'
fi

run prompt -p hi --settings "$override"
if grep -Eqi 'did not load|entries were skipped|not in effect' "$work/prompt.err"; then
    complain '`claude -p` says:' "$work/prompt.err"
elif node -e '
        const text = require("node:fs").readFileSync(process.argv[1], "utf8").replace(/^\uFEFF/, "");
        const settings = JSON.parse(text), env = settings.env ?? {};
        process.exit(env.ANTHROPIC_BASE_URL && (env.ANTHROPIC_AUTH_TOKEN || env.ANTHROPIC_API_KEY || settings.apiKeyHelper) ? 0 : 1);
    ' "$work/home/.claude/settings.json" 2>/dev/null; then
    # Pointed at a server, with a credential: then it must get as far as a model request that is answered.
    if ! grep -q '"kind":' "$work/requests"; then
        complain "\`claude -p\` (exit $status) sent no model request:" "$work/prompt.out" "$work/prompt.err"
    elif [ "$status" -ne 0 ]; then
        complain "\`claude -p\` ended with $status:" "$work/prompt.out" "$work/prompt.err"
    fi
fi
[ -n "${CLAUDE_ACCEPTS_LOG:-}" ] && cp "$work/requests" "$CLAUDE_ACCEPTS_LOG"
exit $failed
