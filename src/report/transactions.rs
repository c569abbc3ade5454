//! Transactions: what `undo` would restore and has restored, and the list of them.

use std::fmt::Write as _;

use super::text::diff;
use crate::paths::Environment;
use crate::plural::counted;
use crate::redact::Redactor;
use crate::transaction::{Summary, TransactionState, UndoPlan, Undone};

/// The files that `undo` restores, each with its diff.
pub fn plan(
    plan: &UndoPlan,
    environment: &Environment,
    redactor: &Redactor,
    color: bool,
) -> String {
    let mut text = String::new();
    for file in &plan.files {
        let before = file.before.as_deref().map(String::from_utf8_lossy);
        let after = file.after.as_deref().map(String::from_utf8_lossy);
        let _ = writeln!(text, "\n{}", environment.display(&file.path));
        if let Some(reason) = &file.changed_since {
            let _ = writeln!(text, "note: {reason}");
        }
        text.push_str(&diff(
            environment,
            redactor,
            &file.path,
            [before.as_deref(), after.as_deref()],
            color,
        ));
    }
    text
}

/// What `undo --dry-run` ends with.
pub fn would_restore(plan: &UndoPlan) -> String {
    format!(
        "\n{} would be restored; nothing was written\n",
        counted(plan.files.len(), "file")
    )
}

/// What was restored, and how to take that back.
pub fn undone(undone: &Undone) -> String {
    let mut text = format!(
        "\n{} of {} restored; take that back with `glm-setup undo {}`\n",
        counted(undone.files.len(), "file"),
        undone.undone,
        undone.id
    );
    for warning in &undone.warnings {
        let _ = writeln!(text, "warning: {warning}");
    }
    text
}

/// How many transactions were deleted.
pub fn pruned(count: usize) -> String {
    format!(
        "{} deleted, with the backups\n",
        counted(count, "transaction")
    )
}

/// All transactions, with their files.
pub fn list(all: &[Summary], environment: &Environment) -> String {
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
            let _ = writeln!(
                text,
                "    {}  {}",
                file.tool,
                environment.display(&file.path)
            );
        }
    }
    if all.is_empty() {
        text.push_str("no transactions yet\n");
    }
    text
}

/// Date and minute of an RFC 3339 time.
fn time(text: &str) -> String {
    let minute = text.get(..16).unwrap_or(text).replace('T', " ");
    format!("{minute} UTC")
}
