//! Other programs write at the same time.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::support::{Act, FILES, Found, Op, Scene, SceneFile, TestDisk, folder, from};
use glm_setup_transaction::{
    Change, Purpose, StateDir, TransactionState, WriteError, hash, list, recover, undo, write,
};

const ROUNDS: usize = 1000;
const FOREIGN: &str = "what the tool wrote";

/// How tools write their files.
#[derive(Debug, Clone, Copy)]
enum Way {
    InPlace,
    Rename,
}

fn tool_writes(path: &Path, way: Way) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    match way {
        Way::InPlace => fs::write(path, FOREIGN).unwrap(),
        Way::Rename => {
            let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            let temporary = path.with_file_name("tool's own temporary file");
            fs::write(&temporary, FOREIGN).unwrap();
            fs::rename(temporary, path).unwrap();
        }
    }
}

/// The other files are all old or all new, and no temporary file is left.
fn others(scene: &Scene, foreign: &SceneFile, context: &str) -> Found {
    let mut states = FILES
        .iter()
        .filter(|file| file.name != foreign.name)
        .map(|file| {
            let bytes = fs::read_to_string(scene.path(file)).ok();
            if bytes.as_deref() == file.old {
                Found::Old
            } else {
                assert_eq!(bytes.as_deref(), Some(file.new), "{context}");
                Found::New
            }
        });
    let first = states.next().unwrap();
    assert!(states.all(|state| state == first), "{context}: mixed");
    for name in crate::support::tree(&scene.home) {
        assert!(!name.contains("glm-setup"), "{context}: {name} is left");
    }
    first
}

/// A tool writes one of the files at each call in turn. Its bytes survive,
/// except between the last look at the file and the rename: no portable call
/// replaces a file only if it is unchanged.
#[test]
fn a_tool_may_write_at_any_call() {
    for op in [Op::Write, Op::Undo] {
        let calls = op.calls();
        let mut cases = 0;
        for (which, file) in FILES.iter().enumerate() {
            for way in [Way::InPlace, Way::Rename] {
                let mut lost = 0;
                for n in 0..calls.len() {
                    let context = format!("{op:?}: {way:?} to {} at call {n}", file.name);
                    let dir = folder();
                    let scene = op.prepare(dir.path());
                    let path = scene.path(file);
                    let target = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
                    let disk = TestDisk::new(move |index, _| {
                        if index == n {
                            tool_writes(&path, way);
                        }
                        Act::Go
                    });
                    let result = op.run(&scene, &disk);
                    cases += 1;
                    let calls = disk.calls();
                    let bytes = fs::read_to_string(scene.path(file)).ok();
                    if bytes.as_deref() != Some(FOREIGN) {
                        lost += 1;
                        let gap = matches!(calls[n].name, "rename" | "remove_file");
                        assert!(gap && calls[n].path == target, "{context}: {:?}", calls[n]);
                        continue;
                    }
                    let expected = if result.is_ok() {
                        op.goal()
                    } else {
                        op.start()
                    };
                    assert_eq!(others(&scene, file, &context), expected, "{context}");
                    if let Err(error) = &result {
                        let told = matches!(
                            error,
                            WriteError::ChangedMeanwhile { .. } | WriteError::ChangedSince { .. }
                        );
                        // A folder of ours that the tool made first is an error of its own.
                        assert!(told || which == 2, "{context}: {error}");
                    }
                }
                // A file that is created can't be lost: a link never replaces.
                let gaps = usize::from(op == Op::Undo || file.old.is_some());
                assert!(lost <= gaps, "{op:?} {way:?} {}: {lost}", file.name);
            }
        }
        assert_eq!(cases, calls.len() * 6);
        println!("{op:?}: {cases} cases");
    }
}

/// A run dies, then a tool writes or removes a file, then the next run repairs.
#[test]
fn recovery_keeps_what_a_tool_wrote_after_the_crash() {
    for op in [Op::Write, Op::Undo] {
        let (mut cases, mut reported) = (0, 0);
        for n in 0..op.calls().len() {
            for file in &FILES {
                for removed in [false, true] {
                    let context =
                        format!("{op:?}: dead from {n}, {} removed: {removed}", file.name);
                    let dir = folder();
                    let scene = op.prepare(dir.path());
                    let _ = op.run(&scene, &from(n, 5));
                    let path = scene.path(file);
                    let target = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
                    if removed {
                        let _ = fs::remove_file(&target);
                    } else {
                        tool_writes(&path, Way::InPlace);
                    }
                    let recovered = recover(&scene.state(TestDisk::healthy())).unwrap();
                    others(&scene, file, &context);
                    let bytes = fs::read_to_string(&target).ok();
                    let is_old = removed && file.old.is_none() && op == Op::Write;
                    // A removed file is where an undo wanted to get to with the
                    // created one: that is its own doing, and rolled back.
                    let is_new = removed && file.old.is_none() && op == Op::Undo;
                    let expected = (!removed).then_some(FOREIGN);
                    if !is_new {
                        assert_eq!(bytes.as_deref(), expected, "{context}");
                    }
                    if let Some(recovered) = recovered
                        && !is_old
                        && !is_new
                    {
                        let kept: Vec<&PathBuf> =
                            recovered.kept.iter().map(|kept| &kept.path).collect();
                        assert_eq!(kept, [&path], "{context}");
                        let backup = &recovered.kept[0].backup;
                        assert_eq!(
                            backup.is_some(),
                            op == Op::Undo || file.old.is_some(),
                            "{context}"
                        );
                        reported += 1;
                    }
                    cases += 1;
                }
            }
        }
        assert!(reported > 50, "{reported}");
        println!("{op:?}: {cases} cases, {reported} times a file was kept and reported");
    }
}

/// A mount in place of a file shows only when the rename fails.
#[test]
fn a_mounted_file_is_refused_and_the_others_rolled_back() {
    for errno in [16, 18] {
        let dir = folder();
        let scene = Scene::new(dir.path());
        let disk = TestDisk::new(move |_, call| {
            if call.name == "rename" && call.path.ends_with("real.json") {
                Act::Fail(errno)
            } else {
                Act::Go
            }
        });
        let error = scene.write(&disk).unwrap_err();
        assert!(matches!(error, WriteError::MountPoint { .. }), "{error:?}");
        assert!(error.to_string().contains("Everything was rolled back."));
        assert_eq!(scene.found("mount"), Found::Old);
        scene.assert_heals("mount");
    }
}

/// An owner that can't be kept refuses the write.
#[test]
fn an_owner_that_cannot_be_kept_is_refused() {
    let dir = folder();
    let scene = Scene::new(dir.path());
    let plain = scene.path(&FILES[0]);
    // Only root can set this up; for anyone else the file is as it was.
    let given_away = std::os::unix::fs::chown(&plain, Some(1234), Some(2345)).is_ok();
    let disk = TestDisk::new(|_, call| match call.name {
        "set_owner" => Act::Fail(1),
        _ => Act::Go,
    });
    let result = scene.write(&disk);
    if given_away {
        let error = result.unwrap_err();
        assert!(
            matches!(error, WriteError::CannotKeepOwner { uid: 1234, .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains("Nothing was changed."));
        assert_eq!(scene.found("owner"), Found::Old);
        scene.assert_tidy("owner");
    } else {
        result.unwrap();
    }
}

fn change(path: &Path, before: &[u8], after: String) -> Change {
    Change {
        path: path.to_owned(),
        before: Some(hash(before)),
        after: Some(after.into_bytes()),
        new_mode: 0o600,
        tool: "opencode".to_owned(),
        allow_outside: false,
    }
}

#[test]
fn a_tool_that_writes_between_plan_and_write_wins() {
    let dir = folder();
    let home = fs::canonicalize(dir.path()).unwrap();
    let state = StateDir::with_disk(home.join("state"), TestDisk::healthy());
    let file = home.join("config.json");
    for round in 0..ROUNDS {
        fs::write(&file, format!("round {round}")).unwrap();
        let read = fs::read(&file).unwrap();
        let way = if round % 2 == 0 {
            Way::InPlace
        } else {
            Way::Rename
        };
        tool_writes(&file, way);
        let plan = [change(&file, &read, "ours".to_owned())];
        let error = write(&state, &home, &Purpose::default(), &plan).unwrap_err();
        assert!(matches!(error, WriteError::ChangedMeanwhile { .. }));
        assert_eq!(fs::read_to_string(&file).unwrap(), FOREIGN);
    }
    assert!(list(&state).unwrap().is_empty());
}

#[test]
fn two_writers_never_mix() {
    let dir = folder();
    let home = fs::canonicalize(dir.path()).unwrap();
    let [a, b] = ["a", "b"].map(|name| home.join(name));
    fs::write(&a, "start").unwrap();
    fs::write(&b, "start").unwrap();
    let won = AtomicUsize::new(0);
    let refused = AtomicUsize::new(0);
    thread::scope(|scope| {
        for writer in 0..2 {
            let (home, a, b, won, refused) = (&home, &a, &b, &won, &refused);
            scope.spawn(move || {
                let state = StateDir::with_disk(home.join("state"), TestDisk::healthy());
                for round in 0..ROUNDS / 2 {
                    let (read_a, read_b) = (fs::read(a).unwrap(), fs::read(b).unwrap());
                    let text = format!("writer {writer}, round {round}");
                    let plan = [change(a, &read_a, text.clone()), change(b, &read_b, text)];
                    match write(&state, home, &Purpose::default(), &plan) {
                        Ok(_) => won.fetch_add(1, Ordering::Relaxed),
                        Err(WriteError::ChangedMeanwhile { .. } | WriteError::Locked { .. }) => {
                            refused.fetch_add(1, Ordering::Relaxed)
                        }
                        Err(error) => panic!("{error}"),
                    };
                }
            });
        }
    });
    let (won, refused) = (won.into_inner(), refused.into_inner());
    assert_eq!(won + refused, ROUNDS / 2 * 2);
    assert!(won > 0);
    assert_eq!(fs::read(&a).unwrap(), fs::read(&b).unwrap());

    // Nothing got lost on the way: each success is there, and the way back is whole.
    let state = StateDir::with_disk(home.join("state"), TestDisk::healthy());
    let listed = list(&state).unwrap();
    assert_eq!(listed.len(), won);
    assert!(listed.iter().all(|one| one.state == TransactionState::Done));
    for summary in listed.iter().take(10) {
        let undone = undo(&state, &home, None, false).unwrap();
        assert_eq!(undone.undone, summary.id);
        assert_eq!(fs::read(&a).unwrap(), fs::read(&b).unwrap());
    }
    println!("{won} written, {refused} refused");
}
