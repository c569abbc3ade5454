//! The real Claude Code and opencode accept every file that `apply` writes.
//!
//! These tests need the tools, installed by `tests/real/install.sh`, so they are ignored by default:
//! `cargo test --test real -- --ignored`.

#![allow(clippy::unwrap_used)]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Home, all_fixtures};

/// A program that `tests/real/install.sh` has installed.
fn program(name: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder =
        std::env::var_os("GLM_SETUP_REAL").map_or_else(|| root.join("target/real"), PathBuf::from);
    let program = folder.join("node_modules/.bin").join(name);
    assert!(
        program.exists(),
        "{} is not there: run tests/real/install.sh first",
        program.display()
    );
    program
}

/// Applies a profile to a fixture and asks a script whether the real tool takes the outcome.
fn accepted(
    fixture: &str,
    script: &str,
    program: &Path,
    arguments: &[&str],
) -> Result<bool, String> {
    let home = Home::fixture(fixture);
    let before = home.files();
    let run = home.run(&[&["apply", "--yes"], arguments].concat());
    let left_alone = run.stdout.contains("is left alone");
    run.exits(if left_alone { 3 } else { 0 });
    if home.files() == before {
        return Ok(false);
    }
    let Err(said) = ask(script, program, &home) else {
        return Ok(true);
    };
    // What the tool refused before, for a reason that no rule mends, it may refuse still.
    if ask(script, program, &Home::fixture(fixture)).is_err() {
        return Ok(false);
    }
    Err(format!("{fixture} {arguments:?}\n{said}"))
}

/// Whether the real tool takes a home, by a script of `tests/real`; what it says if not.
fn ask(script: &str, program: &Path, home: &Home) -> Result<(), String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/real")
        .join(script);
    let output = Command::new("bash")
        .arg(script)
        .arg(program)
        .arg(home.path(""))
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    // The scripts end with 2 when they could not ask.
    assert_ne!(output.status.code(), Some(2), "{}", text(&output.stderr));
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}{}", text(&output.stdout), text(&output.stderr)))
}

/// All fixtures of a tool with all profiles; only those that are changed and
/// accepted count.
fn all_accepted(prefix: &str, needs: &str, script: &str, program: PathBuf, profiles: &[&[&str]]) {
    let mut failures = Vec::new();
    let mut asked = 0;
    for fixture in all_fixtures()
        .iter()
        .filter(|fixture| fixture.starts_with(prefix))
    {
        if !Home::fixture(fixture).path(needs).exists() {
            continue;
        }
        for arguments in profiles {
            match accepted(fixture, script, &program, arguments) {
                Ok(counts) => asked += usize::from(counts),
                Err(failure) => failures.push(failure),
            }
        }
    }
    assert!(asked >= 15, "only {asked} homes were changed and accepted");
    assert!(
        failures.is_empty(),
        "{} of {asked}:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
#[ignore = "needs the real tool"]
fn claude_code_accepts_what_was_written() {
    let profiles: &[&[&str]] = &[&["--profile", "lite", "--unsafe-fixes"]];
    all_accepted(
        "claude-code/",
        ".claude/settings.json",
        "claude-accepts.sh",
        program("claude"),
        profiles,
    );
}

#[test]
#[ignore = "needs the real tool"]
fn opencode_accepts_what_was_written() {
    let profiles: &[&[&str]] = &[
        &["--profile", "lite", "--unsafe-fixes"],
        &["--profile", "metered"],
    ];
    all_accepted(
        "opencode/",
        ".config/opencode",
        "opencode-accepts.sh",
        program("opencode"),
        profiles,
    );
}

#[test]
#[ignore = "needs the real tool"]
fn opencode_accepts_a_config_that_apply_created() {
    for (profile, more) in [
        ("lite", &[][..]),
        ("metered", &[]),
        (
            "self-hosted",
            &["--base-url", "http://localhost:8000/v1", "--model", "local"],
        ),
    ] {
        let home = Home::new();
        let mut arguments = vec![
            "apply",
            "--profile",
            profile,
            "--yes",
            "--tool",
            "opencode",
            "--key-env",
            "ZAI_API_KEY",
        ];
        arguments.extend(more);
        home.run(&arguments).exits(0);
        let asked = ask("opencode-accepts.sh", &program("opencode"), &home);
        assert_eq!(asked, Ok(()), "{profile}");
    }
}

/// What `doctor` counts, by code, in the log that a real tool writes while its requests are refused.
fn counted(tool: &str, codes: &str) -> (Home, serde_json::Value) {
    let home = Home::new();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/refused-logs.sh");
    let output = Command::new("bash")
        .arg(script)
        .args([tool.as_ref(), program(tool).as_os_str()])
        .arg(home.path(""))
        .arg(codes)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let refused = String::from_utf8_lossy(&output.stdout);
    assert_eq!(refused.trim(), codes.split(',').count().to_string());
    let path = home.path("").display().to_string();
    let run = home.run(&["doctor", "--home", &path, "--format", "json"]);
    let found = run.exits(1).json();
    let all = found["logs"]["codes"].as_array().unwrap();
    let counts = all
        .iter()
        .map(|one| (one["code"].to_string(), one["total"].clone()));
    (home, counts.collect())
}

#[test]
#[ignore = "needs the real tool"]
fn doctor_counts_what_claude_code_writes_down() {
    // Three attempts that are tried again, and the one that it gives up at.
    let (home, counts) = counted("claude", "1302,1113,1313,1302");
    assert_eq!(
        counts,
        serde_json::json!({ "1302": 2, "1113": 1, "1313": 1 }),
        "{:?}",
        home.files().keys()
    );
}

#[test]
#[ignore = "needs the real tool"]
fn doctor_counts_what_opencode_writes_down() {
    let (home, counts) = counted("opencode", "1302,1113,1313");
    assert_eq!(
        counts,
        serde_json::json!({ "1302": 1, "1113": 1, "1313": 1 }),
        "{:?}",
        home.files().keys()
    );
}
