//! `glm-setup status`: what is there and what it points at.

use super::Exit;
use super::args::{OutputFormat, StatusOptions};
use super::context::CliContext;
use super::failure::Failure;
use super::settings;
use crate::plan::Request;
use crate::report::status;
use crate::transaction;

pub(super) fn run(context: &CliContext, args: &StatusOptions) -> Result<Exit, Failure> {
    if args.config {
        return settings::show(context, args.format);
    }
    let mut workspace = context.workspace(&[])?;
    let request = Request {
        facts: context.global.facts.clone(),
        plan: context.last_plan()?,
        ..Request::default()
    };
    let plan = context.plan(&mut workspace, &request)?;
    let report = context.report(&plan, &workspace);
    let state = context.state();
    let status = status::Status::new(&report, &state, transaction::interrupted(&state)?);
    match args.format {
        OutputFormat::Json => context.print_json(&status::json(&status)),
        OutputFormat::Text => context.print(&status::text(&status)),
    }
    context.report_problems(report.problems(), &report.redactor);
    Ok(if report.problems().is_empty() {
        Exit::Clean
    } else {
        Exit::Incomplete
    })
}
