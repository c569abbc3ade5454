//! What the formats for programs have in common: places, regions, levels.

use std::path::{Component, Path, PathBuf};

use super::advice::Advice;
use super::redact::Redactor;
use super::visible;
use crate::document::{Document, line_column};
use crate::finding::{Finding, Severity};
use crate::plan::Plan;
use crate::rule::Rule;
use crate::tool::ReadError;

/// The findings of a run, and what is needed to show them.
pub struct Report<'a> {
    /// What was found.
    pub plan: &'a Plan,
    /// Files that could not be read at all.
    pub problems: &'a [ReadError],
    /// Takes secrets out of every text.
    pub redactor: &'a Redactor,
    /// Which command is suggested.
    pub advice: &'a Advice,
    /// The folder that paths are shown relative to; absolute.
    pub folder: &'a Path,
    /// The least severity that fails the run.
    pub fails: Severity,
    /// A file as it was read.
    pub source: &'a dyn Fn(&Path) -> Option<FileSource<'a>>,
    /// A rule by its id, with its documentation.
    pub rule: &'a dyn Fn(&str) -> Option<Rule>,
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

impl Report<'_> {
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

    /// What a finding points at; `None` when its file is not there. An absent value is a place without a length.
    pub fn region(&self, finding: &Finding) -> Option<TextRegion> {
        let source = (self.source)(&finding.file)?;
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
    pub fn place(&self, path: &Path) -> PathBuf {
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

    /// [`Self::place`] as text on one line, with forward slashes.
    pub fn slashed(&self, path: &Path) -> String {
        let text = self.place(path).display().to_string();
        let text = if cfg!(windows) {
            text.replace('\\', "/")
        } else {
            text
        };
        visible::plain(&text).replace('\n', "␊")
    }
}
