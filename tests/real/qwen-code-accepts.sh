#!/usr/bin/env bash
# qwen-code-accepts.sh QWEN_ENTRY HOME
#
# Does this real Qwen Code take HOME/.qwen/settings.json? QWEN_ENTRY is the package's cli-entry.js; QWEN_NODE names a node >= 22
# (the `node` on the PATH otherwise).
#
# Qwen Code rewrites the file, in the copy. Z.ai's addresses there are replaced by a mock's on loopback, each with its own path.
# When the settings point at Z.ai, a request must reach …/chat/completions, once in the path. Checked with 0.24.4.
[ -z "${QWEN_NODE:-}" ] || PATH=$(dirname "$QWEN_NODE"):$PATH
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 2 ] || usage "QWEN_ENTRY HOME"
program "$1"
home "$2" .qwen/settings.json
[ "$(node -p 'process.versions.node.split(".")[0] >= 22' 2>/dev/null)" = true ] || cannot "node >= 22 is needed (QWEN_NODE)"
offline "$@"
workplace
settings=$work/home/.qwen/settings.json
mkdir "$work/home/.qwen"
cp -L "$home/.qwen/settings.json" "$settings" || cannot "the settings can't be read"
start_mock "$here/mock.mjs" --log "$log"
points=
to_mock "$settings" && points=1
run 150 ZAI_API_KEY="$key" node "$bin" -p hi
refuse() { echo "$script: $1"; said | grep -v Ripgrep | sed -e '/^    at /d' -e 's/^/    /' | head -8; exit 1; }
[ -e "$settings.corrupted" ] && refuse "it can't read the settings:"
[ -n "$points" ] || exit 0
in_time
[ "$status" -eq 0 ] || refuse "it ended with $status:"
grep -Eq '"path":"[^"]*v4/chat/completions"' "$log" || refuse "no request went to …/v4/chat/completions"
exit 0
