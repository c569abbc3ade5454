#!/usr/bin/env bash
# Time and memory for one large file: SillyTavern's settings.json of 4 MB with a line of 400 KB, and a plan of 13 edits in it
# with its diff. Needs node, which writes the file.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=${1:-$root/target/release/glm-setup}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
user=$work/SillyTavern/data/default-user
mkdir -p "$user"
node "$root/tests/real/sillytavern-large.mjs" >"$user/settings.json"
echo '{"api_key_zai":[{"id":"1","value":"00000000000000000000000000000000.0000000000000000","label":"","active":true}]}' >"$user/secrets.json"
measure() { python3 -IS "$root/benches/whole_process.py" "$work" "$@"; }
echo "$(stat -c %s "$user/settings.json") bytes, load $(cut -d' ' -f1 /proc/loadavg)"
measure "glm-setup lint" "$program" lint
measure "glm-setup apply --check" "$program" apply --profile metered --check
