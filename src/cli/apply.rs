//! `glm-setup apply`: plan, show, ask, write.

use std::mem::ManuallyDrop;

use super::args::{Apply, OutputFormat};
use super::context::CliContext;
use super::failure::{Failure, UsageError};
use super::prompt::{Answer, ask};
use super::view::View;
use super::{Exit, change};
use crate::plan::{Plan, PlannedFile};
use crate::report::json;

pub(super) fn run(context: &CliContext, args: &Apply) -> Result<Exit, Failure> {
    let request = change::request(context, args)?;
    let writes = !args.dry_run && !args.check;
    if writes && !args.yes && (!context.interactive() || args.format == OutputFormat::Json) {
        return Err(UsageError::NoTerminal.into());
    }
    if let Some(path) = args.key_file.as_ref().filter(|path| !path.is_file()) {
        return Err(UsageError::NoKeyFile(path.clone()).into());
    }
    if writes {
        change::recover(context)?;
    }
    // The program ends after this, and freeing a large file's values would take a tenth of its time.
    let proposal = ManuallyDrop::new(change::propose(context, args, request)?);
    let (plan, workspace) = (&proposal.plan, &proposal.workspace);
    let incomplete = proposal.incomplete();
    let view = View::new(context, workspace);

    let outcome = if args.format == OutputFormat::Json {
        let written = if writes {
            change::write(context, args, plan, &plan.files, Vec::new())?
        } else {
            None
        };
        let mut value = json::plan(plan, &workspace.problems, &view.redactor, &|file| {
            view.whole_diff(file)
        });
        value["transaction"] = written.as_ref().map_or(serde_json::Value::Null, |written| {
            written.id.to_string().into()
        });
        context.print_json(&value);
        plan.files.len()
    } else {
        if context.global.verbose {
            context.print(&view.looked_at(plan));
        }
        context.print(&change::head(plan, &view));
        proposal.complain(context, &view);
        if writes {
            let chosen = choose(context, args, plan, &view)?;
            if let Some(written) = change::write(context, args, plan, &chosen, Vec::new())? {
                context.print(&change::tail(context, &written));
            }
            chosen.len()
        } else {
            context.print(
                &plan
                    .files
                    .iter()
                    .map(|file| view.file(file))
                    .collect::<String>(),
            );
            plan.files.len()
        }
    };
    if args.format == OutputFormat::Text && !context.global.quiet {
        context.print(&change::left_over(plan, outcome, writes));
    }
    Ok(if incomplete {
        Exit::Incomplete
    } else if args.check && !plan.files.is_empty() {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

/// Shows each file and asks for it, unless everything was agreed to beforehand.
fn choose(
    context: &CliContext,
    args: &Apply,
    plan: &Plan,
    view: &View<'_>,
) -> Result<Vec<PlannedFile>, Failure> {
    let mut chosen = Vec::new();
    let mut all = args.yes;
    for (index, file) in plan.files.iter().enumerate() {
        context.print(&view.file(file));
        if !all {
            match ask(&view.path(&file.path), plan.files.len() - index)? {
                Answer::Yes => {}
                Answer::All => all = true,
                Answer::No => continue,
                Answer::Stop => return Ok(Vec::new()),
            }
        }
        chosen.push(file.clone());
    }
    Ok(chosen)
}
