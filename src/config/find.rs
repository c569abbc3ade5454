//! Which repository file governs a place.

use std::path::{Path, PathBuf};

use super::REPOSITORY_FILE;

/// The nearest folder at or above `start` that has a `.glm-setup.toml`.
///
/// The way up ends at a repository's root (`.git`) and at the home folder. Where there is neither above `start`, only
/// `start` itself is looked at: a file in `/tmp` must not speak for what others put below it.
pub fn nearest_folder(start: &Path, home: &Path) -> Option<PathBuf> {
    let top = start
        .ancestors()
        .find(|folder| *folder == home || folder.join(".git").symlink_metadata().is_ok())
        .unwrap_or(start);
    start
        .ancestors()
        .take_while(|folder| folder.starts_with(top))
        .find(|folder| folder.join(REPOSITORY_FILE).symlink_metadata().is_ok())
        .map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_way_up_ends_at_the_repository_and_at_the_home() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        let deep = home.join("repository/a/b");
        fs::create_dir_all(&deep).unwrap();
        let put = |at: &Path| fs::write(at.join(REPOSITORY_FILE), "").unwrap();
        put(folder.path());
        assert_eq!(nearest_folder(&deep, &home), None);
        put(&home);
        assert_eq!(nearest_folder(&deep, &home), Some(home.clone()));
        fs::create_dir(home.join("repository/.git")).unwrap();
        assert_eq!(nearest_folder(&deep, &home), None);
        put(&home.join("repository"));
        let found = nearest_folder(&deep, &home);
        assert_eq!(found, Some(home.join("repository")));
        put(&deep);
        assert_eq!(nearest_folder(&deep, &home), Some(deep));
        // Neither a repository nor a home: only the folder itself.
        let other = folder.path().join("other/below");
        fs::create_dir_all(&other).unwrap();
        put(&folder.path().join("other"));
        assert_eq!(nearest_folder(&other, &home), None);
    }
}
