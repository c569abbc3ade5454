#!/usr/bin/env bash
# qwen-code-accepts.sh QWEN_ENTRY HOME
#
# Does this real Qwen Code take HOME/.qwen/settings.json? QWEN_ENTRY is the package's cli-entry.js; QWEN_NODE names a node >= 22
# (the `node` on the PATH otherwise).
#   exit 0  yes     exit 1  no; the tool's own words are printed     exit 2  the check could not be made
#
# Offline, on a copy of the home (Qwen Code rewrites the file). Z.ai's addresses in the copy are replaced by a mock's on loopback,
# each with its own path. When the settings point at Z.ai, a request must reach …/chat/completions, once in the path.
# Checked with 0.24.4.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 2
cannot() { echo "qwen-code-accepts: cannot check: $1" >&2; exit 2; }
if [ "${1:-}" != --inside ]; then
    [ $# -eq 2 ] || { echo "usage: qwen-code-accepts.sh QWEN_ENTRY HOME" >&2; exit 2; }
    [ -f "$1" ] || cannot "no such program: $1"
    [ -f "$2/.qwen/settings.json" ] || cannot "no such file: $2/.qwen/settings.json"
    for flags in -n -rn; do
        unshare $flags true 2>/dev/null && exec unshare $flags bash -c 'ip link set lo up && exec bash "$@"' netns "$here/qwen-code-accepts.sh" --inside "$(realpath -- "$1")" "$(realpath -- "$2")"
    done
    cannot "no network namespace may be made here"
fi
entry=$2 home=$3 mock=
node=${QWEN_NODE:-$(command -v node)}
[ "$("$node" -p 'process.versions.node.split(".")[0] >= 22' 2>/dev/null)" = true ] || cannot "node >= 22 is needed (QWEN_NODE)"
work=$(mktemp -d) || cannot "no temporary folder"
trap '[ -n "$mock" ] && kill "$mock" 2>/dev/null; rm -rf "$work"' EXIT
mkdir -p "$work/home/.qwen" "$work/project"
cp -L "$home/.qwen/settings.json" "$work/home/.qwen/settings.json" || cannot "the settings can't be read"
"$node" "$here/mock.mjs" --log "$work/requests" >"$work/mock" 2>"$work/mock.err" &
mock=$!
for _ in $(seq 100); do [ -s "$work/mock" ] && break; sleep 0.05; done
port=$(sed -n 's/^{"port":\([0-9]*\).*/\1/p' "$work/mock")
[ -n "$port" ] || cannot "the mock did not start: $(cat "$work/mock.err")"
points=
grep -Eq '//(api[.]z[.]ai|open[.]bigmodel[.]cn)/' "$work/home/.qwen/settings.json" && points=1
sed -E -i "s#https?://(api[.]z[.]ai|open[.]bigmodel[.]cn)/#http://127.0.0.1:$port/#g" "$work/home/.qwen/settings.json"
(cd "$work/project" && env -i HOME="$work/home" PATH="$(dirname "$node"):/usr/local/bin:/usr/bin:/bin" TERM=dumb LANG=C.UTF-8 \
    ZAI_API_KEY=00000000000000000000000000000000.0000000000000000 timeout 150 "$node" "$entry" -p hi) </dev/null >"$work/out" 2>"$work/err"
status=$?
refuse() { echo "qwen-code-accepts: $1"; grep -hv Ripgrep "$work/err" "$work/out" | sed -e "s#$work/home#~#g" -e '/^    at /d' -e 's/^/    /' | head -8; exit 1; }
[ -e "$work/home/.qwen/settings.json.corrupted" ] && refuse "it can't read the settings:"
[ -n "$points" ] || exit 0
[ "$status" -ne 124 ] || cannot "it did not end within 150 s"
[ "$status" -eq 0 ] || refuse "it ended with $status:"
grep -Eq '"path":"[^"]*v4/chat/completions"' "$work/requests" || refuse "no request went to …/v4/chat/completions"
exit 0
