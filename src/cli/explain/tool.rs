//! `glm-setup explain TOOL`: the connections in use, where each value comes from, and the request that comes next.

use std::rc::Rc;

use crate::cli::Exit;
use crate::cli::args::OutputFormat;
use crate::cli::context::CliContext;
use crate::cli::failure::Failure;
use crate::facts::{Pack, Region};
use crate::plan::Request;
use crate::report::connections::{self, Explained};
use crate::report::redactor_for;
use crate::tool::Descriptor;

pub(super) fn run(
    context: &CliContext,
    tool: &Rc<Descriptor>,
    pack: &Pack,
    format: OutputFormat,
) -> Result<Exit, Failure> {
    let workspace = context.workspace(&[])?;
    let profile = context.catalogue.profile("lite")?;
    let request = Request::default();
    let redactor = redactor_for(&workspace);
    let mut explained = Vec::new();
    let own = workspace.configurations.iter();
    for configuration in own.filter(|one| one.tool.id == tool.id) {
        let facts = request.facts(pack, &profile, Region::Intl, configuration);
        explained.push(Explained::new(
            &workspace,
            configuration,
            &facts,
            &context.environment,
        ));
    }
    explained.retain(|one| !one.files.is_empty());
    match format {
        OutputFormat::Json => {
            context.print_json(&connections::json(tool, &pack.id, &explained, &redactor));
        }
        OutputFormat::Text => context.print(&connections::text(tool, &explained, &redactor)),
    }
    let broken = workspace.problems.is_empty();
    context.report_problems(&workspace.problems, &redactor);
    Ok(match broken {
        true => Exit::Clean,
        false => Exit::Incomplete,
    })
}
