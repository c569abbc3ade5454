//! Any settings.json or opencode.json: after `apply`, a second `apply` has nothing to do.

#![no_main]

use std::path::{Path, PathBuf};

use glm_setup::paths::{Environment, Os};
use glm_setup::plan::{self, Plan, Request};
use glm_setup::rule::Catalogue;
use glm_setup::tool::{Recogniser, Workspace};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static CATALOGUE: Catalogue = Catalogue::load(&[]).expect("the embedded catalogue");
}

fn play(catalogue: &Catalogue, path: &str, text: &str, unsafe_fixes: bool) -> Option<Plan> {
    let environment = Environment {
        home: PathBuf::from("/home"),
        cwd: PathBuf::from("/home"),
        os: Os::Linux,
        vars: Default::default(),
        state_dir: PathBuf::from("/state"),
        config_dir: PathBuf::from("/config"),
        system_root: PathBuf::from("/system"),
    };
    let file = Recogniser::new(catalogue.tools())
        .files(Path::new(path))
        .pop()
        .expect("a known file");
    let mut workspace = Workspace::default();
    workspace.add_text(&file, text);
    let tool = std::rc::Rc::clone(&file.tool);
    workspace.add(&tool, vec![file]);
    let request = Request {
        profile: Some("lite".to_owned()),
        setup: true,
        fix: true,
        unsafe_fixes,
        assume_set_up: true,
        assume_in_repository: Some(false),
        ..Request::default()
    };
    plan::compute(catalogue, &mut workspace, &environment, &request).ok()
}

fuzz_target!(|input: (bool, bool, &str)| {
    let (opencode, unsafe_fixes, text) = input;
    let path = if opencode {
        "/home/.config/opencode/opencode.json"
    } else {
        "/home/.claude/settings.json"
    };
    CATALOGUE.with(|catalogue| {
        let Some(first) = play(catalogue, path, text, unsafe_fixes) else {
            return;
        };
        assert!(
            first.disagreement.is_empty(),
            "{:?} disagree on {text:?}",
            first.disagreement
        );
        for file in &first.files {
            let second = play(catalogue, path, &file.after, unsafe_fixes).expect("a second plan");
            assert!(
                second.files.is_empty(),
                "{text:?} became {:?}, then {:?}",
                file.after,
                second.files
            );
        }
    });
});
