//! The process dies at every write call in turn.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use glm_setup_transaction::recover;
use support::{Act, Op, Scene, at, folder};

const CHILD: &str = "GLM_SETUP_TEST_CHILD";

/// Not a test of its own: what the processes run that are to die.
#[test]
#[expect(clippy::exit, reason = "tells the end from a death")]
fn child() {
    let Ok(order) = std::env::var(CHILD) else {
        return;
    };
    let mut parts = order.splitn(3, ':');
    let op = parts.next().unwrap();
    let n: usize = parts.next().unwrap().parse().unwrap();
    let scene = Scene::open(Path::new(parts.next().unwrap()));
    let disk = at(n, Act::Abort);
    match op {
        "write" => drop(scene.write(&disk)),
        "undo" => drop(scene.undo(&disk)),
        _ => drop(recover(&scene.state(disk))),
    }
    // Only if call n was never made.
    std::process::exit(7)
}

/// Runs an operation in a process of its own that dies at call `n`. False: it
/// came to its end before.
fn dies(scene: &Scene, op: &str, n: usize) -> bool {
    dies_by(Command::new(std::env::current_exe().unwrap()), scene, op, n)
}

fn dies_by(mut command: Command, scene: &Scene, op: &str, n: usize) -> bool {
    use std::os::unix::process::ExitStatusExt;
    let status = command
        .args(["--exact", "child", "--test-threads=1"])
        .env(CHILD, format!("{op}:{n}:{}", scene.root.display()))
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    if status.signal().is_some() {
        return true;
    }
    assert_eq!(status.code(), Some(7), "{op} {n}");
    false
}

/// A process that is about to start another program holds the locks of its
/// parent for a moment. One test at a time, so that calls can be counted.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn the_process_may_die_at_any_call() {
    let _alone = ALONE.lock();
    for (op, name) in [(Op::Write, "write"), (Op::Undo, "undo")] {
        let calls = op.calls();
        let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
        for (n, call) in calls.iter().enumerate() {
            let context = format!("{op:?}: killed at call {n} ({})", call.name);
            let dir = folder();
            let scene = op.prepare(dir.path());
            assert!(dies(&scene, name, n), "{context}: not reached");
            let left = scene.found(&context);
            let healed = scene.assert_heals(&context);
            *outcomes
                .entry(format!("{left:?} -> {healed:?}"))
                .or_default() += 1;
        }
        let dir = folder();
        assert!(!dies(&op.prepare(dir.path()), name, calls.len()));
        // Some deaths came in the middle, or this proves nothing.
        assert!(outcomes.keys().any(|key| key.starts_with("Mixed")));
        println!("{op:?}: {} kills, {outcomes:?}", calls.len());
    }
}

/// The same for the repairing run, after a death in the middle.
#[test]
fn the_repairing_process_may_die_at_any_call() {
    let _alone = ALONE.lock();
    for (op, name) in [(Op::Write, "write"), (Op::Undo, "undo")] {
        // The last rename before the transaction is complete: most to repair.
        let calls = op.calls();
        let complete = calls
            .iter()
            .position(|call| call.path.ends_with("manifest.done.json"))
            .unwrap();
        let mut kills = 0;
        for n in 0.. {
            let context = format!("{op:?}: recovery killed at call {n}");
            let dir = folder();
            let scene = op.prepare(dir.path());
            assert!(dies(&scene, name, complete), "{context}");
            let killed = dies(&scene, "recover", n);
            scene.found(&context);
            assert_eq!(scene.assert_heals(&context), op.start(), "{context}");
            if !killed {
                break;
            }
            kills += 1;
        }
        assert!(kills > 5, "{kills}");
        println!("{op:?}: {kills} kills of the recovery");
    }
}

/// The same with a real SIGKILL at every system call that may change a disk,
/// where `strace` is installed.
#[test]
fn the_process_may_be_killed_at_any_system_call() {
    let _alone = ALONE.lock();
    let usable = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .status();
    if !usable.is_ok_and(|status| status.success()) {
        println!("skipped: strace is not installed or not permitted");
        return;
    }
    const CALLS: [&str; 13] = [
        "openat",
        "mkdir",
        "write",
        "fchmod",
        "chmod",
        "fchown",
        "rename",
        "link",
        "linkat",
        "unlink",
        "unlinkat",
        "rmdir",
        "ftruncate",
    ];
    for (op, name) in [(Op::Write, "write"), (Op::Undo, "undo")] {
        let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
        let mut kills: BTreeMap<&str, usize> = BTreeMap::new();
        for call in CALLS {
            for n in 1.. {
                let context = format!("{op:?}: SIGKILL at {call} number {n}");
                let dir = folder();
                let scene = op.prepare(dir.path());
                let mut strace = Command::new("strace");
                strace.args(["-f", "-qqq", "-o", "/dev/null"]);
                strace.args(["-e", &format!("trace=?{call}")]);
                strace.args(["-e", &format!("inject=?{call}:signal=KILL:when={n}")]);
                strace.arg(std::env::current_exe().unwrap());
                let died = dies_by(strace, &scene, name, usize::MAX);
                let left = scene.found(&context);
                let healed = scene.assert_repaired(&context);
                if !died {
                    assert_eq!(left, op.goal(), "{context}");
                    break;
                }
                *kills.entry(call).or_default() += 1;
                *outcomes
                    .entry(format!("{left:?} -> {healed:?}"))
                    .or_default() += 1;
            }
        }
        assert!(kills["rename"] > 0 && outcomes.keys().any(|key| key.starts_with("Mixed")));
        println!("{op:?}: {kills:?}, {outcomes:?}");
    }
}
