#!/usr/bin/env bash
# drift.sh [TOOL…]
#
# Do the rules still hold for the newest versions? Installs `latest` of each tool of versions.toml (not of those with drift = false)
# into target/real-latest (or $GLM_SETUP_DRIFT), asks them about all fixtures, lets them save their files, measures them, and prints what
# differs from the rows in tests/real/results: a home that is no longer taken, a setting that is gone after the tool's own saving, a request that goes elsewhere or with another model, a larger number in flight.
#   exit 0  nothing differs     exit 1  something does (said which)     exit 2  it could not be found out
# It changes nothing in the repository. It takes an hour or more for all tools.
# DRIFT_SKIP_MEASURE=1 only asks. GLM_SETUP_REAL_SAMPLE=N asks about N homes of each tool.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
export GLM_SETUP_REAL=${GLM_SETUP_DRIFT:-$root/target/real-latest}
mkdir -p "$GLM_SETUP_REAL"
export GLM_SETUP_EVIDENCE=$GLM_SETUP_REAL/results
rm -rf "$GLM_SETUP_EVIDENCE"
"$here/install.sh" --latest "$@" || { echo "drift.sh: the tools could not be installed" >&2; exit 2; }
cd "$root" || exit 2
cargo test --quiet --test real --no-run || exit 2
failed=0
python3 - "$here/versions.toml" "$@" <<'PY' >"$GLM_SETUP_REAL/tests"
import sys, tomllib
table = tomllib.load(open(sys.argv[1], "rb"))
# The tests' names are the tools' with an underscore; `continue` is a word of Rust's.
for name, entry in table.items():
    test = "continue_cli" if name == "continue" else name.replace("-", "_")
    if entry.get("drift", True) and (len(sys.argv) == 2 or name in sys.argv[2:]):
        print(*[test] * ("accepts" in entry), *["keeps::" + test] * ("rewrites" in entry), sep="\n")
PY
while read -r test; do
    [ -n "$test" ] || continue
    cargo test --quiet --test real -- --ignored --exact "$test" </dev/null >"$GLM_SETUP_REAL/said" 2>&1 && continue
    failed=1
    case $test in
        keeps::*) echo "drift.sh: ${test#keeps::} no longer keeps everything when it saves its files:" ;;
        *) echo "drift.sh: $test no longer takes everything:" ;;
    esac
    sed -n '/^---- /,/^failures:/p' "$GLM_SETUP_REAL/said" | sed -e '/^failures:/d' -e 's/^/    /'
done <"$GLM_SETUP_REAL/tests"
if [ -z "${DRIFT_SKIP_MEASURE:-}" ]; then
    "$here/measure.py" "$@" >"$GLM_SETUP_REAL/measured" || echo "drift.sh: not everything could be measured (see above)"
fi
python3 "$here/compare.py" "$here/results" "$GLM_SETUP_EVIDENCE" || failed=1
[ $failed = 0 ] && echo "drift.sh: everything still holds"
exit $failed
