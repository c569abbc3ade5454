//! The real pre-commit runs the hook of this checkout. It builds the program, so the test is run by name:
//! `cargo test --test pre_commit -- --ignored`. Without pre-commit on the PATH it does nothing and says so.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const CHECKOUT: &str = env!("CARGO_MANIFEST_DIR");

/// A folder of the build, which is kept from run to run.
fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[track_caller]
fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=test", "-c", "user.email=test@example.com"]);
    let output = command
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn run_hook(folder: &Path) -> Output {
    git(folder, &["add", "--all"]);
    Command::new("pre-commit")
        .args([
            "try-repo",
            CHECKOUT,
            "glm-setup-lint",
            "--all-files",
            "--verbose",
        ])
        .current_dir(folder)
        .env("PRE_COMMIT_HOME", kept("pre-commit-home"))
        // What is tested is the hook, not the optimiser.
        .env("CARGO_TARGET_DIR", kept("pre-commit-build"))
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .output()
        .unwrap()
}

#[test]
#[ignore = "builds the program with the real pre-commit"]
fn pre_commit() {
    if Command::new("pre-commit")
        .arg("--version")
        .output()
        .is_err()
    {
        println!("skipped: pre-commit is not on the PATH");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    git(folder, &["init", "--quiet"]);
    fs::write(folder.join("notes.txt"), "no settings").unwrap();
    let output = run_hook(folder);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("Skipped"),
        "{text}"
    );

    let settings = folder.join(".claude/settings.json");
    fs::create_dir(settings.parent().unwrap()).unwrap();
    let write = |url: &str| {
        let text = format!(
            "{{ \"apiKeyHelper\": \"cat key\", \"env\": {{ \"ANTHROPIC_BASE_URL\": \"{url}\" }} }}\n"
        );
        fs::write(&settings, text).unwrap();
    };
    write("https://api.z.ai/api/anthropic/v1");
    let output = run_hook(folder);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for part in [
        "exit code: 1",
        "error[claude-code-endpoint]",
        ".claude/settings.json:1:61",
    ] {
        assert!(text.contains(part), "no {part} in:\n{text}");
    }

    write("https://api.z.ai/api/anthropic");
    let output = run_hook(folder);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("Passed"), "{text}");
}
