//! The user's folders with rules.

use std::path::{Path, PathBuf};

use super::CatalogueError;

/// The most that a file of the user's may have: 1 MiB. The largest of ours has a fiftieth of that.
const MAX_BYTES: u64 = 1024 * 1024;

/// Reads a file of the user's, which may be anything.
pub(crate) fn read(path: &Path) -> Result<String, CatalogueError> {
    let failed = |source| CatalogueError::Io {
        path: path.to_owned(),
        source,
    };
    let refused = |message: String| failed(std::io::Error::other(message));
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(refused("this is not a file".to_owned()));
    }
    if metadata.len() > MAX_BYTES {
        return Err(refused(format!(
            "{} bytes; files above {MAX_BYTES} bytes are not read",
            metadata.len()
        )));
    }
    std::fs::read_to_string(path).map_err(failed)
}

/// The `.toml` files in a folder with rules and the folders in it, in a fixed order.
pub(crate) fn rule_files(folder: &Path) -> Result<Vec<PathBuf>, CatalogueError> {
    let mut files = Vec::new();
    collect(folder, &mut Vec::new(), &mut files)?;
    files.sort();
    Ok(files)
}

/// The `.toml` files in a folder and the folders in it. A folder inside itself (by a link) is looked at once.
fn collect(
    folder: &Path,
    around: &mut Vec<PathBuf>,
    files: &mut Vec<PathBuf>,
) -> Result<(), CatalogueError> {
    let failed = |source| CatalogueError::Io {
        path: folder.to_owned(),
        source,
    };
    let real = folder.canonicalize().map_err(failed)?;
    if around.contains(&real) {
        return Ok(());
    }
    around.push(real);
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            collect(&path, around, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            files.push(path);
        }
    }
    Ok(())
}
