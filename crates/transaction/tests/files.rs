//! Writing, undoing and listing on temporary homes.

use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use glm_setup_transaction::{
    Aftermath, Change, Purpose, StateDir, TransactionState, WriteError, hash, inspect, interrupted,
    last_written, list, plan_undo, prune, recover, undo, write,
};

struct Home {
    _dir: tempfile::TempDir,
    home: PathBuf,
    state: StateDir,
}

impl Home {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        let home = root.join("home");
        fs::create_dir(&home).unwrap();
        Self {
            state: StateDir::new(home.join(".local/state/glm-setup")),
            home,
            _dir: dir,
        }
    }

    fn file(&self, name: &str, bytes: &[u8], mode: u32) -> PathBuf {
        let path = self.home.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    fn write(&self, changes: &[Change]) -> Result<glm_setup_transaction::Written, WriteError> {
        write(&self.state, &self.home, &purpose(), changes)
    }

    fn undo(&self, id: Option<&str>) -> Result<glm_setup_transaction::Undone, WriteError> {
        undo(&self.state, &self.home, id, false)
    }
}

fn purpose() -> Purpose {
    Purpose {
        command: "apply".to_owned(),
        profile: Some("lite".to_owned()),
        facts: Some("2026-09".to_owned()),
    }
}

fn change(path: &Path, before: Option<&[u8]>, after: &[u8]) -> Change {
    Change {
        path: path.to_owned(),
        before: before.map(hash),
        after: Some(after.to_vec()),
        new_mode: 0o600,
        tool: "opencode".to_owned(),
        allow_outside: false,
    }
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

/// Every path below a folder, for "nothing was left behind".
fn tree(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            }
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

#[test]
fn writes_then_restores_bytes_and_mode_exactly() {
    let home = Home::new();
    let plain = home.file(".config/a.json", b"{\"a\": 1}\r\n", 0o640);
    let odd = home.file(".config/b.json", b"\xff\xfe not utf-8", 0o604);
    let new = home.home.join(".config/new/deep/c.json");

    let written = home
        .write(&[
            change(&plain, Some(b"{\"a\": 1}\r\n"), b"{}"),
            change(&odd, Some(b"\xff\xfe not utf-8"), b""),
            change(&new, None, b"new"),
        ])
        .unwrap();
    assert_eq!(fs::read(&plain).unwrap(), b"{}");
    assert_eq!(fs::read(&odd).unwrap(), b"");
    assert_eq!(fs::read(&new).unwrap(), b"new");
    assert_eq!(
        (mode(&plain), mode(&odd), mode(&new)),
        (0o640, 0o604, 0o600)
    );
    assert_eq!(mode(new.parent().unwrap()), 0o700);
    let created: Vec<bool> = written.files.iter().map(|file| file.created).collect();
    assert_eq!(created, [false, false, true]);
    assert_eq!(last_written(&home.state, &plain), Some(hash(b"{}")));

    let plan = plan_undo(&home.state, &home.home, None).unwrap();
    assert_eq!(plan.files.len(), 3);
    assert_eq!(plan.files[0].before.as_deref(), Some(&b"{}"[..]));
    assert_eq!(plan.files[0].after.as_deref(), Some(&b"{\"a\": 1}\r\n"[..]));
    assert_eq!(plan.files[2].after, None);

    let undone = home.undo(None).unwrap();
    assert_eq!(undone.undone, written.id);
    assert_eq!(fs::read(&plain).unwrap(), b"{\"a\": 1}\r\n");
    assert_eq!(fs::read(&odd).unwrap(), b"\xff\xfe not utf-8");
    assert_eq!((mode(&plain), mode(&odd)), (0o640, 0o604));
    assert!(!home.home.join(".config/new").exists());
    assert!(matches!(home.undo(None), Err(WriteError::NothingToUndo)));

    // The undo is a transaction, and can be undone.
    home.undo(Some(undone.id.as_str())).unwrap();
    assert_eq!(fs::read(&plain).unwrap(), b"{}");
    assert_eq!(fs::read(&new).unwrap(), b"new");
    assert_eq!(mode(&new), 0o600);
    home.undo(None).unwrap();
    assert_eq!(fs::read(&plain).unwrap(), b"{\"a\": 1}\r\n");
    assert!(!home.home.join(".config/new").exists());
}

#[test]
fn state_folder_is_private_and_away_from_the_files() {
    let home = Home::new();
    let file = home.file(".config/a.json", b"secret", 0o644);
    assert!(!home.state.path().exists());
    let written = home.write(&[change(&file, Some(b"secret"), b"x")]).unwrap();

    let folder = home
        .state
        .path()
        .join("transactions")
        .join(written.id.as_str());
    let mut checked = 0;
    for path in tree(home.state.path()) {
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&path), expected, "{}", path.display());
        checked += 1;
    }
    assert!(checked >= 5, "{checked}");
    assert_eq!(mode(home.state.path()), 0o700);
    assert_eq!(fs::read(folder.join("before/0000")).unwrap(), b"secret");
    let manifest = fs::read_to_string(folder.join("manifest.done.json")).unwrap();
    assert!(manifest.contains("\"version\": 1"));
    assert!(!manifest.contains("secret"), "contents in {manifest}");
    assert_eq!(tree(&home.home.join(".config")), [file]);
}

#[test]
fn symlinks_stay_links_and_their_target_is_written() {
    let home = Home::new();
    let target = home.file("dotfiles/real.json", b"old", 0o644);
    symlink("dotfiles/real.json", home.home.join("middle")).unwrap();
    let link = home.home.join("link.json");
    symlink("middle", &link).unwrap();
    // A link out of the home folder is the user's own wish too.
    let outside = home.home.parent().unwrap().join("elsewhere.json");
    fs::write(&outside, "out").unwrap();
    let out_link = home.home.join("out.json");
    symlink(&outside, &out_link).unwrap();

    home.write(&[
        change(&link, Some(b"old"), b"new"),
        change(&out_link, Some(b"out"), b"OUT"),
    ])
    .unwrap();
    assert_eq!(fs::read_link(&link).unwrap(), Path::new("middle"));
    assert_eq!(fs::read(&target).unwrap(), b"new");
    assert_eq!(fs::read(&outside).unwrap(), b"OUT");
    assert_eq!(mode(&target), 0o644);
    home.undo(None).unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"old");
    assert_eq!(fs::read(&outside).unwrap(), b"out");
    assert!(link.is_symlink());
}

#[test]
fn refuses_what_cannot_be_written_safely() {
    let home = Home::new();
    let root = home.home.parent().unwrap().to_owned();
    let case = |name: &str| home.home.join(name);

    fs::create_dir(case("folder")).unwrap();
    let fifo = case("fifo");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let _socket = std::os::unix::net::UnixListener::bind(case("socket")).unwrap();
    symlink("gone", case("dangling")).unwrap();
    symlink("loop-b", case("loop-a")).unwrap();
    symlink("loop-a", case("loop-b")).unwrap();
    symlink(&fifo, case("fifo-link")).unwrap();
    symlink("/dev/null", case("device")).unwrap();
    symlink("gone", case("dangling-folder")).unwrap();
    home.file("read-only", b"x", 0o444);
    home.file("plain", b"x", 0o644);
    fs::File::create(case("huge"))
        .unwrap()
        .set_len(17 * 1024 * 1024)
        .unwrap();
    fs::write(root.join("outside"), "x").unwrap();

    type Is = fn(&WriteError) -> bool;
    let not_a_file: Is = |e| matches!(e, WriteError::NotAFile { .. });
    let outside: Is = |e| matches!(e, WriteError::OutsideHome { .. });
    let io: Is = |e| matches!(e, WriteError::Io { .. });
    let dangling: Is = |e| matches!(e, WriteError::DanglingLink { .. });
    let link_loop: Is = |e| matches!(e, WriteError::LinkLoop { .. });
    let cases: Vec<(PathBuf, Is)> = vec![
        (case("folder"), not_a_file),
        (case("fifo"), not_a_file),
        (case("fifo-link"), not_a_file),
        (case("socket"), not_a_file),
        (case("device"), not_a_file),
        (case("dangling"), dangling),
        (case("dangling-folder/a.json"), dangling),
        (case("loop-a"), link_loop),
        (case("loop-a/a.json"), link_loop),
        (case("read-only"), |e| {
            matches!(e, WriteError::ReadOnly { mode: 0o444, .. })
        }),
        (case("huge"), |e| matches!(e, WriteError::TooLarge { .. })),
        (case("plain/a.json"), io),
        (root.join("outside"), outside),
        (home.home.join("../outside"), outside),
        (root.join("outside-new"), outside),
        (PathBuf::from("/"), |_| true),
        (case("plain/.."), |_| true),
    ];
    for (path, is) in cases {
        let error = inspect(&path, &home.home).expect_err(&path.display().to_string());
        assert!(is(&error), "{}: {error:?}", path.display());
        let error = home
            .write(&[
                change(&case("plain"), Some(b"x"), b"y"),
                change(&path, Some(b"x"), b"y"),
            ])
            .unwrap_err();
        assert!(is(&error), "{}: {error:?}", path.display());
        assert!(error.to_string().contains("othing was changed."), "{error}");
        assert_eq!(fs::read(case("plain")).unwrap(), b"x");
    }
    assert!(!home.state.path().exists(), "a refusal leaves no trace");

    let allowed = Change {
        allow_outside: true,
        ..change(&root.join("outside"), Some(b"x"), b"y")
    };
    home.write(&[allowed]).unwrap();
    assert_eq!(fs::read(root.join("outside")).unwrap(), b"y");
    home.undo(None).unwrap();
    assert_eq!(fs::read(root.join("outside")).unwrap(), b"x");
}

#[test]
fn refuses_two_names_of_one_file_and_empty_plans() {
    let home = Home::new();
    let file = home.file("a", b"x", 0o644);
    let link = home.home.join("b");
    symlink("a", &link).unwrap();
    let error = home
        .write(&[
            change(&file, Some(b"x"), b"y"),
            change(&link, Some(b"x"), b"z"),
        ])
        .unwrap_err();
    assert!(matches!(error, WriteError::SameFileTwice { .. }), "{error}");
    assert_eq!(fs::read(&file).unwrap(), b"x");

    let home = Home::new();
    let file = home.file("a", b"x", 0o644);
    for changes in [vec![], vec![change(&file, Some(b"x"), b"x")]] {
        let error = home.write(&changes).unwrap_err();
        assert!(matches!(error, WriteError::NothingToDo), "{error}");
    }
    assert!(!home.state.path().exists(), "no backup of nothing");
}

#[test]
fn refuses_files_that_changed_since_they_were_read() {
    let home = Home::new();
    let first = home.file("first", b"1", 0o644);
    let second = home.file("second", b"2", 0o644);
    let new = home.file("new", b"somebody was quicker", 0o644);
    let gone = home.home.join("gone");
    for stale in [
        change(&second, Some(b"not this"), b"x"),
        change(&new, None, b"x"),
        change(&gone, Some(b"was there"), b"x"),
    ] {
        let error = home
            .write(&[change(&first, Some(b"1"), b"one"), stale])
            .unwrap_err();
        assert!(
            matches!(
                error,
                WriteError::ChangedMeanwhile {
                    aftermath: Aftermath::Untouched,
                    ..
                }
            ),
            "{error:?}"
        );
    }
    assert_eq!(fs::read(&first).unwrap(), b"1");
    assert_eq!(fs::read(&new).unwrap(), b"somebody was quicker");
    assert!(!gone.exists());
}

#[test]
fn warns_of_hard_links() {
    let home = Home::new();
    let file = home.file("a", b"x", 0o644);
    fs::hard_link(&file, home.home.join("other-name")).unwrap();
    assert_eq!(inspect(&file, &home.home).unwrap().hard_links, 2);
    let written = home.write(&[change(&file, Some(b"x"), b"y")]).unwrap();
    assert_eq!(written.warnings.len(), 1, "{:?}", written.warnings);
    assert_eq!(fs::read(home.home.join("other-name")).unwrap(), b"x");
}

#[test]
fn keeps_the_owner_when_it_may() {
    let home = Home::new();
    let file = home.file("a", b"x", 0o640);
    // Only root may give files away; anyone else checks the plain case.
    let owner = std::os::unix::fs::chown(&file, Some(1234), Some(2345))
        .map_or_else(|_| fs::metadata(&file).unwrap().uid(), |()| 1234);
    home.write(&[change(&file, Some(b"x"), b"y")]).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().uid(), owner);
    assert_eq!(mode(&file), 0o640);
    home.undo(None).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().uid(), owner);
}

#[test]
fn paths_and_names_of_any_kind_survive() {
    let home = Home::new();
    let name = std::ffi::OsString::from_vec(b"odd \xff\n\x1b[31m.json".to_vec());
    let odd = home.home.join(name);
    fs::write(&odd, "x").unwrap();
    // No room for the temporary file's name behind it.
    let long = home.home.join("ü".repeat(127));
    fs::write(&long, "x").unwrap();
    let long_too = home.home.join("ü".repeat(126));
    fs::write(&long_too, "x").unwrap();
    let paths = [&odd, &long, &long_too];
    home.write(&paths.map(|path| change(path, Some(b"x"), b"y")))
        .unwrap();
    assert_eq!(list(&home.state).unwrap()[0].files[0].path, odd);
    home.undo(None).unwrap();
    for path in paths {
        assert_eq!(fs::read(path).unwrap(), b"x");
    }
    let error = home.write(&[change(&odd, None, b"z")]).unwrap_err();
    assert!(!error.to_string().contains('\x1b'), "{error:?}");
}

#[test]
fn undo_refuses_what_changed_unless_forced() {
    let home = Home::new();
    let kept = home.file("kept", b"k", 0o644);
    let edited = home.file("edited", b"e", 0o644);
    let new = home.home.join("sub/new");
    home.write(&[
        change(&kept, Some(b"k"), b"K"),
        change(&edited, Some(b"e"), b"E"),
        change(&new, None, b"N"),
    ])
    .unwrap();
    fs::write(&edited, "by hand").unwrap();
    fs::remove_file(&new).unwrap();

    let error = home.undo(None).unwrap_err();
    let WriteError::ChangedSince { files, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(files.len(), 1, "{error}");
    assert_eq!(files[0].path, edited);
    assert_eq!(fs::read(&kept).unwrap(), b"K");
    let plan = plan_undo(&home.state, &home.home, None).unwrap();
    let changed: Vec<_> = plan
        .files
        .iter()
        .map(|file| (file.path.as_path(), file.changed_since.is_some()))
        .collect();
    assert_eq!(changed, [(kept.as_path(), false), (edited.as_path(), true)]);

    let undone = undo(&home.state, &home.home, None, true).unwrap();
    assert_eq!(fs::read(&kept).unwrap(), b"k");
    assert_eq!(fs::read(&edited).unwrap(), b"e");
    // What was forced away is not lost.
    home.undo(Some(undone.id.as_str())).unwrap();
    assert_eq!(fs::read(&edited).unwrap(), b"by hand");
    assert_eq!(fs::read(&kept).unwrap(), b"K");
}

#[test]
fn undo_names_the_later_transaction_and_moved_links() {
    let home = Home::new();
    let file = home.file("a", b"1", 0o644);
    let link = home.home.join("link");
    symlink("a", &link).unwrap();
    let first = home.write(&[change(&link, Some(b"1"), b"2")]).unwrap();
    let second = home.write(&[change(&link, Some(b"2"), b"3")]).unwrap();
    let error = home.undo(Some(first.id.as_str())).unwrap_err();
    assert!(error.to_string().contains(second.id.as_str()), "{error}");
    home.undo(None).unwrap();

    let other = home.file("other", b"untouched", 0o644);
    fs::remove_file(&link).unwrap();
    symlink("other", &link).unwrap();
    let error = home.undo(None).unwrap_err();
    assert!(matches!(error, WriteError::ChangedSince { .. }), "{error}");
    undo(&home.state, &home.home, None, true).unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"1");
    assert_eq!(fs::read(&other).unwrap(), b"untouched");
}

#[test]
fn undo_chooses_by_prefix() {
    let home = Home::new();
    let file = home.file("a", b"0", 0o644);
    let first = home.write(&[change(&file, Some(b"0"), b"1")]).unwrap();
    home.write(&[change(&file, Some(b"1"), b"2")]).unwrap();
    assert!(matches!(
        home.undo(Some("20")),
        Err(WriteError::AmbiguousTransaction { matches, .. }) if matches.len() == 2
    ));
    for unknown in ["", "nonsense", "../.."] {
        assert!(matches!(
            home.undo(Some(unknown)),
            Err(WriteError::UnknownTransaction { .. })
        ));
    }
    home.undo(None).unwrap();
    home.undo(Some(first.id.as_str())).unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"0");
    assert!(matches!(
        home.undo(Some(first.id.as_str())),
        Err(WriteError::NotUndoable { .. })
    ));
}

#[test]
fn undo_keeps_folders_that_others_use() {
    let home = Home::new();
    let new = home.home.join("sub/deep/new");
    home.write(&[change(&new, None, b"N")]).unwrap();
    fs::write(home.home.join("sub/other"), "o").unwrap();
    home.undo(None).unwrap();
    assert!(!home.home.join("sub/deep").exists());
    assert_eq!(fs::read(home.home.join("sub/other")).unwrap(), b"o");
}

#[test]
fn undo_never_restores_a_damaged_backup() {
    let home = Home::new();
    let file = home.file("a", b"0", 0o644);
    let written = home.write(&[change(&file, Some(b"0"), b"1")]).unwrap();
    let folder = home.state.path().join("transactions");
    let backup = folder.join(written.id.as_str()).join("before/0000");
    for damage in [Some("tampered"), None] {
        match damage {
            Some(bytes) => fs::write(&backup, bytes).unwrap(),
            None => fs::remove_file(&backup).unwrap(),
        }
        let error = undo(&home.state, &home.home, None, true).unwrap_err();
        assert!(matches!(error, WriteError::BackupDamaged { .. }), "{error}");
        assert_eq!(fs::read(&file).unwrap(), b"1");
    }
}

#[test]
fn list_and_prune() {
    let home = Home::new();
    assert_eq!(list(&home.state).unwrap(), []);
    assert_eq!(interrupted(&home.state).unwrap(), None);
    assert!(recover(&home.state).unwrap().is_none());
    assert!(prune(&home.state, 0).unwrap().is_empty());
    assert!(matches!(home.undo(None), Err(WriteError::NothingToUndo)));
    assert!(!home.state.path().exists(), "reading makes no folder");

    let file = home.file("a", b"0", 0o644);
    let first = home.write(&[change(&file, Some(b"0"), b"1")]).unwrap();
    let second = home.write(&[change(&file, Some(b"1"), b"22")]).unwrap();
    let third = home.undo(None).unwrap();
    let all = list(&home.state).unwrap();
    let ids: Vec<_> = all.iter().map(|summary| summary.id.clone()).collect();
    assert_eq!(ids, [third.id.clone(), second.id.clone(), first.id.clone()]);
    let states: Vec<_> = all.iter().map(|summary| summary.state.clone()).collect();
    use TransactionState::{Done, Undone};
    assert_eq!(states, [Done, Undone, Done]);
    assert_eq!(all[0].command, "undo");
    assert_eq!(all[0].undoes, Some(second.id.clone()));
    assert_eq!(all[0].backup_bytes, 2);
    assert_eq!(all[2].profile.as_deref(), Some("lite"));
    assert_eq!(all[2].files[0].path, file);

    assert_eq!(prune(&home.state, 1).unwrap(), [first.id, second.id]);
    assert_eq!(list(&home.state).unwrap().len(), 1);
    assert_eq!(last_written(&home.state, &file), Some(hash(b"1")));
    assert_eq!(last_written(&home.state, Path::new("/no/such")), None);
}

#[test]
fn a_manifest_of_another_version_is_reported_not_misread() {
    let home = Home::new();
    let file = home.file("a", b"0", 0o644);
    let written = home.write(&[change(&file, Some(b"0"), b"1")]).unwrap();
    let folder = home.state.path().join("transactions");
    let folder = folder.join(written.id.as_str());
    let done = folder.join("manifest.done.json");
    let text = fs::read_to_string(&done).unwrap();
    fs::write(&done, text.replace("\"version\": 1", "\"version\": 2")).unwrap();
    assert!(matches!(
        list(&home.state).unwrap()[0].state,
        TransactionState::Unreadable(_)
    ));
    let error = home.undo(Some(written.id.as_str())).unwrap_err();
    assert!(error.to_string().contains("version 2"), "{error}");

    // Completed ones don't keep anybody from working; a pending one does.
    home.write(&[change(&file, Some(b"1"), b"2")]).unwrap();
    fs::rename(&done, folder.join("manifest.pending.json")).unwrap();
    let error = home.write(&[change(&file, Some(b"2"), b"3")]).unwrap_err();
    assert!(
        matches!(error, WriteError::RecoveryFailed { .. }),
        "{error}"
    );
    assert_eq!(fs::read(&file).unwrap(), b"2");
}

#[test]
fn a_second_writer_is_told_who_has_the_lock() {
    let home = Home::new();
    let file = home.file("a", b"0", 0o644);
    home.write(&[change(&file, Some(b"0"), b"1")]).unwrap();
    let lock = fs::File::open(home.state.path().join("lock")).unwrap();
    lock.lock().unwrap();
    let error = home.write(&[change(&file, Some(b"1"), b"2")]).unwrap_err();
    let WriteError::Locked { pid, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(pid, Some(std::process::id()));
    drop(lock);
    home.write(&[change(&file, Some(b"1"), b"2")]).unwrap();
}
