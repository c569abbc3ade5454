//! The folder that holds the lock and the transactions.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::{Disk, OsDisk};
use super::error::WriteError;

/// The state folder, for example `~/.local/state/glm-setup`.
///
/// ```text
/// lock                                  held while a run writes
/// transactions/20261122T001530Z-1a2b/
///     manifest.done.json                or .pending, .rolled-back
///     before/0000, before/0001, …       the original bytes
/// ```
///
/// It is created, for its owner only, when something is written for the first time.
#[derive(Debug, Clone)]
pub struct StateDir {
    path: PathBuf,
    disk: Arc<dyn Disk>,
}

impl StateDir {
    /// Names the folder; touches nothing.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self::with_disk(path, Arc::new(OsDisk))
    }

    /// The same over another [`Disk`]: for tests that make its calls fail.
    #[must_use]
    pub fn with_disk(path: PathBuf, disk: Arc<dyn Disk>) -> Self {
        // An absolute path: manifests and messages name files in it.
        let path = std::path::absolute(&path).unwrap_or(path);
        Self { path, disk }
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn disk(&self) -> &dyn Disk {
        self.disk.as_ref()
    }

    pub(crate) fn transactions(&self) -> PathBuf {
        self.path.join("transactions")
    }

    /// Makes the folders that are missing. The mode of folders that exist is
    /// not touched: the path may be one that the user shares with others.
    pub(crate) fn create(&self) -> Result<(), WriteError> {
        create_dir_all(self.disk(), &self.path)?;
        create_dir_all(self.disk(), &self.transactions())
    }
}

fn create_dir_all(disk: &dyn Disk, path: &Path) -> Result<(), WriteError> {
    if fs::metadata(path).is_ok_and(|meta| meta.is_dir()) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        create_dir_all(disk, parent)?;
    }
    match disk.create_dir(path, 0o700) {
        Ok(()) => {}
        // Another run may have been quicker.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        Err(source) => return Err(WriteError::io("create the folder", path, source)),
    }
    match path.parent() {
        Some(parent) => disk
            .sync_dir(parent)
            .map_err(|source| WriteError::io("save the folder", parent, source)),
        None => Ok(()),
    }
}
