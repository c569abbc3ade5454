//! `glm-setup lint`: what doesn't hold.

use std::mem::ManuallyDrop;

use super::args::Lint;
use super::context::Context;
use super::failure::Failure;
use super::shell::quoted;
use super::view::View;
use super::{Exit, baseline, mend, report, select, tune};
use crate::finding::Severity;
use crate::plan::Request;
use crate::report::advice::Advice;
use crate::tool::Workspace;

pub(super) fn run(context: &Context, args: &Lint) -> Result<Exit, Failure> {
    report::check(args)?;
    if let Some(profile) = &args.profile {
        context.catalogue.profile(profile)?;
    }
    let tuned = tune::for_lint(context, args)?;
    let context = &tuned.context;
    for tool in &args.tool {
        context.catalogue.tool(tool)?;
    }
    select::check(&context.catalogue, &args.selection)?;
    let named = args.tuning.unsafe_fixes.iter().flatten();
    select::words(&context.catalogue, named)?;
    if args.tuning.diff {
        return mend::show(context, args, &tuned.request);
    }
    let mended = match args.tuning.fix {
        true => Some(mend::mend(context, args, &tuned.request)?),
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
        ..tuned.request
    };
    let plan = context.plan(&mut workspace, &request)?;
    if args.tuning.write_baseline.is_some() {
        return baseline::write(context, &tuned.baseline, &plan, &workspace, &request);
    }
    let mut view = View::new(context, &workspace);
    if let Some(tuning) = &request.tuning {
        view.with_sources(&tuning.sources);
    }
    view.advice = advice(args);
    context.complain_of(&workspace.problems, &view.redactor);
    let least = if tuned.strict {
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
        mended.as_ref(),
    )?;
    let failed = plan
        .findings
        .iter()
        .any(|finding| finding.severity >= least);
    let incomplete = mended.as_ref().is_some_and(mend::Mended::incomplete);
    Ok(if incomplete || !workspace.problems.is_empty() {
        Exit::Incomplete
    } else if failed {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

/// What mends the files that were named is not what mends the home folder's.
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
pub(super) fn read(context: &Context, args: &Lint) -> Result<Workspace, Failure> {
    if args.paths.is_empty() {
        context.workspace(&[])
    } else {
        context.paths(&args.paths)
    }
}
