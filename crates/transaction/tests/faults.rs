//! Every write call, made to fail in every way.

use std::collections::BTreeMap;

use crate::support::{Act, Op, Scene, TestDisk, at, folder, from};
use glm_setup_transaction::{WriteError, recover};

/// The numbers are the same on Linux, macOS and the BSDs.
const ERRORS: [(&str, i32); 4] = [("EIO", 5), ("EACCES", 13), ("ENOSPC", 28), ("EROFS", 30)];
const EIO: i32 = 5;

/// The error says truly what state the files are in.
fn assert_honest(scene: &Scene, op: Op, result: &Result<(), WriteError>, context: &str) {
    let found = scene.found(context);
    match result {
        Ok(()) => {
            assert_eq!(found, op.goal(), "{context}");
            scene.assert_tidy(context);
        }
        Err(WriteError::RollbackFailed { .. }) => {}
        Err(error) => {
            assert_eq!(found, op.start(), "{context}: {error}");
            scene.assert_tidy(context);
            let text = error.to_string();
            assert!(
                text.contains("Nothing was changed.") || text.contains("rolled back."),
                "{context}: {text}"
            );
        }
    }
}

fn any_call_may_fail_in_any_way(op: Op) {
    let calls = op.calls();
    assert!(calls.len() > 30, "{}", calls.len());
    let mut cases = 0;
    let mut tolerated: BTreeMap<&str, usize> = BTreeMap::new();
    for (n, call) in calls.iter().enumerate() {
        let mut faults = vec![("EIO", "after the effect", at(n, Act::FailAfter(EIO)))];
        for (name, errno) in ERRORS {
            faults.push((name, "once", at(n, Act::Fail(errno))));
            faults.push((name, "from here on", from(n, errno)));
        }
        for (name, how, disk) in faults {
            let context = format!("{op:?}: call {n} ({}) fails {how}: {name}", call.name);
            let dir = folder();
            let scene = op.prepare(dir.path());
            let result = op.run(&scene, &disk);
            assert!(disk.calls().len() > n, "{context}: not reached");
            assert_honest(&scene, op, &result, &context);
            if result.is_ok() {
                *tolerated.entry(call.name).or_default() += 1;
            }
            let healed = scene.assert_heals(&context);
            let expected = if result.is_ok() {
                op.goal()
            } else {
                op.start()
            };
            assert_eq!(healed, expected, "{context}");
            cases += 1;
        }
    }
    assert_eq!(cases, calls.len() * (ERRORS.len() * 2 + 1));
    println!(
        "{op:?}: {} calls, {cases} cases, tolerated {tolerated:?}",
        calls.len()
    );
}

/// Two calls fail: the second one mostly while the first is being rolled back.
fn rolling_back_may_fail_too(op: Op) {
    let calls = op.calls();
    let (mut cases, mut failed_rollbacks) = (0, 0);
    for first in 0..calls.len() {
        for second in first + 1.. {
            let context = format!("{op:?}: calls {first} and {second} fail");
            let dir = folder();
            let scene = op.prepare(dir.path());
            let disk = TestDisk::new(move |index, _| {
                if index == first || index == second {
                    Act::Fail(EIO)
                } else {
                    Act::Go
                }
            });
            let result = op.run(&scene, &disk);
            let reached = disk.calls().len() > second;
            assert_honest(&scene, op, &result, &context);
            if matches!(result, Err(WriteError::RollbackFailed { .. })) {
                failed_rollbacks += 1;
            }
            let healed = scene.assert_repaired(&context);
            let expected = if result.is_ok() {
                op.goal()
            } else {
                op.start()
            };
            assert_eq!(healed, expected, "{context}");
            cases += 1;
            if !reached {
                break;
            }
        }
    }
    assert!(cases > calls.len() && failed_rollbacks > 0);
    println!("{op:?}: {cases} pairs, {failed_rollbacks} failed rollbacks");
}

/// A run stops dead at one call, and the one that repairs stops at another. For
/// the disk, a process that dies and one whose calls all fail are the same.
fn recovery_may_be_interrupted_too(op: Op) {
    let calls = op.calls();
    let mut cases = 0;
    for first in 0..calls.len() {
        for second in 0.. {
            let context = format!("{op:?}: dead from {first}, recovery dead from {second}");
            let dir = folder();
            let scene = op.prepare(dir.path());
            let _ = op.run(&scene, &from(first, EIO));
            let disk = from(second, EIO);
            let result = recover(&scene.state(disk.clone()));
            scene.found(&context);
            let reached = disk.calls().len() > second;
            if !reached {
                assert!(result.is_ok(), "{context}: {result:?}");
            }
            scene.assert_repaired(&context);
            cases += 1;
            if !reached {
                break;
            }
        }
    }
    assert!(cases > calls.len(), "{cases}");
    println!("{op:?}: {cases} interrupted recoveries");
}

#[test]
fn any_call_of_a_write_may_fail_in_any_way() {
    any_call_may_fail_in_any_way(Op::Write);
}

#[test]
fn any_call_of_an_undo_may_fail_in_any_way() {
    any_call_may_fail_in_any_way(Op::Undo);
}

#[test]
fn rolling_back_a_write_may_fail_too() {
    rolling_back_may_fail_too(Op::Write);
}

#[test]
fn rolling_back_an_undo_may_fail_too() {
    rolling_back_may_fail_too(Op::Undo);
}

#[test]
fn recovery_of_a_write_may_be_interrupted_too() {
    recovery_may_be_interrupted_too(Op::Write);
}

#[test]
fn recovery_of_an_undo_may_be_interrupted_too() {
    recovery_may_be_interrupted_too(Op::Undo);
}
