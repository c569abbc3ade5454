#!/usr/bin/env bash
# openclaw-measure.sh OPENCLAW_BIN HOME SCENARIO [LIMIT]
#
# What does the real openclaw ask for, with HOME/.openclaw/openclaw.json? One line, separated by tabs:
#   tool  version  scenario  requests  refused  max-in-flight  seconds  endpoint-and-model (count) …
#
#   one        `openclaw agent --local`: one prompt
#   sessions   the Gateway, and four prompts in four sessions at the same time
#   subagents  the Gateway, and one prompt whose answer starts three sub-agents
#
# LIMIT is how many requests the mock takes at once before it answers 429 with code 1302 (default: no limit).
# The home's file is used as it is: a wrapper includes it and adds what only the test needs (a private address is allowed for the
# provider zai, plugins are off because their packages can't be fetched here). A node that this openclaw takes must be on the PATH.
# Checked with 2026.9.6. Each scenario takes 20 to 60 s.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 3 ] || [ $# -eq 4 ] || usage "OPENCLAW_BIN HOME one|sessions|subagents [LIMIT]"
program "$1"
home "$2" .openclaw/openclaw.json
needs node openssl curl
offline --mounts "$@"
scenario=$3 limit=${4:-}
workplace
copy_home
stand_for_zai
state=$work/home/.openclaw
mv "$state/openclaw.json" "$state/user.json5"
cat >"$state/test.json5" <<'JSON'
{
  models: { providers: { zai: { request: { allowPrivateNetwork: true } } } },
  plugins: { enabled: false },
  gateway: {
    mode: "local", port: 18789, bind: "loopback",
    auth: { mode: "token", token: "test" },
    http: { endpoints: { chatCompletions: { enabled: true } } },
  },
}
JSON
# Otherwise `sessions_spawn` hides behind a search tool.
[ "$scenario" = subagents ] && sed -i 's/^  plugins/  tools: { toolSearch: false },\n&/' "$state/test.json5"
# shellcheck disable=SC2016  # openclaw's own word
printf '{ $include: ["./user.json5", "./test.json5"] }\n' >"$state/openclaw.json"

delay=0
[ "$scenario" = one ] || delay=3000
args=(--delay-ms "$delay")
[ -n "$limit" ] && args+=(--limit "$limit")
[ "$scenario" = subagents ] && args+=(--tasks 3)
start_mock "$here/openclaw-mock.mjs" "$work/tls" "$log" "${args[@]}"
clean+=(NODE_EXTRA_CA_CERTS="$work/tls/ca.pem" ZAI_API_KEY="$key" OPENCLAW_NO_AUTO_UPDATE=1)

seen() { curl -s --cacert "$work/tls/ca.pem" https://localhost/mock/summary; }
session() { # NUMBER
    curl -s -m 150 -o "$work/answer-$1" http://127.0.0.1:18789/v1/chat/completions -H 'Authorization: Bearer test' \
        -H 'Content-Type: application/json' -d '{"model":"openclaw/default","user":"'"$1"'","messages":[{"role":"user","content":"hi"}]}'
}
version "$bin"
if [ "$scenario" = one ]; then
    begin=$(date +%s)
    run 400 "$bin" agent --local --agent main --message hi --json
else
    become 900 "$bin" gateway run --allow-unconfigured & started+=($!)
    for _ in $(seq 800); do curl -s -o /dev/null http://127.0.0.1:18789/ && break; sleep 0.5; done
    sleep 3
    begin=$(date +%s)
    asks=()
    if [ "$scenario" = sessions ]; then
        for n in 1 2 3 4; do session "$n" & asks+=($!); done
    else
        session 1 & asks+=($!)
    fi
    wait "${asks[@]}"
    # sub-agents answer after the prompt is done: until nothing new comes for 12 s
    if [ "$scenario" = subagents ]; then
        before=
        while now=$(seen); [ "$now" != "$before" ]; do before=$now; sleep 12; done
    fi
fi
end=$(date +%s)
[ -n "${OPENCLAW_MEASURE_OUT:-}" ] && { said >"$OPENCLAW_MEASURE_OUT"; cat "$work"/answer-* "$log" >>"$OPENCLAW_MEASURE_OUT" 2>/dev/null; }
# shellcheck disable=SC2016  # JavaScript
seen | node -e '
    const seen = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
    const places = Object.entries(seen.places).map(([place, n]) => `${place} (${n})`);
    const [tool, version, scenario, seconds] = process.argv.slice(1);
    console.log([tool, version, scenario, seen.requests, seen.refused, seen.maxInFlight, seconds, ...places].join("\t"));
' openclaw "$version" "$scenario" $((end - begin))
