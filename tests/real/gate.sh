#!/usr/bin/env bash
# The one command behind docs/gate.md: builds glm-setup, and measures its gate with the real HAProxy and, when
# tests/real/install.sh has installed them, with the real Claude Code and opencode. Everything stays on loopback: where
# `unshare` is allowed, in a network namespace that has nothing else.
#
#   tests/real/gate.sh [FOLDER]      FOLDER: what install.sh was given; default $GLM_SETUP_REAL, else target/real
#
# Needs cargo, node >= 20, openssl, HAProxy >= 2.6 (apt-get install haproxy). Exit 1 when a promise is broken.
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
real=${1:-${GLM_SETUP_REAL:-$root/target/real}}
cd "$root"
cargo build --quiet --locked
run=(node tests/real/gate.mjs "${CARGO_TARGET_DIR:-target}/debug/glm-setup")
[ -d "$real/node_modules" ] && run+=(--real "$real")
for flags in -n -rn; do
    if unshare $flags true 2>/dev/null; then
        exec unshare $flags bash -c 'ip link set lo up && exec "$@"' netns "${run[@]}"
    fi
done
exec "${run[@]}"
