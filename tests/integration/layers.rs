//! The layers of the program: a module uses what stands above it in the list, never what stands below.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::common::root;

/// From what everything uses to what uses everything. The three crates stand above all of it.
const LAYERS: [&str; 20] = [
    "plural",
    "vocabulary",
    "embedded",
    "load",
    "paths",
    "profile",
    "facts",
    "condition",
    "tool",
    "rule",
    "finding",
    "config",
    "ignore",
    "plan",
    "report",
    "doctor",
    "gate",
    "cli",
    "main",
    "lib",
];

/// The crates, under the names by which the program calls them.
const CRATES: [&str; 3] = ["document", "transaction", "redact"];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The text of a source file without the tests at its end.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let tests = text.find("#[cfg(test)]\nmod tests {");
    text[..tests.unwrap_or(text.len())].to_owned()
}

#[test]
fn no_module_uses_one_that_stands_below_it() {
    let names = Regex::new(r"\bcrate::([a-z_]+)").unwrap();
    let grouped = Regex::new(r"\buse crate::\{([^}]*)\}").unwrap();
    let place = |name: &str| LAYERS.iter().position(|layer| *layer == name);
    let folder = root().join("src");
    let mut files = Vec::new();
    rust_files(&folder, &mut files);
    assert!(files.len() > 100, "{}", files.len());
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for file in files {
        let below = file.strip_prefix(&folder).unwrap();
        let own = below.components().next().unwrap();
        let own = own.as_os_str().to_str().unwrap().trim_end_matches(".rs");
        let layer = place(own).unwrap_or_else(|| panic!("{own} is in no layer"));
        let text = code(&file);
        let single = names.captures_iter(&text).map(|found| found[1].to_owned());
        let several = grouped.captures_iter(&text).flat_map(|found| {
            let names = found[1]
                .split(',')
                .map(|name| name.trim().split("::").next().unwrap());
            names.map(str::to_owned).collect::<Vec<_>>()
        });
        for used in single.chain(several) {
            if CRATES.contains(&used.as_str()) || used == own || used.is_empty() {
                continue;
            }
            let other = place(&used).unwrap_or_else(|| panic!("{used} is in no layer"));
            seen.insert((own.to_owned(), used.clone()));
            if other > layer {
                wrong.push(format!("{} uses {used}", below.display()));
            }
        }
    }
    assert!(seen.len() > 40, "the use lines were not read: {seen:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_crates_use_nothing_of_the_program_and_not_each_other() {
    for name in ["document", "transaction", "redact"] {
        let manifest =
            fs::read_to_string(root().join(format!("crates/{name}/Cargo.toml"))).unwrap();
        for other in ["document", "transaction", "redact"] {
            let inside = format!("glm-setup-{other} =");
            assert!(!manifest.contains(&inside), "{name} depends on {other}");
        }
        let mut files = Vec::new();
        rust_files(&root().join(format!("crates/{name}/src")), &mut files);
        assert!(!files.is_empty());
        for file in files {
            assert!(!code(&file).contains("glm_setup::"), "{}", file.display());
        }
    }
}

#[test]
fn no_two_types_have_one_name() {
    let types =
        Regex::new(r"(?m)^\s*(?:pub(?:\([a-z ]+\))? )?(?:struct|enum|trait|type) ([A-Z]\w*)")
            .unwrap();
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    let mut known: Vec<(String, PathBuf)> = Vec::new();
    let mut twice = Vec::new();
    for file in files {
        for found in types.captures_iter(&code(&file)) {
            let name = found[1].to_owned();
            // What a trait of a library asks for.
            if ["Value", "Item", "Err", "Target", "Error"].contains(&name.as_str()) {
                continue;
            }
            match known.iter().find(|(other, _)| *other == name) {
                Some((_, first)) => twice.push(format!(
                    "{name}: {} and {}",
                    first.display(),
                    file.display()
                )),
                None => known.push((name, file.clone())),
            }
        }
    }
    assert!(known.len() > 200, "{}", known.len());
    assert!(twice.is_empty(), "{twice:#?}");
}
