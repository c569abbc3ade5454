//! Writing: backups, journal, atomic replacement, undo.
//!
//! A set of file changes is written all or nothing:
//!
//! 1. under the lock, each file is read again and compared with what the plan was made from;
//! 2. the original bytes and a manifest, which is the journal, are saved in the [`StateDir`];
//! 3. the new bytes go to temporary files beside their targets, with the old mode and owner;
//! 4. each target is compared once more, then replaced by a rename;
//! 5. renaming the manifest from *pending* to *done* completes the transaction.
//!
//! An error in between is rolled back at once. After a crash the next run that
//! writes finds the pending manifest and rolls back, looking at the bytes that
//! each file has: what somebody else wrote in the meantime is never overwritten.
//! [`undo`] is a transaction like any other, whose new bytes are the old ones.

mod backup;
pub mod disk;
mod error;
mod hash;
mod history;
mod id;
mod install;
mod lock;
mod manifest;
mod recover;
mod state;
mod target;
mod undo;
mod write;

pub use error::{Aftermath, Kept, WriteError};
pub use hash::{Hash, ParseHashError, hash};
pub use history::{Summary, SummaryFile, TransactionState, interrupted, last_written, list, prune};
pub use id::TransactionId;
pub use recover::{Recovered, recover};
pub use state::StateDir;
pub use target::{MAX_FILE_BYTES, Target, inspect};
pub use undo::{UndoFile, UndoPlan, Undone, plan_undo, undo};
pub use write::{Change, Written, WrittenFile, write};

/// What a transaction is for; shown by `undo --list`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purpose {
    /// The command: "apply", "undo", "lint --fix".
    pub command: String,
    /// The profile that was applied.
    pub profile: Option<String>,
    /// The facts that were used.
    pub facts: Option<String>,
}
