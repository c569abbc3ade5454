//! The statements of a TOML text, with the places they define.

use std::ops::Range;

use super::read;
use crate::{Comment, Pointer, Token};

/// All headers and key/value pairs of a text, in order.
///
/// The reader is made for texts that `toml_edit` accepts. Of others it makes something, without
/// failing, and only `too_deep` may be looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outline {
    pub(super) statements: Vec<Statement>,
    pub(super) comments: Vec<Range<usize>>,
    /// Where the nesting goes beyond the limit.
    pub(super) too_deep: Option<usize>,
}

/// A header or a key/value pair.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    /// The statement's lines, from the start of the first to the start of the next.
    pub(super) lines: Range<usize>,
    /// The place it defines. For `[[a]]` that is an element of `a`.
    pub(super) path: Vec<Token>,
    /// How many steps of `path` come from the header that the statement stands under.
    pub(super) table: usize,
    pub(super) keys: Vec<Segment>,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Header,
    /// A header in double brackets.
    Element,
    Pair(Value),
}

/// One name of a dotted key.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) range: Range<usize>,
    pub(super) name: String,
}

/// A value with its place in the text.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) range: Range<usize>,
    pub(super) inner: Inner,
}

#[derive(Debug, Clone)]
pub(super) enum Inner {
    Scalar,
    Array(Vec<Value>),
    Table(Vec<Pair>),
}

/// A pair inside an inline table.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) keys: Vec<Segment>,
    pub(super) value: Value,
}

impl Pair {
    pub(super) fn range(&self) -> Range<usize> {
        self.keys
            .first()
            .map_or(self.value.range.start, |key| key.range.start)..self.value.range.end
    }
}

/// What a pointer leads to.
pub(super) enum Found<'o> {
    /// A value, with the last name that leads to it.
    Value {
        value: &'o Value,
        key: Option<&'o Segment>,
    },
    /// A table that dotted keys inside the inline table `within` define, with its dotted name.
    Dotted {
        within: &'o Value,
        keys: &'o [Segment],
    },
    /// A table or an array of tables that statements or dotted keys define, with one occurrence of its name.
    Table {
        key: Option<&'o Segment>,
        header: Option<&'o Statement>,
    },
}

impl Statement {
    pub(super) fn value(&self) -> Option<&Value> {
        match &self.kind {
            Kind::Pair(value) => Some(value),
            _ => None,
        }
    }

    /// The name that is step `depth` of the path, if this statement spells it.
    pub(super) fn key_at(&self, depth: usize) -> Option<&Segment> {
        let skipped = if self.value().is_some() {
            self.table
        } else {
            0
        };
        if depth < skipped || !matches!(self.path.get(depth)?, Token::Key(_)) {
            return None;
        }
        let before = self.path[skipped..depth]
            .iter()
            .filter(|token| matches!(token, Token::Key(_)));
        self.keys.get(before.count())
    }
}

impl Outline {
    pub(crate) fn read(text: &str) -> Self {
        read::outline(text)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    pub(crate) fn span(&self, at: &Pointer) -> Option<Range<usize>> {
        match self.find(&at.0)? {
            Found::Value { value, .. } => Some(value.range.clone()),
            Found::Dotted { .. } => None,
            Found::Table { header, .. } => {
                let header = header?;
                Some(header.keys.first()?.range.start..header.keys.last()?.range.end)
            }
        }
    }

    pub(crate) fn key_span(&self, at: &Pointer) -> Option<Range<usize>> {
        match self.find(&at.0)? {
            Found::Value { key, .. } | Found::Table { key, .. } => Some(key?.range.clone()),
            Found::Dotted { keys, .. } => Some(keys.last()?.range.clone()),
        }
    }

    pub(crate) fn comments(&self, text: &str) -> Vec<Comment> {
        let comment = |span: &Range<usize>| {
            let text = text[span.clone()].trim_start_matches('#').trim().to_owned();
            Comment {
                span: span.clone(),
                text,
            }
        };
        self.comments.iter().map(comment).collect()
    }

    pub(super) fn find(&self, at: &[Token]) -> Option<Found<'_>> {
        let mut table = at.is_empty().then_some(Found::Table {
            key: None,
            header: None,
        });
        for statement in &self.statements {
            if let Kind::Pair(value) = &statement.kind
                && let Some(rest) = at.strip_prefix(statement.path.as_slice())
            {
                return find_in(value, statement.keys.last(), rest);
            }
            if statement.path.starts_with(at) && !at.is_empty() {
                let is_header = statement.value().is_none() && statement.path.len() == at.len();
                let known = matches!(
                    &table,
                    Some(Found::Table {
                        header: Some(_),
                        ..
                    })
                );
                if table.is_none() || (is_header && !known) {
                    let key = statement.key_at(at.len() - 1);
                    table = Some(Found::Table {
                        key,
                        header: is_header.then_some(statement),
                    });
                }
            }
        }
        table
    }
}

fn find_in<'o>(value: &'o Value, key: Option<&'o Segment>, at: &[Token]) -> Option<Found<'o>> {
    let Some((first, rest)) = at.split_first() else {
        return Some(Found::Value { value, key });
    };
    match (&value.inner, first) {
        (Inner::Array(elements), Token::Index(index)) => find_in(elements.get(*index)?, None, rest),
        (Inner::Table(pairs), Token::Key(_)) => {
            for pair in pairs {
                let common = pair
                    .keys
                    .iter()
                    .zip(at)
                    .take_while(|(key, token)| is_name(token, &key.name))
                    .count();
                if common == pair.keys.len() {
                    return find_in(&pair.value, pair.keys.last(), &at[common..]);
                }
                if common == at.len() {
                    return Some(Found::Dotted {
                        within: value,
                        keys: &pair.keys[..common],
                    });
                }
            }
            None
        }
        _ => None,
    }
}

pub(super) fn is_name(token: &Token, name: &str) -> bool {
    matches!(token, Token::Key(key) if key == name)
}
