//! `glm-setup lint`: what doesn't hold.

use super::args::{Format, Lint};
use super::context::{Context, Failure};
use super::view::View;
use super::{Exit, select};
use crate::finding::Severity;
use crate::output::json;
use crate::plan::{self, Request};

pub(super) fn run(context: &Context, args: &Lint) -> Result<Exit, Failure> {
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
    let plan = plan::compute(
        &context.catalogue,
        &mut workspace,
        &context.environment,
        &request,
    )?;
    let view = View::new(context, &workspace);
    for problem in &workspace.problems {
        context.message(&format!(
            "error: {}",
            view.redactor.text(&problem.to_string())
        ));
    }
    match args.format {
        Format::Json => {
            let value = json::plan(&plan, &workspace.problems, &view.redactor, &|_| {
                String::new()
            });
            context.print_json(&value);
        }
        Format::Text => context.print(&view.findings(|human| {
            let shown = plan
                .findings
                .iter()
                .filter(|finding| !context.global.quiet || finding.severity > Severity::Info);
            let mut text = String::new();
            if context.global.verbose {
                text.push_str(&view.looked_at(&plan));
            }
            text.extend(shown.map(|finding| human.finding(finding) + "\n"));
            text.push_str(&human.summary(&plan));
            text
        })),
    }
    let least = if args.strict {
        Severity::Warning
    } else {
        Severity::Error
    };
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
