#!/usr/bin/env bash
# cline-measure.sh CLINE_BIN HOME SCENARIO [--tasks N] [--limit N] [--delay-ms N] …
#
# Runs one prompt of this real Cline on a copy of HOME against the mock, which stands for api.z.ai and open.bigmodel.cn,
# and prints one line of tab-separated values:
#   tool  version  scenario  requests  refused  max-in-flight  hosts+paths  models  credentials
# Options after SCENARIO go to cline-mock.mjs. In `credentials`, `zai` is the fixtures' invented key.
#
# The figures in the rules are from HOME with three sub-agents and a server that takes one request at a time:
#   cline-measure.sh cline tests/fixtures/cline/real-openai/home   plan   --tasks 3 --delay-ms 1500 --limit 1
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -ge 3 ] || usage "CLINE_BIN HOME SCENARIO [MOCK OPTIONS]"
program "$1"
home "$2"
needs node openssl curl jq
offline --mounts "$@"
scenario=$3
shift 3
workplace
copy_home
stand_for_zai
start_mock "$here/cline-mock.mjs" --port 443 --tls "$work/tls/key.pem" "$work/tls/cert.pem" --know "zai=$key" "$@"
version=$(cline_version)
yes=()
case $version in 2.*) yes=(-y) ;; esac
run "${CLINE_MEASURE_TIMEOUT:-120}" NODE_EXTRA_CA_CERTS="$work/tls/ca.pem" "$bin" "${yes[@]+"${yes[@]}"}" "please say hello"
curl -sk https://127.0.0.1/mock/summary | jq -r --arg v "$version" --arg s "$scenario" \
    '["cline", $v, $s, .requests, .refused, .maxInFlight, ([.hosts[] as $h | .paths[] as $p | $h + $p] | join(" ")), (.models | join(" ")), (.credentials | join(" "))] | @tsv'
