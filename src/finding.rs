//! Findings: rules that do not hold at one place.

use std::ops::Range;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::document::{Edit, Pointer};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Costs speed, money or quota, or will break soon.
    Warning,
    /// Requests fail, keys leak, or the file does nothing.
    Error,
}

/// Whether a fix may be applied without being asked for (ruff's words).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Safety {
    /// Shown only.
    DisplayOnly,
    /// Takes away something that the user chose, or costs money: only with `--unsafe-fixes`.
    Unsafe,
    /// Nothing is lost but speed or decoration.
    Safe,
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// Files that the tool can't read or keys that it doesn't know.
    Syntax,
    /// Keys and tokens.
    Secrets,
    /// Addresses and providers.
    Endpoints,
    /// Model ids and tiers.
    Models,
    /// Plugins and servers.
    Plugins,
    /// Requests at the same time.
    Concurrency,
    /// The usage policy.
    Policy,
    /// Ignores and baselines.
    Ignores,
}

macro_rules! display_as_serialized {
    ($($type:ty),*) => {$(
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.serialize(f)
            }
        }
    )*};
}
display_as_serialized!(Severity, Safety, Category);

/// What became of a finding's fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FixState {
    /// There is none.
    None,
    /// It is part of the plan.
    Planned(Safety),
    /// Another rule's fix, which is part of the plan, fixes it too.
    FixedByOther,
    /// It needs `--unsafe-fixes`; what it takes away.
    NeedsUnsafe(Option<String>),
    /// It is only shown; what to do by hand.
    DisplayOnly,
    /// It can't be applied here; why.
    Impossible(String),
}

/// A rule that does not hold at one place.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// The tool's id.
    pub tool: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub category: Category,
    /// What is wrong here.
    pub message: String,
    /// The file.
    pub file: PathBuf,
    /// The place in the file; for an absent value the place where it should be.
    pub pointer: Pointer,
    /// The bytes to point at; `None` when there is nothing to point at.
    pub span: Option<Range<usize>>,
    /// Line and column, counted from 1, in characters; of the nearest enclosing value for an absent one.
    pub position: (usize, usize),
    /// What became of the fix.
    pub fix: FixState,
    /// The edits of its own planned fix, on the text as it was read; empty when there is none, and for what only the
    /// edited text showed.
    pub edits: Vec<Edit>,
}
