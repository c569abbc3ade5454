//! `lint --fix` and `--diff`: the fixes of the rules, by the same way as `apply`.

use std::path::PathBuf;

use super::Exit;
use super::args::{Lint, LintFormat};
use super::change::{agreed, busy, commit, leave_unwritable, recover};
use super::context::CliContext;
use super::failure::Failure;
use super::layers::real;
use super::lint::read;
use crate::finding::{Finding, FixState};
use crate::plan::{Plan, Request};
use crate::report::{self, Fixed, Report, text};
use crate::tool::Workspace;
use crate::transaction::Purpose;

/// Writes the fixes; says whether a tool had to be skipped.
pub(super) fn write(
    context: &CliContext,
    args: &Lint,
    request: &Request,
) -> Result<(Fixed, bool), Failure> {
    recover(context)?;
    let (plan, workspace) = fixes(context, args, request)?;
    let report = context.report(&plan, &workspace);
    report_refusals(context, &report);
    let purpose = Purpose {
        command: "lint".to_owned(),
        profile: args.profile.clone(),
        facts: Some(plan.facts.clone()),
    };
    let written = commit(context, &purpose, &args.paths, &plan.files, Vec::new())?;
    let fixed = Fixed {
        findings: fixed(&plan),
        files: plan.files.len(),
        changes: match args.format {
            LintFormat::Json => report::json::changes(&report),
            _ => serde_json::Value::Null,
        },
        written,
    };
    Ok((fixed, !plan.refusals.is_empty()))
}

/// How many findings a plan fixes.
fn fixed(plan: &Plan) -> usize {
    let is_fixed =
        |finding: &&Finding| matches!(finding.fix, FixState::Planned(_) | FixState::FixedByOther);
    plan.findings.iter().filter(is_fixed).count()
}

/// Shows the fixes as a diff and writes nothing.
pub(super) fn show(context: &CliContext, args: &Lint, request: &Request) -> Result<Exit, Failure> {
    let (plan, workspace) = fixes(context, args, request)?;
    let report = context.report(&plan, &workspace);
    context.report_problems(report.problems(), &report.redactor);
    report_refusals(context, &report);
    for file in &plan.files {
        context.print(&text::patch(&report, file, !args.paths.is_empty()));
    }
    if !context.global.quiet {
        context.message(&text::would_fix(fixed(&plan), plan.files.len()));
    }
    Ok(
        if !plan.refusals.is_empty() || !report.problems().is_empty() {
            Exit::Incomplete
        } else if plan.files.is_empty() {
            Exit::Clean
        } else {
            Exit::Findings
        },
    )
}

/// Tells of tools that are skipped.
fn report_refusals(context: &CliContext, report: &Report<'_>) {
    for refusal in text::refused(report) {
        context.message(&refusal);
    }
}

/// The plan of what may be written.
fn fixes(
    context: &CliContext,
    args: &Lint,
    request: &Request,
) -> Result<(Plan, Workspace), Failure> {
    let mut workspace = read(context, args)?;
    let ignores = request.ignores.as_deref().map(|ignores| {
        let mut ignores = ignores.clone();
        ignores.judges = false;
        std::rc::Rc::new(ignores)
    });
    let request = Request {
        fix: true,
        unsafe_fixes: args.unsafe_fixes.is_some(),
        unsafe_rules: args.unsafe_fixes.clone().unwrap_or_default(),
        ignores,
        // A program that runs doesn't overwrite what lies in a repository.
        busy: match args.paths.is_empty() {
            true => busy(context, &workspace),
            false => Default::default(),
        },
        ..request.clone()
    };
    let mut plan = agreed(context, &mut workspace, &request)?;
    stay_inside(context, args, &mut plan);
    leave_unwritable(context, &args.paths, &mut plan);
    Ok((plan, workspace))
}

/// With paths, nothing outside them is written: a link in a repository must not lead a fix out of it.
fn stay_inside(context: &CliContext, args: &Lint, plan: &mut Plan) {
    if args.paths.is_empty() {
        return;
    }
    let named: Vec<PathBuf> = args.paths.iter().map(|path| real(path)).collect();
    let outside: Vec<(String, String)> = plan
        .files
        .iter()
        .filter(|file| {
            let path = real(&file.path);
            !named.iter().any(|folder| path.starts_with(folder))
        })
        .map(|file| {
            let reason = format!(
                "{} lies outside the paths that were named",
                context.display(&file.path)
            );
            (file.tool.clone(), reason)
        })
        .collect();
    for (tool, reason) in outside {
        plan.refuse(&tool, reason);
    }
    plan.drop_refused();
}
