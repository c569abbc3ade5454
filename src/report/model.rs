//! The report: everything that a run has to show, in whatever format.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::advice::Advice;
use super::redactor_for;
use super::visible;
use crate::document::{Document, line_column};
use crate::finding::{Finding, Severity};
use crate::paths::Environment;
use crate::plan::{Plan, Skipped};
use crate::redact::Redactor;
use crate::rule::Catalogue;
use crate::tool::{Read, ReadError, Workspace};
use crate::transaction::Written;

/// What a run found, would change and did. Built once; each format is a function of it.
pub struct Report<'a> {
    /// Findings, ignored findings, skipped rules, refusals, notes, and the files that would change.
    pub plan: &'a Plan,
    /// The files that were read, and those that could not be.
    pub workspace: &'a Workspace,
    /// The rules, with their documentation.
    pub catalogue: &'a Catalogue,
    /// The surroundings: paths are shortened by the home folder.
    pub environment: &'a Environment,
    /// The folder that programs get paths relative to; absolute.
    pub folder: &'a Path,
    /// Files of our own that findings may point at.
    pub own_files: Option<&'a BTreeMap<PathBuf, String>>,
    /// How many findings there are of each kind.
    pub counts: Counts,
    /// Which command is suggested.
    pub advice: Advice,
    /// The least severity that fails the run.
    pub fails: Severity,
    /// What was written.
    pub outcome: Outcome<'a>,
    /// How much is shown, and how.
    pub style: Style,
    /// Takes secrets out of every text.
    pub redactor: Redactor,
}

/// How many findings there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
    /// Findings that are ignored.
    pub ignored: usize,
    /// Files that would change.
    pub changes: usize,
}

/// How much is shown, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether to use colour.
    pub color: bool,
    /// Whether to show what was looked at and what is ignored.
    pub verbose: bool,
    /// Whether to leave out notes.
    pub quiet: bool,
    /// Whether to count the findings of each rule.
    pub statistics: bool,
}

/// What a run wrote.
#[derive(Clone, Copy)]
pub enum Outcome<'a> {
    /// Nothing: it only looks.
    Looked,
    /// What `apply` was asked to; `None` when it was not asked, or nothing had to change.
    Applied(Option<&'a Written>),
    /// The fixes of `lint --fix`. The report is about what remains.
    Fixed(&'a Fixed),
}

/// What `lint --fix` has fixed.
pub struct Fixed {
    /// The findings that are gone.
    pub findings: usize,
    /// How many files have changed.
    pub files: usize,
    /// What was written; `None` when there was nothing to do.
    pub written: Option<Written>,
    /// The changes, as [`json`](fn@super::json) shows them; null for formats that don't.
    pub changes: serde_json::Value,
}

/// A file as it was read.
#[derive(Clone, Copy)]
pub struct FileSource<'a> {
    /// Its text.
    pub text: &'a str,
    /// The same, parsed; `None` when it doesn't parse, or when it has been edited since.
    pub document: Option<&'a Document>,
}

/// A piece of a file; lines and columns count from 1, columns in characters, and the end is the place after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextRegion {
    /// Line and column of its first character.
    pub start: (usize, usize),
    /// Line and column after its last character.
    pub end: (usize, usize),
}

impl TextRegion {
    /// The region between two byte offsets of a text.
    pub fn between(text: &str, start: usize, end: usize) -> Self {
        Self {
            start: line_column(text, start),
            end: line_column(text, end),
        }
    }
}

impl Counts {
    fn of(plan: &Plan) -> Self {
        Self {
            errors: plan.count(Severity::Error),
            warnings: plan.count(Severity::Warning),
            notes: plan.count(Severity::Info),
            ignored: plan.ignored.len(),
            changes: plan.files.len(),
        }
    }
}

impl<'a> Report<'a> {
    /// The report of a plan, as `apply` without any options shows it.
    pub fn new(
        plan: &'a Plan,
        workspace: &'a Workspace,
        catalogue: &'a Catalogue,
        environment: &'a Environment,
        folder: &'a Path,
    ) -> Self {
        Self {
            plan,
            workspace,
            catalogue,
            environment,
            folder,
            own_files: None,
            counts: Counts::of(plan),
            advice: Advice::default(),
            fails: Severity::Error,
            outcome: Outcome::Looked,
            style: Style::default(),
            redactor: redactor_for(workspace),
        }
    }

    /// Files that could not be read at all.
    pub fn problems(&self) -> &'a [ReadError] {
        &self.workspace.problems
    }

    /// Whether any finding fails the run.
    pub fn failed(&self) -> bool {
        let mut findings = self.plan.findings.iter();
        findings.any(|finding| finding.severity >= self.fails)
    }

    /// The findings that are shown to people: without notes where only what is wrong was asked for.
    pub fn shown(&self) -> impl Iterator<Item = &'a Finding> {
        let quiet = self.style.quiet;
        let findings = self.plan.findings.iter();
        findings.filter(move |finding| !quiet || finding.severity > Severity::Info)
    }

    /// A file as it was read.
    pub fn source(&self, path: &Path) -> Option<FileSource<'a>> {
        let read = self.workspace.read_at(path);
        if let Some(Read::Layer(layer)) = read
            && layer.config.exists
        {
            return Some(FileSource {
                text: layer.before(),
                document: (!layer.changed()).then_some(&layer.document),
            });
        }
        let text = match (self.own_files.and_then(|own| own.get(path)), read) {
            (Some(text), _) => text,
            (None, Some(Read::Unreadable(file))) => &file.text,
            _ => return None,
        };
        Some(FileSource {
            text,
            document: None,
        })
    }

    /// A path as a person would write it.
    pub fn path(&self, path: &Path) -> String {
        self.environment.display(path)
    }

    /// A finding's message, redacted, on one line, and without anything that a terminal obeys.
    pub fn message(&self, finding: &Finding) -> String {
        self.line(&finding.message)
    }

    /// A text redacted, on one line, and without anything that a terminal obeys.
    pub fn line(&self, text: &str) -> String {
        let text = self.redactor.text(text);
        visible::plain(&text)
            .replace("\r\n", "\n")
            .replace('\n', "␊")
    }

    /// Why a rule was not evaluated.
    pub fn skipped(&self, one: &Skipped) -> String {
        format!(
            "skipped {}: the fact {} is unknown here",
            one.rule, one.fact
        )
    }

    /// What a finding points at; `None` when its file is not there. An absent value is a place without a length.
    pub fn region(&self, finding: &Finding) -> Option<TextRegion> {
        let source = self.source(&finding.file)?;
        let end = match &finding.span {
            Some(span) => line_column(source.text, span.end),
            None => finding.position,
        };
        Some(TextRegion {
            start: finding.position,
            end: end.max(finding.position),
        })
    }

    /// A path relative to the working folder; absolute when it lies elsewhere.
    pub fn relative(&self, path: &Path) -> PathBuf {
        let climbs = path.components().any(|part| part == Component::ParentDir);
        if let (false, Ok(below)) = (climbs, path.strip_prefix(self.folder)) {
            return below.to_owned();
        }
        // The same folder may have been named in another way: through a link, or with `..`.
        let real = path.canonicalize();
        let below = real.as_ref().ok().and_then(|real| {
            let folder = self.folder.canonicalize().ok()?;
            real.strip_prefix(folder).ok().map(Path::to_path_buf)
        });
        below.unwrap_or_else(|| match real {
            Ok(real) if climbs => real,
            _ => path.to_owned(),
        })
    }

    /// [`Self::relative`] as text on one line, with forward slashes.
    pub fn slashed(&self, path: &Path) -> String {
        let text = self.relative(path).display().to_string();
        let text = if cfg!(windows) {
            text.replace('\\', "/")
        } else {
            text
        };
        visible::plain(&text).replace('\n', "␊")
    }
}
