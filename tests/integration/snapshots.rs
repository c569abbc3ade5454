//! Where snapshots are, and that none is left over. How to accept them: see `main.rs`.

use std::fs;
use std::path::Path;

use crate::apply::COMMANDS;
use crate::common::{all_fixtures, root};

/// Compares with `snapshots/<name>.snap`, or with `snapshots/<fixture>/<name>.snap`.
///
/// Write the name, and a fixture, as a literal in the test's file: [`no_snapshot_is_left_over`] looks for it there.
macro_rules! snapshot {
    ($name:expr, $text:expr) => {
        snapshot!("", $name, $text)
    };
    ($fixture:expr, $name:expr, $text:expr) => {{
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path($crate::common::root().join("snapshots").join($fixture));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!($name, $text));
    }};
}

/// Every snapshot belongs to a command that runs on every fixture, or is named in the file of one test.
#[test]
fn no_snapshot_is_left_over() {
    let fixtures = all_fixtures();
    let sources: Vec<String> = fs::read_dir(root().join("tests/integration"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let is_used = |folder: &str, name: &str| {
        if COMMANDS.iter().any(|(command, _)| *command == name) {
            return fixtures.iter().any(|fixture| fixture == folder);
        }
        let says = |source: &str, word: &str| source.contains(&format!("\"{word}\""));
        sources
            .iter()
            .any(|source| says(source, name) && (folder.is_empty() || says(source, folder)))
    };
    let top = root().join("snapshots");
    let mut left_over = Vec::new();
    let mut count = 0;
    walk(&top, &mut |path| {
        let name = path.strip_prefix(&top).unwrap().to_str().unwrap();
        // What a failed test has left to be looked at.
        if name.ends_with(".snap.new") {
            return;
        }
        count += 1;
        let used = name.strip_suffix(".snap").is_some_and(|name| {
            let (folder, name) = name.rsplit_once('/').unwrap_or(("", name));
            is_used(folder, name)
        });
        if !used {
            left_over.push(name.to_owned());
        }
    });
    assert!(
        left_over.is_empty(),
        "no test uses these files of snapshots/; delete them:\n{}",
        left_over.join("\n")
    );
    assert!(count >= fixtures.len() * COMMANDS.len(), "{count}");
}

fn walk(folder: &Path, found: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else {
            found(&path);
        }
    }
}
