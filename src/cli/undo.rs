//! `glm-setup undo`: take back what a transaction changed.

use super::Exit;
use super::args::Undo;
use super::context::CliContext;
use super::failure::Failure;
use crate::document::Format;
use crate::report::redactor_for_texts;
use crate::report::transactions;
use crate::tool::{ConfigFile, Recogniser};
use crate::transaction;

pub(super) fn run(context: &CliContext, args: &Undo) -> Result<Exit, Failure> {
    let state = context.state();
    if args.list {
        let all = transaction::list(&state)?;
        context.print(&transactions::list(&all, &context.environment));
        return Ok(Exit::Clean);
    }
    if let (true, Some(keep)) = (args.prune, args.keep) {
        let pruned = transaction::prune(&state, keep)?;
        context.print(&transactions::pruned(pruned.len()));
        return Ok(Exit::Clean);
    }
    let home = &context.environment.home;
    if !args.dry_run
        && let Some(recovered) = transaction::recover(&state)?
    {
        context.message(&format!(
            "an interrupted run ({}) was rolled back first",
            recovered.id
        ));
    }
    let plan = transaction::plan_undo(&state, home, args.id.as_deref())?;
    let recogniser = Recogniser::new(context.catalogue.tools());
    let format = |path: &std::path::Path| recogniser.files(path).first().map(ConfigFile::format);
    let redactor = redactor_for_texts(plan.files.iter().flat_map(|file| {
        let format = format(&file.path).unwrap_or(Format::Jsonc);
        let sides = [file.before.as_deref(), file.after.as_deref()];
        sides
            .into_iter()
            .flatten()
            .map(move |bytes| (format, bytes))
    }));
    if !context.global.quiet {
        let (environment, color) = (&context.environment, context.color());
        context.print(&transactions::plan(&plan, environment, &redactor, color));
    }
    if args.dry_run {
        context.print(&transactions::would_restore(&plan));
        return Ok(Exit::Clean);
    }
    let undone = transaction::undo(&state, home, args.id.as_deref(), args.force)?;
    context.print(&transactions::undone(&undone));
    Ok(Exit::Clean)
}
