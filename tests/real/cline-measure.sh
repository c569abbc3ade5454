#!/usr/bin/env bash
# cline-measure.sh CLINE_BIN HOME SCENARIO [--tasks N] [--limit N] [--delay-ms N] …
#
# Runs one prompt of this real Cline on a copy of HOME against the mock, which stands for api.z.ai and open.bigmodel.cn,
# and prints one line of tab-separated values:
#   tool  version  scenario  requests  refused  max-in-flight  hosts+paths  models  credentials
# Options after SCENARIO go to cline-mock.mjs. In `credentials`, `zai` is the fixtures' invented key.
# For the two hosts a certificate is made and /etc/hosts is replaced in a mount namespace of this run only; nothing
# leaves the machine. Needs node, openssl, curl, jq and the right to make namespaces (root, or user namespaces).
#
# The figures in the rules are from HOME with three sub-agents and a server that takes one request at a time:
#   cline-measure.sh cline tests/fixtures/cline/real-openai/home   plan   --tasks 3 --delay-ms 1500 --limit 1
set -u
cannot() { echo "cline-measure: $1" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 2
if [ "${1:-}" != --inside ]; then
    [ $# -ge 3 ] || cannot "usage: cline-measure.sh CLINE_BIN HOME SCENARIO [MOCK OPTIONS]"
    bin=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
    home=$(cd "$2" && pwd) || exit 2
    shift 2
    for flags in -nm -rnm; do
        if unshare $flags true 2>/dev/null; then
            exec unshare $flags bash "$here/$(basename "${BASH_SOURCE[0]}")" --inside "$bin" "$home" "$@"
        fi
    done
    cannot "no namespaces may be made here"
fi
bin=$2
home=$3
scenario=$4
shift 4
ip link set lo up
work=$(mktemp -d) || cannot "no temporary folder"
mock=
finish() {
    [ -n "$mock" ] && kill "$mock" 2>/dev/null
    for pid in $(pgrep -f -- "$work/" 2>/dev/null); do [ "$pid" != $$ ] && kill "$pid" 2>/dev/null; done
    rm -rf "$work"
}
trap finish EXIT
mkdir -p "$work/home" "$work/project"
cp -R "$home/." "$work/home"
printf '127.0.0.1 localhost api.z.ai open.bigmodel.cn\n' >"$work/hosts"
mount --bind "$work/hosts" /etc/hosts || cannot "/etc/hosts can't be replaced for this run"
(
    cd "$work" || exit
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout ca.key -out ca.pem -subj "/CN=test" &&
        openssl req -newkey rsa:2048 -nodes -keyout key -out csr -subj "/CN=api.z.ai" &&
        printf 'subjectAltName=DNS:api.z.ai,DNS:open.bigmodel.cn' >ext &&
        openssl x509 -req -in csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out cert -extfile ext
) 2>/dev/null >/dev/null || cannot "openssl made no certificate"
node "$here/cline-mock.mjs" --port 443 --tls "$work/key" "$work/cert" --know zai=00000000000000000000000000000000.0000000000000000 "$@" >"$work/mock" 2>"$work/mock.err" &
mock=$!
for _ in $(seq 100); do [ -s "$work/mock" ] && break; sleep 0.05; done
[ -s "$work/mock" ] || cannot "the mock did not start: $(cat "$work/mock.err")"
folder=$(dirname "$(realpath "$bin")")
while [ "$folder" != / ] && ! grep -Eq '"name": *"(@cline/)?cli(ne|-[a-z0-9-]*)"' "$folder/package.json" 2>/dev/null; do folder=$(dirname "$folder"); done
version=$(jq -r .version "$folder/package.json")
yes=()
case $version in 2.*) yes=(-y) ;; esac
(cd "$work/project" && env -i HOME="$work/home" PATH="$(dirname "$(command -v node)"):/usr/local/bin:/usr/bin:/bin" TERM=dumb NO_COLOR=1 \
    NODE_EXTRA_CA_CERTS="$work/ca.pem" timeout "${CLINE_MEASURE_TIMEOUT:-120}" "$bin" "${yes[@]+"${yes[@]}"}" "please say hello") </dev/null >/dev/null 2>&1
curl -sk https://127.0.0.1/mock/summary | jq -r --arg v "$version" --arg s "$scenario" \
    '["cline", $v, $s, .requests, .refused, .maxInFlight, ([.hosts[] as $h | .paths[] as $p | $h + $p] | join(" ")), (.models | join(" ")), (.credentials | join(" "))] | @tsv'
