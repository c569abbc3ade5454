//! The command line: exit codes, messages for mistakes, formats.

use crate::common::{ANTHROPIC, CLAUDE, Home, KEY, OPENCODE, claude};

fn home() -> Home {
    let home = Home::new();
    home.write(CLAUDE, claude(ANTHROPIC));
    home
}

#[test]
fn without_a_command_there_is_help_and_exit_2() {
    let run = Home::new().run(&[]).exits(2);
    assert!(run.stderr.contains("Usage: glm-setup"), "{}", run.stderr);
    assert_eq!(run.stdout, "");
}

#[test]
fn help_and_version_are_no_errors() {
    assert!(
        Home::new()
            .run(&["--help"])
            .exits(0)
            .stdout
            .contains("Usage: glm-setup")
    );
    assert_eq!(
        Home::new().run(&["--version"]).exits(0).stdout,
        concat!("glm-setup ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn mistakes_on_the_command_line_end_with_2_and_say_what_to_do() {
    let cases: &[(&[&str], &str)] = &[
        (&["apply"], "--profile <PROFILE>"),
        (
            &["apply", "--profile", "lit", "--yes"],
            "unknown profile `lit`; did you mean `lite`?",
        ),
        (
            &["apply", "--profile", "lite"],
            "say --yes to write, --dry-run to see what would change, or --check for an exit code",
        ),
        (
            &["apply", "--profile", "lite", "--yes", "--tool", "claude"],
            "unknown tool `claude`",
        ),
        (
            &["apply", "--profile", "lite", "--yes", "--facts", "2025-01"],
            "unknown facts pack `2025-01`",
        ),
        (
            &["apply", "--profile", "lite", "--yes", "--key-env", KEY],
            "takes the name of an environment variable, such as ZAI_API_KEY, never the key",
        ),
        (
            &["apply", "--profile", "self-hosted", "--yes"],
            "the profile self-hosted needs --base-url URL and --model ID",
        ),
        (
            &[
                "apply",
                "--profile",
                "lite",
                "--yes",
                "--base-url",
                "http://localhost/v1",
            ],
            "--base-url and --model go with --profile self-hosted",
        ),
        (
            &["lint", "--select", "claude-code-subagnt-cap"],
            "did you mean `claude-code-subagent-cap`?",
        ),
        (
            &["lint", "no-such-folder"],
            "no-such-folder: there is no such file or folder",
        ),
        (
            &["lint", "--home", "no-such-home"],
            "there is no such folder",
        ),
        (&["explain", "9999"], "know no error code 9999"),
        (
            &["explain", "claude-code-endpont"],
            "did you mean `claude-code-endpoint`?",
        ),
        (&["undo", "20000101"], "20000101"),
    ];
    for (arguments, message) in cases {
        let home = home();
        let before = home.files();
        let run = home.run(arguments).exits(2);
        assert!(
            run.stderr.contains(message),
            "{arguments:?}\n{}",
            run.stderr
        );
        assert!(
            !run.stderr.contains(KEY) && !run.stdout.contains(KEY),
            "{arguments:?} shows a key"
        );
        assert_eq!(home.files(), before);
    }
}

#[test]
fn a_broken_rule_of_the_users_ends_with_2_and_names_the_place() {
    let home = home();
    home.write(
        "rules/my-rule.toml",
        "schema = 1\nid = \"my-rule\"\nsevrity = \"error\"\n",
    );
    let run = home.run(&["lint", "--rules-dir", "rules"]).exits(2);
    assert!(
        run.stderr
            .contains("rules/my-rule.toml:3:1: unknown field `sevrity`"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("did you mean `severity`?"),
        "{}",
        run.stderr
    );
}

#[test]
fn check_says_by_its_exit_code_whether_something_would_change() {
    let home = home();
    let before = home.files();
    home.run(&["apply", "--profile", "lite", "--check"])
        .exits(1);
    assert_eq!(home.files(), before);
    home.run(&["apply", "--profile", "lite", "--yes"]).exits(0);
    home.run(&["apply", "--profile", "lite", "--check"])
        .exits(0);
}

#[test]
fn a_dry_run_writes_nothing() {
    let home = home();
    let before = home.files();
    let run = home
        .run(&["apply", "--profile", "lite", "--dry-run"])
        .exits(0);
    assert!(
        run.stdout.contains("+++ b/.claude/settings.json"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout
            .contains("1 file would change; nothing was written"),
        "{}",
        run.stdout
    );
    assert_eq!(home.files(), before);
    assert!(!home.state().exists());
}

#[test]
fn lint_fails_on_errors_and_with_strict_on_warnings() {
    let home = Home::new();
    home.write(CLAUDE, claude("https://api.z.ai/api/paas/v4"));
    home.run(&["lint"]).exits(1);
    let warned = Home::fixture("claude-code/hand-teams-on");
    let run = warned
        .run(&["lint", "--select", "claude-code-agent-teams"])
        .exits(0);
    assert!(
        run.stdout.contains("warning[claude-code-agent-teams]"),
        "{}",
        run.stdout
    );
    warned
        .run(&["lint", "--strict", "--select", "claude-code-agent-teams"])
        .exits(1);
}

#[test]
fn verbose_says_what_was_looked_at() {
    let run = home().run(&["lint", "--verbose"]).exits(0);
    let first = "claude-code: uses Z.ai, profile lite\n  ~/.claude/settings.json\n";
    assert!(run.stdout.starts_with(first), "{}", run.stdout);
}

#[test]
fn a_home_without_zai_is_left_alone() {
    let home = Home::new();
    home.write(CLAUDE, "{ \"model\": \"opus\" }\n");
    home.write(OPENCODE, "{ \"model\": \"anthropic/claude-opus-5-5\" }\n");
    let before = home.files();
    home.run(&["lint", "--strict"]).exits(0);
    let run = home
        .run(&["apply", "--profile", "lite", "--yes", "--unsafe-fixes"])
        .exits(0);
    assert!(run.stdout.contains("nothing to change"), "{}", run.stdout);
    assert_eq!(home.files(), before);
}

#[test]
fn a_tool_without_a_key_is_not_pointed_at_zai() {
    let home = Home::new();
    home.write(CLAUDE, "{}\n");
    let before = home.files();
    let run = home
        .run(&[
            "apply",
            "--profile",
            "lite",
            "--yes",
            "--tool",
            "claude-code",
        ])
        .exits(3);
    assert!(
        run.stdout
            .contains("claude-code is left alone: Claude Code has no key for Z.ai"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("--key-env NAME"), "{}", run.stdout);
    assert_eq!(home.files(), before);
}

#[test]
fn a_named_tool_is_pointed_at_zai_with_a_reference_to_the_key() {
    for (region, url) in [
        ("intl", "https://api.z.ai/api/anthropic"),
        ("cn", "https://open.bigmodel.cn/api/anthropic"),
    ] {
        let home = Home::new();
        let run = home.finish(home.command().env("ZAI_API_KEY", KEY).args([
            "apply",
            "--profile",
            "lite",
            "--yes",
            "--tool",
            "claude-code",
            "--region",
            region,
            "--key-env",
            "ZAI_API_KEY",
        ]));
        let run = run.exits(0);
        assert!(!run.both().contains(KEY));
        let written: serde_json::Value = serde_json::from_str(&home.read(CLAUDE)).unwrap();
        assert_eq!(written["env"]["ANTHROPIC_BASE_URL"], url);
        assert_eq!(written["apiKeyHelper"], "printenv ZAI_API_KEY");
        assert_eq!(written["env"]["CLAUDE_CODE_MAX_CONCURRENT_SUBAGENTS"], "1");
        home.run(&["undo"]).exits(0);
        assert!(
            !home.path(CLAUDE).exists(),
            "undo removes the file that apply created"
        );
        assert!(!home.path(".claude").exists(), "and the folder");
    }
}

#[test]
fn opencode_is_pointed_at_zai_with_a_reference_to_the_key() {
    let home = Home::new();
    home.run(&[
        "apply",
        "--profile",
        "pro",
        "--yes",
        "--tool",
        "opencode",
        "--key-env",
        "ZAI_API_KEY",
    ])
    .exits(0);
    let written: serde_json::Value = serde_json::from_str(&home.read(OPENCODE)).unwrap();
    assert_eq!(written["model"], "zai-coding-plan/glm-5.3");
    assert_eq!(
        written["provider"]["zai-coding-plan"]["options"]["apiKey"],
        "{env:ZAI_API_KEY}"
    );
    assert_eq!(written["agent"]["title"]["disable"], true);
}

#[test]
fn metered_is_refused_for_claude_code_with_the_reason() {
    let home = home();
    let before = home.files();
    let run = home
        .run(&["apply", "--profile", "metered", "--yes"])
        .exits(3);
    assert!(
        run.stdout
            .contains("can't be moved to metered billing by a base URL"),
        "{}",
        run.stdout
    );
    assert_eq!(home.files(), before);
}

#[test]
fn the_facts_of_2026_04_give_that_eras_models() {
    let home = home();
    home.run(&["apply", "--profile", "lite", "--yes", "--facts", "2026-04"])
        .exits(0);
    let written: serde_json::Value = serde_json::from_str(&home.read(CLAUDE)).unwrap();
    assert_eq!(written["env"]["ANTHROPIC_DEFAULT_OPUS_MODEL"], "glm-5");
    assert_eq!(written["env"]["ANTHROPIC_DEFAULT_SONNET_MODEL"], "glm-4.7");
    assert_eq!(
        written["env"]["ANTHROPIC_DEFAULT_HAIKU_MODEL"],
        "glm-4.5-air"
    );
}

#[test]
fn self_hosted_points_both_tools_at_the_server() {
    let home = home();
    home.write(
        OPENCODE,
        format!("{{\n  \"model\": \"zai-coding-plan/glm-5.3\",\n  \"provider\": {{ \"zai-coding-plan\": {{ \"options\": {{ \"apiKey\": \"{KEY}\" }} }} }}\n}}\n"),
    );
    home.run(&[
        "apply",
        "--profile",
        "self-hosted",
        "--yes",
        "--base-url",
        "http://10.0.0.5:8000/v1",
        "--model",
        "GLM-5.3-Flash",
    ])
    .exits(0);
    let claude: serde_json::Value = serde_json::from_str(&home.read(CLAUDE)).unwrap();
    assert_eq!(claude["env"]["ANTHROPIC_BASE_URL"], "http://10.0.0.5:8000");
    assert_eq!(
        claude["env"]["ANTHROPIC_DEFAULT_OPUS_MODEL"],
        "GLM-5.3-Flash"
    );
    let opencode: serde_json::Value = serde_json::from_str(&home.read(OPENCODE)).unwrap();
    assert_eq!(opencode["model"], "self-hosted/glm");
    assert_eq!(
        opencode["provider"]["self-hosted"]["options"]["baseURL"],
        "http://10.0.0.5:8000/v1"
    );
    assert_eq!(
        opencode["provider"]["self-hosted"]["models"]["glm"]["id"],
        "GLM-5.3-Flash"
    );
    home.run(&[
        "apply",
        "--profile",
        "self-hosted",
        "--check",
        "--base-url",
        "http://10.0.0.5:8000/v1",
        "--model",
        "GLM-5.3-Flash",
    ])
    .exits(0);
}

#[test]
fn a_file_that_does_not_parse_is_a_finding_and_stops_only_its_tool() {
    let home = home();
    home.write(
        OPENCODE,
        "{ \"model\": \"zai-coding-plan/glm-5.3\",\n  \"plugin\": [ }\n",
    );
    let run = home.run(&["lint"]).exits(1);
    assert!(
        run.stdout.contains("error[unreadable-file]"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("~/.config/opencode/opencode.json:2:15"),
        "{}",
        run.stdout
    );
    let broken = home.read(OPENCODE);
    let run = home.run(&["apply", "--profile", "lite", "--yes"]).exits(3);
    assert!(
        run.stdout.contains("opencode is left alone"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("1 file written"), "{}", run.stdout);
    assert_eq!(home.read(OPENCODE), broken);
    assert!(
        home.read(CLAUDE)
            .contains("CLAUDE_CODE_MAX_CONCURRENT_SUBAGENTS")
    );
}

#[test]
fn a_folder_in_the_place_of_a_file_is_an_error() {
    let home = Home::new();
    home.write(".claude/settings.json/inside", "");
    for arguments in [&["lint"][..], &["apply", "--profile", "lite", "--yes"]] {
        let run = home.run(arguments).exits(3);
        assert!(
            run.stderr
                .contains("settings.json: a file was expected, but this is a folder"),
            "{}",
            run.stderr
        );
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_does_not_hang() {
    let home = Home::new();
    home.write(".claude/x", "");
    let status = std::process::Command::new("mkfifo")
        .arg(home.path(CLAUDE))
        .status()
        .unwrap();
    assert!(status.success());
    let run = home.run(&["lint"]).exits(3);
    assert!(
        run.stderr.contains("this is a pipe, a socket or a device"),
        "{}",
        run.stderr
    );
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_refused_with_the_reason() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = home();
    std::fs::set_permissions(home.path(CLAUDE), std::fs::Permissions::from_mode(0o444)).unwrap();
    let before = home.files();
    let run = home.run(&["apply", "--profile", "lite", "--yes"]).exits(3);
    assert!(
        run.stdout.contains("is read-only (mode 0444)"),
        "{}",
        run.stdout
    );
    assert_eq!(home.files(), before);
}

#[cfg(unix)]
#[test]
fn a_link_into_a_dotfiles_folder_stays_a_link() {
    let home = Home::new();
    home.write("dotfiles/claude.json", claude(ANTHROPIC));
    std::fs::create_dir(home.path(".claude")).unwrap();
    std::os::unix::fs::symlink("../dotfiles/claude.json", home.path(CLAUDE)).unwrap();
    home.run(&["apply", "--profile", "lite", "--yes"]).exits(0);
    assert!(home.path(CLAUDE).is_symlink());
    assert!(
        home.read("dotfiles/claude.json")
            .contains("CLAUDE_CODE_MAX_CONCURRENT_SUBAGENTS")
    );
}

#[test]
fn explain_knows_rules_and_codes() {
    let home = Home::new();
    snapshot!(
        "explain-rule",
        home.run(&["explain", "claude-code-subagent-cap"])
            .exits(0)
            .stdout
    );
    snapshot!(
        "explain-1302",
        home.run(&["explain", "1302"]).exits(0).stdout
    );
    let json = home
        .run(&["explain", "1113", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(json["error"]["class"], "fix-configuration");
    let older = home
        .run(&["explain", "1305", "--facts", "2026-04"])
        .exits(0)
        .stdout
        .clone();
    assert!(older.contains("Earlier:"), "{older}");
}

#[test]
fn every_error_code_of_the_facts_can_be_explained() {
    let catalogue = glm_setup::rule::Catalogue::load(&[]).unwrap();
    for pack in ["2026-09", "2026-04"] {
        for error in &catalogue.pack(Some(pack)).unwrap().error {
            let code = error.code.to_string();
            let run = Home::new()
                .run(&["explain", &code, "--facts", pack])
                .exits(0);
            assert!(
                run.stdout
                    .starts_with(&format!("{code} (HTTP {})", error.http)),
                "{}",
                run.stdout
            );
            assert!(!error.advice.is_empty(), "{code}: nothing to do");
        }
    }
}

#[test]
fn status_shows_what_is_there_and_drift() {
    let home = home();
    home.write(OPENCODE, "{ \"model\": \"zhipuai-coding-plan/glm-5.3\" }\n");
    snapshot!("status-before", home.run(&["status"]).exits(0).stdout);
    home.run(&["apply", "--profile", "lite", "--yes"]).exits(0);
    home.write(CLAUDE, home.read(CLAUDE) + "\n");
    let run = home.run(&["status"]).exits(0);
    assert!(
        run.stdout
            .contains("settings.json  (changed since glm-setup wrote it)"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout
            .contains("opencode.json  (as glm-setup wrote it)"),
        "{}",
        run.stdout
    );
    let json = home.run(&["status", "--format", "json"]).exits(0).json();
    assert_eq!(json["version"], 1);
}

#[test]
fn undo_lists_refuses_what_changed_and_can_be_forced() {
    let home = home();
    home.run(&["apply", "--profile", "lite", "--yes"]).exits(0);
    let list = home.run(&["undo", "--list"]).exits(0);
    assert_eq!(
        list.stdout,
        "[ID]  [TIME]  apply --profile lite\n    claude-code  ~/.claude/settings.json\n"
    );
    home.write(CLAUDE, home.read(CLAUDE) + "\n");
    let changed = home.files();
    let run = home.run(&["undo"]).exits(3);
    assert!(run.stderr.contains("settings.json"), "{}", run.stderr);
    assert_eq!(home.files(), changed);
    home.run(&["undo", "--force"]).exits(0);
    assert_eq!(home.read(CLAUDE), claude(ANTHROPIC));
}

#[test]
fn the_demo_does_the_whole_job() {
    let home = Home::new();
    let run = home.run(&["demo"]).exits(0);
    let folder = regex::Regex::new(r"glm-setup-demo-\w+").unwrap();
    snapshot!("demo", folder.replace_all(&run.stdout, "[DEMO]"));
    assert!(run.stdout.contains("every file has its old bytes again"));
    assert!(home.files().is_empty() && !home.state().exists());
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let home = home();
    let script = format!(
        "'{}' rules list | head -n 1",
        env!("CARGO_BIN_EXE_glm-setup")
    );
    let output = std::process::Command::new("bash")
        .args(["-o", "pipefail", "-c", &script])
        .env_clear()
        .env("HOME", home.path(""))
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn rules_can_be_listed_shown_and_tested() {
    let home = Home::new();
    snapshot!("rules-list", home.run(&["rules", "list"]).exits(0).stdout);
    let json = home
        .run(&["rules", "list", "--format", "json"])
        .exits(0)
        .json();
    assert!(json["rules"].as_array().unwrap().len() > 20);
    let shown = home
        .run(&["rules", "show", "claude-code-subagent-cap"])
        .exits(0)
        .stdout
        .clone();
    home.write("claude-code-subagent-cap.toml", &shown);
    let tested = home
        .run(&["rules", "test", "claude-code-subagent-cap.toml"])
        .exits(0);
    assert!(
        tested.stdout.ends_with(" cases passed, 0 failed\n"),
        "{}",
        tested.stdout
    );
    home.write(
        "claude-code-subagent-cap.toml",
        shown.replace("\"1\" }", "\"9\" }"),
    );
    let failed = home
        .run(&["rules", "test", "claude-code-subagent-cap.toml"])
        .exits(1);
    assert!(
        failed.stdout.contains("FAIL claude-code-subagent-cap:"),
        "{}",
        failed.stdout
    );
}

#[test]
fn another_vendors_key_is_never_sent_to_zai() {
    for settings in [
        r#"{ "env": { "ANTHROPIC_API_KEY": "sk-ant-api03-0000000000000000" } }"#,
        r#"{ "apiKeyHelper": "/usr/bin/get-anthropic-key" }"#,
    ] {
        let home = Home::new();
        home.write(CLAUDE, settings);
        let before = home.files();
        for more in [&[][..], &["--key-env", "ZAI_API_KEY"]] {
            let arguments = [
                "apply",
                "--profile",
                "lite",
                "--yes",
                "--tool",
                "claude-code",
            ];
            let run = home.run(&[&arguments, more].concat()).exits(3);
            assert!(
                run.stdout
                    .contains("holds a key that may be another vendor's"),
                "{}",
                run.stdout
            );
            assert_eq!(home.files(), before);
        }
    }
}

#[test]
fn a_glm_model_at_another_vendor_or_on_ones_own_server_is_left_alone() {
    for url in ["https://openrouter.ai/api", "http://localhost:8000"] {
        let home = Home::new();
        home.write(
            CLAUDE,
            format!(r#"{{ "env": {{ "ANTHROPIC_BASE_URL": "{url}", "ANTHROPIC_AUTH_TOKEN": "sk-or-0000", "ANTHROPIC_DEFAULT_OPUS_MODEL": "glm-4.7" }} }}"#),
        );
        let before = home.files();
        home.run(&["lint", "--strict"]).exits(0);
        home.run(&["apply", "--profile", "lite", "--yes"]).exits(0);
        assert_eq!(home.files(), before);
    }
}

#[test]
fn the_summary_never_suggests_what_costs_money() {
    let home = Home::new();
    home.write(CLAUDE, claude("https://api.z.ai/api/paas/v4"));
    home.write(
        OPENCODE,
        "{ \"model\": \"zai/glm-5.3\", \"small_model\": \"zai/glm-5.3\" }\n",
    );
    let run = home.run(&["lint"]).exits(1);
    assert!(!run.stdout.contains("--profile metered"), "{}", run.stdout);
}

#[test]
fn every_edit_is_shown_even_where_a_line_is_cut() {
    let home = Home::fixture("claude-code/hand-minified");
    let run = home
        .run(&["apply", "--profile", "lite", "--dry-run"])
        .exits(0);
    assert!(
        run.stdout
            .contains("set /env/CLAUDE_CODE_MAX_CONCURRENT_SUBAGENTS \"1\""),
        "{}",
        run.stdout
    );
    let json = home
        .run(&[
            "apply",
            "--profile",
            "lite",
            "--dry-run",
            "--format",
            "json",
        ])
        .exits(0)
        .json();
    let change = &json["changes"][0];
    assert!(!change["diff"].as_str().unwrap().contains('…'));
    let edits = change["edits"].as_array().unwrap();
    assert!(edits.iter().any(|edit| edit["pointer"]
        == "/env/CLAUDE_CODE_MAX_CONCURRENT_SUBAGENTS"
        && edit["value"] == "1"));
}

#[test]
fn columns_are_the_files_own_although_secrets_before_them_are_hidden() {
    let home = Home::new();
    home.write(CLAUDE, format!(r#"{{"env":{{"ANTHROPIC_AUTH_TOKEN":"{KEY}","ANTHROPIC_BASE_URL":"https://api.z.ai/api/paas/v4"}}}}"#));
    let text = home
        .run(&["lint", "--select", "claude-code-endpoint"])
        .exits(1);
    let json = home
        .run(&[
            "lint",
            "--select",
            "claude-code-endpoint",
            "--format",
            "json",
        ])
        .exits(1)
        .json();
    let column = &json["findings"][0]["column"];
    assert!(
        text.stdout.contains(&format!("settings.json:1:{column}\n")),
        "{}",
        text.stdout
    );
}

#[test]
fn json_names_files_that_could_not_be_read() {
    let home = Home::new();
    home.write(".claude/settings.json/inside", "");
    home.write(OPENCODE, "{");
    let json = home.run(&["lint", "--format", "json"]).exits(3).json();
    assert!(
        json["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("this is a folder")
    );
    let json = home.run(&["status", "--format", "json"]).exits(3).json();
    assert_eq!(
        json["configurations"][0]["unreadable"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn a_path_without_any_config_file_is_warned_about() {
    let home = Home::new();
    home.write("empty/file", "");
    let run = home.run(&["lint", "empty"]).exits(0);
    assert!(
        run.stderr
            .contains("no config file of a known tool is there"),
        "{}",
        run.stderr
    );
}

#[test]
fn lint_judges_by_the_plan_that_was_applied_last() {
    let home = home();
    home.run(&["apply", "--profile", "max", "--yes"]).exits(0);
    home.run(&["lint", "--strict"]).exits(0);
    let run = home
        .run(&["lint", "--strict", "--profile", "lite"])
        .exits(1);
    assert!(
        run.stdout.contains("claude-code-subagent-cap"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_key_that_would_go_elsewhere_is_mentioned() {
    let home = home();
    let run = home
        .run(&["apply", "--profile", "lite", "--region", "cn", "--dry-run"])
        .exits(0);
    assert!(
        run.stdout.contains("its present key is not valid"),
        "{}",
        run.stdout
    );
}
