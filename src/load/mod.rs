//! Reading our own TOML files: rules, descriptors, facts, profiles, configuration.
//!
//! Every mistake gets file, line, column, what was expected and, for a misspelt word, the nearest known one.

mod deferred;

use std::ops::Range;
use std::path::Path;

pub use deferred::Deferred;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// The format version of all files under `rules/`.
pub const SCHEMA: u32 = 1;

/// A text to read, and the name to show for it.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The path, as shown in errors; its file stem is the id that the file must declare.
    pub name: &'a str,
    /// The contents.
    pub text: &'a str,
    /// The compiled form, for embedded files; without what only people read.
    pub compiled: Option<&'a [u8]>,
}

/// A value and its place in the file it comes from; the compiled catalogue keeps no places.
#[derive(Debug, Clone)]
pub struct Spanned<T> {
    value: T,
    span: Range<usize>,
}

impl<T> Spanned<T> {
    /// A value that stands in no file.
    pub fn without_place(value: T) -> Self {
        Self { value, span: 0..0 }
    }

    /// The value.
    pub fn get_ref(&self) -> &T {
        &self.value
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Its bytes in the file.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            let value = T::deserialize(deserializer)?;
            return Ok(Self { value, span: 0..0 });
        }
        let spanned = toml::Spanned::<T>::deserialize(deserializer)?;
        let span = spanned.span();
        Ok(Self {
            value: spanned.into_inner(),
            span,
        })
    }
}

/// A file of ours that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}{}", hint(.help))]
pub struct LoadError {
    /// The file.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// What is wrong and what was expected.
    pub message: String,
    /// What to do, where it can be told.
    pub help: Option<String>,
}

fn hint(help: &Option<String>) -> String {
    help.as_ref()
        .map(|help| format!("\n  help: {help}"))
        .unwrap_or_default()
}

impl<'a> Source<'a> {
    /// A text that is not embedded.
    pub fn new(name: &'a str, text: &'a str) -> Self {
        Self {
            name,
            text,
            compiled: None,
        }
    }

    /// Deserialises what evaluation needs: from the compiled form where there is one, else from the text.
    ///
    /// # Errors
    /// As [`Source::parse`].
    pub fn brief<T: DeserializeOwned>(&self) -> Result<T, LoadError> {
        match self.compiled {
            Some(bytes) => rmp_serde::from_slice(bytes)
                .map_err(|error| self.error(0..0, error.to_string(), None)),
            None => self.parse(),
        }
    }

    /// Deserialises the text.
    ///
    /// # Errors
    /// When the text is not TOML or not of the wanted shape.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, LoadError> {
        toml::from_str(self.text).map_err(|error| {
            let message = error.message().trim().to_owned();
            let help = suggestion(&message);
            self.error(error.span().unwrap_or(0..0), message, help)
        })
    }

    /// An error at a byte range of the text.
    pub fn error(
        &self,
        span: Range<usize>,
        message: impl Into<String>,
        help: Option<String>,
    ) -> LoadError {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        LoadError {
            file: self.name.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.into(),
            help,
        }
    }

    /// An error at the first occurrence of `text`, for values whose place serde doesn't keep.
    pub fn error_at_text(&self, text: &str, message: impl Into<String>) -> LoadError {
        let start = self.text.find(text).unwrap_or(0);
        self.error(start..start + text.len(), message, None)
    }

    /// Refuses a format version other than [`SCHEMA`].
    ///
    /// # Errors
    /// When the file declares another version.
    pub fn check_schema(&self, schema: u32) -> Result<(), LoadError> {
        if schema == SCHEMA {
            return Ok(());
        }
        Err(self.error_at_text(
            "schema",
            format!("schema is {schema}; this version of glm-setup reads schema = {SCHEMA}"),
        ))
    }

    /// Refuses an id that differs from the file's name.
    ///
    /// # Errors
    /// When they differ.
    pub fn check_id(&self, id: &str) -> Result<(), LoadError> {
        let stem = Path::new(self.name)
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or(self.name);
        if id == stem {
            return Ok(());
        }
        Err(self.error_at_text(
            &format!("\"{id}\""),
            format!("the id is `{id}` but the file is named `{stem}`; they must be the same"),
        ))
    }
}

/// The known word nearest to `word`, if one is near enough to be meant.
pub fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len().min(word.len()) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// For serde's "unknown field `x`, expected one of `a`, `b`": which one was probably meant.
fn suggestion(message: &str) -> Option<String> {
    let (unknown, expected) = message.split_once(", expected")?;
    if !unknown.starts_with("unknown") {
        return None;
    }
    let word = unknown.split('`').nth(1)?;
    let near = nearest(word, expected.split('`').skip(1).step_by(2))?;
    Some(format!("did you mean `{near}`?"))
}
