#!/usr/bin/env bash
# Ask the real SillyTavern whether it takes every user's folder below a home.
#
#   sillytavern-accepts.sh SILLYTAVERN_BIN HOME
#
# SILLYTAVERN_BIN is the npm package's program (node_modules/.bin/sillytavern) or a checkout's server.js.
# Every folder `data/<handle>` below HOME with a settings.json is asked for in turn.
#   exit 0  the server hands them out, and all of them parse as the page parses them
#   exit 1  it doesn't; what is wrong is printed
#   exit 2  could not ask
# The server runs on copies, with a clean environment, in a network namespace that has only loopback.
# Checked with 1.19.0; about 4 seconds for each folder.
set -u
cannot() { printf 'sillytavern-accepts: cannot ask: %s\n' "$1" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 2

if [ "${1:-}" != --inside ]; then
    [ $# -eq 2 ] || { echo "usage: sillytavern-accepts.sh SILLYTAVERN_BIN HOME" >&2; exit 2; }
    command -v node >/dev/null || cannot "node is not installed"
    bin=$(realpath -- "$1" 2>/dev/null) && [ -f "$bin" ] || cannot "no such program: $1"
    home=$(realpath -- "$2" 2>/dev/null) && [ -d "$home" ] || cannot "no such folder: $2"
    package=$(dirname "$bin")
    [ -f "$package/server.js" ] || package=$(dirname "$package")
    [ -f "$package/server.js" ] || cannot "there is no server.js beside $1"
    for flags in -n -rn; do
        if unshare $flags true 2>/dev/null; then
            exec unshare $flags bash -c 'ip link set lo up && exec bash "$@"' netns "$here/sillytavern-accepts.sh" --inside "$package" "$home"
        fi
    done
    cannot "no network namespace may be made here"
fi

outcome=0
asked=0
while IFS= read -r -d '' settings; do
    folder=$(dirname "$settings")
    case "$(basename "$folder")" in _*) continue ;; esac
    asked=$((asked + 1))
    env -i PATH="$PATH" timeout 150 node "$here/sillytavern-ask.mjs" accepts "$2" "$folder"
    status=$?
    [ $status -gt $outcome ] && outcome=$status
done < <(find "$3" -path '*/data/*/settings.json' -print0 | sort -z)
[ $asked -gt 0 ] || cannot "no data/<handle>/settings.json below the home"
[ $outcome -le 1 ] || outcome=2
exit $outcome
