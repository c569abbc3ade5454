# shellcheck shell=bash
# shellcheck disable=SC2034  # the variables are for the scripts
#
# common.sh is what the scripts that run a real tool have in common. Each sources it first:
#
#   . "$(dirname "$0")/common.sh" || exit 2
#   [ $# -eq 2 ] || usage "AIDER HOME"
#   program "$1"; home "$2"      # $bin and $home
#   offline "$@"                 # no tool runs before this line
#   workplace                    # $work
#   …
#
# The scripts named *-accepts.sh end with 0 (yes), 1 (no; the tool's own words are printed) or 2 (it could not be asked, said why).
# The others end with 0, or with 2. A question is put to a copy of the home, with nothing of this machine's environment.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 2
script=$(basename "$0" .sh)
# Invented, in the form that Z.ai's keys have; the fixtures hold the same one.
key=00000000000000000000000000000000.0000000000000000
# For tools that read it out of YAML, where nothing but zeros and a point would be a number.
yaml_key=a${key#0}

usage() { echo "usage: $script.sh $1" >&2; exit 2; }

# cannot WHY: the question could not be put. That is neither yes nor no.
cannot() { echo "$script: cannot ask: $1" >&2; exit 2; }

# needs PROGRAM…: that are not there on every machine
needs() {
    local each
    for each in "$@"; do command -v "$each" >/dev/null || cannot "$each is not installed"; done
}

# program FILE: the tool, as $bin. Links are left as they are: a tool may look at the name that it is called by.
program() {
    case $1 in
        *.js) [ -f "$1" ] ;; # for node
        *) [ -f "$1" ] && [ -x "$1" ] ;;
    esac || cannot "no such program: $1"
    bin=$(realpath -s -- "$1")
}

# home FOLDER [NEEDED]: the home that is given, as $home, if it holds what the question is about
home() {
    [ -d "$1" ] || cannot "no such folder: $1"
    [ -e "$1/${2:-}" ] || cannot "no ~/$2 in $1"
    home=$(realpath -- "$1")
}

# offline [--mounts] "$@"
#
# The script goes on only in a network namespace that has loopback and nothing else, or not at all: it is started again there by
# offline.sh, with the same arguments. That is the same process, so its number tells that it has been done. --mounts: in a mount
# namespace of its own, too, where $mounts is set.
offline() {
    local option=()
    mounts=
    if [ "${1:-}" = --mounts ]; then option=(--mounts) mounts=own; shift; fi
    if [ "${INSIDE_OFFLINE:-}" != $$ ]; then
        INSIDE_OFFLINE=$$ exec bash "$here/offline.sh" "${option[@]+"${option[@]}"}" bash "$0" "$@"
    fi
    unset INSIDE_OFFLINE
}

# workplace: an empty folder, $work, with a home and a $project in it, and room for the mock's $log. When the script ends it is gone,
# and so is what runs in it.
workplace() {
    work=$(mktemp -d) || cannot "no temporary folder"
    trap finish EXIT
    project=$work/project log=$work/log
    mkdir "$work/home" "$project"
    local folder
    folder=$(dirname "$(command -v node || command -v env)")
    clean=(HOME="$work/home" PATH="$folder:/usr/local/bin:/usr/bin:/bin" TERM=dumb NO_COLOR=1 LANG=C.UTF-8 TMPDIR="$work")
}

# fresh NAME: a $home, $project and $log of its own for the next run, all empty
fresh() {
    home=$work/$1/home project=$work/$1/project log=$work/$1/log
    mkdir -p "$home" "$project"
    clean+=(HOME="$home")
}

mock=
started=() # more processes that end with the script
finish() {
    local each
    for each in $mock "${started[@]+"${started[@]}"}"; do kill "$each" 2>/dev/null; done
    # Some tools leave a program behind that they have started. It is known by the folder, which only this run has.
    end_those_with "$work/"
    # They may still write while they end.
    for _ in 1 2 3 4 5; do
        rm -rf "$work" 2>/dev/null && return
        sleep 1
    done
    rm -rf "$work"
}

# end_those_with WORDS: ends the programs with these words in their command line, but for this one and those that have started it
end_those_with() {
    local pid=$$ own=' '
    while [ "${pid:-0}" -gt 1 ]; do
        own="$own$pid "
        pid=$(sed -n 's/^PPid:\t//p' "/proc/$pid/status" 2>/dev/null)
    done
    for pid in $(pgrep -f -- "$1" 2>/dev/null); do
        case $own in *" $pid "*) ;; *) kill "$pid" 2>/dev/null ;; esac
    done
}

# copy_home: the home as a whole, without links that lead out of the copy
copy_home() { cp -RL -- "$home/." "$work/home" || cannot "the home can't be copied"; }

# run SECONDS [NAME=VALUE…] COMMAND…
#
# Runs the tool in the project, with a clean environment and what is named here. What it says is in $work/out and $work/err, and
# how it ended in $status (124: it took too long).
run() {
    (become "$@")
    status=$?
    return $status
}

# become SECONDS [NAME=VALUE…] COMMAND…: the same in place of this shell, so that `become … &` has the number of the tool's process
become() {
    cd "$project" && exec timeout "$1" env -i "${clean[@]}" "${@:2}" </dev/null >"$work/out" 2>"$work/err"
}

# ask SECONDS [NAME=VALUE…] COMMAND…: the same, but a tool that took too long has not answered
ask() {
    run "$@"
    in_time
    return $status
}
in_time() { [ "$status" -ne 124 ] || cannot "it took too long"; }

# version COMMAND…: the version that a program states, as $version
version() {
    run 120 "$@" --version
    version=$(grep -Eo '[0-9]+[.][0-9]+[^ ]*' "$work/out" | tail -n 1)
}

# said: the tool's own words. The temporary folder's name says nothing to the reader.
said() { sed -e "s#$work/home#~#g" "$work/out" "$work/err"; }

# start_mock FILE OPTION…: a stand-in for the server, on the port $port if it says which. Its words are in $work/mock.
start_mock() {
    rm -f "$work/mock" # what the last one said, which would be taken for this one's
    node "$@" >"$work/mock" 2>"$work/mock.err" &
    mock=$!
    for _ in $(seq 100); do [ -s "$work/mock" ] && break; sleep 0.05; done
    [ -s "$work/mock" ] || cannot "the mock did not start: $(cat "$work/mock.err")"
    port=$(sed -n 's/^{"port":\([0-9]*\).*/\1/p' "$work/mock")
}

# stop_mock: now, so that it says what it has seen
stop_mock() {
    kill "$mock"
    wait "$mock" 2>/dev/null
    mock=
}

# row TOOL VERSION SCENARIO [COUNTED]
#
# Ends the mock, which writes $log, and prints what it has seen, separated by tabs: tool, version, scenario, requests, refused, most
# in flight, paths, models. COUNTED: `model` (the default), or `requests`, which are those to an address that the mock doesn't know, too.
row() {
    stop_mock
    node -e '
        const [tool, version, scenario, counted, log, mock] = process.argv.slice(1);
        const lines = (file) => require("node:fs").readFileSync(file, "utf8").split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
        const seen = lines(mock).at(-1), entries = lines(log);
        const each = (field) => [...new Set(entries.map((entry) => entry[field]).filter(Boolean))].join(",");
        console.log([tool, version, scenario, seen[counted] ?? seen.requests, seen.rejected ?? seen.refused, seen.maxInFlight, each("path"), each("model")].join("\t"));
    ' "$1" "$2" "$3" "${4:-model}" "$log" "$work/mock"
}

# to_mock FILE…: Z.ai's addresses in these files become the mock's, each with its own path. Not 0 when there were none.
to_mock() {
    grep -Eq '//(api[.]z[.]ai|open[.]bigmodel[.]cn)/' "$@" || return 1
    sed -E -i "s#https?://(api[.]z[.]ai|open[.]bigmodel[.]cn)/#http://127.0.0.1:$port/#g" "$@"
}

# stand_for_zai: from here on api.z.ai and open.bigmodel.cn are this machine, for what runs in this mount namespace. $work/tls has
# their key.pem and cert.pem, and the ca.pem that a tool must be told to trust. Needs openssl.
stand_for_zai() {
    [ -n "$mounts" ] || cannot "it has no mount namespace of its own"
    printf '127.0.0.1 localhost api.z.ai open.bigmodel.cn\n' >"$work/hosts"
    mount --bind "$work/hosts" /etc/hosts || cannot "/etc/hosts can't be replaced for this run"
    mkdir "$work/tls"
    (
        cd "$work/tls" &&
            openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -keyout ca-key.pem -out ca.pem &&
            openssl req -newkey rsa:2048 -nodes -subj /CN=api.z.ai -keyout key.pem -out request.pem &&
            printf 'subjectAltName=DNS:api.z.ai,DNS:open.bigmodel.cn,DNS:localhost' >names &&
            openssl x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -extfile names -out cert.pem
    ) >/dev/null 2>&1 || cannot "openssl made no certificate"
}

# What two or three scripts about one tool share, or about a tool and its fork:

# debug_config CWD [NAME=VALUE…]
#
# Ends with what `debug config` of opencode or Kilo says about a copy of the home: the merged config on stdout, or its complaint. Both
# rewrite what they read (they add `$schema`, and create files), and `--pure` keeps plugins out. CWD may lie inside the home or
# elsewhere; without it, an empty folder.
debug_config() {
    local cwd
    copy_home
    if [ -n "$1" ]; then
        cwd=$(realpath -- "$1") && [ -d "$cwd" ] || cannot "no such folder: $1"
        case $cwd/ in
            "$home"/*) project=$work/home${cwd#"$home"} ;;
            *) cp -RL -- "$cwd/." "$project" || cannot "$1 can't be copied" ;;
        esac
    fi
    ask 60 "${@:2}" "$bin" debug config --pure
    # Paths of the copy would differ from run to run.
    sed -i -e "s#$work/home#\$HOME#g" -e "s#$work/project#\$CWD#g" "$work/out" "$work/err"
    # Kilo may end with 0 all the same.
    if [ "$status" -ne 0 ] || grep -q 'Configuration is invalid' "$work/err" "$work/out"; then
        cat "$work/err" "$work/out" >&2
        exit 1
    fi
    cat "$work/out"
    exit 0
}

# cline_version: of the Cline in $bin. Its package says it at once; asking the program takes seconds.
cline_version() {
    local folder
    folder=$(dirname "$(realpath -- "$bin")")
    while [ "$folder" != / ]; do
        if grep -Eq '"name": *"(@cline/)?cli(ne|-[a-z0-9-]*)"' "$folder/package.json" 2>/dev/null; then
            jq -r .version "$folder/package.json"
            return
        fi
        folder=$(dirname "$folder")
    done
}

# sillytavern_package: the folder of the SillyTavern in $bin, as $package; that is npm's program or a checkout's server.js
sillytavern_package() {
    package=$(dirname "$(realpath -- "$bin")")
    [ -f "$package/server.js" ] || package=$(dirname "$package")
    [ -f "$package/server.js" ] || cannot "there is no server.js beside $bin"
}

# sillytavern_users HOME: the folders `data/<handle>` that have settings, each ended by a NUL; not SillyTavern's own `_…`
sillytavern_users() {
    find "$1" -path '*/data/*/settings.json' -not -regex '.*/_[^/]*/settings.json' -printf '%h\0' | sort -z
}
