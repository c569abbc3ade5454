//! One file of the catalogue, before it is read.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::embedded::File;
use crate::load::{LoadError, Source};
use crate::rule::compile::{Part, Rule, RuleOrigin, Trust};
use crate::rule::schema::ExtensionFile;

/// A file of the catalogue. Of the embedded ones, which are many, nothing is copied.
#[derive(Debug, Clone)]
pub(super) enum Entry {
    /// A part of the program.
    Embedded(&'static File),
    /// Any other.
    Given(Box<Given>),
}

/// A text that is not embedded.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) name: String,
    pub(super) text: String,
    /// Where it lies, if it is a user's file.
    pub(super) path: Option<PathBuf>,
}

impl Entry {
    /// A user's file.
    pub(super) fn of_user(path: PathBuf, text: String) -> Self {
        Self::Given(Box::new(Given {
            name: path.display().to_string(),
            text,
            path: Some(path),
        }))
    }

    /// The folder that it lies in, and its name without `.toml`.
    pub(super) fn place(&self) -> (Cow<'static, str>, Cow<'static, str>) {
        let given = match self {
            Self::Embedded(file) => {
                let (folders, name) = file.name.rsplit_once('/').unwrap_or_default();
                let folder = folders.rsplit_once('/').map_or(folders, |(_, last)| last);
                let id = name.strip_suffix(".toml").unwrap_or(name);
                return (Cow::Borrowed(folder), Cow::Borrowed(id));
            }
            Self::Given(given) => given,
        };
        let path = Path::new(&given.name);
        let part = |part: Option<&OsStr>| {
            let part = part.and_then(OsStr::to_str).unwrap_or_default();
            Cow::Owned(part.to_owned())
        };
        let folder = path.parent().and_then(Path::file_name);
        (part(folder), part(path.file_stem()))
    }

    pub(super) fn source(&self) -> Source<'_> {
        match self {
            Self::Embedded(file) => Source {
                name: file.name,
                text: file.text,
                compiled: Some(file.compiled),
            },
            Self::Given(given) => Source::new(&given.name, &given.text),
        }
    }

    /// Where it lies, if it is a user's file.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Embedded(_) => None,
            Self::Given(given) => given.path.as_deref(),
        }
    }

    /// Whether it is known to be a rule that only `apply` uses.
    pub(super) fn is_setup(&self) -> bool {
        matches!(self, Self::Embedded(file) if file.setup)
    }

    /// The family of rules that it extends.
    pub(super) fn extends(&self) -> Option<String> {
        match self {
            Self::Embedded(file) => Some(file.extends)
                .filter(|family| !family.is_empty())
                .map(str::to_owned),
            Self::Given(_) => text_of(self, "extends"),
        }
    }

    pub(super) fn load(&self, part: Part) -> Result<Rule, LoadError> {
        let (trust, origin) = self.trust();
        Rule::load(&self.source(), part, trust, origin)
    }

    /// Whether it says that it takes the place of a built-in namesake, and where its id stands.
    pub(super) fn replaces(&self) -> Result<(Range<usize>, bool), LoadError> {
        if self.extends().is_some() {
            let file: ExtensionFile = self.source().parse()?;
            return Ok((file.id.span(), file.replaces));
        }
        let rule = self.load(Part::Whole)?;
        Ok((rule.file.id.span(), rule.file.replaces))
    }

    /// How much of it is checked, and where its rule comes from.
    pub(super) fn trust(&self) -> (Trust, RuleOrigin) {
        match self.path() {
            Some(path) => (Trust::User, RuleOrigin::File(path.to_owned())),
            None => (Trust::Embedded, RuleOrigin::BuiltIn),
        }
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
}

/// The `tool = "…"` of a rule file, read without the rest.
pub(super) fn tool_of(entry: &Entry) -> Option<String> {
    text_of(entry, "tool")
}

/// A text at the top of a rule file, read without the rest.
fn text_of(entry: &Entry, name: &str) -> Option<String> {
    let source = entry.source();
    let line = source
        .text
        .lines()
        .find(|line| line.split('=').next().is_some_and(|key| key.trim() == name))?;
    Some(line.split('"').nth(1)?.to_owned())
}
