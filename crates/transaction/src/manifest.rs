//! What a transaction was about to do, as it stands on disk.
//!
//! The manifest is the journal. It is written once, before any file outside
//! the state folder is touched, and never changed: the state of the
//! transaction is in the manifest's *name*. A rename is one step and needs no
//! space, so a transaction can be completed, and a failed one closed, on a
//! full disk too.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::TransactionId;
use super::error::WriteError;
use super::hash::{Hash, from_hex, to_hex};
use super::state::StateDir;

/// The format of the manifest; raised when an older program would misread it.
pub(crate) const VERSION: u32 = 1;

/// The name of the manifest while it is being written.
pub(crate) const UNFINISHED: &str = "manifest.unfinished";

/// The folder with the original bytes, inside a transaction's folder.
pub(crate) const BEFORE: &str = "before";

/// How far a transaction has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The files may be old, new, or some of each.
    Pending,
    /// All files are new.
    Done,
    /// All files are old again.
    RolledBack,
}

impl Phase {
    pub(crate) const ALL: [Self; 3] = [Self::Done, Self::Pending, Self::RolledBack];

    pub(crate) fn file_name(self) -> &'static str {
        match self {
            Self::Pending => "manifest.pending.json",
            Self::Done => "manifest.done.json",
            Self::RolledBack => "manifest.rolled-back.json",
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) version: u32,
    pub(crate) id: TransactionId,
    /// When, in RFC 3339.
    pub(crate) time: String,
    pub(crate) command: String,
    pub(crate) profile: Option<String>,
    pub(crate) facts: Option<String>,
    /// The transaction that this one takes back.
    pub(crate) undoes: Option<TransactionId>,
    /// Folders that exist only since this transaction, the outermost first.
    pub(crate) created_folders: Vec<Folder>,
    /// Folders that this transaction takes away if they are empty, likewise.
    pub(crate) removed_folders: Vec<Folder>,
    pub(crate) files: Vec<Entry>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Folder {
    #[serde(with = "lossless")]
    pub(crate) path: PathBuf,
    pub(crate) mode: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) tool: String,
    /// As the user named it.
    #[serde(with = "lossless")]
    pub(crate) path: PathBuf,
    /// The file itself, links followed.
    #[serde(with = "lossless")]
    pub(crate) resolved: PathBuf,
    /// The new bytes while they wait for their rename; on the way back the old ones.
    #[serde(with = "lossless")]
    pub(crate) temporary: PathBuf,
    /// Whether a place outside the home folder was allowed.
    pub(crate) outside_home: bool,
    /// `None`: there was no file.
    pub(crate) before: Option<Version>,
    /// `None`: the file is removed.
    pub(crate) after: Option<Version>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) sha256: Hash,
    pub(crate) size: u64,
    pub(crate) mode: u32,
    /// `None`: whoever creates it.
    pub(crate) owner: Option<Owner>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Owner {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Entry {
    pub(crate) fn hash_before(&self) -> Option<Hash> {
        self.before.map(|version| version.sha256)
    }

    pub(crate) fn hash_after(&self) -> Option<Hash> {
        self.after.map(|version| version.sha256)
    }
}

/// A transaction's folder and what its manifest says.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) folder: PathBuf,
    pub(crate) phase: Phase,
    pub(crate) manifest: Manifest,
}

impl Record {
    pub(crate) fn id(&self) -> &TransactionId {
        &self.manifest.id
    }

    pub(crate) fn backup(&self, index: usize) -> PathBuf {
        backup_path(&self.folder, index)
    }
}

pub(crate) fn backup_path(folder: &Path, index: usize) -> PathBuf {
    folder.join(BEFORE).join(format!("{index:04}"))
}

/// The folders of all transactions, the newest first. Only names that are ids
/// count; anything else in there isn't ours.
pub(crate) fn folders(state: &StateDir) -> Result<Vec<(TransactionId, PathBuf)>, WriteError> {
    let path = state.transactions();
    let entries = match fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(WriteError::io("list the folder", &path, source)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|source| WriteError::io("list the folder", &path, source))?;
        if let Some(id) = entry.file_name().to_str().and_then(TransactionId::parse) {
            found.push((id, entry.path()));
        }
    }
    found.sort_by(|a, b| b.0.cmp(&a.0));
    Ok(found)
}

/// The phase of the transaction in this folder; `None` if it never got a manifest.
pub(crate) fn phase(folder: &Path) -> Option<Phase> {
    Phase::ALL
        .into_iter()
        .find(|phase| fs::symlink_metadata(folder.join(phase.file_name())).is_ok())
}

/// Reads a transaction; `None` if it never got a manifest, or is gone.
pub(crate) fn load(folder: &Path) -> Result<Option<Record>, WriteError> {
    // A run may rename the manifest between the look and the reading.
    for _ in 0..3 {
        let Some(phase) = phase(folder) else {
            continue;
        };
        let path = folder.join(phase.file_name());
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(source) => return Err(WriteError::io("read", &path, source)),
        };
        let unusable = |reason: String| WriteError::Manifest {
            path: path.clone(),
            reason,
        };
        // The version first: another version may have other fields.
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let versioned: Versioned =
            serde_json::from_slice(&text).map_err(|error| unusable(error.to_string()))?;
        if versioned.version != VERSION {
            return Err(unusable(format!(
                "it has version {}, and this glm-setup knows version {VERSION} only",
                versioned.version
            )));
        }
        let manifest: Manifest =
            serde_json::from_slice(&text).map_err(|error| unusable(error.to_string()))?;
        if folder.file_name().and_then(|name| name.to_str()) != Some(manifest.id.as_str()) {
            return Err(unusable(format!(
                "it belongs to transaction {}",
                manifest.id
            )));
        }
        return Ok(Some(Record {
            folder: folder.to_owned(),
            phase,
            manifest,
        }));
    }
    Ok(None)
}

/// A transaction, or why its manifest can't be used.
pub(crate) type Loaded = (TransactionId, Result<Record, WriteError>);

/// All transactions that can be read, the newest first; for those that can't, the error.
pub(crate) fn load_all(state: &StateDir) -> Result<Vec<Loaded>, WriteError> {
    let mut records = Vec::new();
    for (id, folder) in folders(state)? {
        match load(&folder) {
            Ok(Some(record)) => records.push((id, Ok(record))),
            Ok(None) => {}
            Err(error) => records.push((id, Err(error))),
        }
    }
    Ok(records)
}

/// Paths in JSON: a string where the path is UTF-8, else `{"hex": "2f…"}`.
mod lossless {
    use super::{OsString, Path, PathBuf, from_hex, to_hex};
    use serde::de::{Error, MapAccess, Visitor};
    use serde::ser::SerializeMap;
    use serde::{Deserializer, Serializer};
    use std::fmt;

    pub(super) fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(text) = path.to_str() {
            return serializer.serialize_str(text);
        }
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("hex", &to_hex(&bytes(path)))?;
        map.end()
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<PathBuf, D::Error> {
        struct PathVisitor;

        impl<'de> Visitor<'de> for PathVisitor {
            type Value = PathBuf;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a path: a string or {\"hex\": \"…\"}")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<PathBuf, E> {
                Ok(PathBuf::from(text))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PathBuf, A::Error> {
                let Some((key, value)) = map.next_entry::<String, String>()? else {
                    return Err(A::Error::missing_field("hex"));
                };
                if key != "hex" {
                    return Err(A::Error::unknown_field(&key, &["hex"]));
                }
                from_hex(&value)
                    .and_then(from_bytes)
                    .map(PathBuf::from)
                    .ok_or_else(|| A::Error::custom("not a path in hexadecimal digits"))
            }
        }

        deserializer.deserialize_any(PathVisitor)
    }

    #[cfg(unix)]
    fn bytes(path: &Path) -> Vec<u8> {
        use std::os::unix::ffi::OsStrExt;
        path.as_os_str().as_bytes().to_vec()
    }

    #[cfg(unix)]
    #[expect(clippy::unnecessary_wraps, reason = "fails on other systems")]
    fn from_bytes(bytes: Vec<u8>) -> Option<OsString> {
        use std::os::unix::ffi::OsStringExt;
        Some(OsString::from_vec(bytes))
    }

    /// UTF-16, which may have unpaired surrogates.
    #[cfg(windows)]
    fn bytes(path: &Path) -> Vec<u8> {
        use std::os::windows::ffi::OsStrExt;
        path.as_os_str()
            .encode_wide()
            .flat_map(u16::to_le_bytes)
            .collect()
    }

    #[cfg(windows)]
    fn from_bytes(bytes: Vec<u8>) -> Option<OsString> {
        use std::os::windows::ffi::OsStringExt;
        let wide: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        Some(OsString::from_wide(&wide))
    }
}
