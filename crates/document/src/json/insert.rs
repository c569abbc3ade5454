//! Inserting members and elements, and printing replacements.

use serde_json::Value;

use super::print::{Shape, Style};
use super::trivia::{Kind, Piece, comma, pieces};
use crate::lines::{BOM, line_ending, line_indent, starts_line};
use crate::splice::Splice;
use crate::tree::{Children, Node};
use crate::{Pointer, Token};

/// A node, and what surrounds it.
pub(super) struct Place<'t, 'n> {
    text: &'t str,
    pub(super) node: &'n Node,
    style: Style<'t>,
    /// Whether the node, with its name, starts a line, or is the root.
    on_own_line: bool,
}

impl<'t, 'n> Place<'t, 'n> {
    pub(super) fn find(text: &'t str, root: &'n Node, at: &Pointer) -> Option<Self> {
        let mut chain = vec![root];
        let mut start = None;
        for token in &at.0 {
            let parent = *chain.last()?;
            let node = parent.child(text, token)?;
            start = match (&parent.children, token) {
                (Children::Object(object), Token::Key(name)) => {
                    Some(object.members[object.effective(text, name)?].key().start)
                }
                _ => Some(node.range().start),
            };
            chain.push(node);
        }
        let on_own_line = start.is_none_or(|start| starts_line(text, start));
        Some(Self {
            text,
            node: chain.last()?,
            style: Style::of(text, &chain),
            on_own_line,
        })
    }

    /// The text of a value that takes the place of this one.
    pub(super) fn replacement(&self, new: &Value) -> String {
        let was_inline =
            self.last_item().is_some() && !self.text[self.node.range()].contains(['\n', '\r']);
        let indent = line_indent(self.text, self.node.range().start);
        let shape = if self.on_own_line && !was_inline {
            Shape::Lines(indent)
        } else {
            Shape::Inline
        };
        self.style.item(None, new, shape)
    }

    /// Where the last member or element starts (with its name) and ends.
    fn last_item(&self) -> Option<std::ops::Range<usize>> {
        match &self.node.children {
            Children::None => None,
            Children::Array(elements) => Some(elements.last()?.range()),
            Children::Object(object) => {
                let member = object.members.last()?;
                Some(member.key().start..member.value.range().end)
            }
        }
    }

    fn insert_into_empty(&self, name: Option<&str>, new: &Value) -> Splice {
        let Style {
            newline, unit, pad, ..
        } = &self.style;
        let range = self.node.range();
        let inner = range.start + 1..range.end - 1;
        let several_lines = self.text[inner.clone()].contains(['\n', '\r']);
        let indent = line_indent(self.text, range.start);
        let deeper = format!("{indent}{unit}");
        let comment = pieces(self.text, inner.clone())
            .filter(Piece::is_comment)
            .last();
        match comment {
            None if several_lines || self.on_own_line => {
                let item = self.style.item(name, new, Shape::Lines(&deeper));
                Splice {
                    range: inner,
                    text: format!("{newline}{deeper}{item}{newline}{indent}"),
                }
            }
            None => {
                let pad = if name.is_some() { pad } else { "" };
                let item = self.style.item(name, new, Shape::Inline);
                Splice {
                    range: inner,
                    text: format!("{pad}{item}{pad}"),
                }
            }
            Some(comment) if several_lines => {
                let own_line = starts_line(self.text, comment.range.start);
                let deeper = if own_line {
                    line_indent(self.text, comment.range.start)
                } else {
                    &deeper
                };
                let item = self.style.item(name, new, Shape::Lines(deeper));
                let closed = self.text[comment.range.end..inner.end].contains(['\n', '\r']);
                let close = if closed {
                    String::new()
                } else {
                    format!("{newline}{indent}")
                };
                Splice::insertion(comment.range.end, format!("{newline}{deeper}{item}{close}"))
            }
            Some(comment) => {
                let item = self.style.item(name, new, Shape::Inline);
                Splice::insertion(comment.range.end, format!(" {item}"))
            }
        }
    }

    fn insert_after(
        &self,
        last: std::ops::Range<usize>,
        name: Option<&str>,
        new: &Value,
    ) -> Vec<Splice> {
        let end = self.node.range().end - 1;
        let comma = comma(self.text, last.end..end);
        if !starts_line(self.text, last.start) {
            let item = self.style.item(name, new, Shape::Inline);
            let gap = self.style.gap;
            return vec![match comma {
                None => Splice::insertion(last.end, format!(",{gap}{item}")),
                Some(comma) => Splice::insertion(comma + 1, format!("{gap}{item},")),
            }];
        }
        let indent = line_indent(self.text, last.start);
        let item = format!(
            "{}{indent}{}",
            self.style.newline,
            self.style.item(name, new, Shape::Lines(indent))
        );
        let line_end =
            end_of_line_comments(self.text, comma.map_or(last.end, |comma| comma + 1), end);
        match comma {
            Some(_) => vec![Splice::insertion(line_end, format!("{item},"))],
            None if line_end == last.end => vec![Splice::insertion(line_end, format!(",{item}"))],
            None => vec![
                Splice::insertion(last.end, ",".to_owned()),
                Splice::insertion(line_end, item),
            ],
        }
    }
}

/// Puts a member, or without a name an element, at the end of the container at `parent`.
pub(super) fn splices(
    text: &str,
    root: &Node,
    parent: &Pointer,
    name: Option<&str>,
    new: &Value,
) -> Option<Vec<Splice>> {
    let place = Place::find(text, root, parent)?;
    Some(match place.last_item() {
        None => vec![place.insert_into_empty(name, new)],
        Some(last) => place.insert_after(last, name, new),
    })
}

/// The text of a document that had no value, with one. Its comments stay.
pub(super) fn into_empty(text: &str, value: &Value) -> String {
    let newline = line_ending(text);
    let kept = text.trim_end();
    let separator = if kept.trim_start_matches(BOM).is_empty() {
        ""
    } else {
        newline
    };
    let style = Style {
        newline,
        ..Style::of("", &[])
    };
    format!(
        "{kept}{separator}{}{newline}",
        style.item(None, value, Shape::Lines(""))
    )
}

/// Where the comments end that follow on the same line.
fn end_of_line_comments(text: &str, start: usize, end: usize) -> usize {
    let mut line_end = start;
    for piece in pieces(text, start..end) {
        match piece.kind {
            Kind::Blank => {}
            Kind::LineComment => line_end = piece.range.end,
            Kind::BlockComment if !text[piece.range.clone()].contains(['\n', '\r']) => {
                line_end = piece.range.end
            }
            _ => break,
        }
    }
    line_end
}
