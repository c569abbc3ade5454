//! The catalogue is honest: every rule has evidence and working cases, names only what exists, and is silent where
//! nothing is wrong.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use crate::common::{Home, all_fixtures, root};
use glm_setup::condition::predicate::Pattern;
use glm_setup::facts::{FactSet, FactValue};
use glm_setup::load::Source;
use glm_setup::plan::case;
use glm_setup::rule::compile::{Part, RuleOrigin, Trust};
use glm_setup::rule::schema::EvidenceKind;
use glm_setup::rule::{Catalogue, Rule};
use serde_json::Value;

fn catalogue() -> Catalogue {
    Catalogue::load(&[]).unwrap()
}

fn rules(catalogue: &Catalogue) -> Vec<Rule> {
    catalogue
        .all_rules()
        .unwrap()
        .iter()
        .flat_map(|(_, rules)| rules.iter().cloned())
        .collect()
}

#[test]
fn every_rule_passes_a_users_rules_checks() {
    // Embedded rules compile their queries and expressions when they are used; here all are compiled.
    let catalogue = catalogue();
    let all = rules(&catalogue);
    assert!(!all.is_empty());
    for rule in &all {
        let texts = catalogue.rule_texts(&rule.id).unwrap();
        let name = format!("{}.toml", rule.id);
        let source = Source::new(&name, texts[0]);
        let origin = || RuleOrigin::BuiltIn;
        let loaded = if rule.of_family {
            let added = texts.get(1).map(|text| Source::new(&name, text));
            let added = added.as_ref().map(|source| (source, Trust::User, origin()));
            let family = (&source, Trust::User, origin());
            Rule::of_family(family, added, &rule.id, &rule.tool, Part::Whole)
        } else {
            Rule::load(&source, Part::Whole, Trust::User, origin())
        };
        if let Err(error) = loaded {
            panic!("{error}");
        }
    }
}

#[test]
fn every_rule_lies_in_its_tools_folder_once() {
    let mut ids = BTreeSet::new();
    let folder = root().join("rules");
    let catalogue = catalogue();
    for (tool, rules) in catalogue.all_rules().unwrap() {
        for rule in &rules {
            assert_eq!(rule.tool, tool, "{}", rule.id);
            let file = folder.join(&tool).join(format!("{}.toml", rule.id));
            assert!(file.is_file() || rule.of_family, "{}", file.display());
            assert!(ids.insert(rule.id.clone()), "{} is there twice", rule.id);
        }
    }
}

#[test]
fn every_case_of_every_rule_holds() {
    let catalogue = catalogue();
    let mut failures = String::new();
    let mut count = 0;
    for rule in rules(&catalogue) {
        for one in &rule.file.case {
            count += 1;
            if let Err(difference) = case::run(&catalogue, &rule, one) {
                let _ = writeln!(failures, "{}: {}\n  {difference}", rule.id, one.name);
            }
        }
    }
    assert!(
        count > 0 && failures.is_empty(),
        "{count} cases\n{failures}"
    );
}

#[test]
fn every_rule_has_a_case_that_fires_and_one_that_does_not() {
    let mut families = BTreeSet::new();
    for rule in rules(&catalogue()) {
        let (clean, firing): (Vec<_>, Vec<_>) = rule.file.case.iter().partition(|case| case.clean);
        let both = !clean.is_empty() && !firing.is_empty();
        if rule.of_family {
            families.extend(both.then(|| rule.file.title.clone()));
        } else {
            assert!(both, "{}: no case fires, or none is clean", rule.id);
        }
    }
    // Of a family it is enough that one tool shows both; the others say only what is true of them.
    for rule in rules(&catalogue()).iter().filter(|rule| rule.of_family) {
        assert!(
            families.contains(rule.file.title.as_str()),
            "{}: no tool has cases",
            rule.id
        );
    }
}

#[test]
fn every_fact_that_a_rule_names_is_in_every_pack_or_computed() {
    let catalogue = catalogue();
    for id in catalogue.pack_ids() {
        let pack = catalogue.pack(Some(id)).unwrap();
        for rule in rules(&catalogue) {
            for fact in rule.facts_named() {
                assert!(
                    FactSet::exists(&pack, &fact),
                    "{}: facts {id} have no {fact}",
                    rule.id
                );
            }
        }
    }
}

#[test]
fn every_name_of_a_tool_role_entry_or_rule_exists() {
    let catalogue = catalogue();
    let ids: BTreeSet<String> = catalogue.rule_ids().map(str::to_owned).collect();
    for rule in rules(&catalogue) {
        for other in &rule.file.alternatives {
            assert!(
                ids.contains(other.get_ref()),
                "{}: no rule {}",
                rule.id,
                other.get_ref()
            );
        }
        if rule.tool == "any" {
            continue;
        }
        let tool = catalogue.tool(&rule.tool).unwrap();
        for role in &rule.files {
            assert!(
                role == "*" || tool.file.iter().any(|file| file.role == *role),
                "{}: no role {role}",
                rule.id
            );
        }
        for when in rule
            .file
            .check
            .iter()
            .map(|check| &check.when)
            .chain([&rule.file.when])
            .flatten()
        {
            for entry in when.entry.iter().flatten() {
                assert!(
                    tool.entry(entry.get_ref()).is_some(),
                    "{}: no entry {}",
                    rule.id,
                    entry.get_ref()
                );
            }
        }
    }
    for id in catalogue.pack_ids() {
        for error in &catalogue.pack(Some(id)).unwrap().error {
            for rule in &error.rules {
                assert!(
                    ids.contains(rule),
                    "facts {id}: error {} names the rule {rule}",
                    error.code
                );
            }
        }
    }
}

#[test]
fn evidence_is_dated_and_can_be_looked_up() {
    for rule in rules(&catalogue()) {
        for evidence in &rule.file.evidence {
            assert!(
                evidence.url.starts_with("https://"),
                "{}: {}",
                rule.id,
                evidence.url
            );
            assert!(
                is_date(&evidence.verified),
                "{}: {}",
                rule.id,
                evidence.verified
            );
            if let Some(versions) = &evidence.versions {
                assert!(
                    semver::VersionReq::parse(versions).is_ok(),
                    "{}: {versions}",
                    rule.id
                );
            }
            if matches!(evidence.kind, EvidenceKind::Ran | EvidenceKind::Seen) {
                assert!(
                    evidence.note.is_some(),
                    "{}: say what was seen when the tool was run",
                    rule.id
                );
            }
        }
    }
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == 3
        && [4, 2, 2]
            .iter()
            .zip(&parts)
            .all(|(length, part)| part.len() == *length && part.parse::<u32>().is_ok())
}

#[test]
fn profiles_and_packs_load() {
    let catalogue = catalogue();
    let profiles: Vec<&str> = catalogue.profile_ids().collect();
    assert_eq!(profiles, ["lite", "max", "metered", "pro", "self-hosted"]);
    for id in profiles {
        catalogue.profile(id).unwrap();
    }
    assert_eq!(
        catalogue.pack_ids().collect::<Vec<_>>(),
        ["2026-04", "2026-09"]
    );
    assert_eq!(catalogue.pack(None).unwrap().id, "2026-09");
}

#[test]
fn every_rule_over_every_fixture() {
    let mut table = String::new();
    for fixture in all_fixtures() {
        let home = Home::fixture(&fixture);
        let _ = writeln!(table, "{fixture}");
        for finding in home.findings(&["--profile", "lite"]) {
            let file = finding["file"].as_str().unwrap();
            let file = file.rsplit_once("home/").map_or(file, |(_, file)| file);
            let _ = writeln!(
                table,
                "  {:7} {} {file}:{}:{} {}",
                finding["severity"].as_str().unwrap(),
                finding["rule"].as_str().unwrap(),
                finding["line"],
                finding["column"],
                finding["pointer"].as_str().unwrap(),
            );
        }
    }
    snapshot!("catalogue-matrix", table);
}

#[test]
fn rules_folder_holds_nothing_else() {
    fn walk(folder: &Path, names: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, names);
            } else {
                names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    let mut names = Vec::new();
    walk(&root().join("rules"), &mut names);
    names.retain(|name| !name.ends_with(".toml"));
    assert_eq!(names, ["RULES.md"]);
}

#[test]
fn facts_that_are_expressions_match() {
    let catalogue = catalogue();
    let key = format!("{}.{}", "0".repeat(32), "A0".repeat(8));
    for id in catalogue.pack_ids() {
        let pack = catalogue.pack(Some(id)).unwrap();
        let shape = pack.fact.iter().find(|fact| fact.key == "key.shape");
        let Some(FactValue::One(Value::String(shape))) = shape.unwrap().value() else {
            panic!("{id}: no text");
        };
        let shape = Pattern::whole(shape);
        assert_eq!(shape.check(), Ok(()), "{id}");
        assert!(shape.matches(&key));
        for other in [&key[1..], &key[..48], "sk-0000", ""] {
            assert!(!shape.matches(other), "{id}: {other}");
        }
    }
}
