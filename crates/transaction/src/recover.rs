//! Taking back what a transaction did before it came to its end.
//!
//! A rollback never trusts the journal about how far a transaction came: it
//! looks at each file. Bytes that are neither the old nor the new ones belong
//! to somebody else and stay.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::TransactionId;
use super::backup;
use super::error::{Aftermath, Kept, WriteError};
use super::install::{appear, place, remove_folder, replace, sync_parent};
use super::lock::{self, Lock};
use super::manifest::{self, BEFORE, Phase, Record};
use super::state::StateDir;
use super::target::{Present, read};

/// What rolling back an interrupted transaction did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The transaction that had been interrupted.
    pub id: TransactionId,
    /// Files that have their old bytes again, as the user named them.
    pub restored: Vec<PathBuf>,
    /// Files that somebody else changed since; they were left alone.
    pub kept: Vec<Kept>,
}

/// Rolls back a transaction that a crash interrupted, if there is one.
///
/// Commands that write call this before they read, so that they see the files
/// as they were. Touches nothing if there is nothing to repair.
///
/// # Errors
///
/// [`WriteError::Locked`] if a run is writing at this moment;
/// [`WriteError::RecoveryFailed`] if a file can't be restored. The next call
/// tries again.
pub fn recover(state: &StateDir) -> Result<Option<Recovered>, WriteError> {
    let complete = |folder: &Path| {
        matches!(
            manifest::phase(folder),
            Some(Phase::Done | Phase::RolledBack)
        )
    };
    if manifest::folders(state)?
        .iter()
        .all(|(_, folder)| complete(folder))
    {
        return Ok(None);
    }
    let lock = lock::acquire(state)?;
    recover_locked(state, &lock)
}

/// [`recover`] for a caller that has the lock.
pub(crate) fn recover_locked(
    state: &StateDir,
    _lock: &Lock,
) -> Result<Option<Recovered>, WriteError> {
    let mut recovered: Option<Recovered> = None;
    for (id, folder) in manifest::folders(state)? {
        match manifest::phase(&folder) {
            Some(Phase::Done | Phase::RolledBack) => {}
            // Interrupted before it touched anything.
            None => backup::discard(state.disk(), &folder),
            Some(Phase::Pending) => {
                let outcome = manifest::load(&folder)
                    .and_then(|record| match record {
                        Some(record) => roll_back(state, &record),
                        None => Ok(Outcome::default()),
                    })
                    .map_err(|source| WriteError::RecoveryFailed {
                        id: id.clone(),
                        source: Box::new(source),
                        backups: folder.join(BEFORE),
                    })?;
                let sum = recovered.get_or_insert_with(|| Recovered {
                    id,
                    restored: Vec::new(),
                    kept: Vec::new(),
                });
                sum.restored.extend(outcome.restored);
                sum.kept.extend(outcome.kept);
            }
        }
    }
    Ok(recovered)
}

/// What a rollback did.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) restored: Vec<PathBuf>,
    pub(crate) kept: Vec<Kept>,
}

/// Brings all files of a pending transaction back to their old state.
///
/// A file that fails does not keep the others from being restored; the
/// transaction then stays pending.
pub(crate) fn roll_back(state: &StateDir, record: &Record) -> Result<Outcome, WriteError> {
    let disk = state.disk();
    let mut outcome = Outcome::default();
    let mut first_error = None;
    let mut note = |error: WriteError| {
        first_error.get_or_insert(error.with_aftermath(Aftermath::Unfinished));
    };

    let mut folders_made = false;
    for (index, entry) in record.manifest.files.iter().enumerate().rev() {
        let present = match read(&entry.resolved) {
            Ok(present) => present,
            Err(source) => {
                note(WriteError::io("read", &entry.path, source));
                continue;
            }
        };
        match judge(record, index, &present) {
            Ok(Verdict::Old) => {}
            Ok(Verdict::Foreign(kept)) => outcome.kept.push(kept),
            Ok(Verdict::New(original)) => {
                if !folders_made {
                    folders_made = true;
                    if let Err(error) = make_folders(state, record) {
                        note(error);
                    }
                }
                match restore(state, record, index, original.as_deref()) {
                    Ok(None) => outcome.restored.push(entry.path.clone()),
                    Ok(Some(kept)) => outcome.kept.push(kept),
                    Err(error) => note(error),
                }
            }
            Err(error) => note(error),
        }
        if let Err(error) = remove_if_there(state, &entry.temporary) {
            note(error);
        }
    }
    for folder in record.manifest.created_folders.iter().rev() {
        if let Err(error) = remove_folder(disk, &folder.path) {
            note(error);
        }
    }
    let folders: BTreeSet<&Path> = record
        .manifest
        .files
        .iter()
        .filter_map(|entry| entry.resolved.parent())
        .filter(|folder| folder.is_dir())
        .collect();
    for folder in folders {
        if let Err(source) = disk.sync_dir(folder) {
            note(WriteError::io("save the folder", folder, source));
        }
    }
    if let Some(error) = first_error {
        return Err(error);
    }
    match backup::set_phase(disk, record, Phase::RolledBack) {
        Err(error) if manifest::phase(&record.folder) == Some(Phase::Pending) => {
            Err(error.with_aftermath(Aftermath::Unfinished))
        }
        // Renamed, but not confirmed: at worst the next run finds it pending
        // again, and every file old already.
        _ => Ok(outcome),
    }
}

enum Verdict {
    /// As before the transaction.
    Old,
    /// As the transaction wrote it; with the bytes to restore, if there was a file.
    New(Option<Vec<u8>>),
    /// Neither.
    Foreign(Kept),
}

fn judge(record: &Record, index: usize, present: &Present) -> Result<Verdict, WriteError> {
    let entry = &record.manifest.files[index];
    let keep = |reason: String| {
        Ok(Verdict::Foreign(Kept {
            path: entry.path.clone(),
            reason,
            backup: entry.before.map(|_| record.backup(index)),
        }))
    };
    let state = match present.state() {
        Ok(state) => state,
        Err(kind) => return keep(format!("it is {kind} now")),
    };
    if state == entry.hash_before() {
        return Ok(Verdict::Old);
    }
    if state != entry.hash_after() {
        return keep(
            match state {
                Some(_) => "another program changed it",
                None => "another program removed it",
            }
            .to_owned(),
        );
    }
    if entry.before.is_none() {
        return Ok(Verdict::New(None));
    }
    match backup::original(record, index) {
        Ok(Some(original)) => Ok(Verdict::New(Some(original))),
        Ok(None) => keep("its backup is missing or damaged".to_owned()),
        Err(source) => Err(WriteError::io(
            "read the backup",
            &record.backup(index),
            source,
        )),
    }
}

/// Folders that the transaction took away and that a file to restore may need.
fn make_folders(state: &StateDir, record: &Record) -> Result<(), WriteError> {
    for folder in &record.manifest.removed_folders {
        match state.disk().create_dir(&folder.path, folder.mode) {
            Ok(()) => sync_parent(state.disk(), &folder.path)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(WriteError::io("create the folder", &folder.path, source)),
        }
    }
    Ok(())
}

/// Restores one file; returns it if somebody changed it while that was prepared.
fn restore(
    state: &StateDir,
    record: &Record,
    index: usize,
    original: Option<&[u8]>,
) -> Result<Option<Kept>, WriteError> {
    let disk = state.disk();
    let entry = &record.manifest.files[index];
    let (Some(bytes), Some(version)) = (original, &entry.before) else {
        disk.remove_file(&entry.resolved)
            .map_err(|source| WriteError::io("remove", &entry.path, source))?;
        return Ok(None);
    };
    // What lies there is the new bytes, or a part of them.
    remove_if_there(state, &entry.temporary)?;
    place(disk, entry, bytes, version)?;
    let present =
        read(&entry.resolved).map_err(|source| WriteError::io("read", &entry.path, source))?;
    if let Verdict::Foreign(kept) = judge(record, index, &present)? {
        return Ok(Some(kept));
    }
    if entry.after.is_some() {
        replace(disk, entry)?;
    } else {
        appear(disk, entry)?;
    }
    Ok(None)
}

fn remove_if_there(state: &StateDir, path: &Path) -> Result<(), WriteError> {
    if fs::symlink_metadata(path).is_err() {
        return Ok(());
    }
    state
        .disk()
        .remove_file(path)
        .map_err(|source| WriteError::io("remove", path, source))
}
