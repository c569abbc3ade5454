#!/usr/bin/env bash
# openclaw-measure.sh OPENCLAW_BIN HOME SCENARIO [LIMIT]
#
# What does the real openclaw ask for, with HOME/.openclaw/openclaw.json? One line, separated by tabs:
#   tool  version  scenario  requests  refused  max-in-flight  seconds  endpoint-and-model (count) …
#
#   one        `openclaw agent --local`: one prompt
#   sessions   the Gateway, and four prompts in four sessions at the same time (needs curl)
#   subagents  the Gateway, and one prompt whose answer starts three sub-agents (needs curl)
#
# LIMIT is how many requests the mock takes at once before it answers 429 with code 1302 (default: no limit).
# It runs on a copy of HOME, with an empty environment, in a network and mount namespace of its own, where Z.ai's two
# host names are 127.0.0.1. Needs root or user namespaces, openssl, and a node that this openclaw takes on the PATH.
# The home's file is used as it is: a wrapper includes it and adds what only the test needs (a private address is
# allowed for the provider zai, plugins are off because their packages can't be fetched here).
# Checked with 2026.9.6. Each scenario takes 20 to 60 s.
set -u
die() { printf 'openclaw-measure: %s\n' "$*" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 2
if [ "${1:-}" != --inside ]; then
    [ $# -ge 3 ] || die "usage: openclaw-measure.sh OPENCLAW_BIN HOME one|sessions|subagents [LIMIT]"
    [ -x "$1" ] && [ -f "$2/.openclaw/openclaw.json" ] || die "no such program or home"
    for flags in -nm -rnm; do
        if unshare $flags true 2>/dev/null; then
            exec unshare $flags bash "$here/$(basename "${BASH_SOURCE[0]}")" --inside "$(realpath "$1")" "$(realpath "$2")" "$3" "${4:-}"
        fi
    done
    die "no namespace may be made here"
fi
bin=$2 home=$3 scenario=$4 limit=$5
work=$(mktemp -d) || die "no temporary folder"
pids=()
trap 'for p in "${pids[@]}"; do kill "$p" 2>/dev/null; done; wait 2>/dev/null; rm -rf "$work"' EXIT
ip link set lo up
printf '127.0.0.1 localhost api.z.ai open.bigmodel.cn\n' >"$work/hosts"
mount --bind "$work/hosts" /etc/hosts || die "/etc/hosts can't be replaced"

mkdir "$work/tls" && cd "$work/tls" || die "no folder"
{
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=test' -keyout ca-key.pem -out ca.pem
    openssl req -newkey rsa:2048 -nodes -subj '/CN=api.z.ai' -keyout key.pem -out request.pem
    printf 'subjectAltName=DNS:api.z.ai,DNS:open.bigmodel.cn,DNS:localhost' >ext
    openssl x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -extfile ext -out cert.pem
} 2>/dev/null || die "openssl failed"

cp -R "$home" "$work/home"
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
printf '{ $include: ["./user.json5", "./test.json5"] }\n' >"$state/openclaw.json"

delay=0
[ "$scenario" = one ] || delay=3000
args=(--delay-ms "$delay")
[ -n "$limit" ] && args+=(--limit "$limit")
[ "$scenario" = subagents ] && args+=(--tasks 3)
node "$here/openclaw-mock.mjs" "$work/tls" "$work/log" "${args[@]}" >"$work/ready" & pids+=($!)
for _ in $(seq 100); do [ -s "$work/ready" ] && break; sleep 0.05; done

run() { # in place of this shell, so that the Gateway can be ended by the number of the job
    exec env -i HOME="$work/home" PATH="$PATH" TERM=dumb NO_COLOR=1 NODE_EXTRA_CA_CERTS="$work/tls/ca.pem" \
        ZAI_API_KEY=00000000000000000000000000000000.0000000000000000 OPENCLAW_NO_AUTO_UPDATE=1 "$@"
}
seen() { curl -s --cacert "$work/tls/ca.pem" https://localhost/mock/summary; }
ask() { # SESSION
    curl -s -m 150 -o "$work/answer-$1" http://127.0.0.1:18789/v1/chat/completions -H 'Authorization: Bearer test' \
        -H 'Content-Type: application/json' -d '{"model":"openclaw/default","user":"'"$1"'","messages":[{"role":"user","content":"hi"}]}'
}
version=$("$bin" --version 2>/dev/null | sed -n 's/^OpenClaw \([0-9.-]*\).*/\1/p')
if [ "$scenario" = one ]; then
    begin=$(date +%s)
    (run timeout 400 "$bin" agent --local --agent main --message hi --json) >"$work/out" 2>&1 </dev/null
else
    run timeout 900 "$bin" gateway run --allow-unconfigured >"$work/out" 2>&1 </dev/null & pids+=($!)
    for _ in $(seq 800); do curl -s -o /dev/null http://127.0.0.1:18789/ && break; sleep 0.5; done
    sleep 3
    begin=$(date +%s)
    asks=()
    if [ "$scenario" = sessions ]; then
        for n in 1 2 3 4; do ask "$n" & asks+=($!); done
    else
        ask 1 & asks+=($!)
    fi
    wait "${asks[@]}"
    # sub-agents answer after the prompt is done: until nothing new comes for 12 s
    if [ "$scenario" = subagents ]; then
        before=
        while now=$(seen); [ "$now" != "$before" ]; do before=$now; sleep 12; done
    fi
fi
end=$(date +%s)
[ -n "${OPENCLAW_MEASURE_OUT:-}" ] && { cp "$work/out" "$OPENCLAW_MEASURE_OUT"; cat "$work"/answer-* "$work/log" >>"$OPENCLAW_MEASURE_OUT" 2>/dev/null; }
seen | node -e '
    const seen = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
    const places = Object.entries(seen.places).map(([place, n]) => `${place} (${n})`);
    console.log([...process.argv.slice(1), seen.requests, seen.refused, seen.maxInFlight, '$((end - begin))', ...places].join("\t"));
' openclaw "$version" "$scenario"
