//! `glm-setup undo`: take back what a transaction changed.

use std::fmt::Write as _;

use super::Exit;
use super::args::Undo;
use super::context::CliContext;
use super::failure::Failure;
use super::view::diff;
use crate::document::Format;
use crate::report::human::counted;
use crate::report::redactor_for_texts;
use crate::tool::{ConfigFile, Recogniser};
use crate::transaction::{self, Summary, TransactionState};

pub(super) fn run(context: &CliContext, args: &Undo) -> Result<Exit, Failure> {
    let state = context.state();
    if args.list {
        let all = transaction::list(&state)?;
        context.print(&list(context, &all));
        return Ok(Exit::Clean);
    }
    if let (true, Some(keep)) = (args.prune, args.keep) {
        let pruned = transaction::prune(&state, keep)?;
        context.print(&format!(
            "{} deleted, with the backups\n",
            counted(pruned.len(), "transaction")
        ));
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
    let mut text = String::new();
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
    for file in &plan.files {
        let before = file.before.as_deref().map(String::from_utf8_lossy);
        let after = file.after.as_deref().map(String::from_utf8_lossy);
        let _ = writeln!(text, "\n{}", context.display(&file.path));
        if let Some(reason) = &file.changed_since {
            let _ = writeln!(text, "note: {reason}");
        }
        text.push_str(&diff(
            context,
            &redactor,
            &file.path,
            before.as_deref(),
            after.as_deref(),
            context.color(),
        ));
    }
    if !context.global.quiet {
        context.print(&text);
    }
    if args.dry_run {
        context.print(&format!(
            "\n{} would be restored; nothing was written\n",
            counted(plan.files.len(), "file")
        ));
        return Ok(Exit::Clean);
    }
    let undone = transaction::undo(&state, home, args.id.as_deref(), args.force)?;
    let mut text = format!(
        "\n{} of {} restored; take that back with `glm-setup undo {}`\n",
        counted(undone.files.len(), "file"),
        undone.undone,
        undone.id
    );
    for warning in &undone.warnings {
        let _ = writeln!(text, "warning: {warning}");
    }
    context.print(&text);
    Ok(Exit::Clean)
}

/// Date and minute of an RFC 3339 time.
fn time(text: &str) -> String {
    let minute = text.get(..16).unwrap_or(text).replace('T', " ");
    format!("{minute} UTC")
}

fn list(context: &CliContext, all: &[Summary]) -> String {
    let mut text = String::new();
    for summary in all {
        let state = match &summary.state {
            TransactionState::Done => String::new(),
            TransactionState::Undone => "  (undone)".to_owned(),
            TransactionState::RolledBack => "  (rolled back)".to_owned(),
            TransactionState::Interrupted => {
                "  (interrupted; the next run that writes takes it back)".to_owned()
            }
            TransactionState::Running => "  (running)".to_owned(),
            TransactionState::Unreadable(reason) => format!("  (unreadable: {reason})"),
        };
        let profile = summary
            .profile
            .as_ref()
            .map(|profile| format!(" --profile {profile}"))
            .unwrap_or_default();
        let undoes = summary
            .undoes
            .as_ref()
            .map(|id| format!(" {id}"))
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "{}  {}  {}{profile}{undoes}{state}",
            summary.id,
            time(&summary.time),
            summary.command
        );
        for file in &summary.files {
            let _ = writeln!(text, "    {}  {}", file.tool, context.display(&file.path));
        }
    }
    if all.is_empty() {
        text.push_str("no transactions yet\n");
    }
    text
}
