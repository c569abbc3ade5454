//! What stands between the values: whitespace, commas and comments.

use std::ops::Range;

use crate::Comment;
use crate::lines::bom_len;

/// The kinds of pieces that the text between two values consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whitespace inside a line.
    Blank,
    /// One line break.
    Newline,
    LineComment,
    BlockComment,
    Comma,
    Colon,
}

/// A piece of text between two values.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
}

impl Piece {
    pub(super) fn is_comment(&self) -> bool {
        matches!(self.kind, Kind::LineComment | Kind::BlockComment)
    }

    pub(super) fn is_space(&self) -> bool {
        matches!(self.kind, Kind::Blank | Kind::Newline)
    }
}

/// The pieces of a part of the text that lies between two neighbouring values or brackets.
pub(super) fn pieces(text: &str, range: Range<usize>) -> impl Iterator<Item = Piece> {
    let Range { mut start, end } = range;
    std::iter::from_fn(move || {
        let rest = text.get(start..end)?;
        let (kind, len) = match rest.as_bytes() {
            [] => return None,
            [b',', ..] => (Kind::Comma, 1),
            [b':', ..] => (Kind::Colon, 1),
            [b'\r', b'\n', ..] => (Kind::Newline, 2),
            [b'\n' | b'\r', ..] => (Kind::Newline, 1),
            [b'/', b'/', ..] => (
                Kind::LineComment,
                rest.find(['\n', '\r']).unwrap_or(rest.len()),
            ),
            [b'/', b'*', ..] => (
                Kind::BlockComment,
                rest[2..].find("*/").map_or(rest.len(), |at| at + 4),
            ),
            _ => {
                let blank = rest[1..]
                    .bytes()
                    .position(|byte| b",:\r\n/".contains(&byte));
                (Kind::Blank, blank.map_or(rest.len(), |at| at + 1))
            }
        };
        let piece = Piece {
            kind,
            range: start..start + len,
        };
        start += len;
        Some(piece)
    })
}

/// The position of the first comma in a part of the text between two values.
pub(super) fn comma(text: &str, range: Range<usize>) -> Option<usize> {
    pieces(text, range)
        .find(|piece| piece.kind == Kind::Comma)
        .map(|piece| piece.range.start)
}

/// All comments of a well-formed text.
pub(crate) fn comments(text: &str) -> Vec<Comment> {
    let bytes = text.as_bytes();
    let mut comments = Vec::new();
    let mut at = bom_len(text);
    while let Some(&byte) = bytes.get(at) {
        at = match byte {
            b'"' | b'\'' => end_of_string(bytes, at),
            b'/' => match pieces(text, at..text.len()).next() {
                Some(piece) if piece.is_comment() => {
                    let marked = &text[piece.range.clone()];
                    let inner = marked
                        .strip_prefix("//")
                        .or_else(|| marked.strip_prefix("/*")?.strip_suffix("*/"));
                    let end = piece.range.end;
                    comments.push(Comment {
                        span: piece.range,
                        text: inner.unwrap_or(marked).trim().to_owned(),
                    });
                    end
                }
                _ => at + 1,
            },
            _ => at + 1,
        };
    }
    comments
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            _ if byte == bytes[start] => return at + 1,
            _ => at += 1,
        }
    }
    at
}
