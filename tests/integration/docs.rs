//! The pages under `docs/rules/` are the rules' own texts. `UPDATE_DOCS=1 cargo test --test integration docs::` writes them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use glm_setup::report::rule_page;
use glm_setup::rule::Catalogue;

use crate::common::{Home, read, root};

fn folder() -> PathBuf {
    root().join("docs/rules")
}

/// The pages as they should be, by file name.
fn pages() -> BTreeMap<String, String> {
    let catalogue = Catalogue::load(&[]).unwrap();
    let mut pages = BTreeMap::new();
    let mut index = String::from(
        "# Rules\n\nGenerated from `rules/`; `glm-setup explain RULE` prints the same pages.\n",
    );
    for (tool, rules) in catalogue.all_rules().unwrap() {
        let name = catalogue
            .tool(&tool)
            .map_or_else(|_| "Every tool".to_owned(), |tool| tool.name.clone());
        let _ = writeln!(
            index,
            "\n## {name}\n\n| rule | severity | fix | |\n|---|---|---|---|"
        );
        for rule in rules.iter() {
            let fix = rule
                .checks
                .iter()
                .filter_map(|check| check.fix())
                .map(|fix| fix.safety)
                .max();
            let fix = fix.map_or_else(|| "–".to_owned(), |safety| safety.to_string());
            let _ = writeln!(
                index,
                "| [{0}]({0}.md) | {1} | {fix} | {2} |",
                rule.id, rule.severity, rule.file.title
            );
            pages.insert(format!("{}.md", rule.id), rule_page::markdown(rule));
        }
    }
    pages.insert("README.md".to_owned(), index);
    pages
}

#[test]
fn the_pages_are_in_step_with_the_rules() {
    let pages = pages();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let _ = fs::remove_dir_all(folder());
        fs::create_dir_all(folder()).unwrap();
        for (name, text) in &pages {
            fs::write(folder().join(name), text).unwrap();
        }
    }
    let mut present: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    present.sort();
    let expected: Vec<&String> = pages.keys().collect();
    assert_eq!(
        present.iter().collect::<Vec<_>>(),
        expected,
        "run UPDATE_DOCS=1 cargo test --test integration docs::"
    );
    for (name, text) in &pages {
        let there = fs::read_to_string(folder().join(name)).unwrap();
        assert!(
            there == *text,
            "docs/rules/{name} is stale: run UPDATE_DOCS=1 cargo test --test integration docs::"
        );
    }
}

#[test]
fn the_readmes_diff_is_the_one_that_the_demo_shows() {
    let home = Home::new();
    let run = home.run(&["demo"]).exits(0);
    let start = run.stdout.find("--- a/.claude/settings.json").unwrap();
    let end = start + run.stdout[start..].find("\n\n").unwrap();
    let readme = read("README.md");
    assert!(
        readme.contains(&run.stdout[start..end]),
        "the README's diff is not:\n{}",
        &run.stdout[start..end]
    );
}
