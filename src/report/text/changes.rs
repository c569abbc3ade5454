//! What would change, what was written, and what is left to do.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use crate::finding::FixState;
use crate::paths::Environment;
use crate::plan::{BYPASS, PlannedFile};
use crate::plural::counted;
use crate::redact::Redactor;
use crate::report::diff::{DiffOptions, unified};
use crate::report::{Report, json, visible};
use crate::rule::Catalogue;
use crate::transaction::Written;

/// Longer lines of a diff are cut around the change.
const MAX_LINE_WIDTH: usize = 200;

/// What is refused, and which files rewritten by a running tool are about to be edited.
pub fn head(report: &Report<'_>) -> String {
    let plan = report.plan;
    let mut text = String::new();
    for refusal in refused(report) {
        let _ = writeln!(text, "{refusal}");
    }
    let named = |note: &&String| !plan.files.is_empty() || note.contains(BYPASS);
    for note in plan.notes.iter().filter(named) {
        let _ = writeln!(text, "note: {}", report.redactor.text(note));
    }
    for file in &plan.files {
        if let Some(by) = &file.rewritten_by {
            let _ = writeln!(
                text,
                "note: {} is rewritten by {by}; close it first",
                report.path(&file.path)
            );
        }
    }
    text
}

/// The tools that are not written, and why; a line for each.
pub fn refused(report: &Report<'_>) -> impl Iterator<Item = String> {
    report.plan.refusals.iter().map(|refusal| {
        let reason = report.redactor.text(&refusal.reason);
        format!("{} is left alone: {reason}", refusal.tool)
    })
}

/// A changed file: which rules, and the diff.
pub fn file(report: &Report<'_>, file: &PlannedFile) -> String {
    let rules = file.rules.join(", ");
    let diff = diff(
        report.environment,
        &report.redactor,
        &file.path,
        [file.before(), Some(&file.after)],
        report.style.color,
    );
    let mut text = format!("\n{} ({rules})\n{diff}", report.path(&file.path));
    // A line that had to be cut may hide a change, so the changes are listed beside it.
    if diff.contains('…') {
        for one in &file.edits {
            let shown = json::edit(one, &report.redactor);
            let word = |key: &str| visible::line(shown[key].as_str().unwrap_or_default());
            let value = match &shown["value"] {
                serde_json::Value::Null => String::new(),
                value => visible::line(&format!(" {value}")),
            };
            let _ = writeln!(text, "  {} {}{value}", word("op"), word("pointer"));
        }
    }
    text
}

/// The diff with every line whole, for programs.
pub fn whole_diff(report: &Report<'_>, file: &PlannedFile) -> String {
    let label = below_home(report.environment, &file.path);
    let (before, after) = (file.before(), Some(file.after.as_str()));
    let options = DiffOptions::default();
    unified(&label, &label, before, after, &report.redactor, &options)
}

/// The diff with every line whole, for people and for `patch`. Where paths were named, labels are relative to the
/// working folder.
pub fn patch(report: &Report<'_>, file: &PlannedFile, paths_named: bool) -> String {
    let label = match file.path.strip_prefix(report.folder) {
        Ok(relative) if paths_named => relative.display().to_string(),
        _ => below_home(report.environment, &file.path),
    };
    let (before, after) = (file.before(), Some(file.after.as_str()));
    let options = DiffOptions {
        color: report.style.color,
        ..DiffOptions::default()
    };
    unified(&label, &label, before, after, &report.redactor, &options)
}

/// The diff between two states of a file; labels are relative to the home folder, so that it can be used as a patch there.
pub fn diff(
    environment: &Environment,
    redactor: &Redactor,
    path: &Path,
    [before, after]: [Option<&str>; 2],
    color: bool,
) -> String {
    let label = below_home(environment, path);
    let options = DiffOptions {
        max_line_width: Some(MAX_LINE_WIDTH),
        color,
        ..DiffOptions::default()
    };
    unified(&label, &label, before, after, redactor, &options)
}

/// A path relative to the home folder, where it lies there.
fn below_home(environment: &Environment, path: &Path) -> String {
    path.strip_prefix(&environment.home)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// What was written, and what to do next.
pub fn written(catalogue: &Catalogue, written: &Written) -> String {
    let mut text = format!(
        "\n{} written; take it back with `glm-setup undo {}`\n",
        counted(written.files.len(), "file"),
        written.id
    );
    for warning in &written.warnings {
        let _ = writeln!(text, "warning: {warning}");
    }
    let files = written.files.iter();
    let tools: BTreeSet<&str> = files.map(|file| file.tool.as_str()).collect();
    for tool in tools.iter().filter_map(|id| catalogue.tool(id).ok()) {
        let _ = writeln!(text, "{}: {}", tool.name, tool.restart);
    }
    text
}

/// What the plan leaves: nothing to do, or findings that it can't or may not fix. `changed` files were changed, or
/// would be when nothing `writes`.
pub fn left_over(report: &Report<'_>, changed: usize, writes: bool) -> String {
    let plan = report.plan;
    let mut text = String::new();
    if changed == 0 && plan.files.is_empty() {
        text.push_str("nothing to change\n");
    } else if changed == 0 && writes {
        text.push_str("nothing was written\n");
    } else if !writes {
        let _ = writeln!(
            text,
            "\n{} would change; nothing was written",
            counted(plan.files.len(), "file")
        );
    }
    let count = |wanted: fn(&FixState) -> bool| {
        let findings = plan.findings.iter();
        findings.filter(|finding| wanted(&finding.fix)).count()
    };
    let needs_unsafe = count(|fix| matches!(fix, FixState::NeedsUnsafe(_)));
    if needs_unsafe > 0 {
        let _ = writeln!(
            text,
            "{} left for --unsafe-fixes, which take something away:",
            counted(needs_unsafe, "finding")
        );
        let lines: BTreeSet<String> = plan
            .findings
            .iter()
            .filter_map(|finding| match &finding.fix {
                FixState::NeedsUnsafe(consequence) => Some(format!(
                    "  {}: {}",
                    finding.rule,
                    consequence.as_deref().unwrap_or(&finding.message)
                )),
                _ => None,
            })
            .collect();
        let lines = lines.iter().map(|line| report.redactor.text(line));
        text.extend(lines.map(|line| line.into_owned() + "\n"));
    }
    let by_hand = count(|fix| {
        matches!(
            fix,
            FixState::DisplayOnly | FixState::Impossible(_) | FixState::None
        )
    });
    if by_hand > 0 {
        let _ = writeln!(
            text,
            "{} can't be mended by apply: see `glm-setup lint`",
            counted(by_hand, "finding")
        );
    }
    text
}
