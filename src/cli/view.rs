//! What `apply`, `lint`, `undo` and `demo` show of a plan.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::context::CliContext;
use crate::ignore::Ignored;
use crate::plan::{Plan, PlannedFile};
use crate::report::advice::Advice;
use crate::report::diff::{DiffOptions, unified};
use crate::report::human::Human;
use crate::report::model::FileSource;
use crate::report::redact::Redactor;
use crate::report::redactor_for;
use crate::report::{json, visible};
use crate::tool::{Read, Workspace};

/// Longer lines of a diff are cut around the change.
const MAX_LINE_WIDTH: usize = 200;

/// Shows files and findings of one workspace, without its secrets.
pub(super) struct View<'a> {
    context: &'a CliContext,
    workspace: &'a Workspace,
    /// Files of our own that findings may point at.
    own: Option<&'a BTreeMap<PathBuf, String>>,
    /// Which command is suggested.
    pub(super) advice: Advice,
    /// Takes secrets out of every text.
    pub(super) redactor: Redactor,
}

impl<'a> View<'a> {
    pub(super) fn new(context: &'a CliContext, workspace: &'a Workspace) -> Self {
        Self {
            context,
            workspace,
            own: None,
            advice: Advice::default(),
            redactor: redactor_for(workspace),
        }
    }

    /// Adds files of our own that findings may point at.
    pub(super) fn with_sources(&mut self, sources: &'a BTreeMap<PathBuf, String>) {
        self.own = Some(sources);
    }

    /// A path as a person would write it.
    pub(super) fn path(&self, path: &Path) -> String {
        self.context.display(path)
    }

    /// With `--verbose`: every configuration, its files and the profile it is judged by.
    pub(super) fn looked_at(&self, plan: &Plan) -> String {
        let mut text = String::new();
        for target in plan
            .targets
            .iter()
            .filter(|target| !target.files.is_empty())
        {
            let uses = if target.uses_zai {
                "uses Z.ai"
            } else {
                "doesn't use Z.ai"
            };
            text.push_str(&format!(
                "{}: {uses}, profile {}\n",
                target.tool, target.profile
            ));
            for file in &target.files {
                text.push_str(&format!("  {}\n", self.path(file)));
            }
        }
        text.push('\n');
        text
    }

    /// With `--verbose`: what is ignored, and why.
    pub(super) fn ignored(&self, plan: &Plan) -> String {
        let line = |one: &Ignored| {
            let (finding, by) = (&one.finding, &one.suppression);
            format!(
                "ignored: {}:{}: {}: {} ({}:{})\n",
                self.path(&finding.file),
                finding.position.0,
                finding.rule,
                self.redactor.text(&by.reason).replace(['\r', '\n'], " "),
                self.path(&by.file),
                by.line
            )
        };
        plan.ignored.iter().map(line).collect()
    }

    /// A changed file: which rules, and the diff.
    pub(super) fn file(&self, file: &PlannedFile) -> String {
        let rules = file.rules.join(", ");
        let diff = self.diff(file, self.context.color());
        let mut text = format!("\n{} ({rules})\n{diff}", self.path(&file.path));
        // A line that had to be cut may hide a change, so the changes are listed beside it.
        if diff.contains('…') {
            for one in &file.edits {
                let shown = json::edit(one, &self.redactor);
                let word = |key: &str| visible::line(shown[key].as_str().unwrap_or_default());
                let value = match &shown["value"] {
                    serde_json::Value::Null => String::new(),
                    value => visible::line(&format!(" {value}")),
                };
                text.push_str(&format!("  {} {}{value}\n", word("op"), word("pointer")));
            }
        }
        text
    }

    /// The diff with every line whole, for programs.
    pub(super) fn whole_diff(&self, file: &PlannedFile) -> String {
        let label = label(self.context, &file.path);
        let (before, after) = (file.before(), Some(file.after.as_str()));
        unified(
            &label,
            &label,
            before,
            after,
            &self.redactor,
            &DiffOptions::default(),
        )
    }

    /// The diff with every line whole, for people and for `patch`.
    pub(super) fn patch(&self, file: &PlannedFile, label: &str) -> String {
        let (before, after) = (file.before(), Some(file.after.as_str()));
        let options = DiffOptions {
            color: self.context.color(),
            ..DiffOptions::default()
        };
        unified(label, label, before, after, &self.redactor, &options)
    }

    /// The diff that is written, with secrets redacted.
    pub(super) fn diff(&self, file: &PlannedFile, color: bool) -> String {
        diff(
            self.context,
            &self.redactor,
            &file.path,
            file.before(),
            Some(&file.after),
            color,
        )
    }

    /// A file as it was read.
    pub(super) fn source(&self, path: &Path) -> Option<FileSource<'a>> {
        let read = self.workspace.read_at(path);
        if let Some(Read::Layer(layer)) = read
            && layer.config.exists
        {
            return Some(FileSource {
                text: layer.before(),
                document: (!layer.changed()).then_some(&layer.document),
            });
        }
        if let Some(text) = self.own.and_then(|own| own.get(path)) {
            return Some(FileSource {
                text,
                document: None,
            });
        }
        let Some(Read::Unreadable(file)) = read else {
            return None;
        };
        Some(FileSource {
            text: &file.text,
            document: None,
        })
    }

    /// Calls `show` with the printer of findings.
    pub(super) fn findings<T>(&self, show: impl FnOnce(&Human<'_>) -> T) -> T {
        let text_of = |path: &Path| self.source(path).map(|source| source.text);
        show(&Human {
            redactor: &self.redactor,
            advice: &self.advice,
            color: self.context.color(),
            display: &|path| self.context.display(path),
            text_of: &text_of,
            last: RefCell::default(),
        })
    }
}

/// The diff between two states of a file; labels are relative to the home folder, so that it can be used as a patch there.
pub(super) fn diff(
    context: &CliContext,
    redactor: &Redactor,
    path: &Path,
    before: Option<&str>,
    after: Option<&str>,
    color: bool,
) -> String {
    let label = label(context, path);
    let options = DiffOptions {
        max_line_width: Some(MAX_LINE_WIDTH),
        color,
        ..DiffOptions::default()
    };
    unified(&label, &label, before, after, redactor, &options)
}

/// A path relative to the working folder where paths were named and it lies there, else as in [`label`].
pub(super) fn label_from(context: &CliContext, paths: &[PathBuf], path: &Path) -> String {
    match path.strip_prefix(&context.working_folder) {
        Ok(relative) if !paths.is_empty() => relative.display().to_string(),
        _ => label(context, path),
    }
}

/// A path relative to the home folder, where it lies there.
fn label(context: &CliContext, path: &Path) -> String {
    let home = &context.environment.home;
    path.strip_prefix(home)
        .unwrap_or(path)
        .display()
        .to_string()
}
