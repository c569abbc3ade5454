//! Shorthands for tests of documents.

use glm_setup_document::{Document, Edit, EditError, Format, ParseError, Pointer, Token};
use serde_json::Value;

/// A pointer in the notation of RFC 6901; numbers are array indexes.
pub(crate) fn at(pointer: &str) -> Pointer {
    let token = |token: &str| {
        let name = || Token::Key(token.replace("~1", "/").replace("~0", "~"));
        token.parse().map_or_else(|_| name(), Token::Index)
    };
    Pointer(pointer.split('/').skip(1).map(token).collect())
}

pub(crate) fn set(pointer: &str, value: Value) -> Edit {
    Edit::Set {
        at: at(pointer),
        value,
    }
}

pub(crate) fn remove(pointer: &str) -> Edit {
    Edit::Remove { at: at(pointer) }
}

pub(crate) fn rename(pointer: &str, to: &str) -> Edit {
    Edit::Rename {
        at: at(pointer),
        to: to.into(),
    }
}

pub(crate) fn append(pointer: &str, value: Value) -> Edit {
    Edit::Append {
        at: at(pointer),
        value,
    }
}

#[track_caller]
pub(crate) fn parse(text: &str, format: Format) -> Document {
    Document::parse(text.as_bytes(), format).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[track_caller]
pub(crate) fn parse_error(text: &str, format: Format) -> ParseError {
    Document::parse(text.as_bytes(), format)
        .map(|document| document.value().clone())
        .unwrap_err()
}

#[track_caller]
pub(crate) fn edit_error(format: Format, before: &str, edit: Edit) -> EditError {
    parse(before, format).edit(&[edit]).unwrap_err()
}

/// Makes the edits, compares the text, and makes sure that setting the same once more changes nothing.
#[track_caller]
pub(crate) fn check(format: Format, before: &str, edits: &[Edit], after: &str) {
    let edited = parse(before, format).edit(edits);
    let text = edited.unwrap_or_else(|error| panic!("{error}\n{before}"));
    assert_eq!(text, after);
    if edits.iter().all(|edit| matches!(edit, Edit::Set { .. })) {
        assert_eq!(
            parse(&text, format).edit(edits).unwrap(),
            after,
            "not idempotent"
        );
    }
}
