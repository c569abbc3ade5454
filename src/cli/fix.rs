//! `lint --fix` and `--diff`: the fixes of the rules, by the same way as `apply`.

use std::path::PathBuf;

use super::args::{Lint, LintFormat};
use super::change::{agreed, busy, commit, leave_unwritable, recover, tail};
use super::context::CliContext;
use super::failure::Failure;
use super::layers::real;
use super::lint::read;
use super::view::View;
use super::{Exit, view};
use crate::finding::{Finding, FixState};
use crate::plan::{Plan, Request};
use crate::report::human::counted;
use crate::tool::Workspace;
use crate::transaction::{Purpose, Written};

/// What was fixed.
pub(super) struct Fixed {
    /// The plan that was written.
    plan: Plan,
    /// What was written; `None` when there was nothing to do.
    written: Option<Written>,
    /// The changes as JSON.
    changes: serde_json::Value,
}

impl Fixed {
    /// Whether a tool had to be left alone.
    pub(super) fn incomplete(&self) -> bool {
        !self.plan.refusals.is_empty()
    }

    /// For people: how much was fixed, and how to take it back.
    pub(super) fn text(&self, context: &CliContext) -> String {
        let Some(written) = &self.written else {
            return "nothing to mend\n".to_owned();
        };
        let count = self.plan.findings.iter().filter(|one| is_fixed(one));
        format!(
            "{} mended{}",
            counted(count.count(), "finding"),
            tail(context, written)
        )
    }

    /// For programs: the changes and the transaction's id take the place of those that lint would plan.
    pub(super) fn add_to(&self, value: &mut serde_json::Value) {
        value["changes"] = self.changes.clone();
        value["summary"]["changes"] = self.plan.files.len().into();
        let id = self.written.as_ref().map(|written| written.id.to_string());
        value["transaction"] = id.into();
    }
}

fn is_fixed(finding: &Finding) -> bool {
    matches!(finding.fix, FixState::Planned(_) | FixState::FixedByOther)
}

/// Writes the fixes.
pub(super) fn write(
    context: &CliContext,
    args: &Lint,
    request: &Request,
) -> Result<Fixed, Failure> {
    recover(context)?;
    let (plan, workspace) = fixes(context, args, request)?;
    let view = View::new(context, &workspace);
    complain(context, &plan, &view);
    let purpose = Purpose {
        command: "lint".to_owned(),
        profile: args.profile.clone(),
        facts: Some(plan.facts.clone()),
    };
    let written = commit(context, &purpose, &args.paths, &plan.files, Vec::new())?;
    let changes = match args.format {
        LintFormat::Json => {
            let mut value = crate::report::json::plan(&plan, &[], &view.redactor, &|file| {
                view.whole_diff(file)
            });
            value["changes"].take()
        }
        _ => serde_json::Value::Null,
    };
    Ok(Fixed {
        plan,
        written,
        changes,
    })
}

/// Shows the fixes as a diff and writes nothing.
pub(super) fn show(context: &CliContext, args: &Lint, request: &Request) -> Result<Exit, Failure> {
    let (plan, workspace) = fixes(context, args, request)?;
    let view = View::new(context, &workspace);
    context.complain_of(&workspace.problems, &view.redactor);
    complain(context, &plan, &view);
    for file in &plan.files {
        let label = view::label_from(context, &args.paths, &file.path);
        context.print(&view.patch(file, &label));
    }
    let count = plan.findings.iter().filter(|finding| is_fixed(finding));
    if !context.global.quiet {
        context.message(&match plan.files.len() {
            0 => "nothing to mend".to_owned(),
            files => format!(
                "{} would be mended in {}; nothing was written",
                counted(count.count(), "finding"),
                counted(files, "file")
            ),
        });
    }
    Ok(
        if !plan.refusals.is_empty() || !workspace.problems.is_empty() {
            Exit::Incomplete
        } else if plan.files.is_empty() {
            Exit::Clean
        } else {
            Exit::Findings
        },
    )
}

/// Tells of tools that are left alone, and of what somebody should know.
fn complain(context: &CliContext, plan: &Plan, view: &View<'_>) {
    for refusal in &plan.refusals {
        let reason = view.redactor.text(&refusal.reason);
        context.message(&format!("{} is left alone: {reason}", refusal.tool));
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
