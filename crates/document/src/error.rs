//! What can go wrong while reading or editing a document.
//!
//! Configuration files hold secrets, so no message here repeats a value of the file.

use super::{Pointer, line_column};

/// A text that is not a document of its format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ParseError {
    /// Byte offset of the mistake in the file.
    pub offset: usize,
    /// Line of the mistake, counted from 1.
    pub line: usize,
    /// Column of the mistake in characters, counted from 1.
    pub column: usize,
    /// What is wrong, in plain words.
    pub message: String,
    /// What would have been right, when that is known.
    pub expected: Option<String>,
}

impl ParseError {
    /// An error at the byte `offset` of `text`.
    pub(super) fn at(text: &str, offset: usize, message: impl Into<String>) -> Self {
        let (line, column) = line_column(text, offset);
        Self {
            offset,
            line,
            column,
            message: message.into(),
            expected: None,
        }
    }

    /// For a tool that can't read a file that begins with a byte order mark.
    pub fn byte_order_mark() -> Self {
        Self::at("", 0, "the file begins with a byte order mark").expecting("UTF-8 without one")
    }

    /// The same error, saying what would have been right.
    pub(super) fn expecting(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }
}

/// An edit that can't be made. The document is as it was before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Nothing stands at the place that is to be removed or renamed.
    #[error("there is nothing at `{at}`")]
    NotFound {
        /// The place.
        at: Pointer,
    },
    /// A step of the pointer leads into a value that has no such members.
    #[error("`{at}` is {found}, not {needed}")]
    NotAContainer {
        /// The place of the value that stands in the way.
        at: Pointer,
        /// What stands there, such as "a string".
        found: &'static str,
        /// What was needed, such as "an object".
        needed: &'static str,
    },
    /// An array has no such element, and arrays only grow by [`Edit::Append`](super::Edit::Append).
    #[error("`{at}` lies beyond the end of its array of {len}")]
    OutOfRange {
        /// The place of the missing element.
        at: Pointer,
        /// How many elements there are.
        len: usize,
    },
    /// A member can't be renamed to the name of another.
    #[error("`{at}` can't be renamed: its object already has a member `{to}`")]
    NameTaken {
        /// The place of the member.
        at: Pointer,
        /// The name that is taken.
        to: String,
    },
    /// The edit makes no sense for this place: removing the root, or renaming an array element.
    #[error("`{at}` is not a member that can be {wanted}")]
    NotAMember {
        /// The place.
        at: Pointer,
        /// What was wanted, such as "renamed".
        wanted: &'static str,
    },
    /// The format, or this program's support for it, can't express the edit.
    #[error("`{at}` can't be edited: {reason}")]
    Unsupported {
        /// The place.
        at: Pointer,
        /// Why not.
        reason: String,
    },
    /// The edited text, read again, is not what was asked for. This is a bug, caught before it did harm.
    #[error("the edited text did not pass its check, so nothing was changed: {reason}")]
    CheckFailed {
        /// Which check failed.
        reason: String,
    },
}
