//! What a path with `*` or `**` in it matches.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use glob::Pattern;
use walkdir::WalkDir;

use super::read::ReadError;

/// The most folders that `**` leads through: a link may lead anywhere.
pub(super) const MAX_FOLDERS: usize = 1000;

/// What a pattern matches, in the order of the names. `*` stands for any part of a name and `**` for any folders, through
/// links too, as opencode does (1.18.33 was run); links that lead in a circle are followed once.
///
/// # Errors
/// When `**` leads through more than `MAX_FOLDERS`.
pub(super) fn matching(pattern: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let parts: Vec<&OsStr> = pattern.iter().collect();
    let fixed = parts.iter().take_while(|part| !has_star(part)).count();
    let (folder, parts) = parts.split_at(fixed);
    let mut found = Vec::new();
    below(folder.iter().collect(), parts, &mut found)?;
    found.sort();
    Ok(found)
}

fn has_star(part: &OsStr) -> bool {
    part.as_encoded_bytes().contains(&b'*')
}

fn below(folder: PathBuf, parts: &[&OsStr], found: &mut Vec<PathBuf>) -> Result<(), ReadError> {
    let Some((part, rest)) = parts.split_first() else {
        found.push(folder);
        return Ok(());
    };
    if *part == "**" {
        let walk = WalkDir::new(&folder).follow_links(true).into_iter();
        let folders = walk.filter_entry(|entry| entry.file_type().is_dir());
        for (count, entry) in folders.filter_map(Result::ok).enumerate() {
            if count == MAX_FOLDERS {
                return Err(ReadError::TooManyFolders { path: folder });
            }
            below(entry.into_path(), rest, found)?;
        }
    } else if has_star(part) {
        let Ok(pattern) = Pattern::new(&part.to_string_lossy()) else {
            return Ok(());
        };
        let entries = fs::read_dir(&folder).into_iter().flatten();
        for entry in entries.filter_map(Result::ok) {
            if pattern.matches(&entry.file_name().to_string_lossy()) {
                below(entry.path(), rest, found)?;
            }
        }
    } else {
        let path = folder.join(part);
        if path.symlink_metadata().is_ok() {
            below(path, rest, found)?;
        }
    }
    Ok(())
}
