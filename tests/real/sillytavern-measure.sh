#!/usr/bin/env bash
# Which address does the real SillyTavern ask, before and after `glm-setup apply`?
#
#   sillytavern-measure.sh SILLYTAVERN_BIN GLM_SETUP_BIN HOME [OPTION…]
#
# HOME is copied. The OPTIONs go to `glm-setup`, for example `--rules-dir DIR`. Three scenes are asked for: the home as it
# is, after `apply --profile metered`, and after `apply --profile lite` on that. For each scene and each place that may
# decide the address (the settings as loaded, every preset when picked, every connection profile when applied) one line:
#   tool  version  scene: place  requests  refused  max in flight  address  models  key (was one sent?)
# Exit 0, or 2 when it could not be measured.
#
# All of it runs in a network and mount namespace of its own: api.z.ai and open.bigmodel.cn are loopback there (by a private
# /etc/hosts), with a certificate that is made for the occasion and named to node by NODE_EXTRA_CA_CERTS.
# Needs node, openssl, and root or user namespaces. About 10 seconds for a scene.
set -u
cannot() { printf 'sillytavern-measure: cannot measure: %s\n' "$1" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 2

if [ "${1:-}" != --inside ]; then
    [ $# -ge 3 ] || { echo "usage: sillytavern-measure.sh SILLYTAVERN_BIN GLM_SETUP_BIN HOME [OPTION…]" >&2; exit 2; }
    for need in node openssl; do command -v $need >/dev/null || cannot "$need is not installed"; done
    bin=$(realpath -- "$1" 2>/dev/null) && [ -f "$bin" ] || cannot "no such program: $1"
    setup=$(realpath -- "$2" 2>/dev/null) && [ -x "$setup" ] || cannot "no such program: $2"
    home=$(realpath -- "$3" 2>/dev/null) && [ -d "$home" ] || cannot "no such folder: $3"
    shift 3
    package=$(dirname "$bin")
    [ -f "$package/server.js" ] || package=$(dirname "$package")
    [ -f "$package/server.js" ] || cannot "there is no server.js beside the program"
    for flags in -nm -rnm; do
        if unshare $flags true 2>/dev/null; then
            exec unshare $flags bash -c 'ip link set lo up && exec bash "$@"' netns "$here/sillytavern-measure.sh" --inside "$package" "$setup" "$home" "$@"
        fi
    done
    cannot "no namespaces may be made here"
fi
shift
package=$1 setup=$2 home=$3
shift 3
work=$(mktemp -d) || cannot "no temporary folder"
mock=
trap '[ -n "$mock" ] && kill "$mock" 2>/dev/null; rm -rf "$work"' EXIT

printf '127.0.0.1 localhost api.z.ai open.bigmodel.cn\n' >"$work/hosts"
mount --bind "$work/hosts" /etc/hosts || cannot "no private /etc/hosts"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=glm-setup-test -addext subjectAltName=DNS:api.z.ai,DNS:open.bigmodel.cn \
    -keyout "$work/key" -out "$work/cert" 2>/dev/null || cannot "no certificate"
cp -R -- "$home" "$work/home" || cannot "the home can't be copied"
version=$(node -p 'require(process.argv[1]).version' "$package/package.json")

scene() { # NAME
    find "$work/home" -path '*/data/*/settings.json' | sort | while IFS= read -r settings; do
        folder=$(dirname "$settings")
        case "$(basename "$folder")" in _*) continue ;; esac
        node "$here/mock.mjs" --limit 1 >"$work/mock" 2>"$work/mock.err" &
        mock=$!
        for _ in $(seq 100); do [ -s "$work/mock" ] && break; sleep 0.05; done
        port=$(sed -n 's/^{"port":\([0-9]*\).*/\1/p' "$work/mock")
        env -i PATH="$PATH" NODE_EXTRA_CA_CERTS="$work/cert" ASK_CERT="$work/cert" ASK_KEY="$work/key" ASK_PORT="$port" \
            timeout 150 node "$here/sillytavern-ask.mjs" requests "$package" "$folder" >"$work/lines" || { kill $mock; cat "$work/lines" >&2; return 2; }
        kill $mock
        wait $mock 2>/dev/null
        node -e '
            const { readFileSync } = require("node:fs");
            const [version, scene, lines, mock] = process.argv.slice(1);
            const seen = JSON.parse(readFileSync(mock, "utf8").trim().split("\n").at(-1));
            for (const line of readFileSync(lines, "utf8").trim().split("\n").map((text) => JSON.parse(text))) {
                console.log(["sillytavern", version, `${scene}: ${line.place}`, line.url ? 1 : 0, line.answered === true ? 0 : line.url ? 1 : 0, seen.maxInFlight, line.url ?? "no request", line.model, line.key ? "key" : "no key"].join("\t"));
            }' "$version" "$1" "$work/lines" "$work/mock"
    done
}
apply() { # PROFILE OPTION…
    profile=$1
    shift
    XDG_STATE_HOME="$work/state" XDG_CONFIG_HOME="$work/config" "$setup" --home "$work/home" "$@" apply --tool sillytavern --profile "$profile" --yes >"$work/apply" 2>&1 ||
        { cat "$work/apply" >&2; cannot "glm-setup apply --profile $profile failed"; }
}

scene before || cannot "the server could not be asked"
apply metered "$@"
scene 'after metered' || cannot "the server could not be asked"
apply lite "$@"
scene 'after lite' || cannot "the server could not be asked"
