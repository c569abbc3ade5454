//! A rule as a page: `explain` prints it, and `docs/rules/<id>.md` is the same text.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::finding::Safety;
use crate::rule::Rule;
use crate::rule::compile::Check;
use crate::rule::schema::{EvidenceKind, Purpose};

/// The page, in Markdown.
pub fn markdown(rule: &Rule) -> String {
    let file = &rule.file;
    let mut text = format!("# {}\n\n{}\n\n", rule.id, sentence(&file.title));
    let purpose = match rule.purpose {
        Purpose::Policy => "`lint` and `apply`",
        Purpose::Setup => "`apply` only",
    };
    let fixes: Vec<Safety> = {
        let mut fixes: Vec<Safety> = rule
            .checks
            .iter()
            .filter_map(Check::fix)
            .map(|fix| fix.safety)
            .collect();
        fixes.sort();
        fixes.dedup();
        fixes
    };
    let fix = if fixes.is_empty() {
        "none".to_owned()
    } else {
        fixes
            .iter()
            .rev()
            .map(Safety::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let _ = writeln!(
        text,
        "| tool | severity | category | used by | fix |\n|---|---|---|---|---|"
    );
    let _ = writeln!(
        text,
        "| {} | {} | {} | {purpose} | {fix} |",
        rule.tool, rule.severity, rule.category
    );
    let mut section = |title: &str, body: Option<&str>| {
        if let Some(body) = body {
            let _ = writeln!(text, "\n## {title}\n\n{}", body.trim());
        }
    };
    section("Why", Some(&file.docs.why));
    section("How to mend it", file.docs.how.as_deref());
    section("Fix safety", file.docs.fix_safety.as_deref());
    section("Limits", file.docs.limits.as_deref());
    if !file.alternatives.is_empty() {
        let others: Vec<String> = file
            .alternatives
            .iter()
            .map(|other| format!("`{}`", other.get_ref()))
            .collect();
        let _ = writeln!(text, "\n## Alternatives\n\n{}", others.join(", "));
    }
    if let Some(case) = file
        .case
        .iter()
        .find(|case| case.before.is_some() && case.after.is_some())
    {
        let _ = writeln!(
            text,
            "\n## Example\n\n{}:\n",
            sentence(&case.name).trim_end_matches('.')
        );
        let _ = writeln!(
            text,
            "```\n{}\n```\n\nbecomes\n\n```\n{}\n```",
            fenced(&case.before),
            fenced(&case.after)
        );
    }
    let _ = writeln!(text, "\n## Evidence\n");
    for evidence in &file.evidence {
        let kind = match evidence.kind {
            EvidenceKind::VendorDocs => "vendor's documentation",
            EvidenceKind::VendorCode => "the tool's code",
            EvidenceKind::Ran => "the tool was run by a script",
            EvidenceKind::Seen => "the tool was run by hand",
            EvidenceKind::Community => "reported",
        };
        let versions = evidence
            .versions
            .as_ref()
            .map(|versions| format!(", versions {versions}"))
            .unwrap_or_default();
        let note = evidence
            .note
            .as_ref()
            .map(|note| format!(": {note}"))
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "- {kind}, {}{versions}, <{}>{note}",
            evidence.verified, evidence.url
        );
    }
    text
}

fn fenced(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default().trim_end_matches('\n')
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    let end = if text.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{end}", chars.as_str())
}

/// The page for programs.
pub fn json(rule: &Rule) -> Value {
    let file = &rule.file;
    json!({
        "version": 1,
        "rule": {
            "id": rule.id,
            "tool": rule.tool,
            "purpose": rule.purpose,
            "category": rule.category,
            "severity": rule.severity,
            "title": file.title,
            "alternatives": file.alternatives.iter().map(|other| other.get_ref()).collect::<Vec<_>>(),
            "docs": file.docs,
            "evidence": file.evidence,
        },
    })
}
