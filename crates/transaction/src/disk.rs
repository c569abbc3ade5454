//! The one place where this module changes the disk.
//!
//! Everything that writes goes through [`Disk`], so that a test can make the
//! n-th call fail, or end the process at it, and prove what is left behind.
//! The program itself always uses [`OsDisk`]; nothing from outside (no
//! environment variable, no option) can put another one in its place.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};

/// The calls that change something on disk.
pub trait Disk: Send + Sync + std::fmt::Debug {
    /// Makes one folder with this mode; fails if the name is taken.
    fn create_dir(&self, path: &Path, mode: u32) -> io::Result<()>;
    /// Removes an empty folder.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;
    /// Creates a file for writing; fails if the name is taken, by a link too.
    fn create_new(&self, path: &Path, mode: u32) -> io::Result<File>;
    /// Writes all bytes at the file's position.
    fn write_all(&self, file: &mut File, bytes: &[u8]) -> io::Result<()>;
    /// Sets the permission bits of an open file.
    fn set_mode(&self, file: &File, mode: u32) -> io::Result<()>;
    /// Sets owner and group of an open file.
    fn set_owner(&self, file: &File, uid: u32, gid: u32) -> io::Result<()>;
    /// Waits until contents and metadata of the file are on disk.
    fn sync(&self, file: &File) -> io::Result<()>;
    /// Waits until the names in a folder are on disk.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
    /// Renames, replacing what has the new name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Gives a file a second name; unlike `rename` it never replaces.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a name.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Opens the lock file, creating it if needed, and takes the lock.
    /// `Ok(None)`: somebody else has it.
    fn lock(&self, path: &Path) -> io::Result<Option<File>>;
    /// Replaces the contents of the lock file.
    fn note(&self, file: &mut File, bytes: &[u8]) -> io::Result<()>;
}

/// The real disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsDisk;

impl Disk for OsDisk {
    fn create_dir(&self, path: &Path, mode: u32) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        builder.mode(mode);
        builder.create(path)?;
        // The umask may have taken bits away.
        #[cfg(unix)]
        if fs::symlink_metadata(path)?.permissions().mode() & 0o7777 != mode {
            fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
        }
        #[cfg(not(unix))]
        let _ = mode;
        Ok(())
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn create_new(&self, path: &Path, mode: u32) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(mode);
        #[cfg(not(unix))]
        let _ = mode;
        options.open(path)
    }

    fn write_all(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    fn set_mode(&self, file: &File, mode: u32) -> io::Result<()> {
        #[cfg(unix)]
        return file.set_permissions(fs::Permissions::from_mode(mode));
        #[cfg(not(unix))]
        {
            let _ = (file, mode);
            Ok(())
        }
    }

    fn set_owner(&self, file: &File, uid: u32, gid: u32) -> io::Result<()> {
        #[cfg(unix)]
        return std::os::unix::fs::fchown(file, Some(uid), Some(gid));
        #[cfg(not(unix))]
        {
            let _ = (file, uid, gid);
            Ok(())
        }
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        // A folder cannot be opened for this on Windows, where renames are
        // journalled by the file system.
        #[cfg(unix)]
        File::open(path)?.sync_all()?;
        #[cfg(not(unix))]
        let _ = path;
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<File>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        options.mode(0o600);
        let file = options.open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(source),
        }
    }

    fn note(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(bytes)
    }
}
