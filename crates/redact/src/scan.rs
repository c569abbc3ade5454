//! Secrets that show by the name before them, in any format.
//!
//! The scanner does not parse: it must also work on what no parser accepts (a cut line, an error
//! message, a shell script). It stops at every `:` and `=`, looks a little back for a name, and
//! when the name is a secret's, forward for the value. It never goes back behind a value it has
//! seen, so the time is linear. When in doubt, more is taken rather than less.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr3;

use super::keys::{self, Strength};
use super::value::{Bare, Cursor};

/// Adds the values in `text` that stand under a secret's name.
pub(super) fn find(text: &str, spans: &mut Vec<Range<usize>>) {
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        floor: 0,
        pair: Pair::default(),
    };
    let mut cursor = Cursor::new(text, spans);
    let mut at = 0;
    while let Some(step) = memchr3(b':', b'=', b'-', &scanner.bytes[at..]) {
        at += step;
        let next = match scanner.bytes[at] {
            b'-' => scanner.flag(at, &mut cursor),
            _ => scanner.assignment(at, &mut cursor),
        };
        if let Some(end) = next {
            scanner.floor = end;
        }
        at = next.unwrap_or(0).max(at + 1);
    }
}

/// `{"name": "X_TOKEN", "value": "…"}`: the halves seen since the last brace.
#[derive(Default)]
struct Pair {
    since: usize,
    secret_name: bool,
    value: Option<usize>,
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// Names are not looked for before this place: a value ends there.
    floor: usize,
    pair: Pair,
}

/// A name in front of a separator.
struct Key<'t> {
    start: usize,
    name: Cow<'t, str>,
    quoted: bool,
}

impl<'t> Scanner<'t> {
    /// Looks at the `:` or `=` at `at`; the end of the value when one was taken.
    fn assignment(&mut self, at: usize, cursor: &mut Cursor<'t, '_>) -> Option<usize> {
        let is_equals = self.bytes[at] == b'=';
        let mut after = at + 1;
        match self.bytes.get(after) {
            Some(b'>') if is_equals => after += 1,
            Some(b'=') if !is_equals => after += 1,
            Some(b'=' | b'~') if is_equals => return None,
            Some(b':') => return None,
            Some(b'/') if self.bytes.get(after + 1) == Some(&b'/') => return None,
            _ => {}
        }
        let key = self.key_before(at)?;
        if matches!(&*key.name, "name" | "key" | "header" | "value")
            && let Some(end) = self.half_of_pair(&key, after, cursor)
        {
            return Some(end);
        }
        let strength = keys::strength(&key.name)?;
        let before = key.start.checked_sub(1).map(|i| self.bytes[i]);
        let column = self.at_line_start(key.start);
        let bare = match before {
            Some(b'?' | b'&') if is_equals => Bare::Query,
            Some(q @ (b'"' | b'\'' | b'`')) if !key.quoted => Bare::Quoted(q),
            _ if column.is_some() => Bare::Line,
            Some(b'{' | b',' | b'(' | b'[') => Bare::Flow,
            Some(b' ')
                if self.text[..key.start]
                    .trim_end_matches(' ')
                    .ends_with(['{', ',', '(']) =>
            {
                Bare::Flow
            }
            _ => Bare::Word {
                lenient: !is_equals && !keys::is_password(&key.name),
            },
        };
        // "invalid token: expected …" is a sentence.
        let glued = self
            .bytes
            .get(after)
            .is_some_and(|b| !b.is_ascii_whitespace())
            && self.bytes[at - 1] != b' ';
        if strength == Strength::Weak && !key.quoted && !glued && matches!(bare, Bare::Word { .. })
        {
            return None;
        }
        let indent = column.filter(|_| !is_equals);
        Some(cursor.value(after, is_equals, key.quoted, strength, bare, indent))
    }

    /// `--api-key X`, `--api-key=X` and `"--api-key", "X"`.
    fn flag(&mut self, at: usize, cursor: &mut Cursor<'t, '_>) -> Option<usize> {
        if self.bytes.get(at + 1) != Some(&b'-') || (at > 0 && self.bytes[at - 1] == b'-') {
            return None;
        }
        let length = self.bytes[at + 2..]
            .iter()
            .take(keys::LONGEST_NAME)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            .count();
        let end = at + 2 + length;
        let strength = keys::strength(&self.text[at + 2..end])?;
        let quote = self
            .bytes
            .get(end)
            .copied()
            .filter(|b| matches!(b, b'"' | b'\''));
        match (self.bytes.get(end)?, quote) {
            (b' ', _) => Some(cursor.value(
                end,
                true,
                false,
                strength,
                Bare::Word { lenient: true },
                None,
            )),
            (_, Some(_)) => {
                // The next element of a list of arguments.
                let rest = &self.text[end + 1..];
                let list = rest.trim_start().strip_prefix(',')?.trim_start();
                let start = self.text.len() - list.len();
                list.starts_with(['"', '\''])
                    .then(|| cursor.value(start, true, true, strength, Bare::Flow, None))
            }
            _ => None,
        }
    }

    /// Remembers `name` and `value` of one object; takes the value when the name is a secret's.
    fn half_of_pair(
        &mut self,
        key: &Key<'_>,
        after: usize,
        cursor: &mut Cursor<'t, '_>,
    ) -> Option<usize> {
        let since = std::mem::replace(&mut self.pair.since, after);
        if self.bytes[since.min(after)..after]
            .iter()
            .any(|b| matches!(b, b'{' | b'}'))
        {
            self.pair = Pair {
                since: after,
                ..Pair::default()
            };
        }
        let bare = if key.quoted || self.at_line_start(key.start).is_none() {
            Bare::Flow
        } else {
            Bare::Line
        };
        let take = |cursor: &mut Cursor<'t, '_>, at| {
            cursor.value(at, false, true, Strength::Weak, bare, None)
        };
        if key.name == "value" {
            self.pair.value = key.quoted.then_some(after);
            return self.pair.secret_name.then(|| take(cursor, after));
        }
        let start = after
            + self.bytes[after..]
                .iter()
                .take_while(|b| matches!(b, b' ' | b'\t' | b'"' | b'\''))
                .count();
        let name = self.bytes[start..].iter().take(keys::LONGEST_NAME);
        let name = &self.text[start..start + name.take_while(|b| NAME.contains(b)).count()];
        self.pair.secret_name = keys::strength(name) == Some(Strength::Strong);
        if !self.pair.secret_name {
            return None;
        }
        if let Some(value) = self.pair.value {
            take(cursor, value);
        }
        // `"key": "X_TOKEN"` is itself under a secret's name: leave the name readable.
        Some(start + name.len())
    }

    /// The name that ends before the separator at `end`.
    fn key_before(&self, end: usize) -> Option<Key<'t>> {
        let mut at = end;
        let lowest = self.floor.max(end.saturating_sub(2 * keys::LONGEST_NAME));
        let skip = |mut at: usize, skipped: &[u8]| {
            while at > lowest && skipped.contains(&self.bytes[at - 1]) {
                at -= 1;
            }
            at
        };
        at = skip(at, b" \t\r\n");
        if self.bytes[lowest..at].ends_with(b"*/") {
            at = lowest
                + self.bytes[lowest..at]
                    .windows(2)
                    .rposition(|w| w == b"/*")?;
            at = skip(at, b" \t\r\n");
        }
        if at > lowest && matches!(self.bytes[at - 1], b'?' | b']') {
            at -= 1;
        }
        let last = *self.bytes[lowest..at].last()?;
        if matches!(last, b'"' | b'\'') {
            let name_end = at - 1;
            let level = trailing_backslashes(&self.bytes[lowest..name_end]);
            let name_end = name_end - level;
            let mut open = name_end;
            while open > lowest {
                open -= 1;
                if self.bytes[open] == b'\n' {
                    break;
                }
                if self.bytes[open] == last
                    && trailing_backslashes(&self.bytes[lowest..open]) == level
                {
                    let name = unescape(&self.text[open + 1..name_end]);
                    return Some(Key {
                        start: open - level,
                        name,
                        quoted: true,
                    });
                }
            }
            let start = self.text.ceil_char_boundary(open);
            return Some(Key {
                start,
                name: unescape(self.text.get(start..name_end)?),
                quoted: true,
            });
        }
        let start = skip(at, NAME);
        if start == at || self.bytes[at..end].contains(&b'\n') {
            return None;
        }
        Some(Key {
            start,
            name: Cow::Borrowed(&self.text[start..at]),
            quoted: false,
        })
    }

    /// The column of a name that is the first thing on its line, apart from what may precede one:
    /// indentation, list dashes, `export`, a comment sign.
    fn at_line_start(&self, start: usize) -> Option<usize> {
        let from = self.text.floor_char_boundary(start.saturating_sub(256));
        let line = self.text[from..start]
            .rfind('\n')
            .map_or(from, |newline| from + newline + 1);
        if line > 0 && self.bytes[line - 1] != b'\n' {
            return None;
        }
        let words = [
            "export", "set", "setx", "declare", "-x", "env", "-e", "-", "--", "#", "//", ";", "*",
            "+", "-H",
        ];
        let before = self.text[line..start]
            .trim_start_matches('\u{feff}')
            .trim_end_matches("$env:");
        before
            .split_ascii_whitespace()
            .all(|word| {
                words.contains(&word)
                    || word.bytes().all(|b| matches!(b, b'#' | b'/' | b'-' | b'+'))
            })
            .then_some(start - line)
    }
}

const NAME: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";

pub(super) fn trailing_backslashes(bytes: &[u8]) -> usize {
    bytes.iter().rev().take_while(|b| **b == b'\\').count()
}

/// A name as the reader of the file will see it: `api\u004bey` is `apiKey`.
fn unescape(name: &str) -> Cow<'_, str> {
    if !name.contains('\\') {
        return Cow::Borrowed(name);
    }
    let mut plain = String::with_capacity(name.len());
    let mut chars = name.chars();
    while let Some(c) = chars.next() {
        let length = match (c, chars.clone().next()) {
            ('\\', Some('u')) => 4,
            ('\\', Some('x')) => 2,
            ('\\', Some('U')) => 8,
            ('\\', _) => continue,
            _ => {
                plain.push(c);
                continue;
            }
        };
        chars.next();
        let hex: String = chars
            .clone()
            .filter(|c| !matches!(c, '{' | '}'))
            .take(length)
            .collect();
        match u32::from_str_radix(hex.trim_start_matches('0'), 16)
            .ok()
            .and_then(char::from_u32)
        {
            Some(c) => {
                plain.push(c);
                chars.nth(length - 1);
            }
            None => plain.push('u'),
        }
    }
    Cow::Owned(plain)
}
