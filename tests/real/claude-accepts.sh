#!/usr/bin/env bash
# claude-accepts.sh CLAUDE_BIN SETTINGS_HOME
#
# Does this real Claude Code load SETTINGS_HOME/.claude/settings.json without a complaint?
#
# Two questions are put to the tool, on a copy of the file:
#   1. `claude doctor` must end with 0 and print no "Invalid settings" section. It needs no login and no server.
#      It also names entries that the tool merely skips (a hook of an unknown event), which count as complaints here.
#   2. `claude -p hi` must print neither "did not load" nor "entries were skipped". If the settings hold a base URL
#      and a credential, the run must also reach the mock with a model request and end with 0.
#      The mock's address is given with --settings, which beats the user's file key by key and leaves the rest of it
#      in force; an exported ANTHROPIC_BASE_URL would lose against the file.
# Silent losses are beyond this check: an unknown key, and a few known ones of a wrong type (autoCompactWindow: "x"),
# are ignored by Claude Code without a word (2.1.330). Only the user's settings.json is checked, not project files.
#
# Needs `claude` >= 2.1.199 or so (where `doctor` works without a terminal). Checked with 2.1.330.
# CLAUDE_ACCEPTS_LOG=FILE keeps the mock's request log (which model, which credential headers; no values of them).
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 2 ] || usage "CLAUDE_BIN SETTINGS_HOME"
program "$1"
home "$2" .claude/settings.json
needs node
offline "$@"
workplace
settings=$work/home/.claude/settings.json
mkdir "$work/home/.claude"
cp -L "$home/.claude/settings.json" "$settings" || cannot "the settings can't be read"
[ -f "$home/.claude.json" ] && cp -L "$home/.claude.json" "$work/home/.claude.json"
start_mock "$here/mock.mjs" --log "$log"
override='{"env":{"ANTHROPIC_BASE_URL":"http://127.0.0.1:'$port'/api/anthropic"}}'

# ZAI_API_KEY is there, invented, for settings that refer to it (`apiKeyHelper`).
clean+=(CLAUDE_CODE_TMPDIR="$work" CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 DISABLE_AUTOUPDATER=1 ZAI_API_KEY="$key")
failed=0
complain() { # MESSAGE
    failed=1
    echo "$script: $1"
    said | sed 's/^/    /'
}

ask 90 "$bin" doctor # takes no --settings: it may look at the real address
if grep -q 'Invalid settings' "$work/out"; then
    sed -i -n '/Invalid settings/,/^$/p' "$work/out" # no more than that is said
    : >"$work/err"
    complain "\`claude doctor\` finds the settings invalid:"
elif [ "$status" -ne 0 ]; then
    complain "\`claude doctor\` ended with $status:"
elif ! grep -q 'Claude Code doctor' "$work/out"; then
    cannot "\`claude doctor\` printed nothing that this script knows; is the version too old?"
fi

ask 90 "$bin" -p hi --settings "$override"
if grep -Eqi 'did not load|entries were skipped|not in effect' "$work/err"; then
    : >"$work/out" # the answer is not of interest
    complain "\`claude -p\` says:"
elif node -e '
        const text = require("node:fs").readFileSync(process.argv[1], "utf8").replace(/^\uFEFF/, "");
        const settings = JSON.parse(text), env = settings.env ?? {};
        process.exit(env.ANTHROPIC_BASE_URL && (env.ANTHROPIC_AUTH_TOKEN || env.ANTHROPIC_API_KEY || settings.apiKeyHelper) ? 0 : 1);
    ' "$settings" 2>/dev/null; then
    # Pointed at a server, with a credential: then it must get as far as a model request that is answered.
    if ! grep -q '"kind":' "$log"; then
        complain "\`claude -p\` (exit $status) sent no model request:"
    elif [ "$status" -ne 0 ]; then
        complain "\`claude -p\` ended with $status:"
    fi
fi
[ -n "${CLAUDE_ACCEPTS_LOG:-}" ] && cp "$log" "$CLAUDE_ACCEPTS_LOG"
exit $failed
