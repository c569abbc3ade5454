#!/usr/bin/env bash
# codex-accepts.sh CODEX_BIN HOME
#
# Does this real Codex CLI take HOME/.codex/config.toml?
#   exit 0  yes
#   exit 1  no; the tool's own words are printed
#   exit 2  wrong usage, or the check could not be made
#
# Offline, on a copy of the home. Z.ai's addresses in the copy are replaced by a mock's on loopback, each with its own path.
# 1. `codex features list` loads the settings.  2. When they point at Z.ai, `codex exec` must get a request to …/responses
# through and end with 0. Every variable that env_key names is set to an invented key.
# Checked with 0.169.0. Warnings (unknown keys, keys that a project may not set) don't count.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 2
cannot() { echo "codex-accepts: cannot check: $1" >&2; exit 2; }
if [ "${1:-}" != --inside ]; then
    [ $# -eq 2 ] || { echo "usage: codex-accepts.sh CODEX_BIN HOME" >&2; exit 2; }
    [ -x "$1" ] || cannot "no such program: $1"
    [ -f "$2/.codex/config.toml" ] || cannot "no such file: $2/.codex/config.toml"
    command -v node >/dev/null || cannot "node is not installed"
    bin=$(realpath -- "$1") home=$(realpath -- "$2")
    for flags in -n -rn; do
        if unshare $flags true 2>/dev/null; then
            exec unshare $flags bash -c 'ip link set lo up && exec bash "$@"' netns "$here/codex-accepts.sh" --inside "$bin" "$home"
        fi
    done
    cannot "no network namespace may be made here"
fi
bin=$2 home=$3 mock=
work=$(mktemp -d) || cannot "no temporary folder"
trap '[ -n "$mock" ] && kill "$mock" 2>/dev/null; rm -rf "$work"' EXIT
mkdir -p "$work/home" "$work/project"
cp -RL "$home/.codex" "$work/home/.codex" || cannot "the settings can't be read"
node "$here/codex-mock.mjs" --log "$work/requests" >"$work/mock" 2>"$work/mock.err" &
mock=$!
for _ in $(seq 100); do [ -s "$work/mock" ] && break; sleep 0.05; done
port=$(sed -n 's/^{"port":\([0-9]*\).*/\1/p' "$work/mock")
[ -n "$port" ] || cannot "the mock did not start: $(cat "$work/mock.err")"
config=$work/home/.codex/config.toml
points=
grep -Eq '^ *model_provider *=' "$config" && grep -Eq '//(api[.]z[.]ai|open[.]bigmodel[.]cn)/' "$config" && points=1
sed -E -i "s#https?://(api[.]z[.]ai|open[.]bigmodel[.]cn)/#http://127.0.0.1:$port/#" "$work"/home/.codex/*.toml
variables=(ZAI_API_KEY=00000000000000000000000000000000.0000000000000000)
while read -r name || [ -n "$name" ]; do variables+=("$name=00000000000000000000000000000000.0000000000000000"); done \
    < <(sed -nE "s/.*env_key *= *[\"']([A-Za-z_][A-Za-z0-9_]*)[\"'].*/\1/p" "$config")
run() {
    (cd "$work/project" && env -i HOME="$work/home" PATH=/usr/local/bin:/usr/bin:/bin TERM=dumb LANG=C.UTF-8 "${variables[@]}" timeout 90 "$bin" "$@") \
        </dev/null >"$work/out" 2>"$work/err"
}
refuse() { echo "codex-accepts: $1"; grep -hvE 'PATH aliases|bubblewrap' "$work/err" "$work/out" | grep -iE 'error|warning|How to fix|no longer|in `' | sed -e "s#$work/home#~#g" -e 's/^/    /' | head -20; exit 1; }
run features list || refuse "it does not load the settings:"
[ -n "$points" ] || exit 0
run exec --skip-git-repo-check hi || refuse "it does not get an answer:"
grep -q '"path":"[^"]*/api/v1/responses"' "$work/requests" || refuse "no request went to …/api/v1/responses: $(cat "$work/requests")"
exit 0
