//! What can go wrong, told to the person whose files these are.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::TransactionId;

/// The state in which an error left the user's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aftermath {
    /// No file was touched.
    Untouched,
    /// Files that had been changed have their old bytes again.
    RolledBack,
    /// Rolled back, but for files that another program changed meanwhile.
    RolledBackExcept(Vec<Kept>),
    /// Taking the changes back has begun and not come to its end.
    Unfinished,
}

impl fmt::Display for Aftermath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Untouched => f.write_str("Nothing was changed."),
            Self::RolledBack => f.write_str("Everything was rolled back."),
            Self::RolledBackExcept(kept) => {
                f.write_str("Rolled back, except ")?;
                write_list(f, kept)?;
                f.write_str(".")
            }
            Self::Unfinished => f.write_str("Some files may still have their new contents."),
        }
    }
}

/// A file that was left as it is, because it holds somebody else's change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The file, as the user names it.
    pub path: PathBuf,
    /// Why it was left alone.
    pub reason: String,
    /// Where its bytes from before the transaction are, if it had any.
    pub backup: Option<PathBuf>,
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", show(&self.path), self.reason)?;
        if let Some(backup) = &self.backup {
            write!(f, "; the bytes from before are in {}", show(backup))?;
        }
        f.write_str(")")
    }
}

/// Why files could not be written or restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// No change differs from what is on disk.
    #[error("there is nothing to write: the files already have these contents")]
    NothingToDo,

    /// The path is not below the home folder.
    #[error(
        "{} is outside the home folder {}; name the file explicitly, or use --home. Nothing was changed.",
        show(path),
        show(home)
    )]
    OutsideHome {
        /// The file.
        path: PathBuf,
        /// The home folder that was used.
        home: PathBuf,
    },

    /// A symbolic link leads to a name that does not exist.
    #[error(
        "{} is a symbolic link to {}, which does not exist; create the target or remove the link, then try again. Nothing was changed.",
        show(path),
        show(to)
    )]
    DanglingLink {
        /// The link.
        path: PathBuf,
        /// What the link says.
        to: PathBuf,
    },

    /// Symbolic links that lead back to themselves.
    #[error(
        "{} is a symbolic link that leads back to itself; remove the link, then try again. Nothing was changed.",
        show(path)
    )]
    LinkLoop {
        /// The link.
        path: PathBuf,
    },

    /// Something else than a regular file has the name of a config file.
    #[error(
        "{} is {kind}, not a regular file, so it is left alone. Nothing was changed.",
        show(path)
    )]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What is there: "a folder", "a named pipe (FIFO)", ….
        kind: &'static str,
    },

    /// The file's owner has taken the write permission away.
    #[error(
        "{} is read-only (mode {mode:04o}); make it writable first if you want it changed (chmod u+w). Nothing was changed.",
        show(path)
    )]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },

    /// Larger than any config file that the program handles.
    #[error("{} is larger than the limit of {} MiB. Nothing was changed.", show(path), limit / (1024 * 1024))]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },

    /// The file is a mount of its own, so it cannot be replaced by renaming.
    #[error(
        "{} is mounted as a single file (a container's bind mount?), so it cannot be replaced in one step; change it where it comes from, or mount its folder instead. {aftermath}",
        show(path)
    )]
    MountPoint {
        /// The file.
        path: PathBuf,
        /// The state of the files.
        aftermath: Aftermath,
        /// The system's error, if it came to trying.
        source: Option<io::Error>,
    },

    /// Two changes lead to the same file.
    #[error(
        "{} and {} are the same file; name it once. Nothing was changed.",
        show(first),
        show(second)
    )]
    SameFileTwice {
        /// One name.
        first: PathBuf,
        /// The other name.
        second: PathBuf,
    },

    /// Somebody else changed the file between reading and writing.
    #[error(
        "{} was changed by another program after it was read, so it was not written. {aftermath} Run the command again to see its new contents.",
        show(path)
    )]
    ChangedMeanwhile {
        /// The file.
        path: PathBuf,
        /// The state of the files.
        aftermath: Aftermath,
    },

    /// The new file could not be given the owner of the old one.
    #[error(
        "{} belongs to user {uid}, group {gid}, and this user may not keep it so; run as its owner. {aftermath}",
        show(path)
    )]
    CannotKeepOwner {
        /// The file.
        path: PathBuf,
        /// The owner's number.
        uid: u32,
        /// The group's number.
        gid: u32,
        /// The state of the files.
        aftermath: Aftermath,
        /// The system's error.
        source: io::Error,
    },

    /// A system call failed.
    #[error("could not {action} {}: {source}. {aftermath}", show(path))]
    Io {
        /// What was tried, as a verb: "write", "create the folder", ….
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// The state of the files.
        aftermath: Aftermath,
        /// The system's error.
        source: io::Error,
    },

    /// Another run is writing at this moment.
    #[error("another glm-setup run{} holds the lock {}; wait for it to end, then try again. Nothing was changed.", pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default(), show(lock))]
    Locked {
        /// The other process, if it left its number.
        pid: Option<u32>,
        /// The lock file.
        lock: PathBuf,
    },

    /// No transaction has this id.
    #[error(
        "there is no transaction {id}; `glm-setup undo --list` shows those that exist. Nothing was changed."
    )]
    UnknownTransaction {
        /// What was asked for.
        id: String,
    },

    /// Several transactions begin with these characters.
    #[error(
        "{prefix} is the beginning of several transactions: {}; give more of it. Nothing was changed.",
        join(matches)
    )]
    AmbiguousTransaction {
        /// What was asked for.
        prefix: String,
        /// What it could mean.
        matches: Vec<TransactionId>,
    },

    /// There is no transaction that could be undone.
    #[error("there is nothing to undo")]
    NothingToUndo,

    /// The transaction was undone before, or never completed.
    #[error("transaction {id} cannot be undone: {reason}. Nothing was changed.")]
    NotUndoable {
        /// The transaction.
        id: TransactionId,
        /// Why not.
        reason: String,
    },

    /// Files were changed after the transaction that is to be undone.
    #[error(
        "transaction {id} was not undone: {}. Nothing was changed. With --force their present bytes are backed up and the old ones restored.",
        join(files)
    )]
    ChangedSince {
        /// The transaction.
        id: TransactionId,
        /// The files and what happened to each.
        files: Vec<Kept>,
    },

    /// A backup does not have the bytes that its manifest promises.
    #[error(
        "the backup {} of {} is missing or damaged, so the file was left as it is. {aftermath}",
        show(backup),
        show(path)
    )]
    BackupDamaged {
        /// The file that was to be restored.
        path: PathBuf,
        /// Its backup.
        backup: PathBuf,
        /// The state of the files.
        aftermath: Aftermath,
    },

    /// A manifest cannot be read or understood.
    #[error(
        "the manifest {} cannot be used: {reason}. Nothing was changed. If you don't need this transaction's backups, move its folder away.",
        show(path)
    )]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },

    /// Writing failed, and so did taking it back.
    #[error(
        "{cause} But taking it back failed too: {source} The next glm-setup run that writes will try again; the original files are in {}.",
        show(backups)
    )]
    RollbackFailed {
        /// The transaction.
        id: TransactionId,
        /// What failed first.
        cause: Box<WriteError>,
        /// What failed while rolling back.
        source: Box<WriteError>,
        /// The folder with the original bytes.
        backups: PathBuf,
    },

    /// An interrupted transaction from an earlier run could not be rolled back.
    #[error(
        "transaction {id} was interrupted and could not be rolled back: {source} Nothing else was changed; put that right and try again. The original files are in {}.",
        show(backups)
    )]
    RecoveryFailed {
        /// The interrupted transaction.
        id: TransactionId,
        /// What failed.
        source: Box<WriteError>,
        /// The folder with the original bytes.
        backups: PathBuf,
    },
}

impl WriteError {
    /// Wraps a failed system call; no file has been touched so far.
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            action,
            path: path.to_owned(),
            aftermath: Aftermath::Untouched,
            source,
        }
    }

    /// Records the state in which the files are now.
    pub(crate) fn with_aftermath(mut self, state: Aftermath) -> Self {
        match &mut self {
            Self::MountPoint { aftermath, .. }
            | Self::ChangedMeanwhile { aftermath, .. }
            | Self::CannotKeepOwner { aftermath, .. }
            | Self::Io { aftermath, .. }
            | Self::BackupDamaged { aftermath, .. } => *aftermath = state,
            _ => {}
        }
        self
    }
}

/// A path for a message: control characters are escaped, so that a file name
/// cannot play tricks on the terminal.
pub(crate) fn show(path: &Path) -> String {
    let mut shown = String::new();
    for c in path.display().to_string().chars() {
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

fn join<T: fmt::Display>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    items.join(", ")
}

fn write_list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    f.write_str(&join(items))
}
