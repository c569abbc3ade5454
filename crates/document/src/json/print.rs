//! Printing values in the style of the text around them.

use serde_json::Value;

use super::trivia::{Kind, pieces};
use crate::lines::{line_ending, line_indent, starts_line};
use crate::tree::{Children, Node};

/// How the text around a place is written.
#[derive(Debug, Clone)]
pub(super) struct Style<'t> {
    pub(super) newline: &'static str,
    /// One level of indentation.
    pub(super) unit: &'t str,
    /// Between a name and its value, colon included.
    pub(super) colon: &'t str,
    /// After a comma between values on the same line.
    pub(super) gap: &'t str,
    /// Inside the braces of an object on one line.
    pub(super) pad: &'t str,
}

/// How a value is to be laid out.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape<'s> {
    /// All on one line.
    Inline,
    /// Members and elements on lines of their own, the closing bracket on a line with this indentation.
    Lines(&'s str),
}

impl<'t> Style<'t> {
    /// The style at a container, given with all the containers around it, from the root inwards.
    pub(super) fn of(text: &'t str, chain: &[&Node]) -> Self {
        let nearest_first = || chain.iter().rev().copied();
        let colon = nearest_first()
            .find_map(|node| colon(text, node))
            .unwrap_or(": ");
        let space = if colon.ends_with([' ', '\t']) {
            " "
        } else {
            ""
        };
        let gap = nearest_first()
            .find_map(|node| gap(text, node))
            .unwrap_or(space);
        let pad = nearest_first()
            .find_map(|node| pad(text, node))
            .unwrap_or(gap);
        let unit = chain
            .first()
            .filter(|_| text.contains(['\n', '\r']))
            .and_then(|root| indent_unit(text, root));
        Self {
            newline: line_ending(text),
            unit: unit.unwrap_or("  "),
            colon,
            gap,
            pad,
        }
    }

    /// A member, or without a name an element.
    pub(super) fn item(&self, name: Option<&str>, value: &Value, shape: Shape<'_>) -> String {
        let mut out = String::new();
        if let Some(name) = name {
            out.push_str(&quoted(name));
            out.push_str(self.colon);
        }
        self.print(value, shape, &mut out);
        out
    }

    fn print(&self, value: &Value, shape: Shape<'_>, out: &mut String) {
        match value {
            Value::Array(elements) if !elements.is_empty() => {
                self.print_items(
                    elements.iter().map(|element| (None, element)),
                    ['[', ']'],
                    "",
                    shape,
                    out,
                );
            }
            Value::Object(members) if !members.is_empty() => {
                let items = members
                    .iter()
                    .map(|(name, value)| (Some(name.as_str()), value));
                self.print_items(items, ['{', '}'], self.pad, shape, out);
            }
            scalar_or_empty => out.push_str(&scalar_or_empty.to_string()),
        }
    }

    fn print_items<'v>(
        &self,
        items: impl Iterator<Item = (Option<&'v str>, &'v Value)>,
        [open, close]: [char; 2],
        pad: &str,
        shape: Shape<'_>,
        out: &mut String,
    ) {
        let inner = match shape {
            Shape::Inline => None,
            Shape::Lines(indent) => Some(format!("{indent}{}", self.unit)),
        };
        out.push(open);
        for (index, (name, value)) in items.enumerate() {
            if index > 0 {
                out.push(',');
            }
            match &inner {
                None => out.push_str(if index > 0 { self.gap } else { pad }),
                Some(indent) => {
                    out.push_str(self.newline);
                    out.push_str(indent);
                }
            }
            out.push_str(&self.item(
                name,
                value,
                inner.as_deref().map_or(Shape::Inline, Shape::Lines),
            ));
        }
        match shape {
            Shape::Inline => out.push_str(pad),
            Shape::Lines(indent) => {
                out.push_str(self.newline);
                out.push_str(indent);
            }
        }
        out.push(close);
    }
}

/// A member's name or a string, in double quotes.
pub(super) fn quoted(name: &str) -> String {
    Value::from(name).to_string()
}

/// What stands between the names and the values of an object: a colon and spaces.
fn colon<'t>(text: &'t str, node: &Node) -> Option<&'t str> {
    let Children::Object(object) = &node.children else {
        return None;
    };
    let member = object.members.last()?;
    let between = member.key().end..member.value.range().start;
    let plain =
        pieces(text, between.clone()).all(|piece| matches!(piece.kind, Kind::Blank | Kind::Colon));
    plain.then(|| &text[between])
}

/// What stands after the commas of a container on one line.
fn gap<'t>(text: &'t str, node: &Node) -> Option<&'t str> {
    let (before, start) = match &node.children {
        Children::Array(elements) => match elements.as_slice() {
            [.., before, last] => (before, last.range().start),
            _ => return None,
        },
        Children::Object(object) => match object.members.as_slice() {
            [.., before, last] => (&before.value, last.key().start),
            _ => return None,
        },
        Children::None => return None,
    };
    let (_, blank) = text[before.range().end..start].split_once(',')?;
    blank
        .bytes()
        .all(|byte| byte == b' ' || byte == b'\t')
        .then_some(blank)
}

/// What stands inside the braces of an object on one line.
fn pad<'t>(text: &'t str, node: &Node) -> Option<&'t str> {
    let Children::Object(object) = &node.children else {
        return None;
    };
    let blank = &text[node.range().start + 1..object.members.first()?.key().start];
    blank
        .bytes()
        .all(|byte| byte == b' ' || byte == b'\t')
        .then_some(blank)
}

/// The indentation that the first container on several lines adds to its own line.
fn indent_unit<'t>(text: &'t str, node: &Node) -> Option<&'t str> {
    let own = |start| {
        let inner = starts_line(text, start).then(|| line_indent(text, start))?;
        inner
            .strip_prefix(line_indent(text, node.range().start))
            .filter(|unit| !unit.is_empty())
    };
    match &node.children {
        Children::None => None,
        Children::Array(elements) => own(elements.first()?.range().start)
            .or_else(|| elements.iter().find_map(|e| indent_unit(text, e))),
        Children::Object(object) => own(object.members.first()?.key().start).or_else(|| {
            object
                .members
                .iter()
                .find_map(|member| indent_unit(text, &member.value))
        }),
    }
}
