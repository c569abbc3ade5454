//! `glm-setup apply`: plan, show, ask, write.

use std::mem::ManuallyDrop;

use super::args::{Apply, OutputFormat};
use super::context::CliContext;
use super::failure::{Failure, UsageError};
use super::prompt::{Answer, ask};
use super::{Exit, change};
use crate::plan::PlannedFile;
use crate::report::{self, Outcome, Report, text};

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
    let report = context.report(plan, workspace);

    if args.format == OutputFormat::Json {
        let written = if writes {
            change::write(context, args, plan, &plan.files, Vec::new())?
        } else {
            None
        };
        context.print_json(&report::json(&Report {
            outcome: Outcome::Applied(written.as_ref()),
            ..report
        }));
    } else {
        if context.global.verbose {
            context.print(&text::looked_at(&report));
        }
        context.print(&text::head(&report));
        proposal.report_problems(context, &report);
        let changed = if writes {
            let chosen = choose(context, args, &report)?;
            if let Some(written) = change::write(context, args, plan, &chosen, Vec::new())? {
                context.print(&text::written(&context.catalogue, &written));
            }
            chosen.len()
        } else {
            let files = plan.files.iter();
            context.print(
                &files
                    .map(|file| text::file(&report, file))
                    .collect::<String>(),
            );
            plan.files.len()
        };
        if !context.global.quiet {
            context.print(&text::left_over(&report, changed, writes));
        }
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
    report: &Report<'_>,
) -> Result<Vec<PlannedFile>, Failure> {
    let mut chosen = Vec::new();
    let mut all = args.yes;
    let files = &report.plan.files;
    for (index, file) in files.iter().enumerate() {
        context.print(&text::file(report, file));
        if !all {
            match ask(&report.path(&file.path), files.len() - index)? {
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
