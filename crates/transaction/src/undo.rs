//! Taking back a completed transaction, by another one.

use std::fs;
use std::path::{Path, PathBuf};

use super::backup;
use super::error::{Kept, WriteError};
use super::history::{History, Summary};
use super::manifest::{Entry, Folder, Record};
use super::recover::{Recovered, recover_locked};
use super::state::StateDir;
use super::target::{Present, inspect_at, locate, read};
use super::write::{Job, Plan, WrittenFile, begin, run};
use super::{Purpose, TransactionId};

/// What an undo did.
#[derive(Debug)]
pub struct Undone {
    /// The transaction that was taken back.
    pub undone: TransactionId,
    /// The transaction that did it; it can be undone in turn.
    pub id: TransactionId,
    /// The files that were restored or removed.
    pub files: Vec<WrittenFile>,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// An interrupted transaction of an earlier run that was rolled back first.
    pub recovered: Option<Recovered>,
}

/// What an undo would do, for showing it first.
#[derive(Debug)]
pub struct UndoPlan {
    /// The transaction that would be taken back.
    pub transaction: Summary,
    /// Its files. One that has its old contents already is not among them.
    pub files: Vec<UndoFile>,
}

/// One file that an undo would restore.
#[derive(Debug)]
pub struct UndoFile {
    /// As the user named it.
    pub path: PathBuf,
    /// The file itself, links followed.
    pub resolved: PathBuf,
    /// The tool whose file it is.
    pub tool: String,
    /// The bytes it has now; `None`: there is no file.
    pub before: Option<Vec<u8>>,
    /// The bytes it would have; `None`: it would be removed.
    pub after: Option<Vec<u8>>,
    /// Why the undo needs `force`: what happened to the file since.
    pub changed_since: Option<String>,
}

/// Says what [`undo`] would do; changes nothing.
///
/// # Errors
///
/// As [`undo`], except that files which changed since are no error here.
pub fn plan_undo(state: &StateDir, home: &Path, id: Option<&str>) -> Result<UndoPlan, WriteError> {
    let history = History::load(state)?;
    let record = history.choose(id)?;
    let mut files = Vec::new();
    for index in 0..record.manifest.files.len() {
        let Some((job, changed_since)) = job(&history, record, index, home)? else {
            continue;
        };
        files.push(UndoFile {
            path: job.path,
            resolved: job.resolved,
            tool: job.tool,
            before: job.before.map(|contents| contents.bytes),
            after: job.after,
            changed_since,
        });
    }
    Ok(UndoPlan {
        transaction: history.summary(record),
        files,
    })
}

/// Restores what a transaction changed: bytes and mode exactly; a file that it
/// created is removed, and so are the folders made for it, if they are empty.
///
/// `id` may be the beginning of one; `None` means the newest that is not undone
/// yet and is not an undo itself.
///
/// # Errors
///
/// [`WriteError::ChangedSince`] if a file is no longer as the transaction wrote
/// it; with `force` its present bytes are backed up and the old ones restored
/// all the same. Every error says whether files were changed.
pub fn undo(
    state: &StateDir,
    home: &Path,
    id: Option<&str>,
    force: bool,
) -> Result<Undone, WriteError> {
    // Without a state folder there is nothing to undo, and none is made.
    if !state.transactions().is_dir() {
        History::load(state)?.choose(id)?;
    }
    let lock = begin(state)?;
    let recovered = recover_locked(state, &lock)?;
    let history = History::load(state)?;
    let record = history.choose(id)?;

    let mut plan = Plan::default();
    let mut changed = Vec::new();
    for (index, entry) in record.manifest.files.iter().enumerate() {
        let Some((mut job, reason)) = job(&history, record, index, home)? else {
            continue;
        };
        if let Some(reason) = reason {
            changed.push(Kept {
                path: entry.path.clone(),
                reason,
                backup: None,
            });
            // The file that was changed is what is restored, even if a link
            // leads elsewhere by now.
            job.path.clone_from(&job.resolved);
        }
        if job.before.is_some() {
            plan.warnings.extend(locate(&job.resolved)?.warning());
        } else {
            let missing = locate(&job.resolved)?.missing_folders;
            plan.add_folders(missing.into_iter().map(|path| {
                let mode = mode_of(&record.manifest.removed_folders, &path);
                (path, mode)
            }));
        }
        plan.jobs.push(job);
    }
    if !changed.is_empty() && !force {
        return Err(WriteError::ChangedSince {
            id: record.id().clone(),
            files: changed,
        });
    }
    if plan.jobs.is_empty() {
        return Err(WriteError::NotUndoable {
            id: record.id().clone(),
            reason: "its files have their old contents already".to_owned(),
        });
    }
    plan.removed_folders = record
        .manifest
        .created_folders
        .iter()
        .filter(|folder| folder.path.is_dir())
        .map(present_folder)
        .collect();
    let purpose = Purpose {
        command: "undo".to_owned(),
        profile: record.manifest.profile.clone(),
        facts: record.manifest.facts.clone(),
    };
    let written = run(state, &lock, &purpose, Some(record.id().clone()), plan)?;
    Ok(Undone {
        undone: record.id().clone(),
        id: written.id,
        files: written.files,
        warnings: written.warnings,
        recovered,
    })
}

/// How to restore one file, and why that would lose something. `None`: it has
/// its old contents already.
fn job(
    history: &History,
    record: &Record,
    index: usize,
    home: &Path,
) -> Result<Option<(Job, Option<String>)>, WriteError> {
    let entry = &record.manifest.files[index];
    // Read-only, a FIFO, outside this home: refused as in any other write.
    inspect_at(&entry.resolved, None)?;
    if !entry.outside_home
        && let Err(error @ WriteError::OutsideHome { .. }) = inspect_at(&entry.path, Some(home))
    {
        return Err(error);
    }
    let before = match read(&entry.resolved) {
        Ok(Present::Absent) => None,
        Ok(Present::File(contents)) => Some(contents),
        Ok(Present::Other(kind)) => {
            return Err(WriteError::NotAFile {
                path: entry.path.clone(),
                kind,
            });
        }
        Err(source) => return Err(WriteError::io("read", &entry.path, source)),
    };
    let present = before.as_ref().map(|contents| contents.hash);
    if present == entry.hash_before() {
        return Ok(None);
    }
    let after = match entry.before {
        Some(_) => Some(backup::original_or_error(record, index)?),
        None => None,
    };
    let changed_since = changed_since(history, record, entry, before.is_some(), present);
    Ok(Some((
        Job {
            path: entry.path.clone(),
            resolved: entry.resolved.clone(),
            before,
            after,
            mode: entry.before.map_or(0, |version| version.mode),
            owner: entry.before.and_then(|version| version.owner),
            tool: entry.tool.clone(),
            outside_home: entry.outside_home,
        },
        changed_since,
    )))
}

fn changed_since(
    history: &History,
    record: &Record,
    entry: &Entry,
    exists: bool,
    present: Option<super::Hash>,
) -> Option<String> {
    if present != entry.hash_after() {
        let later = history.last_writer(&entry.resolved);
        return Some(match later {
            Some(later) if later > record.id() => {
                format!("transaction {later} changed it again; undo that one first")
            }
            _ if !exists => "it was removed since".to_owned(),
            _ if entry.after.is_none() => "it was created again since".to_owned(),
            _ => "it was changed since".to_owned(),
        });
    }
    let leads_there = locate(&entry.path).is_ok_and(|target| target.resolved == entry.resolved);
    (!leads_there).then(|| "the name leads to another file now".to_owned())
}

fn mode_of(folders: &[Folder], path: &Path) -> u32 {
    folders
        .iter()
        .find(|folder| folder.path == path)
        .map_or(0o700, |folder| folder.mode)
}

/// A folder with the mode that it has now, so that a rollback can make it again.
fn present_folder(folder: &Folder) -> Folder {
    #[cfg(unix)]
    let mode = fs::metadata(&folder.path).map_or(folder.mode, |meta| {
        use std::os::unix::fs::MetadataExt;
        meta.mode() & 0o7777
    });
    #[cfg(not(unix))]
    let mode = folder.mode;
    Folder {
        path: folder.path.clone(),
        mode,
    }
}
