//! No secret leaves the program: unique canaries in every place where a fixture holds one, searched for in everything
//! that every command prints and in the journal.

use std::path::Path;
use std::process::Command;

use crate::common::{Home, KEY, root};

/// Canaries of the shapes that keys have.
const CANARIES: [&str; 5] = [
    "0123456789abcdef0123456789abcdef.CANARYonecanary1",
    "sk-ant-api03-CANARYtwo-aaaaaaaaaaaaaaaaaaaaaaaa",
    "CANARYthreeplainwithoutashape3",
    "ghp_CANARYfour00000000000000000000000000",
    "eyJhbGciOiJIUzI1NiJ9.eyJDQU5BUlkiOiJmaXZlIn0.CANARYfive00000000",
];

fn home() -> Home {
    let [key, sk, plain, github, jwt] = CANARIES;
    let home = Home::new();
    home.write(
        ".claude/settings.json",
        format!(
            "{{\n  \"env\": {{\n    \"ANTHROPIC_BASE_URL\": \"https://api.z.ai/api/paas/v4\",\n    \"ANTHROPIC_AUTH_TOKEN\": \"{key}\",\n    \"ANTHROPIC_API_KEY\": \"{sk}\",\n    \"MY_SECRET\": \"{plain}\",\n    \"ANTHROPIC_CUSTOM_HEADERS\": \"X-Auth: {plain}\"\n  }},\n  \"ANTHROPIC_AUTH_TOKEN\": \"{jwt}\",\n  \"teammateCount\": 3\n}}\n"
        ),
    );
    home.write(".claude/my-zai.json", format!("{{\"env\":{{\"ANTHROPIC_BASE_URL\":\"https://api.z.ai/api/anthropic/v1\",\"ANTHROPIC_AUTH_TOKEN\":\"{key}\"}}}}"));
    home.write(
        ".claude/broken-glm.json",
        format!("{{ \"env\": {{ \"ANTHROPIC_AUTH_TOKEN\": \"{key}\" \"x\": 1 }} }}"),
    );
    home.write(
        ".config/opencode/opencode.json",
        format!(
            "{{\n  // old key: {key}\n  \"model\": \"zai-coding-plan/glm-5\",\n  \"provider\": {{ \"zai-coding-plan\": {{ \"options\": {{ \"apiKey\": \"{plain}\", \"baseURL\": \"https://api.z.ai/api/coding/paas/v4/chat/completions?api_key={github}\" }} }} }}\n}}\n"
        ),
    );
    home.write(".local/share/opencode/auth.json", format!("{{ \"zai-coding-plan\": {{ \"type\": \"api\", \"key\": \"{key}\", \"providerConcurrency\": 1 }} }}"));
    home
}

fn assert_clean(what: &str, text: &str) {
    for canary in CANARIES {
        assert!(!text.contains(canary), "{what} shows {canary}:\n{text}");
        // Half of a key is too much as well.
        let half = &canary[..canary.len() / 2];
        assert!(
            !text.contains(half),
            "{what} shows a part of {canary}:\n{text}"
        );
    }
}

#[test]
fn prose_is_shown_without_the_secret_in_it() {
    let home = Home::new();
    let [key, sk, _, github, jwt] = CANARIES;
    for secret in [key, sk, github, jwt] {
        home.write(
            ".config/opencode/opencode.json",
            format!(
                "{{\n  \"model\": \"zai-coding-plan/glm-4.5\",\n  \"agent\": {{ \"a\": {{\n    \"prompt\": \"log in \\\"as\\\" me with {secret}, then say so\"\n  }} }}\n}}\n"
            ),
        );
        for (arguments, code) in [
            (&["lint"][..], 1),
            (&["lint", "--format", "json"], 1),
            (&["apply", "--profile", "lite", "--dry-run"], 0),
        ] {
            let run = home.run(arguments).exits(code);
            assert_clean(&format!("{arguments:?}"), &run.stdout);
        }
        let run = home.run(&["apply", "--profile", "lite", "--dry-run"]);
        let run = run.exits(0);
        assert!(
            run.stdout.contains("me with [redacted") && run.stdout.contains("then say so"),
            "{}",
            run.stdout
        );
    }
}

#[test]
fn no_command_prints_a_secret() {
    let commands: &[(&[&str], &[i32])] = &[
        (&["status"], &[0]),
        (&["status", "--format", "json"], &[0]),
        (&["lint"], &[1]),
        (&["lint", "--color", "always"], &[1]),
        (&["lint", "--verbose"], &[1]),
        (&["lint", "--format", "json"], &[1]),
        (&["lint", "--format", "concise"], &[1]),
        (&["lint", "--format", "sarif"], &[1]),
        (&["lint", "--format", "github"], &[1]),
        (&["lint", "--format", "junit"], &[1]),
        (&["lint", "--diff"], &[3]),
        (&["lint", "--diff", "--unsafe-fixes"], &[3]),
        (&["lint", ".", "--write-baseline=known.json"], &[0]),
        (&["lint", ".", "--baseline", "known.json", "-v"], &[0]),
        (
            &["lint", ".", "--baseline", "known.json", "--format", "json"],
            &[0],
        ),
        (
            &["lint", ".", "--baseline", "known.json", "--format", "sarif"],
            &[0],
        ),
        (&["status", "--config"], &[0]),
        (&["rules", "schema"], &[0]),
        (&["lint", ".claude/settings.json"], &[1]),
        (&["lint", ".claude/broken-glm.json"], &[1]),
        (&["apply", "--profile", "lite", "--check"], &[3]),
        (&["apply", "--profile", "lite", "--dry-run"], &[3]),
        (
            &[
                "apply",
                "--profile",
                "lite",
                "--dry-run",
                "--color",
                "always",
            ],
            &[3],
        ),
        (
            &[
                "apply",
                "--profile",
                "lite",
                "--dry-run",
                "--format",
                "json",
            ],
            &[3],
        ),
        (
            &["apply", "--profile", "lite", "--yes", "--unsafe-fixes"],
            &[3],
        ),
        (&["undo", "--list"], &[0]),
        (&["undo", "--dry-run"], &[0]),
        (&["undo"], &[0]),
    ];
    let home = home();
    for (arguments, codes) in commands {
        let run = home.run(arguments);
        assert_clean(&format!("{arguments:?}"), &run.both());
        run.exits(codes[0]);
    }
    assert_clean("the baseline", &home.read("known.json"));
}

#[test]
fn a_changed_secret_still_shows_as_a_change() {
    let home = Home::new();
    home.write(
        ".claude/settings.json",
        format!("{{ \"ANTHROPIC_AUTH_TOKEN\": \"{}\", \"env\": {{ \"ANTHROPIC_BASE_URL\": \"https://api.z.ai/api/anthropic\" }} }}\n", CANARIES[0]),
    );
    let run = home
        .run(&[
            "apply",
            "--profile",
            "lite",
            "--dry-run",
            "--select",
            "claude-code-misplaced-env",
        ])
        .exits(0);
    assert_clean("the diff", &run.both());
    assert!(
        run.stdout.contains("+{") && run.stdout.contains("[redacted:"),
        "{}",
        run.stdout
    );
}

#[test]
fn an_option_that_is_a_key_by_mistake_is_not_repeated() {
    let home = Home::new();
    let run = home
        .run(&[
            "apply",
            "--profile",
            "lite",
            "--yes",
            "--key-env",
            CANARIES[0],
        ])
        .exits(2);
    assert_clean("the message", &run.both());
    let run = home.run(&["explain", KEY]).exits(2);
    assert!(!run.both().contains(KEY), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn the_journal_holds_no_secret_and_the_backups_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = home();
    std::fs::remove_file(home.path(".claude/broken-glm.json")).unwrap();
    home.run(&["apply", "--profile", "lite", "--yes"]).exits(0);
    let mut folders = vec![home.state()];
    let mut backups = 0;
    while let Some(folder) = folders.pop() {
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            assert_eq!(mode(&path), 0o600, "{}", path.display());
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                assert_clean("the journal", &std::fs::read_to_string(&path).unwrap());
            } else {
                backups += 1;
            }
        }
    }
    assert!(backups > 0);

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }
}

#[test]
fn snapshots_and_fixtures_hold_only_invented_keys() {
    let pattern = "[0-9a-f]{32}\\.[A-Za-z0-9]{16}";
    let output = Command::new("grep")
        .args([
            "-rhoE",
            pattern,
            "snapshots",
            "tests/fixtures",
            "demo",
            "docs",
            "rules",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    for key in String::from_utf8(output.stdout).unwrap().lines() {
        let distinct: std::collections::BTreeSet<char> =
            key.chars().filter(|c| *c != '.').collect();
        assert!(distinct.len() <= 2, "{key} looks like a real key");
    }
}
