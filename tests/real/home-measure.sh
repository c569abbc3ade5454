#!/usr/bin/env bash
# home-measure.sh TOOL PROGRAM HOME SCENARIO [MOCK OPTIONS]
#
# Runs one prompt of a real tool on a copy of HOME, against a mock that stands for api.z.ai and open.bigmodel.cn, and prints one
# line of tab-separated values:
#   tool  version  scenario  requests  refused  max in flight  endpoints  models
# TOOL is a name of versions.toml, PROGRAM its program; the options go to mock.mjs (codex-mock.mjs for Codex).
# The home is used as it is, addresses and all.
# OMO_MODULES: the node_modules with oh-my-openagent, which opencode then finds as if it had fetched it.
# MEASURE_INTERACTIVE=1: the tool is driven in a pty by type.py instead of being given the prompt (claude-code, opencode).
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -ge 4 ] || usage "TOOL PROGRAM HOME SCENARIO [MOCK OPTIONS]"
program "$2"
home "$3"
needs node openssl python3
offline --mounts "$@"
tool=$1 scenario=$4
shift 4
workplace
copy_home
stand_for_zai

server=mock.mjs
[ "$tool" = codex ] && server=codex-mock.mjs
start_mock "$here/$server" "$@"
node "$here/tls-front.mjs" "$work/tls/key.pem" "$work/tls/cert.pem" "$port" "$log" >"$work/front" 2>&1 &
started+=($!)
for _ in $(seq 100); do [ -s "$work/front" ] && break; sleep 0.05; done
grep -q ready "$work/front" || cannot "nothing listens on 443: $(cat "$work/front")"

# What follows keeps the tools from looking for updates and lists of models, where they know such a switch.
ca=$work/tls/ca.pem
clean+=(TERM=xterm-256color NODE_EXTRA_CA_CERTS="$ca" SSL_CERT_FILE="$ca" REQUESTS_CA_BUNDLE="$ca" ZAI_API_KEY="$key" ZHIPU_API_KEY="$key"
    DISABLE_AUTOUPDATER=1 OPENCODE_DISABLE_AUTOUPDATE=1 OPENCODE_DISABLE_MODELS_FETCH=1 KILO_DISABLE_AUTOUPDATE=1 KILO_DISABLE_MODELS_FETCH=1
    KILO_TELEMETRY_LEVEL=off CONTINUE_TELEMETRY_ENABLED=0 LITELLM_LOCAL_MODEL_COST_MAP=True)
prompt() { run "${MEASURE_TIMEOUT:-150}" "$@"; }
typed() { # PROGRAM ARGUMENT…: the same in a pty; the keys are the tool's own
    prompt python3 "$here/type.py" "$tool" "$@"
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
    qwen-code) version node "$bin" ;;
    *) version "$bin" ;;
esac
case $tool in
    claude-code)
        if [ -n "${MEASURE_INTERACTIVE:-}" ]; then
            printf '{"hasCompletedOnboarding":true,"theme":"dark","projects":{"%s":{"hasTrustDialogAccepted":true}}}' "$project" >"$work/home/.claude.json"
            typed "$bin"
        else prompt "$bin" -p hi; fi ;;
    opencode)
        pure=(--pure)
        [ -n "${OMO_MODULES:-}" ] && pure=()
        prompt "$bin" run "${pure[@]+"${pure[@]}"}" hi ;;
    kilo-code) prompt "$bin" run hi ;;
    codex) prompt "$bin" exec --skip-git-repo-check hi ;;
    qwen-code) prompt node "$bin" -y -p hi ;;
    continue) prompt ZAI_API_KEY="$yaml_key" "$bin" -p hi ;;
    aider)
        prompt OPENAI_API_KEY="$key" "$bin" --message hi --no-git --no-pretty --yes-always --analytics-disable --no-check-update --no-show-model-warnings ;;
    goose) prompt GOOSE_DISABLE_KEYRING=1 ZAI_API_KEY="$yaml_key" "$bin" run --no-session -t hi ;;
    droid)
        prompt "$bin" exec -m no-such-model hi
        model=$(said | sed -nE 's/^ *(custom:[^ ]+) .*/\1/p' | head -1)
        prompt "$bin" exec -m "$model" hi ;;
    *) cannot "it knows no $tool" ;;
esac
sleep "${MEASURE_TAIL:-0}"
stop_mock
[ -n "${MEASURE_KEEP:-}" ] && cp -R "$work/home" "$MEASURE_KEEP/home" && cp "$log" "$work/out" "$work/err" "$MEASURE_KEEP/"
# shellcheck disable=SC2016  # JavaScript
node -e '
    const [tool, version, scenario, mock, log] = process.argv.slice(1), fs = require("node:fs");
    const lines = (file) => fs.readFileSync(file, "utf8").trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
    const seen = lines(mock).at(-1), entries = lines(log).filter((entry) => entry.model !== undefined && !entry.path.endsWith("count_tokens"));
    const each = (say) => [...new Set(entries.map(say))].sort().join(" ");
    console.log([tool, version, scenario, seen.model, seen.rejected, seen.maxInFlight, each((entry) => `https://${entry.host}${entry.path}`), each((entry) => entry.model)].join("\t"));
' "$tool" "$version" "$scenario" "$work/mock" "$log"
