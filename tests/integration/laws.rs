//! Two laws of `apply`, over all fixtures and over made configurations: `lint` afterwards finds nothing that `lint` before
//! did not, and a connection that worked before works afterwards.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use glm_setup::facts::{Region, SelfHosted};
use glm_setup::paths::{Environment, Os};
use glm_setup::plan::{self, Plan, Request};
use glm_setup::rule::Catalogue;
use glm_setup::tool::{Connection, KeyKind, Workspace, connections};
use glm_setup::vocabulary::Severity;
use proptest::prelude::*;

use crate::common::{Home, all_fixtures};

/// A home in a folder, without any variable.
fn environment(home: &Path) -> Environment {
    Environment {
        home: home.to_owned(),
        cwd: home.to_owned(),
        os: Os::Linux,
        vars: std::collections::BTreeMap::new(),
        state_dir: home.join("../state"),
        config_dir: home.join("../config"),
        system_root: home.join("../system"),
    }
}

fn planned(catalogue: &Catalogue, home: &Path, request: &Request) -> (Plan, Workspace) {
    let environment = environment(home);
    let mut workspace = Workspace::read(catalogue.tools(), &environment, &[]);
    let plan = plan::compute(catalogue, &mut workspace, &environment, request).unwrap();
    (plan, workspace)
}

/// What `lint` finds beside notes: rule, file and message.
fn findings(
    catalogue: &Catalogue,
    home: &Path,
    profile: &str,
) -> BTreeSet<(String, PathBuf, String)> {
    let request = Request {
        profile: Some(profile.to_owned()),
        self_hosted: server(profile),
        ..Request::default()
    };
    let (plan, _) = planned(catalogue, home, &request);
    let found = plan.findings.into_iter();
    let found = found.filter(|finding| finding.severity > Severity::Info);
    found
        .map(|finding| (finding.rule, finding.file, finding.message))
        .collect()
}

fn server(profile: &str) -> Option<SelfHosted> {
    (profile == "self-hosted").then(|| SelfHosted {
        base_url: "http://127.0.0.1:8000/v1".to_owned(),
        model: "glm-local".to_owned(),
    })
}

/// The connections in use that work: an address that speaks their protocol, and a key that the tool can send.
fn working(catalogue: &Catalogue, home: &Path) -> BTreeSet<(String, usize)> {
    let environment = environment(home);
    let workspace = Workspace::read(catalogue.tools(), &environment, &[]);
    let pack = catalogue.pack(None).unwrap();
    let lite = catalogue.profile("lite").unwrap();
    let request = Request::default();
    let mut found = BTreeSet::new();
    for (index, configuration) in workspace.configurations.iter().enumerate() {
        let facts = request.facts(&pack, &lite, Region::Intl, configuration);
        let works = |one: &Connection| {
            let tool = &configuration.tool;
            let url = one.request_url(tool, &facts);
            let asked = url
                .as_deref()
                .and_then(|url| url.strip_suffix(one.protocol.path()));
            let right = asked.is_some_and(|base| {
                pack.endpoint
                    .iter()
                    .any(|endpoint| endpoint.url == base && endpoint.protocol == one.protocol)
            });
            let key = one.key_in_force().map(|key| key.sent_key(tool).kind);
            one.in_use && right && key.is_some_and(|kind| kind != KeyKind::Unexpanded)
        };
        let all = connections(&workspace, configuration, &facts, &environment.vars);
        if all.iter().any(works) {
            found.insert((configuration.tool.id.clone(), index));
        }
    }
    found
}

/// Applies a profile to a home, and says which of the laws it breaks.
fn broken_laws(catalogue: &Catalogue, home: &Path, profile: &str, unsafe_fixes: bool) -> String {
    let before = findings(catalogue, home, profile);
    let worked = working(catalogue, home);
    let request = Request {
        profile: Some(profile.to_owned()),
        setup: true,
        fix: true,
        unsafe_fixes,
        self_hosted: server(profile),
        ..Request::default()
    };
    let (plan, _) = planned(catalogue, home, &request);
    for file in &plan.files {
        fs::create_dir_all(file.path.parent().unwrap()).unwrap();
        fs::write(&file.path, file.after.as_bytes()).unwrap();
    }
    let mut broken = String::new();
    let files = |all: &BTreeSet<(String, PathBuf, String)>| {
        let pairs = all
            .iter()
            .map(|(rule, file, _)| (rule.clone(), file.clone()));
        pairs.collect::<BTreeSet<_>>()
    };
    let known = files(&before);
    for (rule, file, message) in findings(catalogue, home, profile) {
        if !known.contains(&(rule.clone(), file)) && !consequence(&rule) {
            let _ = writeln!(broken, "  new: {rule}: {message}");
        }
    }
    if profile != "self-hosted" {
        let works = working(catalogue, home);
        for (tool, index) in &worked {
            // goose's key in config.yaml has the plan's name, which the metered address does not read: known, and open.
            let known = tool == "goose" && profile == "metered";
            if !works.contains(&(tool.clone(), *index)) && !known {
                let _ = writeln!(broken, "  no longer works: {tool}");
            }
        }
    }
    broken
}

/// Findings that follow from what was asked for: what the policy says of a tool once its address can be read, and that one
/// tool pays otherwise than another, which can't be moved.
fn consequence(rule: &str) -> bool {
    rule.starts_with("plan-tool-") || rule.ends_with("-billing-disagrees")
}

#[test]
fn apply_makes_no_fixture_worse() {
    let catalogue = Catalogue::load(&[]).unwrap();
    let mut broken = String::new();
    let (mut homes, mut worked) = (0, 0);
    for fixture in all_fixtures() {
        for (profile, unsafe_fixes) in [
            ("lite", false),
            ("lite", true),
            ("metered", false),
            ("self-hosted", false),
        ] {
            let home = Home::fixture(&fixture);
            homes += 1;
            worked += usize::from(!working(&catalogue, &home.path("")).is_empty());
            let laws = broken_laws(&catalogue, &home.path(""), profile, unsafe_fixes);
            if !laws.is_empty() {
                let _ = write!(broken, "{fixture} × {profile} ({unsafe_fixes}):\n{laws}");
            }
        }
    }
    assert!(
        homes > 800 && worked > 150,
        "{homes} homes, {worked} with a connection that works"
    );
    assert!(broken.is_empty(), "{broken}");
}

/// A text that may stand for an address of Z.ai's, right or wrong, or for another vendor's.
fn address() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "https://api.z.ai/api/anthropic",
        "https://api.z.ai/api/anthropic/v1",
        "https://api.z.ai/api/coding/paas/v4",
        "https://api.z.ai/api/coding/paas/v4/",
        "https://api.z.ai/api/coding/paas/v4/chat/completions",
        "https://api.z.ai/api/paas/v4",
        "https://open.bigmodel.cn/api/coding/paas/v4",
        "https://open.bigmodel.cn/api/anthropic",
        "http://api.z.ai/api/coding/paas/v4",
        "api.z.ai/api/coding/paas/v4",
        "https://api.z.ai/api/coding/paas/v4 ",
        "https://llm.example.com/v1",
        "http://127.0.0.1:8790/api/coding/paas/v4",
    ])
}

fn model() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "glm-5.3",
        "glm-5.3-flash",
        "glm-5",
        "glm-4.7",
        "glm-4.5-air",
        "GLM-5.3",
        "glm-5.3[1m]",
        "glm-9.9",
        "glm-4.5-ai",
        "claude-opus-5-5",
        "gpt-5",
    ])
}

fn key() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "00000000000000000000000000000000.0000000000000000",
        "{env:ZAI_API_KEY}",
        "${ZAI_API_KEY}",
        "env:ZAI_API_KEY",
        "your-api-key",
        "sk-ant-api03-0000000000000000",
    ])
}

fn opencode() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "zai-coding-plan",
        "zai",
        "zhipuai-coding-plan",
        "glm",
        "mine",
    ]);
    let npm = prop::sample::select(vec!["@ai-sdk/anthropic", "@ai-sdk/openai-compatible"]);
    let provider = (
        name.clone(),
        npm,
        prop::option::of(address()),
        prop::option::of(key()),
        model(),
    );
    let main = prop::option::of((name, model()));
    (prop::collection::vec(provider, 0..3), main).prop_map(|(providers, main)| {
        let mut settings = serde_json::json!({});
        if let Some((name, model)) = main {
            settings["model"] = format!("{name}/{model}").into();
        }
        for (name, npm, address, key, model) in providers {
            let mut entry =
                serde_json::json!({ "npm": npm, "options": {}, "models": { model: {} } });
            if let Some(address) = address {
                entry["options"]["baseURL"] = address.into();
            }
            if let Some(key) = key {
                entry["options"]["apiKey"] = key.into();
            }
            settings["provider"][name] = entry;
        }
        format!("{settings:#}\n")
    })
}

fn claude() -> impl Strategy<Value = String> {
    let one_million = prop::option::of(prop::sample::select(vec!["1", "0"]));
    (
        prop::option::of(address()),
        prop::option::of(key()),
        prop::option::of(model()),
        prop::option::of(model()),
        one_million,
    )
        .prop_map(|(address, key, main, opus, off)| {
            let mut settings = serde_json::json!({ "env": {} });
            for (name, value) in [
                ("ANTHROPIC_BASE_URL", address),
                ("ANTHROPIC_AUTH_TOKEN", key),
                ("ANTHROPIC_MODEL", main),
                ("ANTHROPIC_DEFAULT_OPUS_MODEL", opus),
                ("CLAUDE_CODE_DISABLE_1M_CONTEXT", off),
            ] {
                if let Some(value) = value {
                    settings["env"][name] = value.into();
                }
            }
            format!("{settings:#}\n")
        })
}

fn qwen() -> impl Strategy<Value = String> {
    let entry = (address(), model());
    (
        prop::collection::vec(entry, 0..3),
        prop::option::of(model()),
        prop::option::of(address()),
    )
        .prop_map(|(entries, chosen, field)| {
            let entries: Vec<_> = entries
                .into_iter()
                .map(|(address, model)| {
                    serde_json::json!({ "id": model, "baseUrl": address, "envKey": "ZAI_API_KEY" })
                })
                .collect();
            let mut settings = serde_json::json!({ "modelProviders": { "openai": entries } });
            if let Some(chosen) = chosen {
                settings["model"]["name"] = chosen.into();
            }
            if let Some(field) = field {
                settings["security"]["auth"]["baseUrl"] = field.into();
            }
            format!("{settings:#}\n")
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn apply_makes_no_made_configuration_worse(
        opencode in opencode(),
        claude in claude(),
        qwen in qwen(),
        profile in prop::sample::select(vec!["lite", "metered"]),
    ) {
        let catalogue = CATALOGUE.with(std::rc::Rc::clone);
        let home = Home::new();
        home.write(".config/opencode/opencode.json", &opencode)
            .write(".claude/settings.json", &claude)
            .write(".qwen/settings.json", &qwen);
        let laws = broken_laws(&catalogue, &home.path(""), profile, false);
        prop_assert!(laws.is_empty(), "{profile}\n{laws}\n{opencode}\n{claude}\n{qwen}");
    }
}

thread_local! {
    static CATALOGUE: std::rc::Rc<Catalogue> = std::rc::Rc::new(Catalogue::load(&[]).unwrap());
}
