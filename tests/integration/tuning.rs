//! Configuration files, ignores and baselines: what takes part, what is silenced, and what is said of it.

use std::fs;

use crate::common::{Home, KEY, Run};
use serde_json::{Value, json};

/// The rule that most tests speak of.
const TITLE: &str = "opencode-title-request";

/// An opencode config on the plan with its title request on, and a comment after it.
fn opencode(comment: &str) -> String {
    format!(
        "{{\n  \"model\": \"zai-coding-plan/glm-5.3-flash\",\n  \"agent\": {{\n    \"title\": {{\n      \"disable\": false {comment}\n    }}\n  }}\n}}\n"
    )
}

const FILE: &str = "repo/.config/opencode/opencode.jsonc";
const CONFIG: &str = "repo/.glm-setup.toml";

/// A home with a repository that holds a home's config.
fn repo(comment: &str) -> Home {
    let home = Home::new();
    home.write(FILE, opencode(comment));
    fs::create_dir(home.path("repo/.git")).unwrap();
    home
}

/// Lints the repository, with one rule and those about ignores.
fn lint(home: &Home, more: &[&str]) -> Run {
    let arguments = [
        &["lint", "repo", "--select", TITLE, "--select", "ignores"],
        more,
    ]
    .concat();
    home.run(&arguments)
}

/// Rule, severity, line and message of each finding.
fn found(run: &Run) -> Vec<String> {
    let value = run.json();
    let line = |one: &Value| {
        let word = |key: &str| one[key].as_str().unwrap().to_owned();
        format!("{} {}:{}", word("severity"), word("rule"), one["line"])
    };
    value["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(line)
        .collect()
}

/// What is ignored: the rule, by what, and why.
fn ignored(run: &Run) -> Vec<(String, String, String)> {
    let value = run.json();
    let one = |one: &Value| {
        let by = &one["ignored"];
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        (word(&one["rule"]), word(&by["by"]), word(&by["reason"]))
    };
    let all = value["ignored"].as_array().unwrap();
    assert_eq!(value["summary"]["ignored"], json!(all.len()));
    all.iter().map(one).collect()
}

fn says(rule: &str, by: &str, reason: &str) -> (String, String, String) {
    (rule.to_owned(), by.to_owned(), reason.to_owned())
}

#[test]
fn a_comment_with_a_reason_ignores_its_line() {
    let home = repo("// glm-setup: ignore[opencode-title-request] titles are worth it");
    let run = lint(&home, &["--format", "json"]).exits(0);
    assert_eq!(found(&run), [""; 0]);
    assert_eq!(
        ignored(&run),
        [says(TITLE, "comment", "titles are worth it")]
    );
    let run = lint(&home, &["-v"]).exits(0);
    assert!(
        run.stdout.contains("nothing to report, 1 ignored in"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout
            .contains("opencode.jsonc:5: opencode-title-request: titles are worth it"),
        "{}",
        run.stdout
    );
}

#[test]
fn comments_that_do_nothing_are_findings() {
    let cases = [
        (
            "// glm-setup: ignore[opencode-title-request]",
            &[
                "error ignore-without-reason:5",
                "warning opencode-title-request:5",
            ][..],
        ),
        (
            "// glm-setup: ignore[opencode-title-reqest] why",
            &[
                "error ignore-unknown-rule:5",
                "warning opencode-title-request:5",
            ],
        ),
        (
            "// glm-setup: ignore opencode-title-request",
            &[
                "error ignore-malformed:5",
                "warning opencode-title-request:5",
            ],
        ),
        (
            "// glm-setup: ignore[ignore-unused, opencode-title-request] why",
            &["warning ignore-unused:5"],
        ),
        ("// glm-setup: ignore[opencode-title-*] why", &[]),
        (
            "\n  // glm-setup: ignore[opencode-title-request] below",
            &[
                "warning ignore-unused:6",
                "warning opencode-title-request:5",
            ],
        ),
    ];
    for (comment, expected) in cases {
        let run = lint(&repo(comment), &["--format", "json"]);
        let code = i32::from(expected.iter().any(|one| one.starts_with("error")));
        let run = run.exits(code);
        let mut found = found(&run);
        found.sort();
        assert_eq!(found, expected, "{comment}");
    }
}

#[test]
fn comments_count_in_toml_and_yaml_and_json5() {
    let home = Home::new();
    home.write(
        ".codex/config.toml",
        "model_provider = \"zai\"\nmodel = \"glm-5\" # glm-setup: ignore[codex-model] pinned\n\n[model_providers.zai]\nbase_url = \"https://api.z.ai/api/coding/paas/v4\"\n",
    );
    home.write(
        ".continue/config.yaml",
        "name: x\nversion: 1.0.0\nschema: v1\nmodels:\n  - name: glm\n    provider: openai\n    # glm-setup: ignore[continue-model] pinned\n    model: glm-5\n    apiBase: https://api.z.ai/api/coding/paas/v4\n",
    );
    for rule in ["codex-model", "continue-model"] {
        let run = home
            .run(&["lint", "--select", rule, "--format", "json"])
            .exits(0);
        assert_eq!(
            ignored(&run),
            [says(rule, "comment", "pinned")],
            "{}",
            run.stdout
        );
    }
}

#[test]
fn an_entry_ignores_by_path_pointer_and_day() {
    let entry =
        |more: &str| format!("[[ignore]]\nrule = \"{TITLE}\"\nreason = \"known\"\n{more}\n");
    let today = |home: &Home, day: &str| {
        let mut command = home.command();
        command.env("SOURCE_DATE_EPOCH", day);
        command.args([
            "lint", "repo", "--select", TITLE, "--select", "ignores", "--format", "json",
        ]);
        let run = home.finish(&mut command);
        let code = run.code();
        run.exits(code)
    };
    let known = [says(TITLE, "config", "known")];
    for more in [
        "",
        "path = \".config\"",
        "path = \"./.config/opencode/*.jsonc\"",
        "path = \"**/opencode.jsonc\"",
        "pointer = \"/agent/title\"",
        "until = 2026-11-20",
        "until = 2026-11-21",
    ] {
        let home = repo("");
        home.write(CONFIG, entry(more));
        // 2026-11-20, just before midnight.
        let run = today(&home, "1795219199");
        assert_eq!(found(&run), [""; 0], "{more}");
        assert_eq!(ignored(&run), known, "{more}");
    }
    for (more, rule) in [
        ("path = \"*.jsonc\"", "ignore-unused"),
        ("path = \"config\"", "ignore-unused"),
        ("pointer = \"/agent/tit\"", "ignore-unused"),
        ("until = 2026-11-19", "ignore-expired"),
    ] {
        let home = repo("");
        home.write(CONFIG, entry(more));
        let run = today(&home, "1795219199");
        assert_eq!(
            found(&run),
            [format!("warning {TITLE}:5"), format!("warning {rule}:2")],
            "{more}"
        );
        assert_eq!(ignored(&run), [], "{more}");
    }
    let home = repo("");
    home.write(CONFIG, format!("[[ignore]]\nrule = \"{TITLE}\"\n"));
    let run = lint(&home, &["--format", "json"]).exits(1);
    assert_eq!(
        found(&run),
        [
            format!("warning {TITLE}:5"),
            "error ignore-without-reason:2".to_owned()
        ]
    );
    // Text shows the place in the configuration file.
    let run = lint(&home, &[]).exits(1);
    assert!(
        run.stdout.contains("2 | rule = \"opencode-title-request\""),
        "{}",
        run.stdout
    );
}

#[test]
fn a_severity_is_set_or_the_rule_is_off() {
    let home = repo("");
    for (level, expected, code) in [
        ("off", vec![], 0),
        ("info", vec![format!("info {TITLE}:5")], 0),
        ("error", vec![format!("error {TITLE}:5")], 1),
    ] {
        home.write(CONFIG, format!("[rules.{TITLE}]\nseverity = \"{level}\"\n"));
        let run = home.run(&[
            "lint",
            "repo",
            "--select",
            "opencode-title*",
            "--format",
            "json",
        ]);
        assert_eq!(
            found(&run.exits(code)),
            Vec::<String>::from_iter(expected),
            "{level}"
        );
    }
    // Who names a rule on the command line wants to see it.
    home.write(CONFIG, format!("[rules.{TITLE}]\nseverity = \"off\"\n"));
    let run = lint(&home, &["--format", "json"]).exits(0);
    assert_eq!(found(&run), [format!("warning {TITLE}:5")]);
}

#[test]
fn the_command_line_beats_the_repository_and_that_the_user() {
    let home = repo("");
    let facts = |run: Run| run.exits(0).json()["facts"].clone();
    let user = ".config/glm-setup/config.toml";
    home.write(user, "facts = \"2026-04\"\n");
    let lint = |home: &Home, more: &[&str]| {
        let arguments = [
            &["lint", "repo", "--format", "json", "--select", "secrets"],
            more,
        ]
        .concat();
        home.run(&arguments)
    };
    assert_eq!(facts(lint(&home, &[])), "2026-04");
    home.write(CONFIG, "facts = \"2026-09\"\n");
    assert_eq!(facts(lint(&home, &[])), "2026-09");
    assert_eq!(facts(lint(&home, &["--facts", "2026-04"])), "2026-04");
    assert_eq!(facts(lint(&home, &["--isolated"])), "2026-09");
    home.write(CONFIG, "").write(user, "facts = \"2026-05\"\n");
    let run = lint(&home, &[]).exits(2);
    assert!(
        run.stderr
            .contains("config.toml:1:9: unknown facts pack `2026-05`"),
        "{}",
        run.stderr
    );
    lint(&home, &["--isolated"]).exits(0);
}

#[test]
fn settings_choose_the_profile_the_tools_and_the_rules() {
    let home = repo("");
    home.write("repo/.claude/settings.json", format!("{{ \"env\": {{ \"ANTHROPIC_BASE_URL\": \"https://api.z.ai/api/anthropic/v1\", \"ANTHROPIC_AUTH_TOKEN\": \"{KEY}\" }} }}"));
    let tools = |config: &str| {
        home.write(CONFIG, config);
        let run = home.run(&["lint", "repo", "--format", "json"]);
        let code = run.code();
        let value = run.exits(code).json();
        let all = value["findings"].as_array().unwrap().iter();
        let mut tools: Vec<String> = all
            .map(|one| one["tool"].as_str().unwrap().to_owned())
            .collect();
        tools.sort();
        tools.dedup();
        let profile = value["configurations"][0]["profile"]
            .as_str()
            .unwrap()
            .to_owned();
        (tools, profile)
    };
    assert_eq!(tools("").0, ["claude-code", "opencode"]);
    assert_eq!(tools("").1, "lite");
    assert_eq!(tools("profile = \"max\"").1, "max");
    assert_eq!(tools("tool = [\"opencode\"]").0, ["opencode"]);
    assert_eq!(tools("skip = [\"claude-code\"]").0, ["opencode"]);
    assert_eq!(
        tools("select = [\"claude-code-endpoint\"]").0,
        ["claude-code"]
    );
    home.write(
        CONFIG,
        "strict = true\nselect = [\"opencode-title-request\"]",
    );
    home.run(&["lint", "repo"]).exits(1);
}

#[test]
fn variables_beat_files_and_the_command_line_beats_them() {
    let home = repo("");
    home.write(CONFIG, "profile = \"pro\"\n");
    let run = |name: &str, value: &str, arguments: &[&str]| {
        let mut command = home.command();
        command.env(name, value).args(arguments);
        home.finish(&mut command)
    };
    let judged_by = |arguments: &[&str]| {
        let arguments = [&["lint", "repo", "--format", "json"], arguments].concat();
        let run = run("GLM_SETUP_PROFILE", "max", &arguments).exits(0);
        run.json()["configurations"][0]["profile"].clone()
    };
    assert_eq!(judged_by(&[]), "max");
    assert_eq!(judged_by(&["--profile", "lite"]), "lite");
    let shown = run(
        "GLM_SETUP_SELECT",
        "secrets, opencode-*",
        &["status", "--config", "--format", "json"],
    );
    let settings = shown.exits(0).json()["settings"].clone();
    let select = settings
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "select");
    assert_eq!(
        select.unwrap(),
        &json!({ "name": "select", "value": ["secrets", "opencode-*"], "origin": "variable", "variable": "GLM_SETUP_SELECT" })
    );
    run(
        "GLM_SETUP_STRICT",
        "1",
        &["lint", "repo", "--select", TITLE],
    )
    .exits(1);
    run("GLM_SETUP_STRICT", "", &["lint", "repo", "--select", TITLE]).exits(0);
    for (name, value, said) in [
        (
            "GLM_SETUP_STRICT",
            "yes",
            "GLM_SETUP_STRICT: true or false was expected",
        ),
        (
            "GLM_SETUP_REGION",
            "us",
            "GLM_SETUP_REGION: intl or cn was expected",
        ),
        ("GLM_SETUP_PROFILE", "light", "GLM_SETUP_PROFILE: "),
        ("GLM_SETUP_TOOL", "claude", "GLM_SETUP_TOOL: "),
        (
            "GLM_SETUP_SKIP",
            "opencode-titel-request",
            "did you mean `opencode-title-request`?",
        ),
    ] {
        let run = run(name, value, &["lint", "repo"]).exits(2);
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
}

#[test]
fn mistakes_in_a_file_name_the_place_and_what_was_expected() {
    let home = repo("");
    let cases = [
        (
            "profil = \"lite\"",
            "1:1: unknown field `profil`, expected one of `profile`",
            "did you mean `profile`?",
        ),
        (
            "\nprofile = \"lit\"",
            "2:11: unknown profile `lit`",
            "did you mean `lite`?",
        ),
        (
            "region = \"china\"",
            "1:10: unknown variant `china`, expected `intl` or `cn`",
            "",
        ),
        (
            "tool = [\"claude-cod\"]",
            "1:9: unknown tool `claude-cod`",
            "did you mean `claude-code`?",
        ),
        (
            "select = [\"opencode-titel-request\"]",
            "1:11: `opencode-titel-request` means no rule",
            "did you mean `opencode-title-request`?",
        ),
        (
            "[rules.opencode-titel-request]\nseverity = \"off\"",
            "1:8: unknown rule `opencode-titel-request`",
            "did you mean `opencode-title-request`?",
        ),
        (
            "[rules.opencode-title-request]\nseverity = \"of\"",
            "2:12: unknown variant `of`, expected one of `off`, `info`, `warning`, `error`",
            "did you mean `off`?",
        ),
        (
            "[rules.opencode-title-request]\n",
            "1:1: missing field `severity`",
            "",
        ),
        (
            "[tools.claude-code]\nversion = \"new\"",
            "2:11: not a version",
            "2.1.330",
        ),
        (
            "ignore = [\"opencode-model\"]",
            "1:11: each [[ignore]] is a table",
            "--ignore",
        ),
        (
            "[[ignore]]\nreason = \"x\"",
            "1:1: missing field `rule`",
            "",
        ),
        (
            "[[ignore]]\nrule = \"x\"\nuntil = \"2026-01-01\"",
            "3:9: a date was expected, such as 2026-12-31 (without quotes)",
            "",
        ),
        (
            "[[ignore]]\nrule = \"x\"\nuntil = 2026-01-01T00:00:00Z",
            "3:9: a date was expected",
            "",
        ),
        (
            "[[ignore]]\nrule = \"x\"\npath = \"a[\"",
            "3:8: not a pattern of paths",
            "",
        ),
        (
            "[[ignore]]\nrule = \"x\"\npath = \"../a\"",
            "3:8: a path here is relative to this file's folder, and can't leave it",
            "",
        ),
        (
            "[[ignore]]\nrule = \"x\"\npointer = \"a\"",
            "3:11: a JSON Pointer was expected",
            "",
        ),
        ("profile = ", "1:11: ", ""),
    ];
    for (text, message, help) in cases {
        home.write(CONFIG, text);
        let run = home.run(&["lint", "repo"]).exits(2);
        let expected = format!("[FOLDER]/home/repo/.glm-setup.toml:{message}");
        assert!(run.stderr.contains(&expected), "{text}\n{}", run.stderr);
        assert!(run.stderr.contains(help), "{text}\n{}", run.stderr);
    }
    home.write(CONFIG, "").write(
        ".config/glm-setup/config.toml",
        "[[ignore]]\nrule = \"x\"\npath = \"a\"",
    );
    let run = home.run(&["lint", "repo"]).exits(2);
    assert!(
        run.stderr
            .contains("3:8: a path here begins with `~/` or `/`"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_repository_speaks_of_its_own_files_only() {
    let home = repo("");
    home.write(".config/opencode/opencode.json", opencode(""));
    home.write(
        CONFIG,
        format!("profile = \"max\"\n[rules.{TITLE}]\nseverity = \"off\"\n"),
    );
    let mut command = home.command();
    command.current_dir(home.path("repo"));
    command.args(["lint", "--format", "json", "--select", "opencode-title*"]);
    let run = home.finish(&mut command).exits(0);
    assert_eq!(found(&run), [format!("warning {TITLE}:5")]);
    assert!(
        run.stderr
            .contains("this run looks at the home folder too, so profile is left out"),
        "{}",
        run.stderr
    );
    assert_eq!(run.json()["configurations"][0]["profile"], "lite");
    // The home folder's own file speaks of all that lies there.
    home.write(
        ".glm-setup.toml",
        format!("[[ignore]]\nrule = \"{TITLE}\"\nreason = \"known\"\n"),
    );
    let run = home.finish(&mut command).exits(0);
    assert_eq!(ignored(&run), [says(TITLE, "config", "known")]);
}

#[test]
fn apply_never_reads_a_repositorys_file_but_the_users() {
    let home = Home::new();
    home.write(".config/opencode/opencode.json", opencode(""));
    home.write(
        ".local/share/opencode/auth.json",
        format!("{{ \"zai-coding-plan\": {{ \"type\": \"api\", \"key\": \"{KEY}\" }} }}"),
    );
    let off = format!("[rules.{TITLE}]\nseverity = \"off\"\n");
    home.write(".glm-setup.toml", format!("rules-dir = [\"/\"]\n{off}"));
    let check = [
        "apply",
        "--profile",
        "lite",
        "--check",
        "--select",
        "opencode-title*",
    ];
    home.run(&check).exits(1);
    home.write(".config/glm-setup/config.toml", &off);
    home.run(&check).exits(0);
    // What a comment ignores is left as it is, too.
    home.write(".config/glm-setup/config.toml", "");
    home.write(
        ".config/opencode/opencode.json",
        opencode("// glm-setup: ignore[opencode-title-request] wanted"),
    );
    home.run(&check).exits(0);
    // Beside a change there is a word about it.
    home.write(".claude/settings.json", format!("{{ \"env\": {{ \"ANTHROPIC_BASE_URL\": \"https://api.z.ai/api/anthropic/v1\", \"ANTHROPIC_AUTH_TOKEN\": \"{KEY}\" }} }}"));
    let select = "opencode-title-request,claude-code-endpoint";
    let run = home
        .run(&[
            "apply",
            "--profile",
            "lite",
            "--dry-run",
            "--select",
            select,
        ])
        .exits(0);
    assert!(
        run.stdout
            .contains("note: 1 finding ignored, so it stays as it is"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_repository_can_t_name_places_outside_its_folder() {
    let home = repo("");
    home.write("rules/x.toml", "");
    std::os::unix::fs::symlink(home.path("rules"), home.path("repo/linked")).unwrap();
    std::os::unix::fs::symlink(home.path("nothing"), home.path("repo/dangling.json")).unwrap();
    for text in [
        "rules-dir = [\"../rules\"]",
        "rules-dir = [\"/etc\"]",
        "rules-dir = [\"linked\"]",
        "baseline = \"../b.json\"",
        "baseline = \"~/b.json\"",
        "baseline = \"linked/b.json\"",
        "baseline = \"dangling.json\"",
    ] {
        home.write(CONFIG, text);
        let run = home.run(&["lint", "repo", "--write-baseline"]).exits(2);
        assert!(
            run.stderr.contains("this lies outside the file's folder"),
            "{text}: {}",
            run.stderr
        );
    }
    for (file, message) in [
        (
            "inside/linked",
            "a link in this folder leads out of the repository",
        ),
        ("inside/tools", "this folder holds descriptors of tools"),
    ] {
        let _ = fs::remove_dir_all(home.path("repo/inside"));
        fs::create_dir(home.path("repo/inside")).unwrap();
        if file.ends_with("linked") {
            let link = home.path("repo").join(file);
            std::os::unix::fs::symlink(home.path("rules"), link).unwrap();
        } else {
            home.write(&format!("repo/{file}/x.toml"), "");
        }
        home.write(CONFIG, "rules-dir = [\"inside\"]");
        let run = home.run(&["lint", "repo"]).exits(2);
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
    assert!(!home.path("b.json").exists() && !home.path("nothing").exists());
}

#[test]
fn rules_of_a_repository_take_part_in_its_lint_only() {
    let home = repo("");
    home.run(&["rules", "new", "opencode-example", "--dir", "repo/rules"])
        .exits(0);
    home.write(
        CONFIG,
        "rules-dir = [\"rules\"]\nselect = [\"opencode-example\"]\n",
    );
    home.write(
        FILE,
        "{ \"model\": \"zai-coding-plan/glm-5.3-flash\", \"example\": 3 }",
    );
    let run = home.run(&["lint", "repo", "--format", "json"]).exits(0);
    assert_eq!(found(&run), ["warning opencode-example:1"]);
    home.run(&["explain", "opencode-example"]).exits(2);
}

#[test]
fn paths_under_different_files_are_refused() {
    let home = repo("");
    home.write(CONFIG, "");
    home.write("other/.config/opencode/opencode.json", opencode(""));
    let run = home.run(&["lint", "repo", "other"]).exits(2);
    assert!(
        run.stderr
            .contains("different configuration files (~/repo/.glm-setup.toml and no file)"),
        "{}",
        run.stderr
    );
    home.run(&["lint", "repo", "other", "--isolated", "--select", TITLE])
        .exits(0);
}

#[test]
fn status_shows_each_setting_and_where_it_comes_from() {
    let home = repo("");
    home.write(
        ".config/glm-setup/config.toml",
        "# mine\nregion = \"cn\"\n\n[tools.claude-code]\nversion = \"2.1.0\"\n",
    );
    home.write(CONFIG, format!("profile = \"pro\"\nbaseline = \"b.json\"\n[rules.{TITLE}]\nseverity = \"info\"\n[[ignore]]\nrule = \"x\"\nreason = \"y\"\n"));
    let mut command = home.command();
    command
        .current_dir(home.path("repo"))
        .args(["status", "--config", "--facts", "2026-04"]);
    let run = home.finish(&mut command).exits(0);
    let expected = "\
profile                                pro                          ~/repo/.glm-setup.toml:1
region                                 cn                           ~/.config/glm-setup/config.toml:2
facts                                  2026-04                      --facts
tool                                   (all)                        default
select                                 (all)                        default
skip                                   (none)                       default
strict                                 false                        default
baseline                               [FOLDER]/home/repo/b.json";
    let lines: Vec<String> = run
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let wanted: Vec<String> = expected
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(lines[..7], wanted[..7]);
    assert_eq!(lines[7], format!("{} ~/repo/.glm-setup.toml:2", wanted[7]));
    assert_eq!(
        lines[8],
        format!("rules.{TITLE}.severity info ~/repo/.glm-setup.toml:4")
    );
    assert_eq!(
        lines[9],
        "tools.claude-code.version 2.1.0 ~/.config/glm-setup/config.toml:5"
    );
    assert_eq!(lines[10], "ignore 1 ~/repo/.glm-setup.toml:5");
    let value = home
        .finish(command.args(["--format", "json"]))
        .exits(0)
        .json();
    assert_eq!(
        value["settings"][0],
        json!({ "name": "profile", "value": "pro", "origin": "file", "file": "[FOLDER]/home/repo/.glm-setup.toml", "line": 1 })
    );
    assert_eq!(
        value["settings"][2],
        json!({ "name": "facts", "value": "2026-04", "origin": "flag", "flag": "--facts" })
    );
    assert_eq!(
        value["settings"][3],
        json!({ "name": "tool", "value": [], "origin": "default" })
    );
}

#[test]
fn a_baseline_holds_what_is_known_and_lets_go_of_what_is_gone() {
    let home = repo("");
    let file = "repo/.glm-setup-baseline.json";
    home.write(CONFIG, "baseline = \".glm-setup-baseline.json\"\n");
    let run = lint(&home, &["--format", "json"]).exits(2);
    assert!(
        run.stderr.contains("there is no such baseline"),
        "{}",
        run.stderr
    );
    let run = home.run(&["lint", "repo", "--write-baseline"]).exits(0);
    assert!(
        run.stdout.contains("~/repo/.glm-setup-baseline.json: "),
        "{}",
        run.stdout
    );
    let text = home.read(file);
    assert!(!text.contains(KEY) && text.ends_with("}\n"), "{text}");
    let baseline: Value = serde_json::from_str(&text).unwrap();
    let title = json!({ "path": ".config/opencode/opencode.jsonc", "rule": TITLE, "pointer": "/agent/title/disable", "value": "fcbcf165908dd18a" });
    assert!(
        baseline["findings"].as_array().unwrap().contains(&title),
        "{text}"
    );
    // The same findings, the same bytes.
    home.run(&["lint", "repo", "--write-baseline"]).exits(0);
    assert_eq!(home.read(file), text);
    let run = home
        .run(&["lint", "repo", "--format", "json", "--strict"])
        .exits(0);
    assert_eq!(found(&run), [""; 0]);
    assert_eq!(
        ignored(&run).len(),
        baseline["findings"].as_array().unwrap().len()
    );
    // Mended: the entry is left over.
    home.write(FILE, opencode("").replace("false", "true"));
    let run = lint(&home, &["--format", "json"]).exits(0);
    let line = text.lines().position(|line| line.contains(TITLE)).unwrap();
    assert_eq!(found(&run), [format!("info baseline-unused:{}", line + 1)]);
    // Another value is a new finding, and the entry is left over all the same.
    home.write(FILE, opencode("").replace("false", "0"));
    let run = lint(&home, &["--format", "json"]).exits(0);
    assert_eq!(found(&run).len(), 2, "{}", run.stdout);
    home.write(FILE, opencode("").replace("false", "true"));
    let run = home.run(&["lint", "repo", "--write-baseline"]).exits(0);
    assert!(run.stdout.contains("(0 new, 1 dropped)"), "{}", run.stdout);
    assert!(!home.read(file).contains(TITLE));
}

#[test]
fn a_baseline_keeps_what_the_run_did_not_look_at() {
    let home = repo("");
    home.write("repo/other/.config/opencode/opencode.json", opencode(""));
    home.run(&["lint", "repo", "--select", TITLE, "--write-baseline=b.json"])
        .exits(0);
    let text = home.read("b.json");
    assert_eq!(text.matches(TITLE).count(), 2, "{text}");
    let run = home
        .run(&[
            "lint",
            "repo/other",
            "--select",
            "opencode-model",
            "--write-baseline=b.json",
        ])
        .exits(0);
    assert!(run.stdout.contains("0 dropped"), "{}", run.stdout);
    assert_eq!(home.read("b.json").matches(TITLE).count(), 2);
    home.run(&["lint", "repo", "--select", TITLE, "--strict"])
        .exits(1);
    home.run(&[
        "lint",
        "repo",
        "--select",
        TITLE,
        "--strict",
        "--baseline",
        "b.json",
    ])
    .exits(0);
}

#[test]
fn a_baseline_never_overwrites_another_file() {
    let home = repo("");
    home.write("notes.json", "{ \"mine\": 1 }");
    home.run(&["lint", "repo", "--write-baseline=notes.json"])
        .exits(2);
    assert_eq!(home.read("notes.json"), "{ \"mine\": 1 }");
    home.run(&["lint", "repo", "--write-baseline=b.json"])
        .exits(0);
    std::os::unix::fs::symlink(home.path("b.json"), home.path("link.json")).unwrap();
    let before = home.read("b.json");
    home.write(FILE, opencode("").replace("false", "true"));
    let run = home
        .run(&["lint", "repo", "--write-baseline=link.json"])
        .exits(3);
    assert!(
        run.stderr
            .contains("a link stands there; nothing was written"),
        "{}",
        run.stderr
    );
    assert_eq!(home.read("b.json"), before);
    home.write("b.json", "{ \"version\": 2, \"findings\": [] }");
    let run = home.run(&["lint", "repo", "--baseline", "b.json"]).exits(2);
    assert!(
        run.stderr.contains("b.json:1:3: version is 2"),
        "{}",
        run.stderr
    );
}

#[test]
fn sarif_has_what_is_ignored_as_suppressed() {
    let home = repo("// glm-setup: ignore[opencode-title-request] titles are worth it");
    home.write("repo/other/.config/opencode/opencode.json", opencode(""));
    let log = lint(&home, &["--format", "sarif"]).exits(0).json();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    assert_eq!(results[0]["suppressions"], json!([]));
    let by = &results[1]["suppressions"][0];
    assert_eq!(by["kind"], "inSource");
    assert_eq!(by["justification"], "titles are worth it");
    assert_eq!(by["location"]["physicalLocation"]["region"]["startLine"], 5);
}

#[test]
fn this_repository_is_clean_by_its_own_settings() {
    let home = Home::new();
    let mut command = home.command();
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    let run = home.finish(command.args(["lint", ".", "--strict", "--format", "json"]));
    let run = run.exits(0);
    assert_eq!(found(&run), [""; 0]);
    assert!(ignored(&run).len() > 100, "{}", run.stdout.len());
}
