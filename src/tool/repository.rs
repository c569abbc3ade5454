//! Whether a file belongs to a git repository.

use std::path::Path;

use ignore::gitignore::GitignoreBuilder;

/// Whether `path`, with links followed, lies in a git repository's work tree and no ignore file of it excludes it.
///
/// A file that is not there yet counts by the folder that it would lie in.
/// Looks at the file system only; a file that git tracks although it is ignored counts as excluded.
pub fn in_repository(path: &Path) -> bool {
    let real = path.ancestors().find_map(|known| {
        let rest = path.strip_prefix(known).ok()?;
        let known = known.canonicalize().ok()?;
        Some(if rest.as_os_str().is_empty() {
            known
        } else {
            known.join(rest)
        })
    });
    let Some(path) = real else {
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
