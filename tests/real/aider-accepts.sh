#!/usr/bin/env bash
# aider-accepts.sh AIDER HOME
#
# Does this real Aider take ~/.aider.conf.yml (and model settings)? A model name that no service knows is only seen by a prompt, so not here.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh" || exit 2
[ $# -eq 2 ] || usage "AIDER HOME"
program "$1"
home "$2" .aider.conf.yml
offline "$@"
workplace
copy_home
run 60 OPENAI_API_KEY="$yaml_key" ZAI_API_KEY="$yaml_key" LITELLM_LOCAL_MODEL_COST_MAP=True \
    "$bin" --exit --no-git --no-pretty --yes-always --analytics-disable --no-check-update --no-show-release-notes
if ! said | grep -q 'Error loading aider model settings'; then
    in_time
    [ "$status" -eq 0 ] && exit 0
fi
said | tail -n 12
exit 1
