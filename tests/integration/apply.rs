//! `apply` on every fixture: exactly the wanted values, every other byte the same, idempotent, and `undo` gives the
//! bytes back.

use crate::common::{Home, all_fixtures};

/// The name of a snapshot, and the options of the `apply` that it shows.
type Options = (&'static str, &'static [&'static str]);

const LITE: Options = ("apply-lite", &["--profile", "lite"]);
const LITE_UNSAFE: Options = (
    "apply-lite-unsafe",
    &["--profile", "lite", "--unsafe-fixes"],
);
const METERED: Options = ("apply-metered", &["--profile", "metered"]);
const MAX_2026_04: Options = (
    "apply-max-2026-04",
    &["--profile", "max", "--facts", "2026-04"],
);

/// What runs on every fixture.
pub(crate) const COMMANDS: [Options; 4] = [LITE, LITE_UNSAFE, METERED, MAX_2026_04];

/// `apply`, `apply` again, `undo`; the first output is a snapshot.
fn round_trip(fixture: &str, (name, options): Options) {
    let home = Home::fixture(fixture);
    let before = home.files();
    // Forced, or a Cline or an editor that runs on this machine would decide the outcome.
    let arguments = [&["apply", "--yes", "--force"], options].concat();

    let first = home.run(&arguments);
    snapshot!(fixture, name, first.both());
    // A tool that had to be left alone ends with 3, and does so again.
    let code = if first.stdout.contains("is left alone") {
        3
    } else {
        0
    };
    first.exits(code);
    let after = home.files();

    let second = home.run(&arguments).exits(code);
    assert!(
        second.stdout.contains("nothing to change"),
        "{fixture}: the second run changes something\n{}",
        second.stdout
    );
    assert_eq!(
        home.files(),
        after,
        "{fixture}: the second run wrote something"
    );

    if after == before {
        assert!(
            !home.state().exists(),
            "{fixture}: nothing was written, yet there is a state folder"
        );
        home.run(&["undo"]).exits(3);
    } else {
        home.run(&["undo"]).exits(0);
        assert_eq!(
            home.files(),
            before,
            "{fixture}: undo did not give the bytes back"
        );
    }
}

#[test]
fn every_fixture_with_lite() {
    for fixture in all_fixtures() {
        round_trip(&fixture, LITE);
    }
}

#[test]
fn every_fixture_with_lite_and_unsafe_fixes() {
    for fixture in all_fixtures() {
        round_trip(&fixture, LITE_UNSAFE);
    }
}

#[test]
fn every_fixture_with_metered() {
    for fixture in all_fixtures() {
        round_trip(&fixture, METERED);
    }
}

#[test]
fn every_fixture_with_max_and_the_older_facts() {
    for fixture in all_fixtures() {
        round_trip(&fixture, MAX_2026_04);
    }
}

#[test]
fn the_diff_that_is_shown_is_the_one_that_is_written() {
    for fixture in all_fixtures() {
        let home = Home::fixture(&fixture);
        let dry = home.run(&[
            "apply",
            "--profile",
            "lite",
            "--dry-run",
            "--format",
            "json",
        ]);
        let planned = dry.json();
        dry.exits(i32::from(!planned["refused"].as_array().unwrap().is_empty()) * 3);
        let real = home.run(&["apply", "--profile", "lite", "--yes", "--format", "json"]);
        let written = real.json();
        real.exits(i32::from(!planned["refused"].as_array().unwrap().is_empty()) * 3);
        assert_eq!(planned["changes"], written["changes"], "{fixture}");
    }
}
