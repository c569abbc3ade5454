//! What `lint` prints for programs: the published schemas hold, places and fixes are right, and nothing breaks out of
//! its format.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::common::schema::assert_valid;
use crate::common::{Home, KEY, all_fixtures, read};
use glm_setup::redact::Redactor;
use serde_json::{Value, json};

fn json_of(name: &str) -> Value {
    serde_json::from_str(&read(name)).unwrap()
}

/// The schema of SARIF, with the two points in which the standard's errata 01 says more than the copy at hand: a region
/// says where it begins, and a language's pattern is a regular expression.
fn sarif_schema() -> jsonschema::Validator {
    let mut schema = json_of("tests/schemas/sarif-schema-2.1.0.json");
    schema["definitions"]["region"]["anyOf"] = json!([
        { "required": ["startLine"] },
        { "required": ["charOffset"] },
        { "required": ["byteOffset"] },
    ]);
    for part in ["run", "toolComponent"] {
        schema["definitions"][part]["properties"]["language"]["pattern"] =
            json!("^[a-zA-Z]{2}(-[a-zA-Z]{2})?$");
    }
    jsonschema::validator_for(&schema).unwrap()
}

/// The published schema, which lets unknown members pass, made to refuse them: every member has to be documented.
fn lint_schema() -> jsonschema::Validator {
    fn close(schema: &mut Value) {
        match schema {
            Value::Object(members) => {
                members.values_mut().for_each(close);
                if members.contains_key("properties") {
                    members.insert("additionalProperties".to_owned(), json!(false));
                }
            }
            Value::Array(items) => items.iter_mut().for_each(close),
            _ => {}
        }
    }
    let mut schema = json_of("docs/schema/lint.schema.json");
    jsonschema::meta::validate(&schema).unwrap();
    close(&mut schema);
    jsonschema::validator_for(&schema).unwrap()
}

/// A home with all that makes a format stumble: a file that doesn't parse, a folder where a file should be, odd names,
/// control characters, quotes and percent signs in values.
fn awkward() -> Home {
    let home = Home::new();
    let nasty = "glm-5%\\n::error::x\\u0007\\u001b[31m<&\\\"'\\ufffe,:é🙂";
    home.write(
        ".claude/settings.json",
        format!("{{ \"env\": {{ \"ANTHROPIC_BASE_URL\": \"https://api.z.ai/api/anthropic\", \"ANTHROPIC_AUTH_TOKEN\": \"{KEY}\", \"ANTHROPIC_DEFAULT_OPUS_MODEL\": \"{nasty}\" }}, \"awaySummaryEnabled\": \"{nasty}\" }}"),
    );
    home.write(".claude/a b%ü,:glm.json", "{ broken");
    fs::create_dir_all(home.path(".config/opencode/opencode.json")).unwrap();
    home
}

#[test]
fn json_keeps_to_its_published_schema() {
    let schema = lint_schema();
    for fixture in all_fixtures() {
        let home = Home::fixture(&fixture);
        let run = home.lint(&["--format", "json", "--statistics"]);
        assert_valid(&schema, &fixture, &run.json());
    }
    let run = awkward().run(&["lint", "--format", "json"]).exits(3);
    assert_valid(&schema, "awkward", &run.json());
    let home = Home::fixture("claude-code/hand-teams-on");
    let run = home.run(&[
        "apply",
        "--profile",
        "lite",
        "--dry-run",
        "--format",
        "json",
    ]);
    assert_valid(&schema, "apply", &run.exits(0).json());
}

#[test]
fn sarif_keeps_to_the_official_schema() {
    let schema = sarif_schema();
    let mut results = 0;
    for fixture in all_fixtures() {
        let home = Home::fixture(&fixture);
        let log = home.lint(&["--format", "sarif"]).json();
        assert_valid(&schema, &fixture, &log);
        let findings = home.lint(&["--format", "json"]).json();
        let expected: Vec<Value> = findings["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| json!([one["rule"], one["message"]]))
            .collect();
        let all = log["runs"][0]["results"].as_array().unwrap();
        let found: Vec<Value> = all
            .iter()
            .map(|one| json!([one["ruleId"], one["message"]["text"]]))
            .collect();
        assert_eq!(found, expected, "{fixture}");
        let mut prints: Vec<&str> = all
            .iter()
            .map(|one| one["partialFingerprints"]["rulePlace/v1"].as_str().unwrap())
            .collect();
        prints.sort_unstable();
        let count = prints.len();
        prints.dedup();
        assert_eq!(
            prints.len(),
            count,
            "{fixture}: two findings with one fingerprint"
        );
        assert!(!log.to_string().contains(KEY), "{fixture}");
        let run = &log["runs"][0];
        for result in run["results"].as_array().unwrap() {
            results += 1;
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            let rule = &run["tool"]["driver"]["rules"][index];
            assert_eq!(rule["id"], result["ruleId"]);
            assert!(
                rule["help"]["markdown"]
                    .as_str()
                    .unwrap()
                    .contains("## Why")
            );
            // What stands in the place of a secret must never be written.
            assert!(
                !result["fixes"].to_string().contains("[redacted"),
                "{fixture}"
            );
            assert!(rule["helpUri"].as_str().unwrap().starts_with("https://"));
        }
    }
    assert!(results > 100, "{results}");
    let log = awkward()
        .run(&["lint", "--format", "sarif"])
        .exits(3)
        .json();
    assert_valid(&schema, "awkward", &log);
    let run = &log["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let notifications = &run["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(
        notifications[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        ".config/opencode/opencode.json"
    );
    let uris: Vec<&Value> = run["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        .collect();
    assert!(
        uris.contains(&&json!(".claude/a%20b%25%C3%BC%2C%3Aglm.json")),
        "{uris:?}"
    );
}

#[test]
fn fingerprints_stay_when_lines_move() {
    let home = Home::fixture("claude-code/hand-teams-on");
    let prints = |log: Value| -> Vec<(Value, Value)> {
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        let pair = |one: &Value| (one["ruleId"].clone(), one["partialFingerprints"].clone());
        results.iter().map(pair).collect()
    };
    let before = prints(home.lint(&["--format", "sarif"]).json());
    let text = home.read(".claude/settings.json");
    home.write(".claude/settings.json", format!("\n\n\n{text}"));
    let after = prints(home.lint(&["--format", "sarif"]).json());
    assert_eq!(before, after);
    assert!(!before.is_empty());
}

/// The byte offset of a line and column, by the counting that the log states.
fn offset(text: &str, line: &Value, column: &Value) -> usize {
    let (line, column) = (line.as_u64().unwrap(), column.as_u64().unwrap());
    let (mut at_line, mut at_column) = (1, 1);
    let mut chars = text.char_indices().peekable();
    while let Some((offset, c)) = chars.next() {
        if c == '\u{feff}' {
            continue;
        }
        if (at_line, at_column) == (line, column) {
            return offset;
        }
        let paired = c == '\r' && chars.peek().is_some_and(|(_, next)| *next == '\n');
        if (c == '\n' || c == '\r') && !paired {
            (at_line, at_column) = (at_line + 1, 1);
        } else {
            at_column += 1;
        }
    }
    assert_eq!((at_line, at_column), (line, column), "no such place");
    text.len()
}

/// The text after a fix, as an editor makes it.
fn fixed(text: &str, change: &Value) -> String {
    let mut pieces: Vec<(usize, usize, &str)> = change["replacements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let region = &one["deletedRegion"];
            let start = offset(text, &region["startLine"], &region["startColumn"]);
            let end = offset(text, &region["endLine"], &region["endColumn"]);
            let new = one["insertedContent"]["text"].as_str().unwrap_or_default();
            (start, end, new)
        })
        .collect();
    pieces.sort_unstable();
    let mut fixed = text.to_owned();
    for (start, end, new) in pieces.into_iter().rev() {
        fixed.replace_range(start..end, new);
    }
    fixed
}

#[test]
fn every_fix_in_sarif_mends_its_finding_and_breaks_nothing() {
    let (mut fixes, mut same, mut withheld) = (0, 0, 0);
    let mut compared = BTreeSet::new();
    for fixture in all_fixtures() {
        let home = Home::fixture(&fixture);
        let log = home.lint(&["--format", "sarif"]).json();
        let findings = home.lint(&["--format", "json"]).json();
        let findings = findings["findings"].as_array().unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        for (result, finding) in results.iter().zip(findings) {
            let safe = finding["fix"] == json!({ "safety": "safe", "applicable": true });
            let Some(fix) = result.get("fixes") else {
                // Moving a key would show it, and there is no region in a file that is not there.
                let place = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
                let missing = !home.path(place.as_str().unwrap()).exists();
                let name = finding["pointer"].as_str().unwrap().rsplit('/').next();
                let secret = Redactor::is_secret_key(name.unwrap());
                assert!(
                    !safe || secret || missing,
                    "{fixture}: no fix for {finding:#}"
                );
                withheld += usize::from(safe);
                continue;
            };
            assert!(safe, "{fixture}: a fix for {finding:#}");
            fixes += 1;
            let change = &fix[0]["artifactChanges"][0];
            let uri = change["artifactLocation"]["uri"].as_str().unwrap();
            let before = home.read(uri);
            home.write(uri, fixed(&before, change));
            let after = home.lint(&["--format", "json"]).json();
            let is_it = |one: &&Value| {
                one["rule"] == finding["rule"]
                    && one["file"] == finding["file"]
                    && one["message"] == finding["message"]
                    && one["pointer"] == finding["pointer"]
            };
            let still = after["findings"].as_array().unwrap().iter().find(is_it);
            assert!(still.is_none(), "{fixture}: not mended: {finding:#}");
            let broken = |value: &Value| {
                let all = value["findings"].as_array().unwrap();
                all.iter().filter(|one| one["category"] == "syntax").count()
            };
            let known = findings.iter().filter(|one| one["category"] == "syntax");
            assert!(broken(&after) <= known.count(), "{fixture}: {finding:#}");
            // Once for each rule: where it has one finding, `apply` with it alone writes the same bytes.
            let of_rule = findings.iter().filter(|one| one["rule"] == finding["rule"]);
            if of_rule.count() == 1 && compared.insert(finding["rule"].clone().to_string()) {
                let own = Home::fixture(&fixture);
                let rule = finding["rule"].as_str().unwrap();
                let run = own.run(&[
                    "apply",
                    "--yes",
                    "--force",
                    "--profile",
                    "lite",
                    "--select",
                    rule,
                ]);
                let code = run.code();
                run.exits(code);
                same += usize::from(code == 0 && own.read(uri) == home.read(uri));
            }
            home.write(uri, &before);
        }
    }
    let counts = format!("{fixes} fixes, {same} as apply writes them, {withheld} withheld");
    assert!(fixes > 100 && same > 20 && withheld > 0, "{counts}");
    println!("{counts}");
}

#[test]
fn columns_count_characters_and_not_the_byte_order_mark() {
    let home = Home::new();
    let text = "\u{feff}{ \"x\": \"é🙂\", \"env\": { \"ANTHROPIC_BASE_URL\": \"https://api.z.ai/api/anthropic/v1\", \"ANTHROPIC_AUTH_TOKEN\": \"{env:K}\" } }";
    home.write(".claude/settings.json", text);
    let log = home.lint(&["--format", "sarif"]).json();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let regions: Vec<&str> = results
        .iter()
        .map(|one| &one["locations"][0]["physicalLocation"]["region"])
        .map(|region| {
            let start = offset(text, &region["startLine"], &region["startColumn"]);
            let end = offset(text, &region["endLine"], &region["endColumn"]);
            &text[start..end]
        })
        .collect();
    assert!(
        regions.contains(&"\"https://api.z.ai/api/anthropic/v1\""),
        "{regions:?}"
    );
}

#[test]
fn each_format_shows_the_same_findings() {
    let fixture = "claude-code/hand-both-credentials";
    let home = Home::fixture(fixture);
    for name in ["lint-concise", "lint-github", "lint-junit", "lint-sarif"] {
        let format = name.strip_prefix("lint-").unwrap();
        let run = home.run(&["lint", "--format", format]).exits(1);
        snapshot!(fixture, name, run.both());
    }
    let run = home
        .run(&["lint", "--strict", "--format", "junit"])
        .exits(1);
    snapshot!(fixture, "lint-junit-strict", run.both());
    for name in [
        "lint-statistics-text",
        "lint-statistics-concise",
        "lint-statistics-github",
    ] {
        let format = name.strip_prefix("lint-statistics-").unwrap();
        let run = home.run(&["lint", "--statistics", "--format", format]);
        snapshot!(fixture, name, run.exits(1).both());
    }
}

#[test]
fn nothing_in_a_file_breaks_out_of_a_format() {
    let home = awkward();
    for name in [
        "lint-awkward-concise",
        "lint-awkward-github",
        "lint-awkward-junit",
    ] {
        let format = name.strip_prefix("lint-awkward-").unwrap();
        let run = home.run(&["lint", "--format", format]).exits(3);
        snapshot!(name, &run.stdout);
        let stdout = &run.stdout;
        assert!(
            stdout.contains("::error::x") && !stdout.contains(['\u{7}', '\u{1b}']),
            "{format}"
        );
        assert!(format != "junit" || !stdout.contains('\u{fffe}'));
    }
    let lines = home.run(&["lint", "--format", "github"]).exits(3);
    let lines = &lines.stdout;
    assert!(lines.lines().all(|line| line.starts_with("::")), "{lines}");
    let styled = home.run(&["lint", "--format", "concise", "--color", "always"]);
    let styled = styled.exits(3);
    let styled = &styled.stdout;
    assert!(
        styled.contains("\u{1b}[") && !styled.contains("\u{1b}[31m<"),
        "{styled}"
    );
}

#[test]
fn junit_is_well_formed_and_its_counts_are_right() {
    for (index, fixture) in all_fixtures().into_iter().enumerate() {
        let home = Home::fixture(&fixture);
        {
            // Half of them with --strict: that warnings fail then is what the snapshots show.
            let flags = ["--format", "junit", "--strict"];
            let run = home.lint(&flags[..2 + index % 2]);
            let (mut said, mut counted) = ([0; 3], [0; 3]);
            let mut reader = quick_xml::Reader::from_str(&run.stdout);
            loop {
                use quick_xml::events::Event;
                match reader.read_event().unwrap() {
                    Event::Eof => break,
                    Event::Start(tag) | Event::Empty(tag) => match tag.name().as_ref() {
                        "testsuites" => {
                            let number = |name: &str| -> usize {
                                let value = tag.try_get_attribute(name).unwrap().unwrap();
                                value.value.parse().unwrap()
                            };
                            said = ["tests", "failures", "errors"].map(number);
                        }
                        "testcase" => counted[0] += 1,
                        "failure" => counted[1] += 1,
                        "error" => counted[2] += 1,
                        _ => {}
                    },
                    _ => {}
                }
            }
            assert_eq!(said, counted, "{fixture}:\n{}", run.stdout);
            // A report with failures goes with a failed run.
            assert_eq!(said[1] > 0, run.failed(), "{fixture}");
        }
    }
}

#[test]
fn paths_are_relative_to_where_the_program_was_started() {
    let home = Home::fixture("claude-code/hand-teams-on");
    let concise = |arguments: &[&str], folder: &Path| {
        let mut command = home.command();
        command
            .args(["lint", "--format", "concise"])
            .args(arguments);
        let run = home.finish(command.current_dir(folder));
        let code = i32::from(run.failed());
        let line = run.stdout.lines().next().unwrap().to_owned();
        run.exits(code);
        line.split(':').next().unwrap().to_owned()
    };
    let dotted = home.path("").join("../home");
    let outside = home.outside().join("home");
    assert_eq!(concise(&[], &home.path("")), ".claude/settings.json");
    assert_eq!(
        concise(&["--home", "home"], home.outside()),
        "home/.claude/settings.json"
    );
    let dotted = dotted.to_str().unwrap();
    assert_eq!(
        concise(&["--home", dotted], home.outside()),
        "home/.claude/settings.json"
    );
    assert_eq!(
        concise(&[".claude/settings.json"], &outside),
        ".claude/settings.json"
    );
    // Elsewhere a path is absolute.
    let other = tempfile::tempdir().unwrap();
    assert_eq!(
        concise(&[], other.path()),
        "[FOLDER]/home/.claude/settings.json"
    );
    let mut command = home.command();
    command
        .args(["lint", "--format", "sarif"])
        .current_dir(other.path());
    let run = home.finish(&mut command);
    let code = i32::from(run.failed());
    let log = run.json();
    run.exits(code);
    let location = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(
        location["artifactLocation"],
        json!({ "uri": "file://[FOLDER]/home/.claude/settings.json" })
    );
    // A link to the working folder is the working folder.
    #[cfg(unix)]
    {
        let link = other.path().join("link");
        std::os::unix::fs::symlink(home.path(""), &link).unwrap();
        let link = link.to_str().unwrap();
        assert_eq!(
            concise(&["--home", link], &home.path("")),
            ".claude/settings.json"
        );
    }
}

#[test]
fn statistics_count_what_the_findings_are() {
    let home = Home::fixture("opencode/hand-provider-concurrency-everywhere");
    let value = home.lint(&["--format", "json", "--statistics"]).json();
    let findings = value["findings"].as_array().unwrap();
    let statistics = value["statistics"].as_array().unwrap();
    let sum: u64 = statistics
        .iter()
        .map(|one| one["count"].as_u64().unwrap())
        .sum();
    assert_eq!(usize::try_from(sum).unwrap(), findings.len());
    let counts: Vec<u64> = statistics
        .iter()
        .map(|one| one["count"].as_u64().unwrap())
        .collect();
    assert!(
        counts.is_sorted_by(|a, b| a >= b) && counts[0] > 1,
        "{counts:?}"
    );
    for format in ["sarif", "junit"] {
        let run = home
            .run(&["lint", "--statistics", "--format", format])
            .exits(2);
        assert!(
            run.stderr.contains("--statistics goes with"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn a_closed_pipe_ends_every_format_quietly() {
    let home = Home::fixture("claude-code/hand-both-credentials");
    for format in ["text", "concise", "json", "sarif", "github", "junit"] {
        let program = env!("CARGO_BIN_EXE_glm-setup");
        // `true` reads nothing and is gone before the first byte.
        let script =
            format!("set -o pipefail; {{ sleep 0.2; '{program}' lint --format {format}; }} | true");
        for script in [script.clone(), script.replace("| true", "| head -n 1")] {
            let output = std::process::Command::new("bash")
                .args(["-c", &script])
                .env_clear()
                .env("HOME", home.path(""))
                .env("PATH", "/usr/bin:/bin")
                .current_dir(home.path(""))
                .output()
                .unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
            assert_eq!(output.status.code(), Some(1), "{format}");
        }
    }
}
