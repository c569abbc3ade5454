#!/usr/bin/env bash
# sillytavern-measure.sh SILLYTAVERN_BIN GLM_SETUP_BIN HOME [OPTION…]
#
# Which address does the real SillyTavern ask, before and after `glm-setup apply`?
#
# HOME is copied. The OPTIONs go to `glm-setup`, for example `--rules-dir DIR`. Three scenes are asked for: the home as it
# is, after `apply --profile metered`, and after `apply --profile lite` on that. For each scene and each place that may
# decide the address (the settings as loaded, every preset when picked, every connection profile when applied) one line:
#   tool  version  scene: place  requests  refused  max in flight  address  models  key (was one sent?)
# About 10 seconds for a scene.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -ge 3 ] || usage "SILLYTAVERN_BIN GLM_SETUP_BIN HOME [OPTION…]"
program "$2"
setup=$bin
program "$1"
home "$3"
needs node openssl
sillytavern_package
offline --mounts "$@"
shift 3
workplace
copy_home
stand_for_zai
version=$(node -p 'require(process.argv[1]).version' "$package/package.json")

scene() { # NAME
    while IFS= read -r -d '' folder; do
        start_mock "$here/mock.mjs" --limit 1
        env -i PATH="$PATH" NODE_EXTRA_CA_CERTS="$work/tls/ca.pem" ASK_CERT="$work/tls/cert.pem" ASK_KEY="$work/tls/key.pem" ASK_PORT="$port" \
            timeout 150 node "$here/sillytavern-ask.mjs" requests "$package" "$folder" >"$work/lines" || { cat "$work/lines" >&2; cannot "the server could not be asked"; }
        stop_mock
        # shellcheck disable=SC2016  # JavaScript
        node -e '
            const { readFileSync } = require("node:fs");
            const [version, scene, lines, mock] = process.argv.slice(1);
            const seen = JSON.parse(readFileSync(mock, "utf8").trim().split("\n").at(-1));
            for (const line of readFileSync(lines, "utf8").trim().split("\n").map((text) => JSON.parse(text))) {
                console.log(["sillytavern", version, `${scene}: ${line.place}`, line.url ? 1 : 0, line.answered === true ? 0 : line.url ? 1 : 0, seen.maxInFlight, line.url ?? "no request", line.model, line.key ? "key" : "no key"].join("\t"));
            }' "$version" "$1" "$work/lines" "$work/mock"
    done < <(sillytavern_users "$work/home")
}
apply() { # PROFILE OPTION…
    profile=$1
    shift
    XDG_STATE_HOME="$work/state" XDG_CONFIG_HOME="$work/config" "$setup" --home "$work/home" "$@" apply --tool sillytavern --profile "$profile" --yes >"$work/apply" 2>&1 ||
        { cat "$work/apply" >&2; cannot "glm-setup apply --profile $profile failed"; }
}

scene before
apply metered "$@"
scene 'after metered'
apply lite "$@"
scene 'after lite'
