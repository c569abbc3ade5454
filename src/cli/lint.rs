//! `glm-setup lint`: what doesn't hold.

use super::args::Lint;
use super::context::{Context, Failure};
use super::view::View;
use super::{Exit, report, select};
use crate::finding::Severity;
use crate::plan::Request;

pub(super) fn run(context: &Context, args: &Lint) -> Result<Exit, Failure> {
    report::check(args)?;
    if let Some(profile) = &args.profile {
        context.catalogue.profile(profile)?;
    }
    for tool in &args.tool {
        context.catalogue.tool(tool)?;
    }
    select::check(&context.catalogue, &args.selection)?;
    let request = Request {
        profile: args.profile.clone(),
        plan: context.last_plan()?,
        facts: context.global.facts.clone(),
        tools: args.tool.clone(),
        select: args.selection.select.clone(),
        ignore: args.selection.ignore.clone(),
        ..Request::default()
    };
    let mut workspace = if args.paths.is_empty() {
        context.workspace(&[])?
    } else {
        context.paths(&args.paths)?
    };
    if !args.paths.is_empty() && workspace.is_empty() {
        context.message(
            "warning: no config file of a known tool is there; --home DIR treats a folder as a home folder",
        );
    }
    let plan = context.plan(&mut workspace, &request)?;
    let view = View::new(context, &workspace);
    context.complain_of(&workspace.problems, &view.redactor);
    let least = if args.strict {
        Severity::Warning
    } else {
        Severity::Error
    };
    report::show(context, &view, args, &plan, &workspace.problems, least)?;
    Ok(if !workspace.problems.is_empty() {
        Exit::Incomplete
    } else if plan
        .findings
        .iter()
        .any(|finding| finding.severity >= least)
    {
        Exit::Findings
    } else {
        Exit::Clean
    })
}
