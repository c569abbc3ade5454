//! `glm-setup doctor`: instances, variables, errors in logs, versions.
//!
//! The logs under `tests/fixtures/logs/` were written by the real tools, run against `tests/real/mock.mjs --refuse`;
//! the counts are the mock's own.

use std::fs;
use std::process::Command;

use crate::common::process::{Running, unique_name};
use crate::common::{Home, KEY, fixtures, read};
use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// The day on which the fixtures were written.
const WRITTEN: &str = "2026-11-22";

/// The day so many days before this one, UTC.
fn day(ago: i32) -> String {
    let today = jiff::Timestamp::now().to_zoned(TimeZone::UTC).date();
    today.checked_sub(ago.days()).unwrap().to_string()
}

/// Puts a fixture's log into a home, as if it had been written so many days ago.
fn log(home: &Home, fixture: &str, path: &str, ago: i32) {
    let text = fs::read_to_string(fixtures().join("logs").join(fixture)).unwrap();
    assert!(text.contains(WRITTEN));
    home.write(path, text.replace(WRITTEN, &day(ago)));
}

/// All fixtures, where the tools keep them.
fn all_logs(home: &Home) {
    let claude = |name: &str| format!(".claude/projects/-home-user-project/{name}.jsonl");
    for (name, ago) in [
        ("print-1302", 1),
        ("print-bracketed", 2),
        ("print-recovered", 3),
    ] {
        log(
            home,
            &format!("claude-code/{name}.jsonl"),
            &claude(name),
            ago,
        );
    }
    log(
        home,
        "claude-code/print-quoting.jsonl",
        ".claude/projects/-home-user-project/00000000-0000-4000-8000-000000000000/subagents/agent-0.jsonl",
        3,
    );
    for (name, ago) in [
        ("1.18.33", 1),
        ("1.18.33-gives-up", 2),
        ("1.14.41", 2),
        ("1.14.41-quoting", 2),
        ("1.3.2", 5),
    ] {
        let path = format!(".local/share/opencode/log/{name}.log");
        log(home, &format!("opencode/{name}.log"), &path, ago);
    }
}

/// The report as JSON; the home is named, so that nothing of this machine takes part.
fn report(home: &Home, more: &[&str], code: i32) -> Value {
    let path = home.path("").display().to_string();
    let named = ["doctor", "--format", "json", "--home", path.as_str()];
    home.run(&[&named, more].concat()).exits(code).json()
}

fn code(report: &Value, code: u32) -> &Value {
    let codes = report["logs"]["codes"].as_array().unwrap();
    codes.iter().find(|one| one["code"] == code).unwrap()
}

#[test]
fn errors_are_counted_exactly() {
    let home = Home::new();
    all_logs(&home);
    let report = report(&home, &[], 1);
    assert_eq!(report["version"], 1);
    assert_eq!(report["needs-doing"], true);
    let codes = report["logs"]["codes"].as_array().unwrap();
    assert_eq!(codes.len(), 3);
    let counts = |number: u32| {
        let one = code(&report, number);
        (
            one["total"].clone(),
            one["by-tool"].clone(),
            one["by-day"].clone(),
        )
    };
    assert_eq!(
        counts(1302),
        (
            json!(14),
            json!({ "claude-code": 6, "opencode": 8 }),
            json!({ day(1): 4, day(2): 7, day(3): 2, day(5): 1 }),
        )
    );
    assert_eq!(
        counts(1113),
        (
            json!(7),
            json!({ "claude-code": 3, "opencode": 4 }),
            json!({ day(1): 1, day(2): 3, day(3): 2, day(5): 1 }),
        )
    );
    assert_eq!(
        counts(1313),
        (
            json!(5),
            json!({ "claude-code": 2, "opencode": 3 }),
            json!({ day(1): 1, day(2): 3, day(5): 1 }),
        )
    );
    assert_eq!(code(&report, 1302)["class"], "slow-down");
    let tools = report["logs"]["tools"].as_array().unwrap();
    assert_eq!(tools[0]["files"], 4);
    assert_eq!(tools[1]["files"], 5);
    assert_eq!(report["logs"]["lower-bound"].as_array().unwrap().len(), 2);
}

#[test]
fn only_the_days_that_are_asked_for_count() {
    let home = Home::new();
    let path = ".claude/projects/-home-user-project/old.jsonl";
    log(&home, "claude-code/print-1302.jsonl", path, 9);
    assert_eq!(report(&home, &[], 0)["logs"]["codes"], json!([]));
    let found = report(&home, &["--days", "10"], 1);
    assert_eq!(code(&found, 1302)["total"], 3);
    assert_eq!(found["logs"]["from"], day(9));
    assert_eq!(found["logs"]["to"], day(0));
    // A file that was written last before the first day is not even opened.
    let file = fs::File::options()
        .write(true)
        .open(home.path(path))
        .unwrap();
    let ago = std::time::Duration::from_secs(12 * 24 * 3600);
    file.set_modified(std::time::SystemTime::now() - ago)
        .unwrap();
    assert_eq!(
        report(&home, &["--days", "10"], 0)["logs"]["tools"],
        json!([])
    );
    for wrong in ["0", "367", "week"] {
        home.run(&["doctor", "--days", wrong]).exits(2);
    }
}

#[test]
fn a_line_that_was_copied_counts_once() {
    let home = Home::new();
    for name in ["one", "resumed", "forked"] {
        let path = format!(".claude/projects/-home-user-project/{name}.jsonl");
        log(&home, "claude-code/print-1302.jsonl", &path, 1);
    }
    assert_eq!(code(&report(&home, &[], 1), 1302)["total"], 3);
}

#[test]
fn errors_before_the_last_apply_may_be_mended() {
    let home = Home::fixture("claude-code/hand-clean");
    home.write(
        ".claude/settings.json",
        home.read(".claude/settings.json")
            .replace("glm-5.3", "glm-4.6"),
    );
    home.run(&["apply", "--profile", "pro", "--yes"]).exits(0);
    let path = ".claude/projects/-home-user-project/one.jsonl";
    log(&home, "claude-code/print-1302.jsonl", path, 1);
    let run = home.run(&["doctor", "--format", "json"]);
    let found = run.json();
    assert_eq!(found["profile"], "pro");
    assert_eq!(found["profile-chosen"], "applied");
    assert_eq!(found["logs"]["needs-doing"], false);
    assert_eq!(code(&found, 1302)["since-applied"], 0);
    assert_eq!(code(&found, 1302)["total"], 3);
    // What runs on this machine meanwhile decides about the exit code.
    run.exits(i32::from(found["needs-doing"].as_bool().unwrap()));
}

#[test]
fn the_report_for_people() {
    let home = Home::fixture("claude-code/hand-clean");
    all_logs(&home);
    home.write(
        ".bashrc",
        "export CLAUDE_CODE_EXPERIMENTAL_AGENT_TEAMS=1\nexport ANTHROPIC_MODEL=glm-4.6\n",
    );
    home.write("broken", "");
    let path = home.path("").display().to_string();
    let run = home
        .run(&["doctor", "--home", &path, "--profile", "max"])
        .exits(1);
    let mut text = run.both();
    for ago in 0..7 {
        text = text.replace(&day(ago), &format!("[{ago} days ago]"));
    }
    snapshot!("doctor", text);
}

#[test]
fn hostile_logs_do_no_harm() {
    let home = Home::new();
    let folder = ".claude/projects/-home-user-project";
    log(
        &home,
        "claude-code/print-1302.jsonl",
        &format!("{folder}/a.jsonl"),
        1,
    );
    let good = home.read(&format!("{folder}/a.jsonl"));
    let lines: Vec<&str> = good.lines().collect();
    let error = lines
        .iter()
        .find(|line| line.contains("api_error"))
        .unwrap();
    let other = |id: &str| {
        let mut value: Value = serde_json::from_str(error).unwrap();
        value["uuid"] = id.into();
        value.to_string()
    };
    let mut text = Vec::new();
    text.extend_from_slice(b"\xff\xfe not text api_error\n{\"subtype\":\"api_error\"\n");
    text.extend_from_slice(format!("{}api_error\n", "[".repeat(100_000)).as_bytes());
    // Longer than 1 MiB: counted as passed over, and what follows it is read.
    text.extend_from_slice(format!("{}api_error\n", "x".repeat(2 << 20)).as_bytes());
    text.extend_from_slice(format!("{}\r\n\n", other("crlf")).as_bytes());
    // A time that is none, a time to come, and a line that is being written.
    text.extend_from_slice(other("when").replace(&day(1), "2026-99-99").as_bytes());
    text.push(b'\n');
    text.extend_from_slice(other("later").replace(&day(1), "9998-01-01").as_bytes());
    text.push(b'\n');
    text.extend_from_slice(&other("half").as_bytes()[..200]);
    home.write(&format!("{folder}/b.jsonl"), text);
    fs::create_dir(home.path(&format!("{folder}/c.jsonl"))).unwrap();
    #[cfg(unix)]
    {
        let pipe = home.path(&format!("{folder}/d.jsonl"));
        assert!(Command::new("mkfifo").arg(pipe).status().unwrap().success());
        let link = home.path(&format!("{folder}/e.jsonl"));
        std::os::unix::fs::symlink("nowhere", link).unwrap();
    }
    let found = report(&home, &[], 1);
    assert_eq!(code(&found, 1302)["total"], 4);
    assert_eq!(found["logs"]["tools"][0]["too-long"], 1);
    assert_eq!(found["logs"]["tools"][0]["files"], 2);
}

/// A home whose Claude Code uses Z.ai.
fn on_zai(env: &Value) -> Home {
    let home = Home::new();
    let mut settings = json!({ "env": {
        "ANTHROPIC_BASE_URL": "https://api.z.ai/api/anthropic",
        "ANTHROPIC_AUTH_TOKEN": KEY,
    } });
    for (name, value) in env.as_object().unwrap() {
        settings["env"][name] = value.clone();
    }
    home.write(".claude/settings.json", settings.to_string());
    home
}

/// Tool, name, effect, severity and number of places of what was found of variables.
fn variables(report: &Value) -> Vec<String> {
    let found = report["variables"]["found"].as_array().unwrap();
    found
        .iter()
        .map(|one| {
            let text = |key: &str| one[key].as_str().unwrap().to_owned();
            let places = one["places"].as_array().unwrap();
            let places: Vec<String> = places
                .iter()
                .map(|place| match place["in"].as_str().unwrap() {
                    "now" => "now".to_owned(),
                    _ => {
                        let file = place["file"].as_str().unwrap();
                        let sign = if place["conditional"] == true {
                            "~"
                        } else {
                            ""
                        };
                        format!(
                            "{sign}{}:{}",
                            file.rsplit('/').next().unwrap(),
                            place["line"]
                        )
                    }
                })
                .collect();
            format!(
                "{} {} {} {}",
                text("severity"),
                text("name"),
                text("effect"),
                places.join(" ")
            )
        })
        .collect()
}

#[test]
fn variables_are_judged_against_the_settings() {
    let home = on_zai(&json!({
        "ANTHROPIC_DEFAULT_HAIKU_MODEL": "glm-5.3-flash",
        "CLAUDE_CODE_MAX_CONCURRENT_SUBAGENTS": 1,
    }));
    home.write(
        ".bashrc",
        "export ANTHROPIC_AUTH_TOKEN=hidden-one\nexport CLAUDE_CODE_MAX_CONCURRENT_SUBAGENTS=1\n",
    );
    home.write(
        ".zshrc",
        "glm() {\n  export ANTHROPIC_API_KEY=hidden-two\n}\n",
    );
    home.write(
        ".config/fish/config.fish",
        "set -gx ANTHROPIC_SMALL_FAST_MODEL hidden-three\n",
    );
    home.write(
        ".config/powershell/Microsoft.PowerShell_profile.ps1",
        "$env:CLAUDE_CODE_EXPERIMENTAL_AGENT_TEAMS = \"1\"\n$env:CLAUDE_CONFIG_DIR = \"/hidden-four\"\n",
    );
    home.write(
        "Documents/PowerShell/profile.ps1",
        "$env:ANTHROPIC_MODEL = 'x'\n",
    );
    let mut command = home.command();
    command
        .args(["doctor", "--format", "json"])
        .env("CLAUDE_CODE_EXPERIMENTAL_AGENT_TEAMS", "0")
        .env("ANTHROPIC_BASE_URL", "https://hidden-five.example");
    let run = home.finish(&mut command).exits(1);
    assert!(!run.both().contains("hidden"), "{}", run.stdout);
    assert_eq!(
        variables(&run.json()),
        [
            "warning ANTHROPIC_SMALL_FAST_MODEL shadows config.fish:1",
            "warning CLAUDE_CODE_EXPERIMENTAL_AGENT_TEAMS in-force Microsoft.PowerShell_profile.ps1:1",
            "info ANTHROPIC_API_KEY in-force ~.zshrc:2",
            "info ANTHROPIC_AUTH_TOKEN shadowed .bashrc:1",
            "info ANTHROPIC_BASE_URL shadowed now",
            "info ANTHROPIC_MODEL in-force profile.ps1:1",
            "info CLAUDE_CONFIG_DIR reads-elsewhere Microsoft.PowerShell_profile.ps1:2",
        ]
    );
}

#[test]
fn an_exported_key_of_another_vendor_is_told_of() {
    let home = on_zai(&json!({}));
    let with_key = |home: &Home| {
        let mut command = home.command();
        command
            .args(["doctor", "--format", "json"])
            .env("ANTHROPIC_API_KEY", "sk-ant-hidden");
        let run = home.finish(&mut command);
        assert!(!run.both().contains("hidden"));
        run
    };
    let run = with_key(&home).exits(1);
    assert_eq!(
        variables(&run.json()),
        ["warning ANTHROPIC_API_KEY in-force now"]
    );
    // An empty text in the settings masks it.
    let run = with_key(&on_zai(&json!({ "ANTHROPIC_API_KEY": "" }))).exits(0);
    assert_eq!(
        variables(&run.json()),
        ["info ANTHROPIC_API_KEY shadowed now"]
    );
    // Somebody who doesn't use Z.ai is left in peace.
    let run = with_key(&Home::new()).exits(0);
    assert_eq!(variables(&run.json()), [""; 0]);
}

#[test]
fn a_variable_alone_may_point_a_tool_at_zai() {
    let home = Home::new();
    let mut command = home.command();
    command
        .args(["doctor", "--format", "json"])
        .env(
            "ANTHROPIC_BASE_URL",
            "https://open.bigmodel.cn/api/anthropic",
        )
        .env("OPENCODE_CONFIG_CONTENT", "{}");
    let run = home.finish(&mut command).exits(0);
    assert_eq!(
        variables(&run.json()),
        ["info ANTHROPIC_BASE_URL in-force now"]
    );
}

#[test]
fn opencode_has_variables_that_beat_its_files() {
    let home = Home::new();
    home.write(
        ".config/opencode/opencode.json",
        r#"{ "model": "zai-coding-plan/glm-5.3", "permission": { "task": "deny" } }"#,
    );
    let mut command = home.command();
    command
        .args(["doctor", "--format", "json"])
        .env("OPENCODE_PERMISSION", r#"{"task":"allow"}"#)
        .env("OPENCODE_CONFIG_CONTENT", "{}")
        .env("ZAI_API_KEY", KEY);
    let run = home.finish(&mut command).exits(1);
    assert_eq!(
        variables(&run.json()),
        [
            "warning OPENCODE_CONFIG_CONTENT in-force now",
            "warning OPENCODE_PERMISSION shadows now",
            "info ZAI_API_KEY in-force now",
        ]
    );
    assert!(!run.both().contains("00000000"));
}

#[cfg(target_os = "linux")]
#[test]
fn running_instances_are_counted_and_left_alone() {
    let home = Home::new();
    // A name of this test's own: other programs run on the machine, too.
    let program = unique_name();
    let rules = home.path("rules/tools");
    fs::create_dir_all(&rules).unwrap();
    let tool = format!(
        r#"
        schema = 1
        id = "gadget"
        name = "Gadget"
        home-page = "https://example.com"
        verified-version = "1.0.0"
        verified = "2026-11-22"
        unknown-keys = "ignored"
        restart = "restart it"
        programs = ["{program}"]

        [[file]]
        id = "settings"
        role = "settings"
        scope = "user"
        precedence = 10
        format = "json"
        paths = ["~/gadget.json"]

        [running]
        programs = ["{program}", "{program}e"]
        files = ["settings"]
        loses = "it writes back what it had read"

        [uses-zai]
        any = [{{ at = "$.url", expect = {{ endpoint = {{ zai = true }} }} }}]
        "#
    );
    fs::write(rules.join("gadget.toml"), tool).unwrap();
    let mut running = Running::none();
    let editor = format!("{program}e");
    let [one, two, inside] =
        [&program, &program, &editor].map(|program| running.start(&home.path(program), |_| {}));
    let mut pids = [one, two];
    pids.sort_unstable();
    let look = |profile: &str| {
        let arguments = [
            "doctor",
            "--format",
            "json",
            "--rules-dir",
            "rules",
            "--profile",
            profile,
        ];
        let run = home.run(&arguments);
        let found = run.json()["instances"].clone();
        run.exits(i32::from(found["needs-doing"].as_bool().unwrap()));
        found
    };
    home.write(
        "gadget.json",
        r#"{ "url": "https://api.z.ai/api/coding/paas/v4" }"#,
    );
    let gadget = |uses_zai: bool| json!({ "tool": "gadget", "name": "Gadget", "uses-zai": uses_zai, "pids": pids });
    let found = look("lite");
    assert_eq!((&found["cap"], &found["counted"]), (&json!(1), &json!(2)));
    assert_eq!(found["needs-doing"], true);
    assert!(found["tools"].as_array().unwrap().contains(&gadget(true)));
    let host =
        json!({ "tool": "gadget", "name": "Gadget", "programs": [editor], "pids": [inside] });
    assert!(
        found["hosts"].as_array().unwrap().contains(&host),
        "{found}"
    );
    let text = home.run(&["doctor", "--rules-dir", "rules", "--profile", "lite"]);
    let text = &text.exits(1).stdout;
    for line in [
        &format!("  - Gadget: 2 (pids {}, {})\n", pids[0], pids[1]),
        &format!("  - Gadget may run inside {editor} (pid {inside}); each window"),
        "  ! 2 instances use Z.ai; profile lite (--profile): 1 request at once; close 1 of them (doctor ends none)\n",
        "that number: not published by Z.ai",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert_eq!(look("max")["needs-doing"], false);
    assert_eq!(look("metered")["cap"], Value::Null);
    home.write("gadget.json", "{}");
    let found = look("lite");
    assert_eq!(
        (&found["counted"], &found["needs-doing"]),
        (&json!(0), &json!(false))
    );
    assert!(found["tools"].as_array().unwrap().contains(&gadget(false)));
    for child in &mut running.0 {
        assert!(child.try_wait().unwrap().is_none(), "an instance was ended");
    }
}

#[cfg(unix)]
#[test]
fn installed_versions_are_seen_without_running_anything() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let home = Home::new();
    let program = |path: &str| {
        home.write(path, "#!/bin/sh\ntouch \"$HOME/was-run\"\n");
        fs::set_permissions(home.path(path), fs::Permissions::from_mode(0o755)).unwrap();
    };
    let modules = "npm/lib/node_modules";
    program(&format!("{modules}/opencode-ai/bin/opencode"));
    home.write(
        &format!("{modules}/opencode-ai/package.json"),
        r#"{ "name": "opencode-ai", "version": "99.0.1" }"#,
    );
    program(".local/share/claude/versions/2.1.112");
    fs::create_dir_all(home.path("bin")).unwrap();
    let link = |to: String, name: &str| symlink(home.path(&to), home.path(name)).unwrap();
    link(
        format!("{modules}/opencode-ai/bin/opencode"),
        "bin/opencode",
    );
    link(
        ".local/share/claude/versions/2.1.112".to_owned(),
        "bin/claude",
    );
    let look = || {
        let mut command = home.command();
        command
            .args(["doctor", "--format", "json"])
            .env("PATH", home.path("bin"));
        let run = home.finish(&mut command).exits(0);
        let tools = run.json()["versions"]["tools"].as_array().unwrap().clone();
        let words = tools.iter().map(|tool| {
            let text = |key: &str| tool[key].as_str().unwrap_or("-").to_owned();
            format!("{} {} {}", text("tool"), text("version"), text("relation"))
        });
        words.collect::<Vec<_>>()
    };
    assert_eq!(
        look(),
        ["claude-code 2.1.112 older", "opencode 99.0.1 newer"]
    );
    home.write(
        &format!("{modules}/opencode-ai/package.json"),
        r#"{ "name": "somebody-elses", "version": "99.0.1" }"#,
    );
    assert_eq!(look()[1], "opencode - unknown");
    assert!(!home.path("was-run").exists());
}

#[test]
fn another_home_says_nothing_of_this_machine() {
    let home = Home::new();
    let found = report(&home, &[], 0);
    for part in ["instances", "variables", "versions"] {
        let skipped = found[part]["skipped"].as_str().unwrap();
        assert!(skipped.contains("--home"), "{part}: {skipped}");
    }
    assert_eq!(found["profile-chosen"], "assumed");
    home.run(&["doctor", "--profile", "nothing"]).exits(2);
}

#[test]
fn a_descriptor_with_a_wrong_log_is_refused_with_its_place() {
    let home = Home::new();
    let text = read("rules/tools/opencode.toml");
    for (from, to, says) in [
        (
            "after = ['\"responseBody\":', \"error.error=\"]",
            "",
            "a text log `contains` and `after`",
        ),
        (
            "beats = [\"$.permission\"]",
            "beats = [\"permission\"]",
            "not a singular query",
        ),
        (
            "contains = \"stream error\"",
            "contain = \"x\"",
            "did you mean `contains`?",
        ),
    ] {
        let text = format!("override = true\n{}", text.replace(from, to));
        home.write("rules/tools/opencode.toml", text);
        let run = home.run(&["doctor", "--rules-dir", "rules"]).exits(2);
        assert!(run.stderr.contains(says), "{}", run.stderr);
        assert!(run.stderr.contains("opencode.toml:"), "{}", run.stderr);
    }
}
