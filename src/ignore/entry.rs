//! `[[ignore]]` of a configuration file.

use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};
use jiff::civil::Date;

use super::{Suppression, below, slashed};
use crate::config::{Config, ConfigOwner, IgnoreEntry};
use crate::ignore::IgnoredBy;

/// How paths are matched: `*` stays within a folder, `**` does not.
const PATHS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

/// An entry, ready to be compared.
#[derive(Debug, Clone)]
pub struct IgnorePattern {
    /// The rule's id, or a pattern of ids.
    pub rule: String,
    /// The file that holds the entry.
    pub file: PathBuf,
    /// Where it stands among the file's entries.
    pub index: usize,
    /// The byte of the file at which it begins.
    pub at: usize,
    /// Its line, counted from 1.
    pub line: usize,
    /// The last day on which it counts.
    pub until: Option<Date>,
    /// The folder whose files it speaks of; `None` for the user's own.
    pub folder: Option<PathBuf>,
    path: Option<Pattern>,
    pointer: Option<String>,
    reason: Option<String>,
}

impl IgnorePattern {
    pub(super) fn new(config: &Config, index: usize, entry: &toml::Spanned<IgnoreEntry>) -> Self {
        let span = entry.span();
        let entry = entry.get_ref();
        let path = entry.path.as_ref().map(|path| path.get_ref().as_str());
        let path = path.map(|path| path.trim_start_matches("./").trim_end_matches('/'));
        let pointer = entry.pointer.as_ref();
        Self {
            rule: entry.rule.get_ref().clone(),
            file: config.path.clone(),
            index,
            at: entry.rule.span().start,
            line: config.line(span.start),
            until: entry.until.as_ref().map(|until| until.get_ref().0),
            folder: (config.owner == ConfigOwner::Repository).then(|| config.folder().to_owned()),
            // The pattern was compiled when the file was read.
            path: path.and_then(|path| Pattern::new(path).ok()),
            pointer: pointer.map(|pointer| pointer.get_ref().clone()),
            reason: entry.reason.clone(),
        }
    }

    /// The reason; `None` when there is none, or only spaces.
    pub fn reason(&self) -> Option<&str> {
        let reason = self.reason.as_deref()?.trim();
        (!reason.is_empty()).then_some(reason)
    }

    /// Whether its last day is over.
    pub fn expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    /// Whether it has an effect.
    pub fn counts(&self, today: Date) -> bool {
        self.reason().is_some() && !self.expired(today)
    }

    /// Whether it names files at all.
    pub fn has_path(&self) -> bool {
        self.path.is_some()
    }

    /// Whether it speaks of a file.
    pub fn covers(&self, file: &Path, home: &Path) -> bool {
        let relative = match &self.folder {
            Some(folder) => match below(folder, file) {
                Some(relative) => relative,
                None => return false,
            },
            // The user's own patterns begin with `~/` or `/`.
            None => match file.strip_prefix(home) {
                Ok(relative) => Path::new("~").join(relative),
                Err(_) => file.to_owned(),
            },
        };
        let Some(pattern) = &self.path else {
            return true;
        };
        let absolute = self.folder.is_none().then_some(file);
        [Some(relative.as_path()), absolute]
            .into_iter()
            .flatten()
            .flat_map(Path::ancestors)
            .any(|part| pattern.matches_with(&slashed(part), PATHS))
    }

    /// Whether it speaks of a place in a file.
    pub fn holds_at(&self, pointer: &str) -> bool {
        self.pointer.as_deref().is_none_or(|own| {
            pointer
                .strip_prefix(own)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// What it says of a finding.
    pub fn suppression(&self) -> Suppression {
        Suppression {
            by: IgnoredBy::Config,
            reason: self.reason().unwrap_or_default().to_owned(),
            file: self.file.clone(),
            line: self.line,
        }
    }
}
