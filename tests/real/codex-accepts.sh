#!/usr/bin/env bash
# codex-accepts.sh CODEX_BIN HOME
#
# Does this real Codex CLI take HOME/.codex/config.toml?
#
# Z.ai's addresses in the copy are replaced by a mock's on loopback, each with its own path.
# 1. `codex features list` loads the settings.  2. When they point at Z.ai, `codex exec` must get a request to …/responses
# through and end with 0. Every variable that env_key names is set to an invented key.
# Checked with 0.169.0. Warnings (unknown keys, keys that a project may not set) don't count.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 2 ] || usage "CODEX_BIN HOME"
program "$1"
home "$2" .codex/config.toml
needs node
offline "$@"
workplace
cp -RL "$home/.codex" "$work/home/.codex" || cannot "the settings can't be read"
start_mock "$here/codex-mock.mjs" --log "$log"
config=$work/home/.codex/config.toml
points=
to_mock "$config" && grep -Eq '^ *model_provider *=' "$config" && points=1
to_mock "$work"/home/.codex/*.toml
variables=(ZAI_API_KEY="$key")
while read -r name || [ -n "$name" ]; do variables+=("$name=$key"); done < <(sed -nE "s/.*env_key *= *[\"']([A-Za-z_][A-Za-z0-9_]*)[\"'].*/\1/p" "$config")
refuse() { echo "$script: $1"; said | grep -vE 'PATH aliases|bubblewrap' | grep -iE 'error|warning|How to fix|no longer|in `' | sed 's/^/    /' | head -20; exit 1; }
ask 90 "${variables[@]}" "$bin" features list || refuse "it does not load the settings:"
[ -n "$points" ] || exit 0
ask 90 "${variables[@]}" "$bin" exec --skip-git-repo-check hi || refuse "it does not get an answer:"
grep -q '"path":"[^"]*/api/v1/responses"' "$log" || refuse "no request went to …/api/v1/responses: $(cat "$log")"
exit 0
