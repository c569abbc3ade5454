//! The report for people.

mod changes;
mod finding;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Fixed, Outcome, Report, statistics};
use crate::finding::{FixState, Safety};
use crate::ignore::Ignored;
use crate::plural::counted;
use finding::Findings;

pub use changes::{diff, file, head, left_over, patch, refused, whole_diff, written};

/// The findings, each with the piece of the file that it speaks of, and how many there are.
pub fn text(report: &Report<'_>) -> String {
    let mut text = String::new();
    if report.style.verbose {
        text.push_str(&looked_at(report));
    }
    let findings = Findings::new(report);
    text.extend(report.shown().map(|one| findings.one(one) + "\n"));
    if report.style.statistics {
        let table = statistics::text(report.shown());
        if !table.is_empty() {
            text.push_str(&table);
            text.push('\n');
        }
    }
    if report.style.verbose {
        text.push_str(&ignored(report));
    }
    text.push_str(&summary(report));
    if let Outcome::Fixed(fixed) = report.outcome {
        text.push_str(&self::fixed(report, fixed));
    }
    text
}

/// Every configuration, its files and the profile it is judged by.
pub fn looked_at(report: &Report<'_>) -> String {
    let mut text = String::new();
    let targets = report.plan.targets.iter();
    for target in targets.filter(|target| !target.files.is_empty()) {
        let uses = if target.uses_zai {
            "uses Z.ai"
        } else {
            "doesn't use Z.ai"
        };
        text.push_str(&format!(
            "{}: {uses}, profile {}\n",
            target.tool, target.profile
        ));
        for file in &target.files {
            text.push_str(&format!("  {}\n", report.path(file)));
        }
    }
    text.push('\n');
    text
}

/// What is ignored, and why.
fn ignored(report: &Report<'_>) -> String {
    let line = |one: &Ignored| {
        let (finding, by) = (&one.finding, &one.suppression);
        format!(
            "ignored: {}:{}: {}: {} ({}:{})\n",
            report.path(&finding.file),
            finding.position.0,
            finding.rule,
            report.redactor.text(&by.reason).replace(['\r', '\n'], " "),
            report.path(&by.file),
            by.line
        )
    };
    report.plan.ignored.iter().map(line).collect()
}

/// What was looked at and how much was found.
fn summary(report: &Report<'_>) -> String {
    let (plan, counts) = (report.plan, report.counts);
    let mut text = String::new();
    let using = plan.targets.iter().filter(|target| target.uses_zai);
    let files: usize = plan.targets.iter().map(|target| target.files.len()).sum();
    let profiles: BTreeSet<&str> = using
        .clone()
        .map(|target| target.profile.as_str())
        .collect();
    let found: Vec<String> = [
        (counts.errors, "error"),
        (counts.warnings, "warning"),
        (counts.notes, "note"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| counted(count, word))
    .collect();
    let mut found = if found.is_empty() {
        "nothing to report".to_owned()
    } else {
        found.join(", ")
    };
    if counts.ignored > 0 {
        let _ = write!(found, ", {} ignored", counts.ignored);
    }
    let _ = writeln!(
        text,
        "{found} in {} ({} on Z.ai; profile {}; facts {})",
        counted(files, "file"),
        counted(using.count(), "configuration"),
        if profiles.is_empty() {
            "-".to_owned()
        } else {
            profiles.into_iter().collect::<Vec<_>>().join(", ")
        },
        plan.facts,
    );
    let count = |wanted: fn(&FixState) -> bool| {
        let findings = plan.findings.iter();
        findings.filter(|finding| wanted(&finding.fix)).count()
    };
    let safe = count(|fix| matches!(fix, FixState::Planned(Safety::Safe)));
    let needs_unsafe = count(|fix| matches!(fix, FixState::NeedsUnsafe(_)));
    if safe > 0 {
        let command = report.advice.command(plan);
        let command = report.redactor.text(&command);
        let _ = writeln!(text, "{safe} can be fixed with `{command}`");
    }
    if needs_unsafe > 0 {
        let _ = writeln!(
            text,
            "{needs_unsafe} more with --unsafe-fixes, which take something away: see each"
        );
    }
    for skipped in &plan.skipped {
        let _ = writeln!(text, "{}", report.skipped(skipped));
    }
    text
}

/// How much `lint --fix` would fix.
pub fn would_fix(findings: usize, files: usize) -> String {
    match files {
        0 => "nothing to mend".to_owned(),
        files => format!(
            "{} would be mended in {}; nothing was written",
            counted(findings, "finding"),
            counted(files, "file")
        ),
    }
}

/// How much was fixed, and how to take it back.
pub fn fixed(report: &Report<'_>, fixed: &Fixed) -> String {
    match &fixed.written {
        None => "nothing to mend\n".to_owned(),
        Some(files) => format!(
            "{} mended{}",
            counted(fixed.findings, "finding"),
            written(report.catalogue, files)
        ),
    }
}
