//! Why a catalogue can't be used, and words that name nothing in it.

use std::path::PathBuf;

use crate::load::{LoadError, nearest};

/// Why a catalogue can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A file is broken.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A folder or file can't be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A word names nothing.
    #[error("unknown {what} `{word}`{}", hint(near, known))]
    Unknown {
        /// What it should have been.
        what: &'static str,
        /// The word.
        word: String,
        /// The nearest known one.
        near: Option<String>,
        /// All known ones.
        known: Vec<String>,
    },
}

/// How many known words are listed; of more a person would read none.
const LISTED: usize = 40;

/// The nearest known word, or all of them.
fn hint(near: &Option<String>, known: &[String]) -> String {
    match near {
        Some(near) => format!("; did you mean `{near}`?"),
        None if known.len() > LISTED => format!("; {} are known", known.len()),
        None => format!("; known: {}", known.join(", ")),
    }
}

/// An unknown word, with the nearest known one.
pub(super) fn unknown<'w>(
    what: &'static str,
    word: &str,
    known: impl IntoIterator<Item = &'w str>,
) -> CatalogueError {
    let known: Vec<&str> = known.into_iter().collect();
    CatalogueError::Unknown {
        what,
        word: word.to_owned(),
        near: nearest(word, known.iter().copied()).map(str::to_owned),
        known: known.into_iter().map(str::to_owned).collect(),
    }
}
