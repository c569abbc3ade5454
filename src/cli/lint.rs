//! `glm-setup lint`: what doesn't hold.

use std::mem::ManuallyDrop;

use super::args::Lint;
use super::context::CliContext;
use super::failure::Failure;
use super::shell::quoted;
use super::view::View;
use super::{Exit, baseline, fix, layers, report, select};
use crate::finding::Severity;
use crate::plan::Request;
use crate::report::advice::Advice;
use crate::tool::Workspace;

pub(super) fn run(context: &CliContext, args: &Lint) -> Result<Exit, Failure> {
    report::check(args)?;
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
    let fixed = match args.fix {
        true => Some(fix::write(context, args, &run.request)?),
        false => None,
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
    let mut view = View::new(context, &workspace);
    if let Some(ignores) = &request.ignores {
        view.with_sources(&ignores.sources);
    }
    view.advice = advice(args);
    context.complain_of(&workspace.problems, &view.redactor);
    let least = if run.strict {
        Severity::Warning
    } else {
        Severity::Error
    };
    report::show(
        context,
        &view,
        args,
        &plan,
        &workspace.problems,
        least,
        fixed.as_ref(),
    )?;
    let failed = plan
        .findings
        .iter()
        .any(|finding| finding.severity >= least);
    let incomplete = fixed.as_ref().is_some_and(fix::Fixed::incomplete);
    Ok(if incomplete || !workspace.problems.is_empty() {
        Exit::Incomplete
    } else if failed {
        Exit::Findings
    } else {
        Exit::Clean
    })
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
