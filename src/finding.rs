//! Findings: rules that do not hold at one place.

use std::ops::Range;
use std::path::PathBuf;

use crate::document::{Edit, Pointer};
pub use crate::vocabulary::{Category, Safety, Severity};

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
