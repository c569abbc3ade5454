//! The plan for programs: `{ "version": 1, … }`.

use std::path::Path;

use serde_json::{Value, json};

use super::redact::Redactor;
use crate::document::{Edit, Token};
use crate::finding::{Finding, FixState, Severity};
use crate::plan::{Plan, PlannedEdit, PlannedFile, Target};
use crate::tool::ReadError;

/// The version of the format. A member may be added without a new version; none changes its meaning or goes.
pub const VERSION: u32 = 1;

/// The plan as JSON; secrets are redacted. Paths are absolute.
pub fn plan(
    plan: &Plan,
    problems: &[ReadError],
    redactor: &Redactor,
    diff: &dyn Fn(&PlannedFile) -> String,
) -> Value {
    json!({
        "version": VERSION,
        "facts": plan.facts,
        "configurations": plan.targets.iter().filter(|target| target.concerns()).map(|target| configuration(target, redactor)).collect::<Vec<_>>(),
        "findings": plan.findings.iter().map(|one| finding(one, redactor)).collect::<Vec<_>>(),
        "ignored": plan.ignored.iter().map(|one| {
            let mut value = finding(&one.finding, redactor);
            value["ignored"] = json!({
                "by": one.suppression.by,
                "reason": redactor.text(&one.suppression.reason),
                "file": path(&one.suppression.file),
                "line": one.suppression.line,
            });
            value
        }).collect::<Vec<_>>(),
        "changes": plan.files.iter().map(|file| json!({
            "tool": file.tool,
            "file": path(&file.path),
            "creates": file.before.is_none(),
            "rules": file.rules,
            "edits": file.edits.iter().map(|one| edit(one, redactor)).collect::<Vec<_>>(),
            "diff": diff(file),
        })).collect::<Vec<_>>(),
        "errors": problems.iter().map(|problem| json!({
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
            "error": plan.count(Severity::Error),
            "warning": plan.count(Severity::Warning),
            "info": plan.count(Severity::Info),
            "ignored": plan.ignored.len(),
            "changes": plan.files.len(),
        },
    })
}

/// One edit as JSON, its value redacted.
pub fn edit(one: &PlannedEdit, redactor: &Redactor) -> Value {
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
pub fn finding(finding: &Finding, redactor: &Redactor) -> Value {
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
