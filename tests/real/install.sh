#!/usr/bin/env bash
# Installs the real tools, at the versions that the rules were verified on, into target/real (or $GLM_SETUP_REAL).
# Needs node >= 20 and npm. Nothing is installed globally.
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
target=${GLM_SETUP_REAL:-$root/target/real}
mkdir -p "$target"
cd "$target"
[ -f package.json ] || echo '{ "private": true }' >package.json
npm install --no-audit --no-fund --no-package-lock --loglevel=error \
    @anthropic-ai/claude-code@2.1.330 opencode-ai@1.18.33
node_modules/.bin/claude --version
node_modules/.bin/opencode --version
