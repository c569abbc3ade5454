//! `status`: what is there, what it points at, and whether it is as it was written.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::json::{VERSION, configuration};
use super::{Report, visible};
use crate::facts::Billing;
use crate::plan::Target;
use crate::transaction::{self, StateDir, Summary};

/// The configurations that have files, with the state of these.
pub struct Status<'r> {
    report: &'r Report<'r>,
    configurations: Vec<Configured<'r>>,
    /// A run that was interrupted.
    interrupted: Option<Summary>,
}

/// A configuration and the state of its files.
struct Configured<'r> {
    target: &'r Target,
    /// Its files, and how they compare with what was written last.
    files: Vec<(&'r PathBuf, Drift)>,
    /// Those that can't be read.
    unreadable: Vec<&'r PathBuf>,
}

#[derive(PartialEq, Eq)]
enum Drift {
    NeverWritten,
    Same,
    Changed,
}

impl<'r> Status<'r> {
    /// Compares the files with what was written last.
    pub fn new(report: &'r Report<'r>, state: &StateDir, interrupted: Option<Summary>) -> Self {
        let targets = report.plan.targets.iter();
        let broken = |file: &&'r PathBuf| {
            let mut unreadable = report.workspace.unreadable.iter();
            unreadable.any(|known| known.config.path == **file)
        };
        let configured = |target: &'r Target| Configured {
            target,
            files: target
                .files
                .iter()
                .map(|file| (file, drift(state, file)))
                .collect(),
            unreadable: target.files.iter().filter(broken).collect(),
        };
        Self {
            report,
            configurations: targets
                .filter(|target| !target.files.is_empty())
                .map(configured)
                .collect(),
            interrupted,
        }
    }
}

/// Whether a file differs from what was last written there.
fn drift(state: &StateDir, file: &Path) -> Drift {
    match (transaction::last_written(state, file), std::fs::read(file)) {
        (None, _) => Drift::NeverWritten,
        (Some(written), Ok(bytes)) if transaction::hash(&bytes) == written => Drift::Same,
        (Some(_), _) => Drift::Changed,
    }
}

/// For people.
pub fn text(status: &Status<'_>) -> String {
    let report = status.report;
    let mut text = String::new();
    for Configured {
        target,
        files,
        unreadable,
    } in &status.configurations
    {
        let known = report.catalogue.tool(&target.tool);
        let name = known.map_or_else(|_| target.tool.clone(), |tool| tool.name.clone());
        let points_at = match unreadable.is_empty() {
            true => points_at(target),
            false => "a file can't be read (see `glm-setup lint`)".to_owned(),
        };
        let _ = writeln!(text, "{name}: {points_at}");
        for place in &target.points_at {
            let place = report.redactor.text(place);
            let _ = writeln!(text, "    {}", visible::plain(&place));
        }
        for (file, drift) in files {
            let drift = match drift {
                Drift::NeverWritten => "",
                Drift::Same => "  (as glm-setup wrote it)",
                Drift::Changed => "  (changed since glm-setup wrote it)",
            };
            let _ = writeln!(text, "  {}{drift}", report.path(file));
        }
    }
    if status.configurations.is_empty() {
        text.push_str("no configuration of a known tool was found\n");
    }
    if let Some(summary) = &status.interrupted {
        let _ = writeln!(
            text,
            "\nthe run {} was interrupted; the next `apply` or `undo` rolls it back",
            summary.id
        );
    }
    text
}

/// For programs.
pub fn json(status: &Status<'_>) -> Value {
    let shown = |path: &&PathBuf| path.display().to_string();
    let configurations = status.configurations.iter().map(|one| {
        let mut value = configuration(one.target, &status.report.redactor);
        let files = one.files.iter();
        let changed = files.filter(|(_, drift)| *drift == Drift::Changed);
        value["unreadable"] = one.unreadable.iter().map(shown).collect();
        value["changed-since-written"] = changed.map(|(file, _)| shown(file)).collect();
        value
    });
    let interrupted = status.interrupted.as_ref();
    json!({
        "version": VERSION,
        "facts": status.report.plan.facts,
        "configurations": configurations.collect::<Vec<_>>(),
        "interrupted": interrupted.map(|summary| summary.id.to_string()),
    })
}

/// What a configuration points at, in a few words.
pub fn points_at(target: &Target) -> String {
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
