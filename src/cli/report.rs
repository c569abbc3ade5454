//! What `lint` prints, in each of its formats.

use super::args::{Lint, LintFormat};
use super::context::CliContext;
use super::failure::{Failure, UsageError};
use super::fix::Fixed;
use super::view::View;
use crate::finding::{Finding, Severity};
use crate::plan::Plan;
use crate::report::model::Report;
use crate::report::{concise, github, json, junit, sarif, statistics, visible};
use crate::tool::ReadError;

/// Refuses flags that don't go together, before anything is read.
pub(super) fn check(args: &Lint) -> Result<(), Failure> {
    if args.unsafe_fixes.is_some() && !(args.fix || args.diff) {
        return Err(UsageError::UnsafeFixes.into());
    }
    let only_text = args.diff || args.write_baseline.is_some();
    if only_text && args.format != LintFormat::Text {
        return Err(UsageError::OnlyText.into());
    }
    match args.format {
        LintFormat::Sarif | LintFormat::Junit if args.statistics => {
            Err(UsageError::Statistics.into())
        }
        _ => Ok(()),
    }
}

/// Prints the findings. `fails` is the least severity that fails the run.
pub(super) fn show(
    context: &CliContext,
    view: &View<'_>,
    args: &Lint,
    plan: &Plan,
    problems: &[ReadError],
    fails: Severity,
    fixed: Option<&Fixed>,
) -> Result<(), Failure> {
    let report = Report {
        plan,
        problems,
        redactor: &view.redactor,
        advice: &view.advice,
        folder: &context.working_folder,
        fails,
        source: &|path| view.source(path),
        rule: &|id| context.catalogue.rule(id).ok(),
    };
    let wanted = |finding: &Finding| !context.global.quiet || finding.severity > Severity::Info;
    let table = |shown: &dyn Fn(&Finding) -> bool| {
        if !args.statistics {
            return String::new();
        }
        statistics::text(plan.findings.iter().filter(|finding| shown(finding)))
    };
    match args.format {
        LintFormat::Text => context.print(&view.findings(|human| {
            let mut text = String::new();
            if context.global.verbose {
                text.push_str(&view.looked_at(plan));
            }
            let shown = plan.findings.iter().filter(|finding| wanted(finding));
            text.extend(shown.map(|finding| human.finding(finding) + "\n"));
            let table = table(&wanted);
            if !table.is_empty() {
                text.push_str(&table);
                text.push('\n');
            }
            if context.global.verbose {
                text.push_str(&view.ignored(plan));
            }
            text.push_str(&human.summary(plan));
            if let Some(fixed) = fixed {
                text.push_str(&fixed.text(context));
            }
            text
        })),
        LintFormat::Concise => {
            context.print(&(concise::concise(&report, context.color(), wanted) + &table(&wanted)))
        }
        LintFormat::Github => context.print(&(github::github(&report) + &table(&|_| true))),
        LintFormat::Json => {
            let mut value = json::plan(plan, problems, &view.redactor, &|_| String::new());
            if args.statistics {
                value["statistics"] = statistics::json(&plan.findings);
            }
            if let Some(fixed) = fixed {
                fixed.add_to(&mut value);
            }
            context.print_json(&value);
        }
        LintFormat::Sarif => context.print_json(&sarif::sarif(&report)),
        LintFormat::Junit => context.print(&visible::plain(&junit::junit(&report)?)),
    }
    if let (Some(fixed), false) = (fixed, args.format == LintFormat::Text) {
        context.message(&fixed.text(context));
    }
    Ok(())
}
