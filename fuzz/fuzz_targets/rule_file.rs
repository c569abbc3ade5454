//! Any text as a user's rule: it is refused, or it can be evaluated on a small configuration.

#![no_main]

use std::path::{Path, PathBuf};

use glm_setup::paths::{Environment, Os};
use glm_setup::plan::{self, Request};
use glm_setup::rule::Catalogue;
use glm_setup::tool::{Recogniser, Workspace};
use libfuzzer_sys::fuzz_target;

const SETTINGS: &str = r#"{ "env": { "ANTHROPIC_BASE_URL": "https://api.z.ai/api/anthropic", "N": "4" },
  "list": [1, "two", { "three": null }], "deep": { "a": { "b": { "c": 1.5 } } } }"#;
/// Saves the fuzzer from finding out what every rule needs.
const HEAD: &str = "schema = 1\nid = \"r\"\ntool = \"claude-code\"\npurpose = \"policy\"\ncategory = \"syntax\"\nseverity = \"error\"\ntitle = \"t\"\n";

fuzz_target!(|text: &str| {
    let text = match text.strip_prefix('~') {
        Some(rest) => format!("{HEAD}{rest}"),
        None => text.to_owned(),
    };
    let path = PathBuf::from("/rules/r.toml");
    let Ok((catalogue, rules)) = Catalogue::with_file(&[], &path, text) else {
        return;
    };
    let environment = Environment {
        home: PathBuf::from("/home"),
        cwd: PathBuf::from("/home"),
        os: Os::Linux,
        vars: Default::default(),
        state_dir: PathBuf::from("/state"),
        config_dir: PathBuf::from("/config"),
        system_root: PathBuf::from("/system"),
    };
    let path = Path::new("/home/.claude/settings.json");
    let file = Recogniser::new(catalogue.tools())
        .files(path)
        .pop()
        .expect("a known file");
    let mut workspace = Workspace::default();
    workspace.add_text(&file, SETTINGS);
    let tool = std::rc::Rc::clone(&file.tool);
    workspace.add(&tool, vec![file]);
    let request = Request {
        fix: true,
        unsafe_fixes: true,
        assume_set_up: true,
        assume_in_repository: Some(false),
        select: rules.iter().map(|rule| rule.id.clone()).collect(),
        ..Request::default()
    };
    let _ = plan::compute(&catalogue, &mut workspace, &environment, &request);
});
