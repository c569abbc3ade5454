//! The list of rules.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::finding::Safety;
use crate::rule::Rule;
use crate::rule::catalogue::RulesByTool;
use crate::rule::compile::{Check, RuleOrigin};
use crate::rule::schema::Purpose;

/// For people: by tool, a line for each rule.
pub fn text(all: &RulesByTool) -> String {
    let mut text = String::new();
    let width = all
        .iter()
        .flat_map(|(_, rules)| rules.iter())
        .map(|rule| rule.id.len())
        .max()
        .unwrap_or_default();
    for (tool, rules) in all {
        let _ = writeln!(text, "{tool}");
        for rule in rules.iter() {
            let severity = if rule.purpose == Purpose::Setup {
                "setup".to_owned()
            } else {
                rule.severity.to_string()
            };
            let fix = best_fix(rule).map_or_else(|| "-".to_owned(), |safety| safety.to_string());
            let _ = writeln!(
                text,
                "  {:width$}  {severity:7}  {fix:12}  {}",
                rule.id, rule.file.title
            );
        }
    }
    text
}

/// For programs.
pub fn json(all: &RulesByTool) -> Value {
    let rules = all.iter().flat_map(|(_, rules)| rules.iter());
    let rules = rules.map(|rule| {
        json!({
            "id": rule.id,
            "tool": rule.tool,
            "purpose": rule.purpose,
            "category": rule.category,
            "severity": rule.severity,
            "title": rule.file.title,
            "fix": best_fix(rule),
            "verified": last_verified(rule),
            "origin": origin(rule),
        })
    });
    json!({ "version": 1, "rules": rules.collect::<Vec<_>>() })
}

fn best_fix(rule: &Rule) -> Option<Safety> {
    rule.checks
        .iter()
        .filter_map(Check::fix)
        .map(|fix| fix.safety)
        .max()
}

fn last_verified(rule: &Rule) -> Option<&str> {
    rule.file
        .evidence
        .iter()
        .map(|evidence| evidence.verified.as_str())
        .max()
}

fn origin(rule: &Rule) -> String {
    match &rule.origin {
        RuleOrigin::BuiltIn => "built-in".to_owned(),
        RuleOrigin::File(path) => path.display().to_string(),
    }
}
