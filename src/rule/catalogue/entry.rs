//! One file of the catalogue, before it is read.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::embedded::File;
use crate::load::{LoadError, Source};
use crate::rule::compile::{Part, Rule, RuleOrigin, Trust};

/// A file of the catalogue.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: Cow<'static, str>,
    pub(super) text: Cow<'static, str>,
    pub(super) compiled: Option<&'static [u8]>,
    pub(super) path: Option<PathBuf>,
    /// Whether it is known to be a rule that only `apply` uses.
    pub(super) setup: bool,
}

impl Entry {
    /// A part of the program.
    pub(super) fn embedded(file: &'static File) -> Self {
        Self {
            name: Cow::Borrowed(file.name),
            text: Cow::Borrowed(file.text),
            compiled: Some(file.compiled),
            path: None,
            setup: file.setup,
        }
    }

    /// A user's file.
    pub(super) fn of_user(path: PathBuf, text: String) -> Self {
        Self {
            name: Cow::Owned(path.display().to_string()),
            text: Cow::Owned(text),
            compiled: None,
            path: Some(path),
            setup: false,
        }
    }

    /// The folder that it lies in, and its name without `.toml`.
    pub(super) fn place(&self) -> (Cow<'static, str>, Cow<'static, str>) {
        if let Cow::Borrowed(name) = self.name {
            let (folders, file) = name.rsplit_once('/').unwrap_or_default();
            let folder = folders.rsplit_once('/').map_or(folders, |(_, last)| last);
            let id = file.strip_suffix(".toml").unwrap_or(file);
            return (Cow::Borrowed(folder), Cow::Borrowed(id));
        }
        let path = Path::new(&*self.name);
        let part = |part: Option<&OsStr>| {
            let part = part.and_then(OsStr::to_str).unwrap_or_default();
            Cow::Owned(part.to_owned())
        };
        let folder = path.parent().and_then(Path::file_name);
        (part(folder), part(path.file_stem()))
    }

    pub(super) fn source(&self) -> Source<'_> {
        Source {
            name: &self.name,
            text: &self.text,
            compiled: self.compiled,
        }
    }

    fn trust(&self) -> Trust {
        if self.path.is_some() {
            Trust::Foreign
        } else {
            Trust::Embedded
        }
    }

    pub(super) fn load(&self, part: Part) -> Result<Rule, LoadError> {
        Rule::load(&self.source(), part, self.trust(), self.origin())
    }

    /// Refuses a second file with an id, unless it says that it replaces the first.
    pub(super) fn may_replace(&self, says_so: bool, what: &str, id: &str) -> Result<(), LoadError> {
        if says_so {
            return Ok(());
        }
        let mut error = self.source().error_at_text(
            &format!("\"{id}\""),
            format!("there is a {what} `{id}` already"),
        );
        error.help = Some("choose another id, or say `override = true` to replace it".to_owned());
        Err(error)
    }

    fn origin(&self) -> RuleOrigin {
        self.path
            .clone()
            .map_or(RuleOrigin::BuiltIn, RuleOrigin::File)
    }
}

/// The `tool = "…"` of a rule file, read without the rest.
pub(super) fn tool_of(entry: &Entry) -> Option<String> {
    let line = entry.text.lines().find(|line| {
        line.split('=')
            .next()
            .is_some_and(|key| key.trim() == "tool")
    })?;
    Some(line.split('"').nth(1)?.to_owned())
}
