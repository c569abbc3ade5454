//! Hides API keys, tokens and passwords in text.
//!
//! A secret is found in three ways, and each alone is enough: its exact value is known, it has a
//! vendor's shape, or it stands under a secret's name. In its place stands `[redacted:1a2b]`, whose
//! tag is the same for the same secret.
//!
//! ```
//! use glm_setup_redact::Redactor;
//!
//! let redactor = Redactor::new();
//! assert_eq!(redactor.text("apiKey: 0000000000 # mine"), "apiKey: [redacted] # mine");
//! assert_eq!(redactor.text("nothing to hide"), "nothing to hide");
//! ```

mod keys;
pub mod marker;
mod position;
mod scan;
mod secrets;
mod shapes;
mod value;

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use memchr::memmem::Finder;
use serde_json::Value;

use keys::Strength;
pub use position::{AROUND, Shown};
pub use secrets::secrets;

/// Known values shorter than this are only replaced where they stand under a secret's name: every
/// `1` or `on` in a text would be hit.
const SHORTEST_KNOWN: usize = 4;

/// How often a broken text is looked at again.
const MOST_LOOKS: usize = 8;

/// A text of more bytes is looked at once, and a place of it is shown with a part of it.
pub const LARGE: usize = 256 * 1024;

/// Replaces secrets in everything that is shown.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Looks for the values that are known, the longest first.
    known: Vec<Finder<'static>>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor")
            .field("known", &self.known.len())
            .finish()
    }
}

/// A text without its secrets, and a hash of each replaced piece by its place in the new text.
#[derive(Debug, Clone)]
pub struct Redacted {
    /// The text without its secrets.
    pub text: String,
    /// Where each marker begins, and a hash of what it replaces.
    pub pieces: Vec<(usize, u64)>,
}

impl Redactor {
    /// A redactor that goes by names and shapes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds values that are known to be secret; every occurrence of them is replaced, also where
    /// they stand escaped inside JSON or a URL. References (`{env:NAME}`), placeholders and values
    /// of fewer than four characters are passed over.
    #[must_use]
    pub fn with_secrets(mut self, values: impl IntoIterator<Item = String>) -> Self {
        for value in values {
            let value = value.trim();
            if value.len() < SHORTEST_KNOWN || keys::readable(value) {
                continue;
            }
            let value = keys::without_scheme(value).unwrap_or(value);
            let quoted = Value::from(value).to_string();
            let json = quoted[1..quoted.len() - 1].to_owned();
            let ways = [
                percent_encoded(value),
                json.replace('/', "\\/"),
                json,
                value.to_owned(),
            ];
            let finder = |way: String| Finder::new(way.as_bytes()).into_owned();
            self.known.extend(ways.map(finder));
        }
        self.known.sort_by(|a, b| {
            let (a, b) = (a.needle(), b.needle());
            b.len().cmp(&a.len()).then_with(|| a.cmp(b))
        });
        self.known.dedup_by(|a, b| a.needle() == b.needle());
        self
    }

    /// Any text without its secrets: a config file of whatever format, a message, a URL.
    ///
    /// Line ends stay where they are. A document that was redacted before comes back unchanged.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let spans = self.spans(text);
        if spans.is_empty() {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(self.settled(replace(text, &spans)).text)
        }
    }

    /// Like [`text`](Self::text), with the places of the markers.
    pub fn redacted(&self, text: &str) -> Redacted {
        self.settled(replace(text, &self.spans(text)))
    }

    /// Looks again until nothing more is found, so that a second pass changes nothing. A whole
    /// document is done after the first look; in broken text a marker can make what follows it
    /// readable in another way. Large texts are not looked at again: it would double the time.
    fn settled(&self, mut redacted: Redacted) -> Redacted {
        let looks = if redacted.text.len() > LARGE {
            0
        } else {
            MOST_LOOKS
        };
        for _ in 0..looks {
            let spans = self.spans(&redacted.text);
            if redacted.pieces.is_empty() || spans.is_empty() {
                break;
            }
            let Redacted { text, pieces } = replace(&redacted.text, &spans);
            // Both are in order; what was found before lies between what was found now.
            let mut all = Vec::with_capacity(redacted.pieces.len() + pieces.len());
            let mut new = spans.iter().zip(&pieces).peekable();
            let (mut old_end, mut new_end) = (0, 0);
            for (at, hash) in redacted.pieces {
                while let Some((span, piece)) = new.next_if(|(span, _)| span.start < at) {
                    all.push(*piece);
                    old_end = span.end;
                    new_end = marker::at(text.as_bytes(), piece.0).unwrap_or(piece.0);
                }
                all.push((at - old_end + new_end, hash));
            }
            all.extend(new.map(|(_, piece)| *piece));
            redacted = Redacted { text, pieces: all };
        }
        redacted
    }

    /// A JSON value without its secrets; `key_path` are the names that lead to it.
    pub fn value(&self, key_path: &[&str], value: &Value) -> Value {
        let mut under = None;
        for name in key_path {
            under = below(under, name, name.bytes().all(|b| b.is_ascii_digit()));
        }
        self.below(under, value)
    }

    fn below(&self, under: Option<Strength>, value: &Value) -> Value {
        match value {
            Value::String(text) if under.is_some() && !keys::readable(text) => {
                let scheme = keys::without_scheme(text).map_or(0, |rest| text.len() - rest.len());
                let whole = std::iter::once(scheme..text.len()).collect();
                Value::String(replace(text, &pieces(text, whole)).text)
            }
            Value::String(text) => Value::String(self.text(text).into_owned()),
            Value::Number(number) if under == Some(Strength::Strong) => {
                let digits = number
                    .to_string()
                    .bytes()
                    .filter(u8::is_ascii_digit)
                    .count();
                if digits >= 6 {
                    Value::from("[redacted]")
                } else {
                    value.clone()
                }
            }
            Value::Array(items) => {
                // `"--api-key", "…"`
                let mut flag = None;
                let item = |item: &Value| {
                    let shown = self.below(under.or(flag), item);
                    flag = item
                        .as_str()
                        .and_then(|s| s.strip_prefix("--"))
                        .and_then(keys::strength);
                    shown
                };
                items.iter().map(item).collect()
            }
            Value::Object(members) => {
                let name = ["name", "key", "header"]
                    .iter()
                    .find_map(|n| members.get(*n)?.as_str());
                let named = name
                    .and_then(keys::strength)
                    .filter(|s| *s == Strength::Strong);
                let member = |(name, value): (&String, &Value)| {
                    let pair = if name == "value" { named } else { None };
                    let is_name = named.is_some() && name == "key";
                    let under = if is_name {
                        None
                    } else {
                        below(under, name, false).or(pair)
                    };
                    (self.text(name).into_owned(), self.below(under, value))
                };
                Value::Object(members.iter().map(member).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// Whether the value under this name is a secret.
    pub fn is_secret_key(name: &str) -> bool {
        keys::strength(name).is_some()
    }

    /// Whether a value is, or holds, a secret by its shape alone.
    pub fn looks_secret(value: &str) -> bool {
        let secret =
            |(name, value): (&str, &str)| Self::is_secret_key(name) && !keys::readable(value);
        shapes::looks_secret(value)
            || value.contains('=')
                && value
                    .split(['?', '&'])
                    .skip(1)
                    .filter_map(|p| p.split_once('='))
                    .any(secret)
    }

    /// The places to replace, in order and apart.
    fn spans(&self, text: &str) -> Vec<Range<usize>> {
        let mut spans = Vec::new();
        for known in &self.known {
            let found = known.find_iter(text.as_bytes());
            spans.extend(found.map(|at| at..at + known.needle().len()));
        }
        shapes::find(text, &mut spans);
        scan::find(text, &mut spans);
        spans.retain(|span| span.start < span.end);
        spans.sort_by_key(|span| (span.start, span.end));
        let mut apart: Vec<Range<usize>> = Vec::with_capacity(spans.len());
        for span in spans {
            match apart.last_mut() {
                Some(last) if span.start < last.end => last.end = last.end.max(span.end),
                _ => apart.push(span),
            }
        }
        if apart.is_empty() {
            apart
        } else {
            pieces(text, apart)
        }
    }
}

/// How secret the member `name` of something that is itself secret or not.
fn below(under: Option<Strength>, name: &str, index: bool) -> Option<Strength> {
    match under {
        Some(_) if index => under,
        Some(Strength::Strong) if !keys::beside(name) => under,
        _ => keys::strength(name),
    }
}

/// Leaves out line ends, the white space around them, and what is already a marker.
fn pieces(text: &str, spans: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let markers = marker::all(text);
    let mut markers = markers.iter().peekable();
    let mut pieces = Vec::with_capacity(spans.len());
    let mut push = |range: Range<usize>, beside_marker: bool| {
        let mut start = text.floor_char_boundary(range.start);
        for line in text[start..text.ceil_char_boundary(range.end)].split('\n') {
            let content = line.trim();
            // Brackets and commas that a first pass left behind its marker.
            let is_rest = beside_marker && !content.contains(char::is_alphanumeric);
            if !content.is_empty() && !is_rest {
                let lead = start + line.len() - line.trim_start().len();
                pieces.push(lead..lead + content.len());
            }
            start += line.len() + 1;
        }
    };
    let mut done = 0;
    for span in spans {
        let mut start = span.start.max(done);
        let mut beside = start > span.start;
        while let Some(marker) = markers.next_if(|marker| marker.start < span.end) {
            if marker.end > start {
                beside = true;
                push(start..marker.start.max(start), beside);
                start = marker.end;
                done = marker.end;
            }
        }
        if start < span.end {
            push(start..span.end, beside);
        }
    }
    pieces
}

fn replace(text: &str, spans: &[Range<usize>]) -> Redacted {
    let mut redacted = Redacted {
        text: String::with_capacity(text.len()),
        pieces: Vec::with_capacity(spans.len()),
    };
    let mut from = 0;
    for span in spans {
        redacted.text.push_str(&text[from..span.start]);
        let mut hasher = DefaultHasher::new();
        text[span.clone()].hash(&mut hasher);
        redacted.pieces.push((redacted.text.len(), hasher.finish()));
        redacted.text.push_str(&marker::marker(&text[span.clone()]));
        from = span.end;
    }
    redacted.text.push_str(&text[from..]);
    redacted
}

fn percent_encoded(value: &str) -> String {
    use std::fmt::Write;
    let mut encoded = String::with_capacity(value.len());
    for b in value.bytes() {
        if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
            encoded.push(char::from(b));
        } else {
            let _ = write!(encoded, "%{b:02X}");
        }
    }
    encoded
}
