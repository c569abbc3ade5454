#!/usr/bin/env bash
# kilo-accepts.sh KILO_BIN HOME [CWD]
#
# Does the real Kilo load every config of this home? Exit 0 and the merged config as JSON on stdout; 1 when it doesn't, its
# words on stderr; 2 when it could not be asked. KILO_BIN is the program in npm's @kilocode/cli-linux-x64 (bin/kilo).
# It runs on a copy (Kilo adds `$schema` and creates kilo.jsonc), with --pure, a clean environment and
# no network. It says nothing about auth.json. Checked with 7.7.9.
set -u
die() { printf 'kilo-accepts: %s\n' "$*" >&2; exit 2; }

[ $# -ge 2 ] && [ $# -le 3 ] || die "usage: kilo-accepts.sh KILO_BIN HOME [CWD]"
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

cd "$work" || die "cannot enter $work"
"${wrap[@]+"${wrap[@]}"}" timeout 60 env -i HOME="$tmp/home" PATH="$PATH" TERM=dumb NO_COLOR=1 \
    KILO_DISABLE_AUTOUPDATE=1 KILO_DISABLE_MODELS_FETCH=1 KILO_TELEMETRY_LEVEL=off \
    "$bin" debug config --pure >"$tmp/out" 2>"$tmp/err"
status=$?
clean() { sed -e "s#$tmp/home#\$HOME#g" -e "s#$tmp/cwd#\$CWD#g" -- "$1"; }
[ $status -eq 124 ] && die "no answer within 60 s"
# It may end with 0 all the same.
if [ $status -ne 0 ] || grep -q 'Configuration is invalid' "$tmp/err" "$tmp/out"; then
    { clean "$tmp/err"; clean "$tmp/out"; } >&2
    exit 1
fi
clean "$tmp/out"
