# The commands that are used every day. `just` lists them; CONTRIBUTING.md says more about each.

_list:
    @just --list --unsorted

# The whole job on a sample home
demo:
    cargo run -- demo

# Format, then the lints that CI has
check:
    cargo fmt --all
    cargo clippy --workspace --all-targets -- -D warnings

# All tests, or those whose name holds FILTER
test *FILTER:
    cargo test --workspace {{ FILTER }}

# Run glm-setup with the catalogue in rules/ as it is now, for example `just rules test opencode-model`
rules *ARGS:
    cargo run --quiet -- --catalogue rules rules {{ ARGS }}

# Write the pages that are made of the rules and of what was measured
docs:
    UPDATE_DOCS=1 cargo test --test integration -- docs:: evidence::

# Accept changed snapshots; read the difference before you commit
snapshots:
    INSTA_UPDATE=always cargo test --test integration
    git diff --stat snapshots

# Compare what `explain` predicts with what real tools were recorded to send
wire *ARGS:
    cargo build
    tests/real/wire.py --replay {{ ARGS }}

# Everything that decides whether a change lands
ci:
    .ci/run
