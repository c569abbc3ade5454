//! Where the value after a secret's name begins and ends.

mod nested;

use std::ops::Range;

use super::keys::{self, Strength};
use super::marker;
use super::scan::trailing_backslashes;

/// What ends a value without quotes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bare {
    /// The name was first on its line: the end of the line, or a comment.
    Line,
    /// Inside braces or after a comma: a comma or a closing bracket.
    Flow,
    /// In a URL: the next parameter.
    Query,
    /// The quote before the name: `"x-api-key: …"`.
    Quoted(u8),
    /// In the middle of a text: a space or a quote. Lenient: a short plain word is prose.
    Word { lenient: bool },
}

/// Backslashes before a quote: none, or those of a document inside a string, inside a string …
const DEEPEST_QUOTE: usize = 15;

/// How far a string is followed over line ends.
pub(super) const LONGEST_STRING: usize = 16 * 1024;

/// Reads values and notes the parts of them that must not be shown.
pub(super) struct Cursor<'t, 's> {
    text: &'t str,
    bytes: &'t [u8],
    spans: &'s mut Vec<Range<usize>>,
    /// Everything up to here has been taken as the lines below a name.
    below: usize,
}

struct Quote {
    mark: u8,
    level: usize,
    /// Where the content begins.
    start: usize,
}

impl<'t, 's> Cursor<'t, 's> {
    pub(super) fn new(text: &'t str, spans: &'s mut Vec<Range<usize>>) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            spans,
            below: 0,
        }
    }

    /// Takes the value after a separator that ends at `at`, and returns its end.
    ///
    /// `column` is where the name stands when it is the first on its line and the value may follow
    /// on lines that are indented more (YAML).
    pub(super) fn value(
        &mut self,
        at: usize,
        is_equals: bool,
        quoted_name: bool,
        strength: Strength,
        bare: Bare,
        column: Option<usize>,
    ) -> usize {
        let mut at = self.skip(at, b" \t");
        let line_ends = |c: &Self, at: usize| {
            let rest = &c.bytes[at..];
            rest.is_empty()
                || rest.starts_with(b"\n")
                || rest.starts_with(b"\r\n")
                || rest.starts_with(b"# ")
        };
        let block_scalar = !is_equals
            && matches!(self.bytes.get(at), Some(b'|' | b'>'))
            && line_ends(self, self.skip(self.skip(at + 1, b"+-0123456789"), b" \t"));
        if let (true, Some(column)) = (block_scalar, column) {
            return self.block(at, column, strength, true);
        }
        if line_ends(self, at) || (!is_equals && self.comment_end(at).is_some()) {
            if is_equals {
                return at;
            }
            let next = self.skip_blank(at);
            match self.bytes.get(next) {
                Some(b'"' | b'\'' | b'`' | b'\\') if !self.is_name(next) => at = next,
                Some(b'{' | b'[') => at = next,
                _ => return column.map_or(at, |column| self.block(at, column, strength, false)),
            }
        }
        if let Some(quote) = self.quote(at) {
            let end = self.string(&quote, is_equals && !quoted_name);
            return end;
        }
        let atom = self.atom(at);
        if self.literal(at, atom, strength) {
            return atom;
        }
        if let Some(end) = self.reference_end(at) {
            return end;
        }
        let whole = self.bare_end(at, bare);
        let open =
            matches!(self.bytes.get(at), Some(b'{' | b'[')) && marker::at(self.bytes, at).is_none();
        if open && !keys::readable(&self.text[at..whole]) {
            return if strength == Strength::Strong || self.bytes[at] == b'[' {
                self.container(at, strength)
            } else {
                at
            };
        }
        if let Bare::Word { lenient: true } = bare {
            let word = &self.text[at..whole];
            if word.len() <= 12
                && word
                    .trim_end_matches(['.', ',', ';'])
                    .bytes()
                    .all(|b| b.is_ascii_lowercase())
            {
                return whole;
            }
        }
        self.take(at..whole);
        whole
    }

    /// Notes a value unless it may be shown. The scheme of an `Authorization` stays.
    fn take(&mut self, range: Range<usize>) {
        let value = &self.text[range.clone()];
        if !keys::readable(value) {
            let lead = value.len() - value.trim_start().len();
            let scheme = keys::without_scheme(value.trim_start())
                .map_or(0, |rest| value.trim_start().len() - rest.len());
            self.spans.push(range.start + lead + scheme..range.end);
        }
    }

    /// The end of `{env:NAME}`, `${NAME}` and the like at `at`, also behind `Bearer`.
    fn reference_end(&self, at: usize) -> Option<usize> {
        let rest = self.text[at..self.text.floor_char_boundary(at + 120)]
            .split('\n')
            .next()?;
        let start = keys::without_scheme(rest).map_or(at, |value| at + rest.len() - value.len());
        let rest = &self.bytes[start..];
        let close = match rest {
            [b'$', b'(', ..] => b')',
            [b'{', ..] | [b'$', b'{', ..] => b'}',
            _ => return None,
        };
        let mut length = rest.iter().take(80).position(|b| *b == close)? + 1;
        length += usize::from(
            rest[..length].iter().filter(|b| **b == b'{').count() == 2
                && rest.get(length) == Some(&b'}'),
        );
        let glued = rest
            .get(length)
            .is_some_and(|b| b.is_ascii_alphanumeric() || b"_-$.{/+=".contains(b));
        (!glued && keys::readable(self.text.get(start..start + length)?)).then_some(start + length)
    }

    fn skip(&self, at: usize, skipped: &[u8]) -> usize {
        at + self.bytes[at..]
            .iter()
            .take_while(|b| skipped.contains(b))
            .count()
    }

    /// Past white space, line ends and comments.
    fn skip_blank(&self, mut at: usize) -> usize {
        loop {
            at = self.skip(at, b" \t\r\n");
            match self.comment_end(at) {
                Some(end) => at = end,
                None if self.bytes[at..].starts_with(b"# ") => at = self.line_end(at),
                None => return at,
            }
        }
    }

    /// The end of a `//` or `/*` comment at `at`.
    fn comment_end(&self, at: usize) -> Option<usize> {
        let rest = &self.bytes[at..];
        if rest.starts_with(b"//") {
            return Some(self.line_end(at));
        }
        let end = self.text.floor_char_boundary(at + 1024);
        Some(at + 2 + self.text.get(at..end)?.strip_prefix("/*")?.find("*/")? + 2)
    }

    fn line_end(&self, at: usize) -> usize {
        at + self.bytes[at..].iter().take_while(|b| **b != b'\n').count()
    }

    fn quote(&self, at: usize) -> Option<Quote> {
        let level = self.skip(at, b"\\") - at;
        let mark = *self
            .bytes
            .get(at + level)
            .filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
        (level <= DEEPEST_QUOTE).then_some(Quote {
            mark,
            level,
            start: at + level + 1,
        })
    }

    /// Where the content of a string ends, and where what follows it begins.
    fn string_end(&self, quote: &Quote) -> (usize, usize) {
        let Quote { mark, level, start } = *quote;
        let triple = [mark; 3];
        if level == 0 && self.bytes[start..].starts_with(&triple[..2]) {
            let content = start + 2;
            let close = self.bytes[content..].windows(3).position(|w| w == triple);
            let end = close.map_or(self.bytes.len(), |close| content + close);
            return (end, (end + 3).min(self.bytes.len()));
        }
        let mut first_line = None;
        let mut at = start;
        while let Some(b) = self.bytes.get(at) {
            if *b == b'\n' {
                first_line.get_or_insert(at);
                if at - start > LONGEST_STRING {
                    break;
                }
            } else if *b == mark {
                let backslashes = trailing_backslashes(&self.bytes[start..at]);
                if backslashes < level || backslashes % (2 * (level + 1)) == level {
                    let doubled =
                        level == 0 && mark == b'\'' && self.bytes.get(at + 1) == Some(&b'\'');
                    if !doubled || at == start {
                        return (at - backslashes.min(level), at + 1);
                    }
                    at += 1;
                }
            }
            at += 1;
        }
        let end = first_line.unwrap_or(at);
        (end, end)
    }

    /// Takes a string; in a shell, what is glued to it belongs to it.
    fn string(&mut self, quote: &Quote, shell: bool) -> usize {
        let (content, end) = self.string_end(quote);
        let start = if self.bytes[quote.start..content].starts_with(&[quote.mark; 2]) {
            quote.start + 2
        } else {
            quote.start
        };
        let glue = |b: &u8| b.is_ascii_alphanumeric() || b"_$\"'\\/+.~-".contains(b);
        if shell && quote.level == 0 && self.bytes.get(end).is_some_and(glue) {
            let end = end
                + self.bytes[end..]
                    .iter()
                    .take_while(|b| !b.is_ascii_whitespace() && **b != b';')
                    .count();
            self.take(quote.start - 1..end);
            return end;
        }
        self.take(start.min(content)..content);
        end
    }

    /// Whether the string at `at` is a name: a colon follows it.
    fn is_name(&self, at: usize) -> bool {
        let Some(quote) = self.quote(at) else {
            return false;
        };
        let (_, end) = self.string_end(&quote);
        self.bytes.get(self.skip(end, b" \t")) == Some(&b':')
    }

    /// The end of a number or a word.
    fn atom(&self, at: usize) -> usize {
        at + self.bytes[at..]
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || b"+-._~".contains(b))
            .count()
    }

    /// Whether a number, `true` or `null` stands at `at`; long numbers can be passwords.
    fn literal(&self, at: usize, end: usize, strength: Strength) -> bool {
        let word = &self.text[at..end];
        let after = self.skip(end, b" \t\r");
        let ends = self
            .bytes
            .get(after)
            .is_none_or(|b| b",}])\n;#&".contains(b))
            || self.bytes[after..].starts_with(b"//");
        let number = word
            .bytes()
            .all(|b| b.is_ascii_digit() || b"+-._eE".contains(&b))
            && word.parse::<f64>().is_ok();
        let long =
            strength == Strength::Strong && word.bytes().filter(u8::is_ascii_digit).count() >= 6;
        ends && (matches!(word, "true" | "false" | "null" | "~") || (number && !long))
    }

    /// The end of a value without quotes.
    fn bare_end(&self, start: usize, bare: Bare) -> usize {
        let mut at = start;
        let mut scheme = None;
        while let Some(b) = self.bytes.get(at) {
            if let Some(end) = marker::at(self.bytes, at) {
                at = end;
                continue;
            }
            let ends = match bare {
                _ if *b == b'\n' => true,
                Bare::Line => {
                    let comment = matches!(b, b'#') || self.bytes[at..].starts_with(b"//");
                    comment && at > start && matches!(self.bytes[at - 1], b' ' | b'\t')
                }
                Bare::Flow => b",}])\"".contains(b),
                Bare::Query => b.is_ascii_whitespace() || b"&#\"'`<>\\".contains(b),
                Bare::Quoted(quote) => b == &quote,
                Bare::Word { .. } => b.is_ascii_whitespace() || b"\"'`".contains(b),
            };
            // One space is allowed after `Bearer`.
            if ends && b == &b' ' && scheme.is_none() {
                scheme = keys::without_scheme(&self.text[start..=at]);
                if scheme.is_some() {
                    at += 1;
                    continue;
                }
            }
            if ends {
                break;
            }
            at += 1;
        }
        let value = self.text[start..at].trim_end();
        let trimmed = match bare {
            Bare::Line => value.trim_end_matches([',', ';']).trim_end(),
            Bare::Quoted(_) => value.trim_end_matches('\\'),
            Bare::Word { .. } => {
                // What closes here but did not open here belongs to the text around the value.
                let opened =
                    |open: char| marker::at(self.bytes, start).is_none() && value.contains(open);
                let around = |c: char| match c {
                    ')' => !opened('('),
                    '>' => !opened('<'),
                    ']' => !opened('['),
                    '}' => !opened('{'),
                    c => matches!(c, ',' | ';' | '.' | '\\'),
                };
                value.trim_end_matches(around)
            }
            Bare::Flow | Bare::Query => value,
        };
        start + trimmed.len()
    }
}
