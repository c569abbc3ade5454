#!/usr/bin/env bash
# refused-logs.sh TOOL BIN HOME CODES [PROMPT]
#
# Runs a real tool once in HOME while the mock answers its first model requests 429 with CODES (see mock.mjs, --refuse),
# so that the tool writes its own log of them there. TOOL is claude or opencode. Prints how often the mock refused.
#   exit 0  the tool ran and the mock refused as often as it was told to, or the tool gave up before
#   exit 2  wrong usage, or it could not be run (said why)
#
# The run has a clean environment and a network namespace with loopback only. Claude Code
# tries again three times (CLAUDE_CODE_MAX_RETRIES=3); BRACKETED=1 answers it in the later form, `[code][message][…]`.
# The extracts under tests/fixtures/logs/ were made with it (claude 2.1.330; opencode 1.18.33, and with other binaries
# 1.3.2 and 1.14.41): only the lines of the conversation and its errors, other folders' names, and of the request that
# opencode 1.x writes into its log without the system prompt and the tools.
set -u
cannot() { echo "refused-logs: $1" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 2

if [ "${1:-}" != --inside ]; then
    [ $# -ge 4 ] || cannot "usage: refused-logs.sh TOOL BIN HOME CODES [PROMPT]"
    command -v node >/dev/null || cannot "node is not installed"
    self=$here/$(basename "${BASH_SOURCE[0]}")
    for flags in -n -rn; do
        if unshare $flags true 2>/dev/null; then
            exec unshare $flags bash -c 'ip link set lo up && exec bash "$@"' netns "$self" --inside "$@"
        fi
    done
    cannot "no network namespace may be made here"
fi

tool=$2 bin=$3 home=$4 codes=$5 prompt=${6:-say hello}
work=$(mktemp -d) || cannot "no temporary folder"
mock=
trap '[ -n "$mock" ] && kill "$mock" 2>/dev/null; rm -rf "$work"' EXIT
node "$here/mock.mjs" --log "$work/requests" --refuse "$codes" ${BRACKETED:+--bracketed} >"$work/mock" 2>"$work/mock.err" &
mock=$!
for _ in $(seq 100); do [ -s "$work/mock" ] && break; sleep 0.05; done
port=$(sed -n 's/^{"port":\([0-9]*\).*/\1/p' "$work/mock")
[ -n "$port" ] || cannot "the mock did not start: $(cat "$work/mock.err")"
key=00000000000000000000000000000000.0000000000000000
mkdir -p "$home/project" && cd "$home/project" || cannot "no such home: $home"

clean() { env -i HOME="$home" PATH="$(dirname "$(command -v node)"):/usr/local/bin:/usr/bin:/bin" TERM=dumb NO_COLOR=1 LANG=C.UTF-8 TMPDIR="$work" "$@"; }
case $tool in
claude)
    clean CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 DISABLE_AUTOUPDATER=1 CLAUDE_CODE_MAX_RETRIES=3 \
        ANTHROPIC_BASE_URL="http://127.0.0.1:$port/api/anthropic" ANTHROPIC_AUTH_TOKEN=$key ANTHROPIC_MODEL=glm-5.3 \
        timeout 120 "$bin" -p "$prompt" </dev/null >"$work/out" 2>&1
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
    clean OPENCODE_DISABLE_AUTOUPDATE=1 OPENCODE_DISABLE_MODELS_FETCH=1 \
        timeout 120 "$bin" run "$prompt" </dev/null >"$work/out" 2>&1
    ;;
*) cannot "unknown tool: $tool" ;;
esac
refused=$(grep -c '"status":429' "$work/requests")
[ "$refused" -gt 0 ] || { cat "$work/out" >&2; cannot "$tool sent no request that was refused"; }
echo "$refused"
