//! `glm-setup status`: what is there and what it points at.

use std::fmt::Write as _;
use std::path::Path;

use super::Exit;
use super::args::{OutputFormat, Status};
use super::context::CliContext;
use super::failure::Failure;
use super::settings;
use super::view::View;
use crate::facts::Billing;
use crate::plan::{Plan, Request, Target};
use crate::report::{json, visible};
use crate::transaction::{self, StateDir};

pub(super) fn run(context: &CliContext, args: &Status) -> Result<Exit, Failure> {
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
    let view = View::new(context, &workspace);
    let state = context.state();
    let interrupted = transaction::interrupted(&state)?;
    if args.format == OutputFormat::Json {
        let configurations: Vec<_> = plan
            .targets
            .iter()
            .filter(|target| !target.files.is_empty())
            .map(|target| {
                let mut value = json::configuration(target, &view.redactor);
                let drifted = target
                    .files
                    .iter()
                    .filter(|file| drift(&state, file) == Drift::Changed);
                let broken = workspace.unreadable.iter().map(|known| &known.config.path);
                let broken = broken.filter(|path| target.files.contains(path));
                value["unreadable"] = broken.map(|path| path.display().to_string()).collect();
                value["changed-since-written"] =
                    drifted.map(|file| file.display().to_string()).collect();
                value
            })
            .collect();
        let value = serde_json::json!({
            "version": json::VERSION,
            "facts": plan.facts,
            "configurations": configurations,
            "interrupted": interrupted.map(|summary| summary.id.to_string()),
        });
        context.print_json(&value);
    } else {
        let broken = |file: &Path| {
            workspace
                .unreadable
                .iter()
                .any(|known| known.config.path == file)
        };
        context.print(&text(context, &plan, &view, &state, &broken));
        if let Some(summary) = interrupted {
            context.print(&format!(
                "\nthe run {} was interrupted; the next `apply` or `undo` rolls it back\n",
                summary.id
            ));
        }
    }
    context.complain_of(&workspace.problems, &view.redactor);
    Ok(if workspace.problems.is_empty() {
        Exit::Clean
    } else {
        Exit::Incomplete
    })
}

#[derive(PartialEq, Eq)]
enum Drift {
    NeverWritten,
    Same,
    Changed,
}

/// Whether a file differs from what was last written there.
fn drift(state: &StateDir, file: &Path) -> Drift {
    match (transaction::last_written(state, file), std::fs::read(file)) {
        (None, _) => Drift::NeverWritten,
        (Some(written), Ok(bytes)) if transaction::hash(&bytes) == written => Drift::Same,
        (Some(_), _) => Drift::Changed,
    }
}

fn text(
    context: &CliContext,
    plan: &Plan,
    view: &View<'_>,
    state: &StateDir,
    unreadable: &dyn Fn(&Path) -> bool,
) -> String {
    let mut text = String::new();
    let there: Vec<&Target> = plan
        .targets
        .iter()
        .filter(|target| !target.files.is_empty())
        .collect();
    for target in &there {
        let unreadable = target.files.iter().any(|file| unreadable(file));
        let name = context
            .catalogue
            .tool(&target.tool)
            .map_or_else(|_| target.tool.clone(), |tool| tool.name.clone());
        let points_at = if unreadable {
            "a file can't be read (see `glm-setup lint`)".to_owned()
        } else {
            points_at(target)
        };
        let _ = writeln!(text, "{name}: {points_at}");
        for place in &target.points_at {
            let _ = writeln!(text, "    {}", visible::plain(&view.redactor.text(place)));
        }
        for file in &target.files {
            let drift = match drift(state, file) {
                Drift::NeverWritten => "",
                Drift::Same => "  (as glm-setup wrote it)",
                Drift::Changed => "  (changed since glm-setup wrote it)",
            };
            let _ = writeln!(text, "  {}{drift}", view.path(file));
        }
    }
    if there.is_empty() {
        text.push_str("no configuration of a known tool was found\n");
    }
    text
}

/// What a configuration points at, in a few words.
pub(super) fn points_at(target: &Target) -> String {
    if !target.uses_zai {
        return "doesn't use Z.ai".to_owned();
    }
    let billing = match target.billing {
        Some(Billing::CodingPlan) => "coding plan",
        Some(Billing::Metered) => "metered API",
        Some(Billing::SelfHosted) => "a server of your own",
        None => "Z.ai",
    };
    let region = target
        .region
        .map(|region| format!(", {region}"))
        .unwrap_or_default();
    let key = if target.has_key {
        ""
    } else {
        ", no key found in its files"
    };
    let gate = target
        .gate
        .as_ref()
        .map(|gate| format!(", through the gate {gate}"))
        .unwrap_or_default();
    format!("{billing}{region}{gate}{key}")
}
