//! Every fix that the articles document, row by row: what is true of it can be pointed at.
//!
//! The rows are those of the design's table "what the articles ask for, and what is true"; counting instances and
//! error codes is the doctor's, and tested in `doctor.rs`.

use crate::common::{self, ANTHROPIC, CLAUDE, Home, KEY, OPENCODE, Run};

fn lite(home: &Home, more: &[&str]) -> Run {
    home.run(&[&["apply", "--profile", "lite", "--yes"], more].concat())
}

/// The rules that a lint reports.
fn rules(home: &Home, arguments: &[&str]) -> Vec<String> {
    home.findings(arguments)
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap().to_owned())
        .collect()
}

#[track_caller]
fn reports(home: &Home, rule: &str) {
    let found = rules(home, &[]);
    assert!(
        found.iter().any(|one| one == rule),
        "{rule} is not among {found:?}"
    );
}

fn opencode(home: &Home) -> &Home {
    home.write(
        ".local/share/opencode/auth.json",
        format!(r#"{{ "zai-coding-plan": {{ "type": "api", "key": "{KEY}" }}, "providerConcurrency": 1 }}"#),
    );
    home.write(
        OPENCODE,
        r#"{ "model": "zai-coding-plan/glm-5.3-flash", "plugin": ["oh-my-opencode@3.1.0"] }"#,
    )
}

fn claude(home: &Home) -> &Home {
    home.write(CLAUDE, common::claude(ANTHROPIC))
}

#[test]
fn provider_concurrency_in_auth_json_is_reported_and_put_where_it_works() {
    let home = Home::new();
    opencode(&home);
    reports(&home, "opencode-provider-concurrency");
    lite(&home, &[]).exits(0);
    assert!(
        !home
            .read(".local/share/opencode/auth.json")
            .contains("providerConcurrency")
    );
    let omo: serde_json::Value = serde_json::from_str(&home.read(".omo/omo.jsonc")).unwrap();
    let caps = &omo["[opencode]"]["background_task"]["providerConcurrency"];
    assert_eq!(caps["zai-coding-plan"], 1);
    // What opencode itself needs.
    let config = home.read(OPENCODE);
    let config: serde_json::Value = serde_json::from_str(&config).unwrap();
    assert_eq!(config["agent"]["title"]["disable"], true);
    lite(&home, &["--unsafe-fixes"]).exits(0);
    let config = home.read(OPENCODE);
    let config: serde_json::Value = serde_json::from_str(&config).unwrap();
    assert_eq!(config["permission"]["task"], "deny");
}

#[test]
fn the_oh_my_opencode_plugin_is_removed_or_capped() {
    for spelling in [
        r#""oh-my-opencode""#,
        r#""oh-my-openagent@latest""#,
        r#"["oh-my-opencode", {}]"#,
    ] {
        let home = Home::new();
        opencode(&home);
        home.write(
            OPENCODE,
            format!(
                r#"{{ "model": "zai-coding-plan/glm-5.3-flash", "plugin": [{spelling}, "other"] }}"#
            ),
        );
        lite(&home, &["--unsafe-fixes"]).exits(0);
        let config: serde_json::Value = serde_json::from_str(&home.read(OPENCODE)).unwrap();
        assert_eq!(config["plugin"], serde_json::json!(["other"]), "{spelling}");
    }
}

#[test]
fn parallel_research_is_clines_sub_agents_and_roo_has_no_such_setting() {
    let home = Home::fixture("cline/hand-subagents-on");
    reports(&home, "cline-subagents");
    let page = home.run(&["explain", "cline-subagents"]).exits(0);
    assert!(page.stdout.contains("Parallel Research"), "{}", page.stdout);
    let page = home.run(&["explain", "roo-retry-without-limit"]).exits(0);
    assert!(
        page.stdout.to_lowercase().contains("parallel research"),
        "{}",
        page.stdout
    );
    // CLI 3 has another engine and another key.
    let page = home.run(&["explain", "cline-parallel-agents"]).exits(0);
    assert!(page.stdout.contains("disabledTools"), "{}", page.stdout);
}

#[test]
fn clines_provider_zai_is_metered_only() {
    let home = Home::new();
    home.write(
        ".cline/data/globalState.json",
        r#"{ "planModeApiProvider": "zai", "actModeApiProvider": "zai", "planModeApiModelId": "glm-4.7", "actModeApiModelId": "glm-4.7" }"#,
    );
    home.write(
        ".cline/data/secrets.json",
        format!(r#"{{ "zaiApiKey": "{KEY}" }}"#),
    );
    let found = rules(&home, &["--profile", "lite"]);
    assert!(found.contains(&"cline-zai-metered".to_owned()), "{found:?}");
}

#[test]
fn the_model_tiers_of_claude_code_come_from_the_facts() {
    let home = Home::new();
    claude(&home);
    lite(&home, &[]).exits(0);
    let settings: serde_json::Value = serde_json::from_str(&home.read(CLAUDE)).unwrap();
    for tier in ["OPUS", "SONNET", "HAIKU"] {
        assert_eq!(
            settings["env"][format!("ANTHROPIC_DEFAULT_{tier}_MODEL")],
            "glm-5.3-flash[1m]"
        );
    }
    let home = Home::new();
    claude(&home);
    lite(&home, &["--facts", "2026-04"]).exits(0);
    let settings: serde_json::Value = serde_json::from_str(&home.read(CLAUDE)).unwrap();
    assert_eq!(
        settings["env"]["ANTHROPIC_DEFAULT_HAIKU_MODEL"],
        "glm-4.5-air"
    );
}

#[test]
fn teammates_parallel_calls_and_batches_have_other_keys_in_claude_code() {
    let home = Home::new();
    home.write(
        CLAUDE,
        format!(
            r#"{{ "teammateCount": 1, "env": {{ "ANTHROPIC_BASE_URL": "https://api.z.ai/api/anthropic", "ANTHROPIC_AUTH_TOKEN": "{KEY}" }} }}"#
        ),
    );
    reports(&home, "claude-code-teammate-keys");
    lite(&home, &[]).exits(0);
    let settings: serde_json::Value = serde_json::from_str(&home.read(CLAUDE)).unwrap();
    assert_eq!(settings["env"]["CLAUDE_CODE_MAX_CONCURRENT_SUBAGENTS"], "1");
}

#[test]
fn mcp_servers_are_not_switched_off_in_settings_json() {
    let home = Home::fixture("claude-code/hand-mcp-enabled-false");
    reports(&home, "claude-code-mcp-in-settings");
    let page = home.run(&["explain", "claude-code-mcp-zai-off"]).exits(0);
    assert!(page.stdout.contains("deniedMcpServers"), "{}", page.stdout);
}

#[test]
fn a_semaphore_is_shown_for_own_scripts() {
    let page = Home::new().run(&["explain", "1302"]).exits(0);
    for part in ["asyncio.Semaphore", "Promise", "429"] {
        assert!(page.stdout.contains(part), "{part}: {}", page.stdout);
    }
}

#[test]
fn the_metered_base_url_ends_before_the_path_and_claude_code_is_refused() {
    let home = Home::new();
    opencode(&home);
    claude(&home);
    home.write(
        ".local/share/opencode/auth.json",
        format!(r#"{{ "zai-coding-plan": {{ "type": "api", "key": "{KEY}" }}, "zai": {{ "type": "api", "key": "{KEY}" }} }}"#),
    );
    let run = home
        .run(&["apply", "--profile", "metered", "--yes"])
        .exits(3);
    assert!(
        run.stdout
            .contains("claude-code is left alone: Claude Code can't be moved"),
        "{}",
        run.stdout
    );
    assert!(home.read(OPENCODE).contains("\"zai/glm-5.3-flash\""));
    let home = Home::fixture("opencode/hand-doubled-path");
    reports(&home, "opencode-endpoint");
}

#[test]
fn a_server_of_ones_own() {
    let home = Home::new();
    opencode(&home);
    home.run(&[
        "apply",
        "--profile",
        "self-hosted",
        "--yes",
        "--base-url",
        "http://localhost:8000/v1",
        "--model",
        "glm-local",
    ])
    .exits(0);
    let config = home.read(OPENCODE);
    assert!(
        config.contains("http://localhost:8000/v1") && config.contains("glm-local"),
        "{config}"
    );
}

#[test]
fn coding_only_is_judged_by_the_wording_in_force() {
    let home = Home::fixture("sillytavern/hand-clean");
    let found = rules(&home, &[]);
    assert!(
        found.contains(&"plan-tool-best-effort".to_owned()),
        "{found:?}"
    );
    let found = rules(&home, &["--facts", "2026-04"]);
    assert!(
        found.contains(&"plan-tool-coding-only".to_owned()),
        "{found:?}"
    );
    let home = Home::fixture("zed/hand-clean");
    reports(&home, "plan-tool-unlisted");
}

#[test]
fn the_error_codes_are_explained_for_people_and_programs() {
    let home = Home::new();
    for (code, class) in [
        ("1302", "slow-down"),
        ("1303", "slow-down"),
        ("1305", "retry"),
        ("1310", "wait-for-reset"),
        ("1113", "fix-configuration"),
    ] {
        home.run(&["explain", code]).exits(0);
        let run = home.run(&["explain", code, "--format", "json"]).exits(0);
        assert_eq!(run.json()["error"]["class"], class, "{code}");
    }
}
