//! Whether a file belongs to a git repository.

use std::path::Path;

use ignore::gitignore::GitignoreBuilder;

/// Whether `path`, with links followed, lies in a git repository's work tree and no ignore file of it excludes it.
///
/// Looks at the file system only; a file that git tracks although it is ignored counts as excluded.
pub fn in_repository(path: &Path) -> bool {
    let Ok(path) = path.canonicalize() else {
        return false;
    };
    let Some(root) = path
        .ancestors()
        .skip(1)
        .find(|folder| folder.join(".git").exists())
    else {
        return false;
    };
    let mut builder = GitignoreBuilder::new(root);
    let folders: Vec<_> = path
        .ancestors()
        .skip(1)
        .take_while(|folder| folder.starts_with(root))
        .collect();
    for folder in folders.iter().rev() {
        // A missing or broken ignore file excludes nothing.
        let _ = builder.add(folder.join(".gitignore"));
    }
    let _ = builder.add(root.join(".git/info/exclude"));
    builder.build().is_ok_and(|ignores| {
        !ignores
            .matched_path_or_any_parents(&path, false)
            .is_ignore()
    })
}
