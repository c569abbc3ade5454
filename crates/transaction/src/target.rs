//! Where a path really leads, and what is there.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use super::error::{Aftermath, WriteError};
use super::hash::{Hash, hash};

#[cfg(unix)]
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};

/// The largest file that is written or restored; config files are far smaller.
pub const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// A config file, as a write would find it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Target {
    /// The path that was asked for, made absolute.
    pub named: PathBuf,
    /// The file that is written: all symbolic links followed.
    pub resolved: PathBuf,
    /// Whether the file exists.
    pub exists: bool,
    /// Whether the last part of the named path is a symbolic link.
    pub is_link: bool,
    /// Permission bits; 0 if the file does not exist.
    pub mode: u32,
    /// Owner; 0 if the file does not exist.
    pub uid: u32,
    /// Group; 0 if the file does not exist.
    pub gid: u32,
    /// Number of names the file has; above 1 the other names keep the old
    /// bytes when it is written.
    pub hard_links: u64,
    /// Length in bytes; 0 if the file does not exist.
    pub size: u64,
    /// Folders that have to be made first, the outermost first.
    pub missing_folders: Vec<PathBuf>,
}

impl Target {
    /// What the user should know before this file is written.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        (self.hard_links > 1).then(|| {
            format!(
                "{} has {} names (hard links); the others keep the old contents",
                super::error::show(&self.named),
                self.hard_links
            )
        })
    }
}

/// Looks at a path without opening or changing anything, and refuses what
/// could not be written safely.
///
/// # Errors
///
/// Says why the file would not be written: outside `home`, a dangling link, a
/// link loop, not a regular file, read-only, too large, mounted by itself.
pub fn inspect(path: &Path, home: &Path) -> Result<Target, WriteError> {
    inspect_at(path, Some(home))
}

/// [`inspect`]; without a home folder, any place will do.
pub(crate) fn inspect_at(path: &Path, home: Option<&Path>) -> Result<Target, WriteError> {
    let target = locate(path)?;
    if let Some(home) = home
        && !is_inside(&target, home)
    {
        return Err(WriteError::OutsideHome {
            path: target.named,
            home: home.to_owned(),
        });
    }
    if !target.exists {
        return Ok(target);
    }
    // Root may write it all the same, so the bits are looked at, not tried.
    #[cfg(unix)]
    let read_only = target.mode & 0o200 == 0;
    #[cfg(not(unix))]
    let read_only = fs::metadata(&target.resolved).is_ok_and(|meta| meta.permissions().readonly());
    if read_only {
        return Err(WriteError::ReadOnly {
            path: target.named,
            mode: target.mode,
        });
    }
    if target.size > MAX_FILE_BYTES {
        return Err(WriteError::TooLarge {
            path: target.named,
            limit: MAX_FILE_BYTES,
        });
    }
    if is_mount_point(&target.resolved) {
        return Err(WriteError::MountPoint {
            path: target.named,
            aftermath: Aftermath::Untouched,
            source: None,
        });
    }
    Ok(target)
}

/// Follows the links of a path.
pub(crate) fn locate(path: &Path) -> Result<Target, WriteError> {
    let named = std::path::absolute(path).map_err(|source| WriteError::io("find", path, source))?;
    let link = match fs::symlink_metadata(&named) {
        Ok(meta) => meta,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return locate_new(named),
        Err(error) => return Err(find_error(&named, error)),
    };
    let resolved = match fs::canonicalize(&named) {
        Ok(resolved) => resolved,
        Err(error) => return Err(find_error(&named, error)),
    };
    let meta =
        fs::symlink_metadata(&resolved).map_err(|source| WriteError::io("find", &named, source))?;
    if !meta.is_file() {
        return Err(WriteError::NotAFile {
            path: named,
            kind: kind(&meta),
        });
    }
    let about = About::of(&meta);
    Ok(Target {
        named,
        resolved,
        exists: true,
        is_link: link.is_symlink(),
        mode: about.mode,
        uid: about.uid,
        gid: about.gid,
        hard_links: about.links,
        size: meta.len(),
        missing_folders: Vec::new(),
    })
}

/// A file that is to be created: its nearest folder that exists is resolved.
fn locate_new(named: PathBuf) -> Result<Target, WriteError> {
    let mut missing = Vec::new();
    let mut folder = named.as_path();
    let existing = loop {
        let Some(parent) = folder.parent() else {
            return Err(WriteError::NotAFile {
                path: named,
                kind: "a folder",
            });
        };
        folder = parent;
        match fs::symlink_metadata(folder) {
            Ok(_) => match fs::canonicalize(folder) {
                Ok(existing) => break existing,
                Err(error) => return Err(find_error(folder, error)),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => match folder.file_name() {
                Some(name) => missing.push(name.to_owned()),
                // Ends in `..`: nothing there to make.
                None => return Err(find_error(folder, error)),
            },
            Err(error) => return Err(find_error(folder, error)),
        }
    };
    let Some(name) = named.file_name() else {
        return Err(WriteError::NotAFile {
            path: named,
            kind: "a folder",
        });
    };
    let mut resolved = existing;
    let mut missing_folders = Vec::new();
    for part in missing.iter().rev() {
        resolved.push(part);
        missing_folders.push(resolved.clone());
    }
    resolved.push(name);
    Ok(Target {
        resolved,
        exists: false,
        is_link: false,
        mode: 0,
        uid: 0,
        gid: 0,
        hard_links: 0,
        size: 0,
        missing_folders,
        named,
    })
}

/// Tells a dangling link and a link loop from other failures.
fn find_error(path: &Path, error: io::Error) -> WriteError {
    let path = path.to_owned();
    if is_loop(&error) {
        return WriteError::LinkLoop { path };
    }
    if error.kind() == io::ErrorKind::NotFound
        && let Ok(to) = fs::read_link(&path)
    {
        return WriteError::DanglingLink { path, to };
    }
    WriteError::io("find", &path, error)
}

/// `ELOOP`; its `ErrorKind` has no stable name yet.
fn is_loop(error: &io::Error) -> bool {
    let code = if cfg!(target_os = "linux") { 40 } else { 62 };
    cfg!(unix) && error.raw_os_error() == Some(code)
}

/// Whether the path, as the user named it, is below the home folder. Where its
/// links lead does not matter: dotfiles often live elsewhere.
fn is_inside(target: &Target, home: &Path) -> bool {
    let home_named = std::path::absolute(home).unwrap_or_else(|_| home.to_owned());
    let home_real = fs::canonicalize(home).unwrap_or_else(|_| home_named.clone());
    let plain = |path: &Path| !path.components().any(|part| part == Component::ParentDir);
    if plain(&target.named)
        && (target.named.starts_with(&home_named) || target.named.starts_with(&home_real))
    {
        return true;
    }
    // The home folder may be known under another name (/home -> /usr/home).
    let Some(parent) = target.named.parent() else {
        return false;
    };
    if target.exists {
        return fs::canonicalize(parent).is_ok_and(|parent| parent.starts_with(&home_real));
    }
    target.resolved.starts_with(&home_real)
}

/// Mounted by itself, as containers do with single files. Only Linux says so;
/// elsewhere the rename fails and is rolled back.
fn is_mount_point(path: &Path) -> bool {
    if !cfg!(target_os = "linux") {
        return false;
    }
    let (Ok(mounts), Some(path)) = (fs::read_to_string("/proc/self/mountinfo"), path.to_str())
    else {
        return false;
    };
    mounts
        .lines()
        .filter_map(|line| line.split(' ').nth(4))
        .any(|point| unescape_mount(point) == path)
}

/// The kernel writes space, tab, newline and backslash as `\040` and so on.
fn unescape_mount(point: &str) -> String {
    point
        .replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\")
}

/// Owner, mode and identity of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct About {
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    links: u64,
    /// Device and inode.
    identity: (u64, u64),
}

impl About {
    #[cfg(unix)]
    fn of(meta: &Metadata) -> Self {
        Self {
            mode: meta.mode() & 0o7777,
            uid: meta.uid(),
            gid: meta.gid(),
            links: meta.nlink(),
            identity: (meta.dev(), meta.ino()),
        }
    }

    #[cfg(not(unix))]
    fn of(meta: &Metadata) -> Self {
        Self {
            mode: if meta.permissions().readonly() {
                0o400
            } else {
                0o600
            },
            uid: 0,
            gid: 0,
            links: 1,
            identity: (0, 0),
        }
    }

    pub(crate) fn of_open(file: &File) -> io::Result<Self> {
        Ok(Self::of(&file.metadata()?))
    }
}

/// What is at a resolved path.
#[derive(Debug)]
pub(crate) enum Present {
    /// No such name.
    Absent,
    /// A regular file with these bytes.
    File(Contents),
    /// Something that can't be one of our files: a folder, a link, a FIFO, a
    /// file above the limit.
    Other(&'static str),
}

/// The bytes of a file with what belongs to them.
#[derive(Debug)]
pub(crate) struct Contents {
    pub(crate) bytes: Vec<u8>,
    pub(crate) hash: Hash,
    pub(crate) about: About,
}

impl Present {
    /// The hash of the bytes; `None` if there is no file. Something else than
    /// a file has no such state.
    pub(crate) fn state(&self) -> Result<Option<Hash>, &'static str> {
        match self {
            Self::Absent => Ok(None),
            Self::File(contents) => Ok(Some(contents.hash)),
            Self::Other(kind) => Err(kind),
        }
    }
}

/// Reads what is at a path whose links are resolved already. A FIFO, device or
/// link is not opened, and putting one there at the last moment doesn't make
/// the call hang either.
pub(crate) fn read(resolved: &Path) -> io::Result<Present> {
    let meta = match fs::symlink_metadata(resolved) {
        Ok(meta) => meta,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(Present::Absent);
        }
        Err(error) => return Err(error),
    };
    if !meta.is_file() {
        return Ok(Present::Other(kind(&meta)));
    }
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    options.custom_flags(NONBLOCK);
    let file = match options.open(resolved) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Present::Absent),
        Err(error) => return Err(error),
    };
    let opened = file.metadata()?;
    if !opened.is_file() {
        return Ok(Present::Other(kind(&opened)));
    }
    let about = About::of(&opened);
    let mut bytes =
        Vec::with_capacity(usize::try_from(opened.len().min(MAX_FILE_BYTES)).unwrap_or(0));
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Ok(Present::Other("a file above the size limit"));
    }
    Ok(Present::File(Contents {
        hash: hash(&bytes),
        bytes,
        about,
    }))
}

/// `O_NONBLOCK`, so that opening a FIFO returns. std has no name for it; where
/// its number is not known, the check before opening has to do.
#[cfg(unix)]
const NONBLOCK: i32 = if cfg!(all(
    target_os = "linux",
    not(any(
        target_arch = "mips",
        target_arch = "mips64",
        target_arch = "sparc64"
    ))
)) {
    0o4000
} else if cfg!(any(
    target_os = "macos",
    target_os = "freebsd",
    target_os = "openbsd",
    target_os = "netbsd"
)) {
    0x4
} else {
    0
};

fn kind(meta: &Metadata) -> &'static str {
    let file_type = meta.file_type();
    if file_type.is_dir() {
        return "a folder";
    }
    if file_type.is_symlink() {
        return "a symbolic link";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if file_type.is_fifo() {
            return "a named pipe (FIFO)";
        }
        if file_type.is_socket() {
            return "a socket";
        }
        if file_type.is_block_device() || file_type.is_char_device() {
            return "a device";
        }
    }
    "a special file"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mount_points_are_recognised() {
        assert_eq!(unescape_mount("/a\\040b\\134c"), "/a b\\c");
        // Every Linux system has this one.
        #[cfg(target_os = "linux")]
        assert!(is_mount_point(Path::new("/proc")));
        assert!(!is_mount_point(Path::new("/no/such/file")));
    }
}
