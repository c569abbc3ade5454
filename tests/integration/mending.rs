//! `lint --fix` and `--diff`: the same way as `apply`, for the rules of lint.

use std::fs;

use crate::common::{CLAUDE, Home, KEY, Run, claude_lines};
use serde_json::json;

/// Claude Code on the plan, with an address that is mended safely and a mode that is only changed on request.
fn settings() -> String {
    claude_lines("https://api.z.ai/api/anthropic/v1")
}

const ONE: [&str; 2] = ["--select", "claude-code-endpoint"];

fn run(home: &Home, arguments: &[&str]) -> Run {
    home.run(&[&["lint"], arguments, &ONE].concat())
}

#[test]
fn diff_shows_and_writes_nothing() {
    let home = Home::new();
    home.write(CLAUDE, settings());
    let before = home.files();
    let shown = run(&home, &["--diff"]).exits(1);
    assert_eq!(
        shown.stdout,
        "--- a/.claude/settings.json\n+++ b/.claude/settings.json\n@@ -1,6 +1,6 @@\n {\n   \"env\": {\n-    \"ANTHROPIC_BASE_URL\": \"https://api.z.ai/api/anthropic/v1\",\n+    \"ANTHROPIC_BASE_URL\": \"https://api.z.ai/api/anthropic\",\n     \"ANTHROPIC_AUTH_TOKEN\": \"[redacted:fd3e]\"\n   }\n }\n"
    );
    assert_eq!(
        shown.stderr,
        "1 finding would be mended in 1 file; nothing was written\n"
    );
    assert_eq!(home.files(), before);
    assert!(!home.state().exists());
    run(&home, &["--fix"]).exits(0);
    let shown = run(&home, &["--diff"]).exits(0);
    assert_eq!(shown.stdout, "");
    assert_eq!(shown.stderr, "nothing to mend\n");
}

#[test]
fn fix_writes_with_a_backup_reports_what_remains_and_is_undone() {
    let home = Home::new();
    home.write(CLAUDE, settings());
    let fixed = home
        .run(&[
            "lint",
            "--fix",
            "--select",
            "claude-code-endpoint,claude-code-auto-mode",
        ])
        .exits(0);
    assert_eq!(
        home.read(CLAUDE),
        settings().replace("/anthropic/v1", "/anthropic")
    );
    assert!(
        fixed.stdout.contains("info[claude-code-auto-mode]"),
        "{}",
        fixed.stdout
    );
    assert!(
        !fixed.stdout.contains("[claude-code-endpoint]"),
        "{}",
        fixed.stdout
    );
    assert!(
        fixed.stdout.contains(
            "1 finding mended\n1 file written; take it back with `glm-setup undo [ID]`\n"
        ),
        "{}",
        fixed.stdout
    );
    let again = run(&home, &["--fix"]).exits(0);
    assert!(
        again.stdout.contains("nothing to mend\n"),
        "{}",
        again.stdout
    );
    let listed = home.run(&["undo", "--list"]).exits(0);
    assert!(listed.stdout.contains("lint"), "{}", listed.stdout);
    home.run(&["undo"]).exits(0);
    assert_eq!(home.read(CLAUDE), settings());
}

#[test]
fn unsafe_fixes_have_to_be_asked_for() {
    let home = Home::new();
    home.write(CLAUDE, settings());
    let select = ["--select", "claude-code-auto-mode"];
    let lint = |more: &[&str]| home.run(&[&["lint"], more, &select].concat());
    let run = lint(&["--fix"]).exits(0);
    assert!(run.stdout.contains("nothing to mend"), "{}", run.stdout);
    assert_eq!(home.read(CLAUDE), settings());
    lint(&["--diff"]).exits(0);
    lint(&["--diff", "--unsafe-fixes"]).exits(1);
    assert_eq!(home.read(CLAUDE), settings());
    lint(&["--fix", "--unsafe-fixes"]).exits(0);
    assert!(
        home.read(CLAUDE).contains("\"defaultMode\": \"default\""),
        "{}",
        home.read(CLAUDE)
    );
    let run = lint(&["--unsafe-fixes"]).exits(2);
    assert!(
        run.stderr
            .contains("--unsafe-fixes goes with --fix or --diff"),
        "{}",
        run.stderr
    );
    lint(&["--fix", "--diff"]).exits(2);
    lint(&["--fix", "--write-baseline"]).exits(2);
    lint(&["--diff", "--format", "json"]).exits(2);
}

#[test]
fn json_says_what_was_written() {
    let home = Home::new();
    home.write(CLAUDE, settings());
    let value = run(&home, &["--fix", "--format", "json"]).exits(0).json();
    assert_eq!(value["findings"], json!([]));
    assert_eq!(value["transaction"], "[ID]");
    assert_eq!(
        value["changes"][0]["rules"],
        json!(["claude-code-endpoint"])
    );
    assert_eq!(value["summary"]["changes"], 1);
    assert!(!value.to_string().contains(KEY));
    let value = run(&home, &["--fix", "--format", "json"]).exits(0).json();
    assert_eq!(value["transaction"], json!(null));
    assert_eq!(value["changes"], json!([]));
}

#[test]
fn lint_never_sets_up_what_apply_would() {
    let home = Home::new();
    // Not on Z.ai, and a setup rule's matter.
    home.write(CLAUDE, "{ \"model\": \"opus\" }");
    let run = home.run(&["lint", "--fix", "--unsafe-fixes"]).exits(0);
    assert!(run.stdout.contains("nothing to mend"), "{}", run.stdout);
    assert_eq!(home.read(CLAUDE), "{ \"model\": \"opus\" }");
    assert!(!home.state().exists());
}

#[test]
fn what_is_ignored_or_known_is_not_mended() {
    let home = Home::new();
    home.write(CLAUDE, settings());
    home.write(
        ".glm-setup.toml",
        "[[ignore]]\nrule = \"claude-code-endpoint\"\nreason = \"a proxy's\"\n",
    );
    run(&home, &["--diff"]).exits(0);
    let fixed = run(&home, &["--fix"]).exits(0);
    assert!(
        fixed.stdout.contains("nothing to report, 1 ignored"),
        "{}",
        fixed.stdout
    );
    home.write(".glm-setup.toml", "");
    run(&home, &["--write-baseline=b.json"]).exits(0);
    run(&home, &["--fix", "--baseline", "b.json"]).exits(0);
    assert_eq!(home.read(CLAUDE), settings());
    // A list whose other elements go: the ignored one moves, and stays.
    let plugins = "{\n  \"model\": \"zai-coding-plan/glm-5.3-flash\",\n  \"plugin\": [\n    \"oh-my-opencode\",\n    \"oh-my-openagent\" // glm-setup: ignore[opencode-oh-my-opencode] wanted\n  ]\n}\n";
    home.write("repo/.config/opencode/opencode.json", plugins);
    home.run(&[
        "lint",
        "repo",
        "--fix",
        "--unsafe-fixes",
        "--select",
        "opencode-oh-my-opencode",
    ])
    .exits(0);
    let after = home.read("repo/.config/opencode/opencode.json");
    assert!(
        after.contains("\"oh-my-openagent\" // glm-setup"),
        "{after}"
    );
    assert!(!after.contains("\"oh-my-opencode\","), "{after}");
}

#[test]
fn only_what_lies_in_the_paths_is_written() {
    let home = Home::new();
    home.write("outside.json", settings());
    home.write("repo/.claude/settings.json", settings());
    std::os::unix::fs::symlink(
        home.path("outside.json"),
        home.path("repo/.claude/settings.local.json"),
    )
    .unwrap();
    fs::create_dir(home.path("repo/.git")).unwrap();
    home.write(CLAUDE, settings());
    let run = home
        .run(&["lint", "repo", "--fix", "--select", "claude-code-endpoint"])
        .exits(3);
    assert!(
        run.stderr.contains("claude-code is left alone: ~/repo/.claude/settings.local.json lies outside the paths that were named"),
        "{}",
        run.stderr
    );
    for file in ["outside.json", "repo/.claude/settings.json", CLAUDE] {
        assert_eq!(home.read(file), settings(), "{file}");
    }
    fs::remove_file(home.path("repo/.claude/settings.local.json")).unwrap();
    home.run(&["lint", "repo", "--fix", "--select", "claude-code-endpoint"])
        .exits(0);
    assert_ne!(home.read("repo/.claude/settings.json"), settings());
    assert_eq!(home.read(CLAUDE), settings());
}

#[test]
fn templates_and_encrypted_files_are_never_written() {
    let home = Home::new();
    let files = [
        "chezmoi/dot_claude/settings.json.tmpl",
        "chezmoi/dot_claude/encrypted_side-glm.json",
        "yadm/.claude/settings.json##template",
    ];
    for file in files {
        home.write(file, settings());
    }
    home.write("chezmoi/dot_config/private_opencode/opencode.json", "{}");
    for folder in ["chezmoi", "yadm"] {
        let run = home.run(&["lint", folder, "--fix", "--unsafe-fixes"]);
        let code = run.code();
        run.exits(code);
    }
    for file in files {
        assert_eq!(home.read(file), settings(), "{file}");
    }
    // What chezmoi copies as it is, is mended.
    home.write("plain/dot_claude/private_settings.json", settings());
    run(&home, &["plain", "--fix"]).exits(0);
    assert_ne!(
        home.read("plain/dot_claude/private_settings.json"),
        settings()
    );
}

#[test]
fn what_is_suggested_mends_what_was_named() {
    let home = Home::new();
    home.write(CLAUDE, settings());
    home.write("it's mine/.claude/settings.json", settings());
    let lint = |arguments: &[&str]| run(&home, arguments).exits(1).stdout.clone();
    let suggests = |shown: &str, command: &str, help: &str| {
        assert!(
            shown.contains(&format!("\n1 can be fixed with `{command}`\n")),
            "{shown}"
        );
        assert!(
            shown.contains(&format!("= help: `{help}` mends it, safely\n")),
            "{shown}"
        );
    };
    suggests(&lint(&[]), "glm-setup apply --profile lite", "apply");
    let named = ["it's mine", "--profile", "pro"];
    let command = r"glm-setup lint --fix --profile pro 'it'\''s mine'";
    suggests(&lint(&named), command, "lint --fix");
    run(&home, &["--fix", "--profile", "pro", "it's mine"]).exits(0);
    assert_ne!(home.read("it's mine/.claude/settings.json"), settings());
    assert_eq!(home.read(CLAUDE), settings());
}
