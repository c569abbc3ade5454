//! The rules that were found not to hold, described.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};

use super::{level, shown};
use crate::finding::Severity;
use crate::report::{Report, rule_page};
use crate::rule::Rule;
use crate::rule::schema::{Evidence, EvidenceKind};

/// The rules of a run's findings.
pub(super) struct RuleDescriptors {
    /// Their descriptors.
    pub(super) descriptors: Vec<Value>,
    /// Where each stands among them.
    pub(super) index: HashMap<String, usize>,
}

impl RuleDescriptors {
    pub(super) fn new(report: &Report<'_>) -> Self {
        let plan = report.plan;
        let ignored = plan.ignored.iter().map(|one| &one.finding);
        let findings = plan.findings.iter().chain(ignored);
        let ids: BTreeSet<&str> = findings.map(|finding| finding.rule.as_str()).collect();
        let mut rules = Self {
            descriptors: Vec::new(),
            index: HashMap::new(),
        };
        for rule in ids.iter().filter_map(|id| report.catalogue.rule(id).ok()) {
            rules.index.insert(rule.id.clone(), rules.descriptors.len());
            rules.descriptors.push(descriptor(&rule, report));
        }
        rules
    }
}

fn descriptor(rule: &Rule, report: &Report<'_>) -> Value {
    let docs = &rule.file.docs;
    let why = match docs.why.trim() {
        "" => &rule.file.title,
        why => why,
    };
    let how = docs.how.as_deref().unwrap_or_default();
    let mut descriptor = json!({
        "id": rule.id,
        "shortDescription": { "text": shown(report, &rule.file.title) },
        "fullDescription": { "text": shown(report, why) },
        "help": {
            "text": shown(report, format!("{why}\n\n{how}").trim()),
            "markdown": shown(report, &rule_page::markdown(rule)),
        },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": {
            "tags": [rule.category.to_string(), rule.tool],
            // GitHub's words.
            "problem.severity": match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "recommendation",
            },
        },
    });
    if let Some(url) = help(&rule.file.evidence) {
        descriptor["helpUri"] = Value::from(url);
    }
    descriptor
}

/// The page to read: the vendor's documentation, else the first that can be opened.
fn help(evidence: &[Evidence]) -> Option<&str> {
    let web = |one: &&Evidence| {
        let rest = one.url.strip_prefix("https://");
        rest.or_else(|| one.url.strip_prefix("http://"))
            .is_some_and(|rest| {
                !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic())
            })
    };
    let docs = |one: &&Evidence| matches!(one.kind, EvidenceKind::VendorDocs);
    let best = evidence.iter().filter(web).find(docs);
    best.or_else(|| evidence.iter().find(web))
        .map(|one| one.url.as_str())
}
