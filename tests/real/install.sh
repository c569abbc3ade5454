#!/usr/bin/env bash
# install.sh [--latest] [--ci] [TOOL…]
#
# Installs the real tools that tests/real/versions.toml names, each into a folder of its own below target/real (or
# $GLM_SETUP_REAL). Without TOOL: all of them; --ci: only those that `.ci/run` tests. What a tool needs to run (Node) comes along.
# --latest takes the newest version instead of the pinned one (drift.sh).
# Needs node >= 20, npm and python3 >= 3.11. Nothing is installed globally; a folder that has the versions is left as it is.
# It is the only part of tests/real that uses the network (the package registries that npm and pip are configured for).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=${GLM_SETUP_REAL:-$here/../../target/real}
mkdir -p "$target"
python3 - "$here/versions.toml" "$@" <<'PY' | while IFS=$'\t' read -r tool kind node packages; do
import sys, tomllib
table = tomllib.load(open(sys.argv[1], "rb"))
words = sys.argv[2:]
latest, ci = "--latest" in words, "--ci" in words
wanted = [word for word in words if not word.startswith("--")] or [name for name, entry in table.items() if not ci or entry.get("ci")]
for name in wanted:
    if name not in table:
        sys.exit(f"install.sh: {name} is not in versions.toml")
needed = [table[name]["node"] for name in wanted if "node" in table[name]]
needed += [table[name]["accepts"]["program-of"] for name in wanted if "program-of" in table[name].get("accepts", {})]
for name in dict.fromkeys(needed + wanted):
    entry = table[name]
    kind = "pip" if "pip" in entry else "npm"
    packages = entry[kind]
    if latest and entry.get("drift", True):
        packages = [package.split("==")[0] if kind == "pip" else package.rpartition("@")[0] + "@latest" for package in packages]
    node = table[entry["node"]]["program"] if "node" in entry else ""
    print(name, kind, f"{entry['node']}/{node}" if node else "-", " ".join(packages), sep="\t")
PY
    folder=$target/$tool
    if [ "$(cat "$folder/installed" 2>/dev/null)" = "$packages" ]; then case $packages in *@latest*) ;; *) continue ;; esac; fi
    echo "install.sh: $tool: $packages"
    mkdir -p "$folder"
    rm -f "$folder/installed"
    (
        # Some look at the Node that installs them.
        [ "$node" = - ] || PATH=$(realpath "$(dirname "$target/$node")"):$PATH || exit
        cd "$folder"
        # shellcheck disable=SC2086  # a list of packages
        if [ "$kind" = pip ]; then
            [ -x venv/bin/pip ] || python3 -m venv venv
            venv/bin/pip install --quiet --disable-pip-version-check --upgrade $packages
        else
            [ -f package.json ] || echo '{ "private": true }' >package.json
            npm install --no-audit --no-fund --no-package-lock --prefer-offline --loglevel=error $packages
        fi
    ) </dev/null || { echo "install.sh: $tool could not be installed" >&2; exit 3; }
    echo "$packages" >"$folder/installed"
done
