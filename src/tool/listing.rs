//! What a template with `*` or `**` in it matches.

use std::fs;
use std::path::PathBuf;

use glob::Pattern;
use walkdir::WalkDir;

use super::read::ReadError;

/// The most folders that `**` leads through: a link may lead anywhere.
pub(super) const MAX_FOLDERS: usize = 1000;

/// A template's folder, and what it looks for there; nothing when it names one place. A `*` in the name of the folder
/// that the former turns out to be is none of the template's.
pub(super) fn split(template: &str) -> (&str, &str) {
    let Some(star) = template.find('*') else {
        return (template, "");
    };
    match template[..star].rfind('/') {
        None => ("", template),
        Some(0) => template.split_at(1),
        Some(slash) => (&template[..slash], &template[slash + 1..]),
    }
}

/// What a pattern matches in a folder, in the order of the names; without a pattern the folder itself, if it is there. `*`
/// stands for any part of a name and `**` for any folders, through links too, as opencode does (1.18.33 was run); links
/// that lead in a circle are followed once.
///
/// # Errors
/// When `**` leads through more than `MAX_FOLDERS`.
pub(super) fn matching(folder: PathBuf, pattern: &str) -> Result<Vec<PathBuf>, ReadError> {
    let mut found = Vec::new();
    if pattern.is_empty() {
        found.extend(folder.symlink_metadata().is_ok().then_some(folder));
        return Ok(found);
    }
    let parts: Vec<&str> = pattern.split('/').collect();
    below(folder, &parts, &mut found)?;
    found.sort();
    Ok(found)
}

fn below(folder: PathBuf, parts: &[&str], found: &mut Vec<PathBuf>) -> Result<(), ReadError> {
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
    } else if part.contains('*') {
        let Ok(pattern) = Pattern::new(part) else {
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
