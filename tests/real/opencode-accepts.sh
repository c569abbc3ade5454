#!/usr/bin/env bash
# Ask the real opencode whether it loads every config of a home folder.
#
#   opencode-accepts.sh OPENCODE_BIN HOME [CWD]
#
# Exit 0 and the merged config as JSON on stdout, or opencode's exit code (or 124
# after 60 s) and its message on stderr. opencode rewrites the files it reads (it
# adds `$schema`, creates opencode.jsonc), so it runs on a copy of HOME and CWD,
# with --pure (no plugins), a clean environment and
# no network. CWD may lie inside HOME or elsewhere; without it, an empty folder.
# It says nothing about auth.json and tui.json: `debug config` does not check them.
set -u
die() { printf 'opencode-accepts: %s\n' "$*" >&2; exit 2; }

[ $# -ge 2 ] && [ $# -le 3 ] || die "usage: opencode-accepts.sh OPENCODE_BIN HOME [CWD]"
bin=$(realpath -- "$1") && [ -x "$bin" ] || die "cannot run $1"
home=$(realpath -- "$2") && [ -d "$home" ] || die "no such folder: $2"

tmp=$(mktemp -d) || die "cannot make a temporary folder"
trap 'rm -rf "$tmp"' EXIT
cp -R -- "$home" "$tmp/home" || die "cannot copy $home"
if [ $# -eq 3 ]; then
    cwd=$(realpath -- "$3") && [ -d "$cwd" ] || die "no such folder: $3"
    case "$cwd/" in
        "$home/"*) work="$tmp/home${cwd#"$home"}" ;;
        *) work="$tmp/cwd"; cp -R -- "$cwd" "$work" || die "cannot copy $cwd" ;;
    esac
else
    work="$tmp/cwd"; mkdir "$work"
fi

wrap=()
for flags in -n -rn; do unshare $flags true 2>/dev/null && wrap=(unshare $flags) && break; done
[ ${#wrap[@]} -gt 0 ] || die "no network namespace may be made here"
limit=()
command -v timeout >/dev/null && limit=(timeout 60)

cd "$work" || die "cannot enter $work"
"${wrap[@]+"${wrap[@]}"}" "${limit[@]+"${limit[@]}"}" \
    env -i HOME="$tmp/home" PATH="$PATH" TERM=dumb NO_COLOR=1 \
    OPENCODE_DISABLE_AUTOUPDATE=1 OPENCODE_DISABLE_MODELS_FETCH=1 \
    "$bin" debug config --pure >"$tmp/out" 2>"$tmp/err"
status=$?
# Paths of the copy would differ from run to run.
clean() { sed -e "s#$tmp/home#\$HOME#g" -e "s#$tmp/cwd#\$CWD#g" -- "$1"; }
if [ $status -ne 0 ]; then
    { clean "$tmp/err"; clean "$tmp/out"; } >&2
    exit $status
fi
clean "$tmp/out"
