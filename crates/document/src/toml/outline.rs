//! The statements of a TOML text, with the places they define.

use std::collections::HashMap;
use std::ops::Range;

use crate::lines::{bom_len, line_start};
use crate::{Comment, MAX_DEPTH, Pointer, Token};

/// All headers and key/value pairs of a text, in order.
///
/// The reader is made for texts that `toml_edit` accepts. Of others it makes something, without
/// failing, and only `too_deep` may be looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outline {
    pub(super) statements: Vec<Statement>,
    comments: Vec<Range<usize>>,
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
        let mut reader = Reader {
            text,
            at: bom_len(text),
            outline: Self::default(),
            elements: HashMap::new(),
        };
        reader.statements();
        reader.outline
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

struct Reader<'t> {
    text: &'t str,
    at: usize,
    outline: Outline,
    /// How many elements each array of tables has so far.
    elements: HashMap<Vec<Token>, usize>,
}

impl Reader<'_> {
    fn statements(&mut self) {
        let mut table = Vec::new();
        loop {
            self.skip_trivia();
            let start = self.at;
            if self.peek().is_none() || self.outline.too_deep.is_some() {
                return;
            }
            let (keys, path, kind) = if self.peek() == Some(b'[') {
                self.at += 1;
                let element = self.peek() == Some(b'[');
                self.at += usize::from(element);
                let keys = self.keys();
                self.skip_while(|byte| byte == b']');
                table = self.header_path(&keys, element);
                (
                    keys,
                    table.clone(),
                    if element { Kind::Element } else { Kind::Header },
                )
            } else {
                let keys = self.keys();
                self.skip_while(|byte| byte == b'=' || byte == b' ' || byte == b'\t');
                let value = self.value(table.len() + keys.len());
                let mut path = table.clone();
                path.extend(keys.iter().map(|key| Token::Key(key.name.clone())));
                (keys, path, Kind::Pair(value))
            };
            if path.len() > MAX_DEPTH {
                self.outline.too_deep.get_or_insert(start);
                return;
            }
            self.end_of_line();
            let table = if matches!(kind, Kind::Pair(_)) {
                table.len()
            } else {
                0
            };
            let lines = line_start(self.text, start)..self.at;
            self.outline.statements.push(Statement {
                lines,
                path,
                table,
                keys,
                kind,
            });
            if self.at == start {
                return;
            }
        }
    }

    /// The place that a header defines: arrays of tables on its way stand for their last elements.
    fn header_path(&mut self, keys: &[Segment], element: bool) -> Vec<Token> {
        let mut path = Vec::new();
        for (index, key) in keys.iter().take(MAX_DEPTH + 1).enumerate() {
            path.push(Token::Key(key.name.clone()));
            if element && index + 1 == keys.len() {
                let count = self.elements.entry(path.clone()).or_default();
                *count += 1;
                path.push(Token::Index(*count - 1));
            } else if let Some(count) = self.elements.get(&path) {
                path.push(Token::Index(count - 1));
            }
        }
        path
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_while(&mut self, skipped: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&skipped) {
            self.at += 1;
        }
    }

    /// Skips whitespace, line breaks and comments.
    fn skip_trivia(&mut self) {
        loop {
            self.skip_while(|byte| byte.is_ascii_whitespace());
            if !self.comment() {
                return;
            }
        }
    }

    fn comment(&mut self) -> bool {
        if self.peek() != Some(b'#') {
            return false;
        }
        let start = self.at;
        self.skip_while(|byte| byte != b'\n' && byte != b'\r');
        self.outline.comments.push(start..self.at);
        true
    }

    fn end_of_line(&mut self) {
        self.skip_while(|byte| byte == b' ' || byte == b'\t');
        self.comment();
        self.skip_while(|byte| byte != b'\n');
        self.at += usize::from(self.peek().is_some());
    }

    /// A dotted key.
    fn keys(&mut self) -> Vec<Segment> {
        let mut keys = Vec::new();
        loop {
            self.skip_while(|byte| byte == b' ' || byte == b'\t');
            let start = self.at;
            match self.peek() {
                Some(b'"' | b'\'') => self.string(),
                _ => self
                    .skip_while(|byte| !byte.is_ascii_whitespace() && !b".=]#,{}".contains(&byte)),
            }
            let range = start..self.at;
            let source = &self.text[range.clone()];
            let name = match toml_edit::Key::parse(source) {
                Ok(keys) if keys.len() == 1 => keys[0].get().to_owned(),
                _ => source.to_owned(),
            };
            keys.push(Segment { range, name });
            self.skip_while(|byte| byte == b' ' || byte == b'\t');
            if self.peek() != Some(b'.') || keys.len() > MAX_DEPTH {
                if keys.len() > MAX_DEPTH {
                    self.outline.too_deep.get_or_insert(start);
                }
                return keys;
            }
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Value {
        let start = self.at;
        if depth > MAX_DEPTH {
            self.outline.too_deep.get_or_insert(start);
            self.at = self.text.len();
            return Value {
                range: start..start,
                inner: Inner::Scalar,
            };
        }
        let inner = match self.peek() {
            Some(b'[') => {
                let mut elements = Vec::new();
                self.at += 1;
                while self.next_item(b']') {
                    elements.push(self.value(depth + 1));
                }
                Inner::Array(elements)
            }
            Some(b'{') => {
                let mut pairs = Vec::new();
                self.at += 1;
                while self.next_item(b'}') {
                    let keys = self.keys();
                    self.skip_trivia();
                    self.at += usize::from(self.peek() == Some(b'='));
                    self.skip_trivia();
                    let value = self.value(depth + keys.len());
                    pairs.push(Pair { keys, value });
                }
                Inner::Table(pairs)
            }
            Some(b'"' | b'\'') => {
                self.string();
                Inner::Scalar
            }
            _ => {
                self.skip_while(|byte| !b",]}#\r\n".contains(&byte));
                self.at = start + self.text[start..self.at].trim_end().len();
                if self.at == start {
                    // Only in broken texts. Going on makes sure that there is an end.
                    self.at += self.text[start..].chars().next().map_or(0, char::len_utf8);
                }
                Inner::Scalar
            }
        };
        Value {
            range: start..self.at,
            inner,
        }
    }

    /// Moves to the next item of an array or inline table, or behind the closing bracket.
    fn next_item(&mut self, close: u8) -> bool {
        loop {
            self.skip_trivia();
            match self.peek() {
                None => return false,
                Some(b',') => self.at += 1,
                Some(byte) => {
                    self.at += usize::from(byte == close);
                    return byte != close;
                }
            }
        }
    }

    fn string(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let quote = rest[0];
        let delimiter: &[u8] = if rest.starts_with(&[quote; 3]) {
            &[quote; 3]
        } else {
            &[quote]
        };
        let mut len = delimiter.len();
        while len < rest.len() && !rest[len..].starts_with(delimiter) {
            len += if rest[len] == b'\\' && quote == b'"' {
                2
            } else {
                1
            };
        }
        len += delimiter.len();
        if delimiter.len() == 3 {
            // Up to two quotes may stand right before the closing ones.
            len += rest
                .iter()
                .skip(len)
                .take(2)
                .take_while(|&&byte| byte == quote)
                .count();
        }
        self.at += len.min(rest.len());
    }
}
