//! Reading a config file: what it is before what it says.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::listing::MAX_FOLDERS;
use crate::document::MAX_BYTES;

/// A file that could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A folder, a pipe or a device stands in its place.
    #[error("{}: a file was expected, but this is {kind}; nothing was read from it", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// Too large.
    #[error("{}: {size} bytes; files above {MAX_BYTES} bytes are not read", path.display())]
    TooLarge {
        /// The path.
        path: PathBuf,
        /// Its size in bytes.
        size: u64,
    },
    /// A search for files leads too far.
    #[error("{}: more than {MAX_FOLDERS} folders to look for files in (a link may lead far); nothing below it was looked at", path.display())]
    TooManyFolders {
        /// The folder that the search begins in.
        path: PathBuf,
    },
    /// The system says no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl ReadError {
    /// The file.
    pub fn path(&self) -> &Path {
        match self {
            Self::NotAFile { path, .. }
            | Self::TooLarge { path, .. }
            | Self::TooManyFolders { path }
            | Self::Io { path, .. } => path,
        }
    }
}

/// Reads a regular file of at most [`MAX_BYTES`]; `None` when there is none.
///
/// # Errors
/// When something else than a regular file is there, when it is too large, or when the system refuses.
pub fn read_config(path: &Path) -> Result<Option<Vec<u8>>, ReadError> {
    let failed = |source| ReadError::Io {
        path: path.to_owned(),
        source,
    };
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            // A dangling link is not an absent file: writing through it would create something elsewhere.
            return match fs::symlink_metadata(path) {
                Ok(_) => Err(ReadError::NotAFile {
                    path: path.to_owned(),
                    kind: "a symbolic link to nothing",
                }),
                Err(_) => Ok(None),
            };
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if !metadata.is_file() {
        let kind = if metadata.is_dir() {
            "a folder"
        } else {
            "a pipe, a socket or a device"
        };
        return Err(ReadError::NotAFile {
            path: path.to_owned(),
            kind,
        });
    }
    if metadata.len() > MAX_BYTES as u64 {
        return Err(ReadError::TooLarge {
            path: path.to_owned(),
            size: metadata.len(),
        });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default() + 1);
    // The limit again: the file may grow between the two calls.
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    if bytes.len() > MAX_BYTES {
        return Err(ReadError::TooLarge {
            path: path.to_owned(),
            size: bytes.len() as u64,
        });
    }
    Ok(Some(bytes))
}
