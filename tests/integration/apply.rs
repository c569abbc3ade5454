//! `apply` on every fixture: exactly the wanted values, every other byte the same, idempotent, and `undo` gives the
//! bytes back.

use crate::common::{Home, all_fixtures};

/// `apply`, `apply` again, `undo`; the first output is a snapshot.
fn round_trip(fixture: &str, profile: &str, extra: &[&str]) {
    let home = Home::fixture(fixture);
    let before = home.files();
    // Forced, or a Cline or an editor that runs on this machine would decide the outcome.
    let arguments: Vec<&str> = ["apply", "--profile", profile, "--yes", "--force"]
        .iter()
        .chain(extra)
        .copied()
        .collect();

    let first = home.run(&arguments);
    let name = format!(
        "apply-{profile}{}__{}",
        extra.concat(),
        fixture.replace('/', "__")
    );
    snapshot!(name, first.both());
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
        round_trip(&fixture, "lite", &[]);
    }
}

#[test]
fn every_fixture_with_lite_and_unsafe_fixes() {
    for fixture in all_fixtures() {
        round_trip(&fixture, "lite", &["--unsafe-fixes"]);
    }
}

#[test]
fn every_fixture_with_metered() {
    for fixture in all_fixtures() {
        round_trip(&fixture, "metered", &[]);
    }
}

#[test]
fn every_fixture_with_max_and_the_older_facts() {
    for fixture in all_fixtures() {
        round_trip(&fixture, "max", &["--facts", "2026-04"]);
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
