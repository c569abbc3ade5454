//! The original bytes, kept in the state folder.

use std::fs;
use std::io;
use std::path::Path;

use super::disk::Disk;
use super::error::{Aftermath, WriteError};
use super::hash::hash;
use super::install::sync_parent;
use super::manifest::{BEFORE, Phase, Record, UNFINISHED, backup_path};
use super::write::Job;

/// Saves the original bytes, then the manifest. When this returns, both are on
/// disk and the transaction is pending; no file outside has been touched.
pub(crate) fn save(disk: &dyn Disk, record: &Record, jobs: &[Job]) -> Result<(), WriteError> {
    let folder = &record.folder;
    let before = folder.join(BEFORE);
    for path in [folder, &before] {
        disk.create_dir(path, 0o700)
            .map_err(|source| WriteError::io("create the folder", path, source))?;
    }
    for (index, job) in jobs.iter().enumerate() {
        if let Some(contents) = &job.before {
            save_file(disk, &backup_path(folder, index), &contents.bytes)?;
        }
    }
    sync_folder(disk, &before)?;
    sync_parent(disk, folder)?;

    let unfinished = folder.join(UNFINISHED);
    let mut text = serde_json::to_vec_pretty(&record.manifest)
        .map_err(|error| WriteError::io("write", &unfinished, io::Error::other(error)))?;
    text.push(b'\n');
    save_file(disk, &unfinished, &text)?;
    let pending = folder.join(Phase::Pending.file_name());
    disk.rename(&unfinished, &pending)
        .map_err(|source| WriteError::io("write", &pending, source))?;
    sync_folder(disk, folder)
}

fn save_file(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let mut file = disk
        .create_new(path, 0o600)
        .map_err(|source| WriteError::io("create", path, source))?;
    disk.write_all(&mut file, bytes)
        .map_err(|source| WriteError::io("write", path, source))?;
    disk.sync(&file)
        .map_err(|source| WriteError::io("save", path, source))
}

fn sync_folder(disk: &dyn Disk, path: &Path) -> Result<(), WriteError> {
    disk.sync_dir(path)
        .map_err(|source| WriteError::io("save the folder", path, source))
}

/// Moves the transaction from pending to another phase.
pub(crate) fn set_phase(disk: &dyn Disk, record: &Record, phase: Phase) -> Result<(), WriteError> {
    let from = record.folder.join(Phase::Pending.file_name());
    let to = record.folder.join(phase.file_name());
    disk.rename(&from, &to)
        .map_err(|source| WriteError::io("write", &to, source))?;
    sync_folder(disk, &record.folder)
}

/// The saved bytes of a file, checked against the manifest.
///
/// The inner `None`: the backup is missing or is not what the manifest says.
pub(crate) fn original(record: &Record, index: usize) -> io::Result<Option<Vec<u8>>> {
    let Some(version) = record.manifest.files.get(index).and_then(|e| e.before) else {
        return Ok(None);
    };
    match fs::read(record.backup(index)) {
        Ok(bytes) => Ok((hash(&bytes) == version.sha256).then_some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// [`original`], with a damaged backup as an error.
pub(crate) fn original_or_error(record: &Record, index: usize) -> Result<Vec<u8>, WriteError> {
    let backup = record.backup(index);
    match original(record, index) {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(WriteError::BackupDamaged {
            path: record.manifest.files[index].path.clone(),
            backup,
            aftermath: Aftermath::Untouched,
        }),
        Err(source) => Err(WriteError::io("read the backup", &backup, source)),
    }
}

/// Removes a transaction's folder, as far as that is possible. The manifest
/// goes first: without it the folder is rubbish that a later run clears away,
/// whereas a manifest without its backups would promise what isn't there.
pub(crate) fn discard(disk: &dyn Disk, folder: &Path) {
    let before = folder.join(BEFORE);
    let manifests = Phase::ALL.map(Phase::file_name);
    for name in manifests.into_iter().chain([UNFINISHED]) {
        let path = folder.join(name);
        if fs::symlink_metadata(&path).is_ok() && disk.remove_file(&path).is_err() {
            return;
        }
    }
    // Only what this module puts there; anything else stays.
    if let Ok(entries) = fs::read_dir(&before) {
        for entry in entries.flatten() {
            let name = entry.file_name();
            if name.as_encoded_bytes().iter().all(u8::is_ascii_digit) {
                let _ = disk.remove_file(&entry.path());
            }
        }
    }
    let _ = disk.remove_dir(&before);
    let _ = disk.remove_dir(folder);
}
