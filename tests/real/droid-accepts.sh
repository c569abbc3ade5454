#!/usr/bin/env bash
# droid-accepts.sh DROID_BIN HOME
#
# Does this real Factory Droid take HOME/.factory/settings.json (or config.json)?
#   exit 0  yes     exit 1  no; the tool's own words are printed     exit 2  the check could not be made
#
# Offline, on a copy of the home. Z.ai's addresses in the copy are replaced by a mock's on loopback, each with its own path; then the
# first custom model is asked for by the name that Droid gives it, and a request must arrive. A home without custom models
# only has to pass `droid doctor`'s look at the configuration. The variables are set to an invented key. Checked with 0.215.0.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 2
cannot() { echo "droid-accepts: cannot check: $1" >&2; exit 2; }
if [ "${1:-}" != --inside ]; then
    [ $# -eq 2 ] || { echo "usage: droid-accepts.sh DROID_BIN HOME" >&2; exit 2; }
    [ -x "$1" ] || cannot "no such program: $1"
    [ -d "$2/.factory" ] || cannot "no such folder: $2/.factory"
    command -v node >/dev/null || cannot "node is not installed"
    for flags in -n -rn; do
        unshare $flags true 2>/dev/null && exec unshare $flags bash -c 'ip link set lo up && exec bash "$@"' netns "$here/droid-accepts.sh" --inside "$(realpath -- "$1")" "$(realpath -- "$2")"
    done
    cannot "no network namespace may be made here"
fi
bin=$2 home=$3 mock=
work=$(mktemp -d) || cannot "no temporary folder"
trap '[ -n "$mock" ] && kill "$mock" 2>/dev/null; rm -rf "$work"' EXIT
mkdir -p "$work/home/.factory" "$work/project"
cp -L "$home"/.factory/*.json "$work/home/.factory/" || cannot "the settings can't be read"
node "$here/mock.mjs" --log "$work/requests" >"$work/mock" 2>"$work/mock.err" &
mock=$!
for _ in $(seq 100); do [ -s "$work/mock" ] && break; sleep 0.05; done
port=$(sed -n 's/^{"port":\([0-9]*\).*/\1/p' "$work/mock")
[ -n "$port" ] || cannot "the mock did not start: $(cat "$work/mock.err")"
points=
grep -Eq '//(api[.]z[.]ai|open[.]bigmodel[.]cn)/' "$work"/home/.factory/*.json && points=1
sed -E -i "s#https?://(api[.]z[.]ai|open[.]bigmodel[.]cn)/#http://127.0.0.1:$port/#g" "$work"/home/.factory/*.json
run() {
    (cd "$work/project" && env -i HOME="$work/home" PATH=/usr/local/bin:/usr/bin:/bin TERM=dumb LANG=C.UTF-8 \
        ZAI_API_KEY=00000000000000000000000000000000.0000000000000000 timeout 90 "$bin" "$@") </dev/null >"$work/out" 2>&1
}
if [ -z "$points" ]; then
    run doctor
    sed -n '/^Configuration/,/^Environment/p' "$work/out" >"$work/part"
    [ -s "$work/part" ] || cannot "droid doctor printed nothing that this script knows"
    grep -q '✗' "$work/part" || exit 0
    echo "droid-accepts: it finds the configuration wrong:"; grep -E '✗' "$work/part" | sed 's/^/    /'
    exit 1
fi
run exec -m no-such-model hi
model=$(sed -nE 's/^ *(custom:[^ ]+) .*/\1/p' "$work/out" | head -1)
if [ -z "$model" ]; then
    echo "droid-accepts: it sees no custom model"
    run doctor
    sed -n '/^Configuration/,/^Environment/p' "$work/out" | grep -E '✗' | sed 's/^/    /'
    exit 1
fi
run exec -m "$model" hi
grep -Eq '"path":"(/api/coding/paas/v4/chat/completions|/api/paas/v4/chat/completions|/api/anthropic/v1/messages)"' "$work/requests" && exit 0
echo "droid-accepts: no request went to a known path:"; sed -e 's/^/    /' "$work/requests" "$work/out" | head -8
exit 1
