//! Reads the outline of a TOML text from the events of `toml_parser`, the parser inside `toml_edit`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use toml_parser::decoder::Encoding;
use toml_parser::parser::{EventReceiver, parse_document};
use toml_parser::{ErrorSink, Raw, Source, Span};

use super::outline::{Inner, Kind, Outline, Pair, Segment, Statement, Value};
use crate::lines::bom_len;
use crate::{MAX_DEPTH, Token};

/// The outline of any text; of one that isn't TOML only `too_deep` means something.
pub(super) fn outline(text: &str) -> Outline {
    let start = bom_len(text);
    let mut reader = Reader {
        text,
        start,
        line: start,
        outline: Outline::default(),
        elements: HashMap::new(),
        table: Vec::new(),
        keys: Vec::new(),
        open: Vec::new(),
        statement: None,
    };
    let tokens = Source::new(&text[start..]).lex().into_vec();
    // `toml_edit` tells of the errors.
    parse_document(&tokens, &mut reader, &mut ());
    reader.end_statement(text.len());
    reader.outline
}

struct Reader<'t> {
    text: &'t str,
    /// Where the parser's text begins: after a byte order mark.
    start: usize,
    /// Where the present line begins.
    line: usize,
    outline: Outline,
    /// How many elements each array of tables has so far.
    elements: HashMap<Vec<Token>, usize>,
    /// The place of the last header.
    table: Vec<Token>,
    /// The names before a value, or in a header.
    keys: Vec<Segment>,
    /// The arrays and inline tables around.
    open: Vec<Open>,
    /// The last statement, as long as its line goes on.
    statement: Option<Statement>,
}

/// An array or an inline table that goes on.
struct Open {
    start: usize,
    /// How many levels lie above its items.
    depth: usize,
    /// The names before it.
    keys: Vec<Segment>,
    inner: Inner,
}

impl Reader<'_> {
    fn range(&self, span: Span) -> Range<usize> {
        self.start + span.start()..self.start + span.end()
    }

    /// Whether the nesting has gone beyond the limit; then nothing more is read.
    fn is_over(&self) -> bool {
        self.outline.too_deep.is_some()
    }

    /// How many levels lie above the next value. One too many ends the reading.
    fn depth(&mut self, start: usize) -> Option<usize> {
        let above = self.open.last().map_or(self.table.len(), |open| open.depth);
        let depth = above + self.keys.len();
        if depth > MAX_DEPTH {
            self.outline.too_deep.get_or_insert(start);
        }
        (!self.is_over()).then_some(depth)
    }

    fn begin(&mut self, span: Span, inner: Inner) -> bool {
        let start = self.range(span).start;
        let Some(depth) = self.depth(start) else {
            return false;
        };
        self.open.push(Open {
            start,
            depth: depth + usize::from(matches!(inner, Inner::Array(_))),
            keys: std::mem::take(&mut self.keys),
            inner,
        });
        true
    }

    fn end(&mut self, span: Span) {
        if let Some(open) = self.open.pop() {
            self.keys = open.keys;
            self.value(Value {
                range: open.start..self.range(span).end,
                inner: open.inner,
            });
        }
    }

    fn value(&mut self, value: Value) {
        let keys = std::mem::take(&mut self.keys);
        match self.open.last_mut().map(|open| &mut open.inner) {
            Some(Inner::Array(elements)) => elements.push(value),
            Some(Inner::Table(pairs)) => pairs.push(Pair { keys, value }),
            Some(Inner::Scalar) => {}
            None => {
                let names = keys.iter().map(|key| Token::Key(key.name.clone()));
                let path = self.table.iter().cloned().chain(names).collect();
                self.begin_statement(path, self.table.len(), keys, Kind::Pair(value));
            }
        }
    }

    fn header(&mut self, kind: Kind) {
        let keys = std::mem::take(&mut self.keys);
        let path = self.header_path(&keys, matches!(kind, Kind::Element));
        if path.len() > MAX_DEPTH {
            self.outline.too_deep.get_or_insert(self.line);
        }
        self.table.clone_from(&path);
        self.begin_statement(path, 0, keys, kind);
    }

    /// The place that a header defines: arrays of tables on its way stand for their last elements.
    fn header_path(&mut self, keys: &[Segment], element: bool) -> Vec<Token> {
        let mut path = Vec::new();
        for (index, key) in keys.iter().enumerate() {
            path.push(Token::Key(key.name.clone()));
            if element && index + 1 == keys.len() {
                let count = self.elements.entry(path.clone()).or_default();
                *count += 1;
                path.push(Token::Index(*count - 1));
            } else if !self.elements.is_empty()
                && let Some(count) = self.elements.get(&path)
            {
                path.push(Token::Index(count - 1));
            }
        }
        path
    }

    fn begin_statement(&mut self, path: Vec<Token>, table: usize, keys: Vec<Segment>, kind: Kind) {
        self.statement = Some(Statement {
            lines: self.line..self.line,
            path,
            table,
            keys,
            kind,
        });
    }

    fn end_statement(&mut self, end: usize) {
        if let Some(mut statement) = self.statement.take() {
            statement.lines.end = end;
            self.outline.statements.push(statement);
        }
    }
}

impl EventReceiver for Reader<'_> {
    fn std_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.header(Kind::Header);
    }

    fn array_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.header(Kind::Element);
    }

    fn inline_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        self.begin(span, Inner::Table(Vec::new()))
    }

    fn inline_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.end(span);
    }

    fn array_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        self.begin(span, Inner::Array(Vec::new()))
    }

    fn array_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.end(span);
    }

    fn simple_key(&mut self, span: Span, encoding: Option<Encoding>, _: &mut dyn ErrorSink) {
        let range = self.range(span);
        if self.keys.len() >= MAX_DEPTH {
            self.outline.too_deep.get_or_insert(range.start);
        }
        if self.is_over() {
            return;
        }
        let mut name = Cow::Borrowed("");
        Raw::new_unchecked(&self.text[range.clone()], encoding, span)
            .decode_key(&mut name, &mut ());
        let name = name.into_owned();
        self.keys.push(Segment { range, name });
    }

    fn scalar(&mut self, span: Span, _: Option<Encoding>, _: &mut dyn ErrorSink) {
        let range = self.range(span);
        if self.depth(range.start).is_some() {
            self.value(Value {
                range,
                inner: Inner::Scalar,
            });
        }
    }

    fn comment(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.outline.comments.push(self.range(span));
    }

    fn newline(&mut self, span: Span, _: &mut dyn ErrorSink) {
        let end = self.range(span).end;
        if self.open.is_empty() {
            self.end_statement(end);
            self.line = end;
        }
    }
}
