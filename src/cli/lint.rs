//! `glm-setup lint`: what doesn't hold.

use std::mem::ManuallyDrop;

use super::args::{Lint, LintFormat};
use super::context::CliContext;
use super::failure::{Failure, UsageError};
use super::shell::quoted;
use super::{Exit, baseline, fix, layers, select};
use crate::finding::Severity;
use crate::plan::Request;
use crate::report::advice::Advice;
use crate::report::{self, Outcome, Report, Style};
use crate::tool::Workspace;

pub(super) fn run(context: &CliContext, args: &Lint) -> Result<Exit, Failure> {
    check(args)?;
    if let Some(profile) = &args.profile {
        context.catalogue.profile(profile)?;
    }
    let run = layers::for_lint(context, args)?;
    let context = &run.context;
    for tool in &args.tool {
        context.catalogue.tool(tool)?;
    }
    select::check(&context.catalogue, &args.selection)?;
    let named = args.unsafe_fixes.iter().flatten();
    select::words(&context.catalogue, named)?;
    if args.diff {
        return fix::show(context, args, &run.request);
    }
    let (fixed, incomplete) = match args.fix {
        true => {
            let (fixed, incomplete) = fix::write(context, args, &run.request)?;
            (Some(fixed), incomplete)
        }
        false => (None, false),
    };
    // The program ends after this, and freeing a large file's values would take a tenth of its time.
    let mut workspace = ManuallyDrop::new(read(context, args)?);
    if !args.paths.is_empty() && workspace.is_empty() {
        context.message(
            "warning: no config file of a known tool is there; --home DIR treats a folder as a home folder",
        );
    }
    let request = Request {
        // What was given to --fix once may still be asked for.
        unsafe_fixes: false,
        ..run.request
    };
    let plan = context.plan(&mut workspace, &request)?;
    if args.write_baseline.is_some() {
        return baseline::write(context, &run.baseline, &plan, &workspace, &request);
    }
    let report = Report {
        own_files: request.ignores.as_deref().map(|ignores| &ignores.sources),
        advice: advice(args),
        fails: match run.strict {
            true => Severity::Warning,
            false => Severity::Error,
        },
        outcome: fixed.as_ref().map_or(Outcome::Looked, Outcome::Fixed),
        ..context.report(&plan, &workspace)
    };
    let report = Report {
        style: Style {
            statistics: args.statistics,
            ..report.style
        },
        ..report
    };
    context.report_problems(report.problems(), &report.redactor);
    match args.format {
        LintFormat::Text => context.print(&report::text(&report)),
        LintFormat::Concise => context.print(&report::concise(&report)),
        LintFormat::Github => context.print(&report::github(&report)),
        LintFormat::Json => context.print_json(&report::json(&report)),
        LintFormat::Sarif => context.print_json(&report::sarif(&report)),
        LintFormat::Junit => context.print(&report::junit(&report)?),
    }
    if let (Some(fixed), false) = (&fixed, args.format == LintFormat::Text) {
        context.message(&report::text::fixed(&report, fixed));
    }
    Ok(if incomplete || !report.problems().is_empty() {
        Exit::Incomplete
    } else if report.failed() {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

/// Refuses flags that don't go together, before anything is read.
fn check(args: &Lint) -> Result<(), UsageError> {
    if args.unsafe_fixes.is_some() && !(args.fix || args.diff) {
        return Err(UsageError::UnsafeFixes);
    }
    let only_text = args.diff || args.write_baseline.is_some();
    if only_text && args.format != LintFormat::Text {
        return Err(UsageError::OnlyText);
    }
    match args.format {
        LintFormat::Sarif | LintFormat::Junit if args.statistics => Err(UsageError::Statistics),
        _ => Ok(()),
    }
}

/// What fixes the files that were named is not what fixes the home folder's.
fn advice(args: &Lint) -> Advice {
    if args.paths.is_empty() {
        return Advice::Apply;
    }
    let profile = args
        .profile
        .iter()
        .map(|profile| format!("--profile {}", quoted(profile)));
    let paths = args
        .paths
        .iter()
        .map(|path| quoted(&path.display().to_string()));
    Advice::Fix(profile.chain(paths).collect::<Vec<_>>().join(" "))
}

/// Reads what the paths name, or without any the home folder's files and those of the working folder.
pub(super) fn read(context: &CliContext, args: &Lint) -> Result<Workspace, Failure> {
    if args.paths.is_empty() {
        context.workspace(&[])
    } else {
        context.paths(&args.paths)
    }
}
