//! `lint --write-baseline`: what is found now is known from now on.

use std::path::Path;

use super::Exit;
use super::context::CliContext;
use super::failure::Failure;
use crate::finding::Category;
use crate::ignore::{Baseline, BaselineEntry};
use crate::plan::{Plan, Request};
use crate::plural::counted;
use crate::report::redactor_for;
use crate::tool::{Read, Workspace};

/// Writes the baseline: what it held and still is or wasn't looked at, and every finding of this run.
pub(super) fn write(
    context: &CliContext,
    path: &Path,
    plan: &Plan,
    workspace: &Workspace,
    request: &Request,
) -> Result<Exit, Failure> {
    context.report_problems(&workspace.problems, &redactor_for(workspace));
    let before = request
        .ignores
        .as_ref()
        .and_then(|ignores| ignores.baseline())
        .map(|baseline| baseline.entries.as_slice())
        .unwrap_or_default();
    let kept = before.iter().enumerate();
    let kept = kept.filter(|(index, _)| !plan.unused_known.contains(index));
    let mut entries: Vec<BaselineEntry> = kept.map(|(_, entry)| entry.clone()).collect();
    // What is wrong with an ignore is to be fixed, not to be known.
    for finding in plan
        .findings
        .iter()
        .filter(|finding| finding.category != Category::Ignores)
    {
        let value = match workspace.read_at(&finding.file) {
            Some(Read::Layer(layer)) => finding.pointer.get(layer.document.value()),
            _ => None,
        };
        entries.push(BaselineEntry::new(
            path,
            &context.environment.home,
            &finding.rule,
            &finding.file,
            &finding.pointer,
            value,
        ));
    }
    entries.sort();
    entries.dedup();
    let new = entries.iter().filter(|entry| !before.contains(entry));
    let (count, new, dropped) = (entries.len(), new.count(), plan.unused_known.len());
    Baseline::write(path, entries)?;
    if !context.global.quiet {
        context.print(&format!(
            "{}: {} known ({new} new, {dropped} dropped)\n",
            context.display(path),
            counted(count, "finding")
        ));
        if before.is_empty() && count > 0 {
            context.print(
                "`baseline = \"FILE\"` in .glm-setup.toml, or --baseline FILE, leaves them out of later runs\n",
            );
        }
    }
    Ok(if workspace.problems.is_empty() {
        Exit::Clean
    } else {
        Exit::Incomplete
    })
}
