#!/usr/bin/env bash
# home-measure.sh TOOL PROGRAM HOME SCENARIO [MOCK OPTIONS]
#
# Runs one prompt of a real tool on a copy of HOME, against a mock that stands for api.z.ai and open.bigmodel.cn, and prints one
# line of tab-separated values:
#   tool  version  scenario  requests  refused  max in flight  endpoints  models
# TOOL is a name of versions.toml, PROGRAM its program; the options go to mock.mjs (codex-mock.mjs for Codex).
# The home is used as it is, addresses and all: for the two hosts a certificate is made and /etc/hosts is replaced in a mount
# namespace of this run only. Nothing leaves the machine: without a network namespace of its own it does not run.
# OMO_MODULES: the node_modules with oh-my-openagent, which opencode then finds as if it had fetched it.
# MEASURE_INTERACTIVE=1: the tool is driven in a pty by type.py instead of being given the prompt (claude-code, opencode).
# Needs node, openssl, python3 and root or user namespaces.
set -u
cannot() { echo "home-measure: cannot measure: $1" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 2
if [ "${1:-}" != --inside ]; then
    [ $# -ge 4 ] || cannot "usage: home-measure.sh TOOL PROGRAM HOME SCENARIO [MOCK OPTIONS]"
    tool=$1 bin=$(cd "$(dirname "$2")" && pwd)/$(basename "$2") home=$(realpath -- "$3") || exit 2
    shift 3
    for flags in -nm -rnm; do
        unshare $flags true 2>/dev/null && exec unshare $flags bash "$here/home-measure.sh" --inside "$tool" "$bin" "$home" "$@"
    done
    cannot "no namespaces may be made here"
fi
tool=$2 bin=$3 home=$4 scenario=$5
shift 5
ip link set lo up
[ "$(ip -o link | wc -l)" = 1 ] || cannot "there is more than loopback in this network namespace"
work=$(mktemp -d) || cannot "no temporary folder"
pids=()
finish() {
    for pid in "${pids[@]+"${pids[@]}"}"; do kill "$pid" 2>/dev/null; done
    for pid in $(pgrep -f -- "$work/" 2>/dev/null); do [ "$pid" != $$ ] && kill "$pid" 2>/dev/null; done
    rm -rf "$work"
}
trap finish EXIT
cp -R "$home" "$work/home" && mkdir -p "$work/project" || cannot "the home can't be copied"
printf '127.0.0.1 localhost api.z.ai open.bigmodel.cn\n' >"$work/hosts"
mount --bind "$work/hosts" /etc/hosts || cannot "/etc/hosts can't be replaced for this run"
(
    cd "$work" &&
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout ca.key -out ca.pem -subj "/CN=test" &&
        openssl req -newkey rsa:2048 -nodes -keyout key -out csr -subj "/CN=api.z.ai" &&
        printf 'subjectAltName=DNS:api.z.ai,DNS:open.bigmodel.cn' >ext &&
        openssl x509 -req -in csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out cert -extfile ext
) >/dev/null 2>&1 || cannot "openssl made no certificate"

mock=mock.mjs
[ "$tool" = codex ] && mock=codex-mock.mjs
node "$here/$mock" "$@" >"$work/mock" 2>"$work/mock.err" &
pids+=($!) mock_pid=$!
for _ in $(seq 100); do [ -s "$work/mock" ] && break; sleep 0.05; done
port=$(sed -n 's/^{"port":\([0-9]*\).*/\1/p' "$work/mock")
[ -n "$port" ] || cannot "the mock did not start: $(cat "$work/mock.err")"
node "$here/tls-front.mjs" "$work/key" "$work/cert" "$port" "$work/log" >"$work/front" 2>&1 &
pids+=($!)
for _ in $(seq 100); do [ -s "$work/front" ] && break; sleep 0.05; done
grep -q ready "$work/front" || cannot "nothing listens on 443: $(cat "$work/front")"

# The key is an invented one. What follows keeps the tools from looking for updates and lists of models, where they know such a switch.
key=00000000000000000000000000000000.0000000000000000
run() {
    (cd "$work/project" && env -i HOME="$work/home" PATH="$(dirname "$(command -v node)"):/usr/local/bin:/usr/bin:/bin" TERM=xterm-256color LANG=C.UTF-8 TMPDIR="$work" \
        NODE_EXTRA_CA_CERTS="$work/ca.pem" SSL_CERT_FILE="$work/ca.pem" REQUESTS_CA_BUNDLE="$work/ca.pem" ZAI_API_KEY=$key ZHIPU_API_KEY=$key \
        DISABLE_AUTOUPDATER=1 OPENCODE_DISABLE_AUTOUPDATE=1 OPENCODE_DISABLE_MODELS_FETCH=1 KILO_DISABLE_AUTOUPDATE=1 KILO_DISABLE_MODELS_FETCH=1 \
        KILO_TELEMETRY_LEVEL=off CONTINUE_TELEMETRY_ENABLED=0 LITELLM_LOCAL_MODEL_COST_MAP=True \
        timeout "${MEASURE_TIMEOUT:-150}" "$@") </dev/null >"$work/out" 2>"$work/err"
}
typed() { # PROGRAM ARGUMENT…: the same in a pty; the keys are the tool's own
    run python3 "$here/type.py" "$tool" "$@"
}
if [ -n "${OMO_MODULES:-}" ]; then
    for name in oh-my-openagent oh-my-opencode; do
        for spec in $name $name@latest "$name@$(node -p 'require(process.argv[1]).version' "$OMO_MODULES/oh-my-openagent/package.json")"; do
            mkdir -p "$work/home/.cache/opencode/packages/$spec"
            ln -sfn "$(realpath "$OMO_MODULES")" "$work/home/.cache/opencode/packages/$spec/node_modules"
        done
    done
    echo "fetch-retries=0" >"$work/home/.npmrc"
fi
case $tool in
    claude-code)
        version=$("$bin" --version 2>/dev/null | cut -d' ' -f1)
        if [ -n "${MEASURE_INTERACTIVE:-}" ]; then
            printf '{"hasCompletedOnboarding":true,"theme":"dark","projects":{"%s":{"hasTrustDialogAccepted":true}}}' "$work/project" >"$work/home/.claude.json"
            typed "$bin"
        else run "$bin" -p hi; fi ;;
    opencode)
        version=$(HOME=$work/home "$bin" --version 2>/dev/null | tail -n 1)
        pure=--pure
        [ -n "${OMO_MODULES:-}" ] && pure=
        run "$bin" run $pure hi ;;
    kilo-code)
        version=$(HOME=$work/home "$bin" --version 2>/dev/null | tail -n 1)
        run "$bin" run hi ;;
    codex)
        version=$("$bin" --version 2>/dev/null | sed 's/.* //')
        run "$bin" exec --skip-git-repo-check hi ;;
    qwen-code)
        version=$(node "$bin" --version 2>/dev/null)
        run node "$bin" -y -p hi ;;
    continue)
        version=$(HOME=$work/home node "$bin" --version)
        # In YAML a key of nothing but zeros and a point would be a number.
        run env ZAI_API_KEY=a${key#0} node "$bin" -p hi ;;
    aider)
        version=$(HOME=$work/home "$bin" --version | cut -d' ' -f2)
        run env OPENAI_API_KEY=$key "$bin" --message hi --no-git --no-pretty --yes-always --analytics-disable --no-check-update --no-show-model-warnings ;;
    goose)
        version=$(HOME=$work/home "$bin" --version 2>/dev/null | tr -d ' ')
        # A key of nothing but zeros and a point would be taken for a number.
        run env GOOSE_DISABLE_KEYRING=1 ZAI_API_KEY=a${key#0} "$bin" run --no-session -t hi ;;
    droid)
        version=$(HOME=$work/home "$bin" --version 2>/dev/null | tail -n 1)
        run "$bin" exec -m no-such-model hi
        model=$(sed -nE 's/^ *(custom:[^ ]+) .*/\1/p' "$work/out" "$work/err" | head -1)
        run "$bin" exec -m "$model" hi ;;
    *) cannot "it knows no $tool" ;;
esac
sleep "${MEASURE_TAIL:-0}"
kill "$mock_pid" && wait "$mock_pid" 2>/dev/null
[ -n "${MEASURE_KEEP:-}" ] && cp -R "$work/home" "$MEASURE_KEEP/home" && cp "$work/log" "$work/out" "$work/err" "$MEASURE_KEEP/"
node -e '
    const [tool, version, scenario, mock, log] = process.argv.slice(1), fs = require("node:fs");
    const lines = (file) => fs.readFileSync(file, "utf8").trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
    const seen = lines(mock).at(-1), entries = lines(log).filter((entry) => entry.model !== undefined && !entry.path.endsWith("count_tokens"));
    const each = (say) => [...new Set(entries.map(say))].sort().join(" ");
    console.log([tool, version, scenario, seen.model, seen.rejected, seen.maxInFlight, each((entry) => `https://${entry.host}${entry.path}`), each((entry) => entry.model)].join("\t"));
' "$tool" "$version" "$scenario" "$work/mock" "$work/log"
