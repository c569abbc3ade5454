#!/usr/bin/env bash
# offline.sh [--mounts] COMMAND…
#
# Runs a command in a network namespace of its own that has loopback and nothing else, or does not run it at all (exit 2). The
# loopback is the namespace's own too, so that a proxy or a server of this machine can't be reached either. tests/real.rs and
# measure.py run every script, and with it every real tool, through this; the scripts themselves do so once more (common.sh).
# --mounts: in a mount namespace of its own, too. Needs iproute2, and root or user namespaces.
set -u
cannot() { echo "offline: nothing is run: $1" >&2; exit 2; }
if [ "${1:-}" != --inside ]; then
    mounts=
    [ "${1:-}" = --mounts ] && mounts=m && shift
    [ $# -ge 1 ] || cannot "usage: offline.sh [--mounts] COMMAND…"
    self=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/$(basename "${BASH_SOURCE[0]}")
    # Root needs no user namespace; others may be allowed to make one. `exec` all the way: common.sh knows a script by its process.
    for flags in "-n$mounts" "-rn$mounts"; do
        unshare "$flags" true 2>/dev/null && exec unshare "$flags" bash "$self" --inside "$@"
    done
    cannot "no network namespace may be made here"
fi
shift
ip link set lo up || cannot "no loopback"
# The kernel's word for it: one interface, no IPv4 route, and no IPv6 route but by loopback. The first lines are headings.
[ "$(sed -n '3,$s/:.*//p' /proc/net/dev | tr -d ' \n')" = lo ] || cannot "there is more than loopback in this network namespace"
[ -z "$(tail -n +2 /proc/net/route)" ] || cannot "there is a route in this network namespace"
[ ! -r /proc/net/ipv6_route ] || ! grep -qv ' lo$' /proc/net/ipv6_route || cannot "there is an IPv6 route in this network namespace"
exec "$@"
