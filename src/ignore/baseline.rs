//! A baseline: the findings that were there when it was written. They are known, and only new ones fail.
//!
//! The file holds rule, path, pointer and a tag of the value: never a value, and never a secret. It is sorted, so that the
//! same findings give the same bytes.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{below, slashed};
use crate::document::{Document, Format, Pointer, Token};
use crate::load::{LoadError, Source};
use crate::redact::Redactor;
use crate::tool::{ReadError, read_config};
use crate::transaction::hash;

/// The name of the file where none is given.
pub const DEFAULT_BASELINE: &str = ".glm-setup-baseline.json";
/// The version of the format.
const VERSION: u32 = 1;
/// How many hexadecimal digits of its hash stand for a value.
const TAG: usize = 16;

/// One known finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BaselineEntry {
    /// The file: relative to the baseline's folder, else `~/…`, else absolute.
    pub path: String,
    /// The rule.
    pub rule: String,
    /// The place in the file.
    pub pointer: String,
    /// A tag of the value there; null for an absent value and for the whole file.
    pub value: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BaselineFile {
    version: u32,
    findings: Vec<BaselineEntry>,
}

/// A baseline that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// Where it is; absolute.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// What it holds.
    pub entries: Vec<BaselineEntry>,
    /// The folder whose files it speaks of, when a repository names it; all files without one.
    pub scope: Option<PathBuf>,
    /// The line of each entry, counted from 1.
    lines: Vec<usize>,
}

/// Why a baseline can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It is broken.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// It can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There is none.
    #[error("{}: there is no such baseline; `lint --write-baseline` writes one", .0.display())]
    Missing(PathBuf),
    /// Something else stands in its place.
    #[error("{}: {reason}; nothing was written", path.display())]
    Occupied {
        /// The path.
        path: PathBuf,
        /// What is there.
        reason: &'static str,
    },
    /// The system says no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// When it is not there, can't be read, or is not of the wanted shape.
    pub fn read(path: &Path) -> Result<Self, BaselineError> {
        let bytes = read_config(path)?.ok_or_else(|| BaselineError::Missing(path.to_owned()))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Self::parse(path, text)?)
    }

    /// A baseline from its text.
    ///
    /// # Errors
    /// When it is not of the wanted shape.
    pub fn parse(path: &Path, text: String) -> Result<Self, LoadError> {
        let name = path.display().to_string();
        let source = Source::new(&name, &text);
        let file: BaselineFile = serde_json::from_str(&text).map_err(|error| LoadError {
            file: name.clone(),
            line: error.line().max(1),
            column: error.column().max(1),
            message: format!("not a baseline: {error}"),
            help: Some("`lint --write-baseline` writes it anew".to_owned()),
        })?;
        if file.version != VERSION {
            let message = format!(
                "version is {}; this version of glm-setup reads version {VERSION}",
                file.version
            );
            return Err(source.error_at_text("\"version\"", message));
        }
        let lines = lines(&text, file.findings.len());
        Ok(Self {
            path: path.to_owned(),
            text,
            entries: file.findings,
            scope: None,
            lines,
        })
    }

    /// The index of the entry that knows a finding.
    pub fn find(&self, wanted: &BaselineEntry) -> Option<usize> {
        self.entries.iter().position(|entry| entry == wanted)
    }

    /// The line of an entry, counted from 1.
    pub fn line(&self, index: usize) -> usize {
        self.lines.get(index).copied().unwrap_or(1)
    }

    /// The file that an entry speaks of.
    pub fn file(&self, entry: &BaselineEntry, home: &Path) -> PathBuf {
        match entry.path.strip_prefix("~/") {
            Some(rest) => home.join(rest),
            None => self.path.parent().unwrap_or(&self.path).join(&entry.path),
        }
    }
}

/// The lines on which the entries' rules stand; the entries are in the order of the text.
fn lines(text: &str, count: usize) -> Vec<usize> {
    let document = Document::parse(text.as_bytes(), Format::Json).ok();
    let all = Pointer::root().key("findings");
    let (mut line, mut seen) = (1, 0);
    (0..count)
        .map(|index| {
            let at = all.index(index).key("rule");
            let span = document.as_ref().and_then(|document| document.span(&at));
            let start = span.map_or(seen, |span| span.start.max(seen));
            line += text[seen..start].matches('\n').count();
            seen = start;
            line
        })
        .collect()
}

impl BaselineEntry {
    /// The entry for a finding, in a baseline at `baseline`.
    pub fn new(
        baseline: &Path,
        home: &Path,
        rule: &str,
        file: &Path,
        pointer: &Pointer,
        value: Option<&Value>,
    ) -> Self {
        let folder = baseline.parent().unwrap_or(baseline);
        let path = match (below(folder, file), file.strip_prefix(home)) {
            (Some(relative), _) => slashed(&relative),
            (None, Ok(relative)) => format!("~/{}", slashed(relative)),
            (None, Err(_)) => slashed(file),
        };
        Self {
            path,
            rule: rule.to_owned(),
            pointer: pointer.to_string(),
            value: tag(pointer, value),
        }
    }
}

/// A tag that tells whether a value is still the same. A secret's own hash is never part of it: what is hashed is the
/// value as it would be shown.
pub fn tag(pointer: &Pointer, value: Option<&Value>) -> Option<String> {
    if pointer.0.is_empty() {
        return None;
    }
    let names: Vec<String> = pointer
        .0
        .iter()
        .map(|token| match token {
            Token::Key(key) => key.clone(),
            Token::Index(index) => index.to_string(),
        })
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let shown = Redactor::new().value(&names, value?).to_string();
    let mut digits = hash(shown.as_bytes()).to_string();
    digits.truncate(TAG);
    Some(digits)
}

impl Baseline {
    /// Writes a baseline; says whether anything changed. A link, or a file that is no baseline, is never overwritten.
    ///
    /// # Errors
    /// When something else stands there, or the system says no.
    pub fn write(path: &Path, mut entries: Vec<BaselineEntry>) -> Result<bool, BaselineError> {
        entries.sort();
        entries.dedup();
        let file = BaselineFile {
            version: VERSION,
            findings: entries,
        };
        let failed = |source| BaselineError::Io {
            path: path.to_owned(),
            source,
        };
        let text =
            serde_json::to_string_pretty(&file).map_err(|error| failed(error.into()))? + "\n";
        let occupied = |reason| {
            let path = path.to_owned();
            Err(BaselineError::Occupied { path, reason })
        };
        match path.symlink_metadata() {
            Ok(known) if known.is_symlink() => return occupied("a link stands there"),
            Ok(known) if !known.is_file() => return occupied("this is not a file"),
            Ok(_) => match Baseline::read(path) {
                Ok(known) if known.text == text => return Ok(false),
                Ok(_) => {}
                Err(_) => return occupied("a file that is no baseline stands there"),
            },
            Err(_) => {}
        }
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".glm-setup-baseline-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // It is committed with the repository; the process's mask still counts.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let mut new = builder.tempfile_in(folder).map_err(failed)?;
        new.write_all(text.as_bytes()).map_err(failed)?;
        new.persist(path).map_err(|error| failed(error.error))?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_tag_tells_values_apart_and_is_not_a_secrets_hash() {
        let at = |name: &str| Pointer::root().key(name);
        let number = |n: u64| tag(&at("cap"), Some(&json!(n)));
        assert_eq!(number(5), number(5));
        assert_ne!(number(5), number(6));
        assert_eq!(number(5).unwrap().len(), TAG);
        assert_eq!(tag(&at("cap"), None), None);
        assert_eq!(tag(&Pointer::root(), Some(&json!({}))), None);
        // A password that could be guessed has the same tag as any other.
        let password = |text: &str| tag(&at("password"), Some(&json!(text)));
        assert_eq!(password("hunter2"), password("secret1"));
    }
}
