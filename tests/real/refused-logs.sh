#!/usr/bin/env bash
# refused-logs.sh TOOL BIN HOME CODES [PROMPT]
#
# Runs a real tool once in HOME while the mock answers its first model requests 429 with CODES (see mock.mjs, --refuse),
# so that the tool writes its own log of them there. TOOL is claude or opencode. Prints how often the mock refused.
#   exit 0  the tool ran and the mock refused as often as it was told to, or the tool gave up before
#   exit 2  wrong usage, or it could not be run (said why)
#
# Claude Code tries again three times (CLAUDE_CODE_MAX_RETRIES=3); BRACKETED=1 answers it in the later form, `[code][message][…]`.
# The extracts under tests/fixtures/logs/ were made with it (claude 2.1.330; opencode 1.18.33, and with other binaries
# 1.3.2 and 1.14.41): only the lines of the conversation and its errors, other folders' names, and of the request that
# opencode 1.x writes into its log without the system prompt and the tools.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 4 ] || [ $# -eq 5 ] || usage "TOOL BIN HOME CODES [PROMPT]"
program "$2"
home "$3"
needs node
offline "$@"
tool=$1 codes=$4 prompt=${5:-say hello}
workplace
start_mock "$here/mock.mjs" --log "$log" --refuse "$codes" ${BRACKETED:+--bracketed}
# Not in a copy: its log is what is asked for.
project=$home/project
mkdir -p "$project"
clean+=(HOME="$home")

case $tool in
claude)
    run 120 CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 DISABLE_AUTOUPDATER=1 CLAUDE_CODE_MAX_RETRIES=3 \
        ANTHROPIC_BASE_URL="http://127.0.0.1:$port/api/anthropic" ANTHROPIC_AUTH_TOKEN="$key" ANTHROPIC_MODEL=glm-5.3 \
        "$bin" -p "$prompt"
    ;;
opencode)
    mkdir -p "$home/.config/opencode"
    cat >"$home/.config/opencode/opencode.json" <<JSON
{
  "\$schema": "https://opencode.ai/config.json",
  "model": "zai-coding-plan/glm-4.7",
  "provider": { "zai-coding-plan": { "options": { "baseURL": "http://127.0.0.1:$port/api/coding/paas/v4", "apiKey": "$key" } } },
  "agent": { "title": { "disable": true } }
}
JSON
    run 120 OPENCODE_DISABLE_AUTOUPDATE=1 OPENCODE_DISABLE_MODELS_FETCH=1 "$bin" run "$prompt"
    ;;
*) cannot "unknown tool: $tool" ;;
esac
refused=$(grep -c '"status":429' "$log")
[ "$refused" -gt 0 ] || { said >&2; cannot "$tool sent no request that was refused"; }
echo "$refused"
