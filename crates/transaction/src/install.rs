//! The steps that touch the user's files: temporary files, last look, rename.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use super::disk::Disk;
use super::error::{Aftermath, WriteError};
use super::manifest::{Entry, Record, Version};
use super::target::{About, Present, locate, read};
use super::write::{Job, changed, owner};

/// Brings all files to their new state. On an error the caller rolls back.
pub(crate) fn carry_out(disk: &dyn Disk, record: &Record, jobs: &[Job]) -> Result<(), WriteError> {
    let manifest = &record.manifest;
    for folder in &manifest.created_folders {
        disk.create_dir(&folder.path, folder.mode)
            .map_err(|source| WriteError::io("create the folder", &folder.path, source))?;
        sync_parent(disk, &folder.path)?;
    }
    for (job, entry) in jobs.iter().zip(&manifest.files) {
        if let (Some(bytes), Some(version)) = (&job.after, &entry.after) {
            place(disk, entry, bytes, version)?;
        }
    }
    for (job, entry) in jobs.iter().zip(&manifest.files) {
        install(disk, job, entry)?;
    }
    let folders: BTreeSet<&Path> = jobs
        .iter()
        .filter_map(|job| job.resolved.parent())
        .collect();
    for folder in folders {
        disk.sync_dir(folder)
            .map_err(|source| WriteError::io("save the folder", folder, source))?;
    }
    for folder in manifest.removed_folders.iter().rev() {
        remove_folder(disk, &folder.path)?;
    }
    Ok(())
}

/// Removes a folder if it is empty.
pub(crate) fn remove_folder(disk: &dyn Disk, path: &Path) -> Result<(), WriteError> {
    match disk.remove_dir(path) {
        Ok(()) => sync_parent(disk, path),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound
                    | io::ErrorKind::NotADirectory
                    | io::ErrorKind::DirectoryNotEmpty
            ) =>
        {
            Ok(())
        }
        Err(source) => Err(WriteError::io("remove the folder", path, source)),
    }
}

/// Writes a temporary file beside its target, complete and saved to disk.
pub(crate) fn place(
    disk: &dyn Disk,
    entry: &Entry,
    bytes: &[u8],
    version: &Version,
) -> Result<(), WriteError> {
    let path = &entry.temporary;
    // Nobody else can read it until it has its owner.
    let mut file = disk
        .create_new(path, 0o600)
        .map_err(|source| WriteError::io("create", path, source))?;
    disk.write_all(&mut file, bytes)
        .map_err(|source| WriteError::io("write", path, source))?;
    let now = About::of_open(&file).map_err(|source| WriteError::io("look at", path, source))?;
    if let Some(wanted) = version.owner
        && owner(now) != wanted
    {
        disk.set_owner(&file, wanted.uid, wanted.gid)
            .map_err(|source| WriteError::CannotKeepOwner {
                path: entry.path.clone(),
                uid: wanted.uid,
                gid: wanted.gid,
                aftermath: Aftermath::Untouched,
                source,
            })?;
    }
    // After the owner: changing that may take bits away.
    disk.set_mode(&file, version.mode)
        .map_err(|source| WriteError::io("set the mode of", path, source))?;
    disk.sync(&file)
        .map_err(|source| WriteError::io("save", path, source))
}

/// Puts one file in place, after a last look that it is still the one that was read.
fn install(disk: &dyn Disk, job: &Job, entry: &Entry) -> Result<(), WriteError> {
    // A link may lead elsewhere by now.
    if locate(&job.path)
        .map(|target| target.resolved)
        .ok()
        .as_ref()
        != Some(&job.resolved)
    {
        return Err(changed(&job.path));
    }
    let now = read(&job.resolved).map_err(|source| WriteError::io("read", &job.path, source))?;
    let same = match (&now, &job.before) {
        (Present::Absent, None) => true,
        (Present::File(now), Some(before)) => {
            now.hash == before.hash
                && now.about.mode == before.about.mode
                && owner(now.about) == owner(before.about)
        }
        _ => false,
    };
    if !same {
        return Err(changed(&job.path));
    }
    match (&job.before, &job.after) {
        (_, None) => disk
            .remove_file(&job.resolved)
            .map_err(|source| WriteError::io("remove", &job.path, source)),
        (Some(_), Some(_)) => replace(disk, entry),
        (None, Some(_)) => appear(disk, entry),
    }
}

/// Renames the temporary file over its target.
pub(crate) fn replace(disk: &dyn Disk, entry: &Entry) -> Result<(), WriteError> {
    disk.rename(&entry.temporary, &entry.resolved)
        .map_err(|source| match source.kind() {
            io::ErrorKind::ResourceBusy | io::ErrorKind::CrossesDevices => WriteError::MountPoint {
                path: entry.path.clone(),
                aftermath: Aftermath::Untouched,
                source: Some(source),
            },
            _ => WriteError::io("replace", &entry.path, source),
        })
}

/// Gives the temporary file its name, unless somebody has just taken it.
pub(crate) fn appear(disk: &dyn Disk, entry: &Entry) -> Result<(), WriteError> {
    match disk.link(&entry.temporary, &entry.resolved) {
        Ok(()) => disk
            .remove_file(&entry.temporary)
            .map_err(|source| WriteError::io("remove", &entry.temporary, source)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(changed(&entry.path)),
        // The file system has no hard links (FAT, some network and phone file
        // systems): look, then rename.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported
            ) =>
        {
            if fs::symlink_metadata(&entry.resolved).is_ok() {
                return Err(changed(&entry.path));
            }
            replace(disk, entry)
        }
        Err(source) => Err(WriteError::io("create", &entry.path, source)),
    }
}

pub(crate) fn sync_parent(disk: &dyn Disk, path: &Path) -> Result<(), WriteError> {
    let Some(parent) = path.parent() else {
        return Ok(());
    };
    disk.sync_dir(parent)
        .map_err(|source| WriteError::io("save the folder", parent, source))
}
