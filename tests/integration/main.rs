//! The integration tests: the real program in homes of its own, and the library's larger promises.
//!
//! ```text
//! cargo test                               # everything
//! cargo test --test integration            # these
//! cargo test --test integration wizard::   # one module of them
//! ```
//!
//! **Snapshots.** What a command prints for a fixture is in `snapshots/<tool>/<fixture>/<command>.snap`; what belongs to
//! no fixture is in `snapshots/<name>.snap`. A test whose output differs fails, shows the difference, and leaves a
//! `.snap.new` file beside the snapshot. To accept all of them:
//!
//! ```text
//! INSTA_UPDATE=always cargo test --test integration
//! git diff snapshots                       # read every line of it before it is committed
//! ```
//!
//! or one by one with `cargo insta review` (`cargo install cargo-insta`). A snapshot that no test uses any more is a
//! failure of `snapshots::no_snapshot_is_left_over`, which names the files to delete.
//!
//! Apart from these, because each takes something over: `tests/real.rs` (the real tools), `tests/transaction_kill.rs`
//! (processes that are killed), `tests/pre_commit.rs` (needs pre-commit).

#![allow(clippy::unwrap_used)]

mod common;
#[macro_use]
mod snapshots;

mod apply;
mod authors;
mod catalogue;
mod ci_files;
mod cli;
mod command_line;
mod descriptors;
mod detection;
mod diff;
mod docs;
mod doctor;
mod documented_fixes;
mod evidence;
mod formats;
mod gate;
#[cfg(unix)]
mod hostile;
mod laws;
mod layers;
mod mending;
#[cfg(unix)]
mod prompt;
mod secrets;
mod tree;
mod tuning;
#[cfg(unix)]
mod wizard;
