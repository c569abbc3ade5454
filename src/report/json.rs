//! The report for programs: `{ "version": 1, … }`.

use std::path::Path;

use serde_json::{Value, json};

use super::{Outcome, Report, statistics, text};
use crate::document::{Edit, Token};
use crate::finding::{Finding, FixState};
use crate::ignore::Ignored;
use crate::plan::{PlannedEdit, Target};
use crate::redact::Redactor;
use crate::transaction::Written;

/// The version of the format. A member may be added without a new version; none changes its meaning or goes.
pub const VERSION: u32 = 1;

/// The report as JSON; secrets are redacted. Paths are absolute.
pub fn json(report: &Report<'_>) -> Value {
    let Report {
        plan,
        counts,
        redactor,
        ..
    } = report;
    let targets = plan.targets.iter().filter(|target| target.concerns());
    let mut value = json!({
        "version": VERSION,
        "facts": plan.facts,
        "configurations": targets.map(|target| configuration(target, redactor)).collect::<Vec<_>>(),
        "findings": plan.findings.iter().map(|one| finding(one, redactor)).collect::<Vec<_>>(),
        "ignored": plan.ignored.iter().map(|one| ignored(one, redactor)).collect::<Vec<_>>(),
        "changes": changes(report),
        "errors": report.problems().iter().map(|problem| json!({
            "file": path(problem.path()),
            "message": redactor.text(&problem.to_string()),
        })).collect::<Vec<_>>(),
        "refused": plan.refusals.iter().map(|refusal| json!({
            "tool": refusal.tool,
            "reason": redactor.text(&refusal.reason),
        })).collect::<Vec<_>>(),
        "notes": plan.notes.iter().map(|note| redactor.text(note)).collect::<Vec<_>>(),
        "skipped": plan.skipped.iter().map(|skipped| json!({
            "rule": skipped.rule,
            "unknown-fact": skipped.fact,
        })).collect::<Vec<_>>(),
        "summary": {
            "error": counts.errors,
            "warning": counts.warnings,
            "info": counts.notes,
            "ignored": counts.ignored,
            "changes": counts.changes,
        },
    });
    if report.style.statistics {
        value["statistics"] = statistics::json(&plan.findings);
    }
    match report.outcome {
        Outcome::Looked => {}
        Outcome::Applied(written) => value["transaction"] = transaction(written),
        // What was changed takes the place of what would be: the plan is that of the findings that remain.
        Outcome::Fixed(fixed) => {
            value["changes"] = fixed.changes.clone();
            value["summary"]["changes"] = fixed.files.into();
            value["transaction"] = transaction(fixed.written.as_ref());
        }
    }
    value
}

/// The transaction's id.
fn transaction(written: Option<&Written>) -> Value {
    written.map(|written| written.id.to_string()).into()
}

/// What would change, file by file.
pub fn changes(report: &Report<'_>) -> Value {
    let files = report.plan.files.iter();
    files
        .map(|file| {
            json!({
                "tool": file.tool,
                "file": path(&file.path),
                "creates": file.before.is_none(),
                "rules": file.rules,
                "edits": file.edits.iter().map(|one| edit(one, &report.redactor)).collect::<Vec<_>>(),
                "diff": text::whole_diff(report, file),
            })
        })
        .collect()
}

fn ignored(one: &Ignored, redactor: &Redactor) -> Value {
    let mut value = finding(&one.finding, redactor);
    value["ignored"] = json!({
        "by": one.suppression.by,
        "reason": redactor.text(&one.suppression.reason),
        "file": path(&one.suppression.file),
        "line": one.suppression.line,
    });
    value
}

/// One edit as JSON, its value redacted.
pub(super) fn edit(one: &PlannedEdit, redactor: &Redactor) -> Value {
    let names: Vec<String> = one
        .edit
        .at()
        .0
        .iter()
        .map(|token| match token {
            Token::Key(key) => key.clone(),
            Token::Index(index) => index.to_string(),
        })
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (op, value) = match &one.edit {
        Edit::Set { value, .. } => ("set", redactor.value(&names, value)),
        Edit::Append { value, .. } => ("append", redactor.value(&names, value)),
        Edit::Remove { .. } => ("remove", Value::Null),
        Edit::Rename { to, .. } => ("rename", Value::from(to.as_str())),
    };
    json!({ "rule": one.rule, "op": op, "pointer": one.edit.at().to_string(), "value": value })
}

/// One finding as JSON.
fn finding(finding: &Finding, redactor: &Redactor) -> Value {
    let fix = match &finding.fix {
        FixState::None => Value::Null,
        FixState::FixedByOther => json!({ "safety": "safe", "applicable": true }),
        FixState::Planned(safety) => json!({ "safety": safety, "applicable": true }),
        FixState::NeedsUnsafe(consequence) => {
            json!({ "safety": "unsafe", "applicable": false, "consequence": consequence })
        }
        FixState::DisplayOnly => json!({ "safety": "display-only", "applicable": false }),
        FixState::Impossible(reason) => {
            json!({ "applicable": false, "reason": redactor.text(reason) })
        }
    };
    json!({
        "rule": finding.rule,
        "tool": finding.tool,
        "category": finding.category,
        "severity": finding.severity,
        "message": redactor.text(&finding.message),
        "file": path(&finding.file),
        "pointer": finding.pointer.to_string(),
        "line": finding.position.0,
        "column": finding.position.1,
        "fix": fix,
    })
}

/// What a configuration points at, as JSON.
pub fn configuration(target: &Target, redactor: &Redactor) -> Value {
    json!({
        "tool": target.tool,
        "files": target.files.iter().map(|file| path(file)).collect::<Vec<_>>(),
        "uses-zai": target.uses_zai,
        "billing": target.billing,
        "region": target.region,
        "points-at": target.points_at.iter().map(|text| redactor.text(text)).collect::<Vec<_>>(),
        "gate": target.gate.as_ref().map(|gate| redactor.text(gate)),
        "profile": target.profile,
        "has-key": target.has_key,
    })
}

/// A path as text; bytes that are not UTF-8 are replaced.
fn path(path: &Path) -> String {
    path.display().to_string()
}
