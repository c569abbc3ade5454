//! What silences findings: severities, `[[ignore]]`, comments, a baseline; and what becomes of ignores that do nothing.
//!
//! Every finding of a rule is shown to [`Ignores::level`], [`comment::comments_in`], [`Ignores::entry`] and the baseline before it
//! is reported or becomes an edit, so that what is ignored is never fixed either.

mod baseline;
mod comment;
mod entry;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::config::{Config, ConfigOwner, RuleLevel};
use crate::finding::{Finding, Severity};

pub use baseline::{Baseline, BaselineEntry, BaselineError, DEFAULT_BASELINE, tag};
pub use comment::{IgnoreComment, comments_in};
pub use entry::IgnorePattern;

/// What a finding is ignored by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IgnoredBy {
    /// A comment in the file itself.
    Comment,
    /// `[[ignore]]` of a configuration file.
    Config,
    /// The baseline: it was there before.
    Baseline,
}

/// Why a finding is ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// IgnoredBy what.
    pub by: IgnoredBy,
    /// Why, in somebody's words.
    pub reason: String,
    /// The file that says so.
    pub file: PathBuf,
    /// The line there, counted from 1.
    pub line: usize,
}

/// A finding that is ignored.
#[derive(Debug, Clone)]
pub struct Ignored {
    /// The finding.
    pub finding: Finding,
    /// Why it is ignored.
    pub suppression: Suppression,
}

/// A severity of `[rules.<id>]`.
#[derive(Debug, Clone)]
struct ScopedLevel {
    rule: String,
    level: RuleLevel,
    /// The folder whose files it speaks of; all files without one.
    folder: Option<PathBuf>,
}

/// What is silenced in a run.
#[derive(Debug, Clone, Default)]
pub struct Ignores {
    levels: Vec<ScopedLevel>,
    entries: Vec<IgnorePattern>,
    baseline: Option<Baseline>,
    /// Rules that the command line names: they are never off.
    asked: Vec<String>,
    /// The home folder, for `~/…`.
    pub home: PathBuf,
    /// The day that `until` is compared with.
    pub today: Date,
    /// Whether ignores that do nothing are findings (`lint`).
    pub judges: bool,
    /// Folders that the run looks at as a whole: an ignore that hides nothing there is unused.
    pub covers: Vec<PathBuf>,
    /// The texts of the files that say what is ignored, for code frames.
    pub sources: BTreeMap<PathBuf, String>,
}

impl Ignores {
    /// What the files say. `asked` are the words of `--select`.
    pub fn new(configs: &[&Config], asked: &[String], home: &Path, today: Date) -> Self {
        let mut ignores = Self {
            asked: asked.to_vec(),
            home: home.to_owned(),
            today,
            ..Self::default()
        };
        for config in configs {
            let folder =
                (config.owner == ConfigOwner::Repository).then(|| config.folder().to_owned());
            for (rule, settings) in &config.file.rules {
                ignores.levels.push(ScopedLevel {
                    rule: rule.get_ref().clone(),
                    level: *settings.severity.get_ref(),
                    folder: folder.clone(),
                });
            }
            let entries = config.file.ignore.iter().enumerate();
            ignores
                .entries
                .extend(entries.map(|(index, entry)| IgnorePattern::new(config, index, entry)));
            ignores
                .sources
                .insert(config.path.clone(), config.text.clone());
        }
        ignores
    }

    /// Adds a baseline.
    #[must_use]
    pub fn with_baseline(mut self, baseline: Option<Baseline>) -> Self {
        if let Some(baseline) = &baseline {
            self.sources
                .insert(baseline.path.clone(), baseline.text.clone());
        }
        self.baseline = baseline;
        self
    }

    /// The baseline in force.
    pub fn baseline(&self) -> Option<&Baseline> {
        self.baseline.as_ref()
    }

    /// The entries of all files.
    pub fn entries(&self) -> &[IgnorePattern] {
        &self.entries
    }

    /// How bad a finding of a rule is in a file; `None` when the rule is off there. Later files win.
    pub fn level(&self, rule: &str, file: &Path, own: Severity) -> Option<Severity> {
        let said = self.levels.iter().rev().find(|one| {
            one.rule == rule
                && one
                    .folder
                    .as_ref()
                    .is_none_or(|folder| below(folder, file).is_some())
        });
        match said.map(|one| one.level.severity()) {
            Some(None) if self.asked.iter().any(|word| word == rule) => Some(own),
            Some(severity) => severity,
            None => Some(own),
        }
    }

    /// The first entry that ignores a finding today, with its index.
    pub fn entry(&self, rule: &str, file: &Path, pointer: &str) -> Option<(usize, &IgnorePattern)> {
        self.entries.iter().enumerate().find(|(_, entry)| {
            entry.counts(self.today)
                && matches(&entry.rule, rule)
                && entry.covers(file, &self.home)
                && entry.holds_at(pointer)
        })
    }
}

/// Whether a rule's id, or a pattern of ids with `*`, means a rule.
pub fn matches(pattern: &str, rule: &str) -> bool {
    pattern == rule
        || (pattern.contains('*')
            && glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches(rule)))
}

/// A file's path below a folder, also when the one or the other was reached through links.
pub(crate) fn below(folder: &Path, file: &Path) -> Option<PathBuf> {
    if let Ok(rest) = file.strip_prefix(folder) {
        return Some(rest.to_owned());
    }
    let file = file.canonicalize().ok()?;
    let folder = folder.canonicalize().ok()?;
    file.strip_prefix(folder).ok().map(Path::to_owned)
}

/// A path with forward slashes.
pub(crate) fn slashed(path: &Path) -> String {
    let text = path.display().to_string();
    if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text
    }
}
