//! Secrets that show by their shape, whatever name they stand under.

use std::ops::Range;

use memchr::memchr2_iter;

/// What may follow a vendor's prefix.
#[derive(Clone, Copy)]
enum Class {
    /// Letters and digits.
    Alphanumeric,
    /// These and `_`.
    Underscore,
    /// These and `-`.
    Hyphen,
    /// These and both.
    Word,
    /// Upper-case letters and digits.
    Upper,
    /// Letters, digits and `/`.
    Path,
}

impl Class {
    fn has(self, b: u8) -> bool {
        match self {
            Self::Alphanumeric => b.is_ascii_alphanumeric(),
            Self::Underscore => b.is_ascii_alphanumeric() || b == b'_',
            Self::Hyphen => b.is_ascii_alphanumeric() || b == b'-',
            Self::Word => word(b),
            Self::Upper => b.is_ascii_uppercase() || b.is_ascii_digit(),
            Self::Path => b.is_ascii_alphanumeric() || b == b'/',
        }
    }
}

/// Vendors' prefixes, what follows them, and how much of it at least. What has no prefix (Z.ai's own keys, credentials
/// in a URL) is found by hand below.
const PREFIXES: &[(&str, Class, usize)] = &[
    ("sk-", Class::Word, 16),
    ("sk_live_", Class::Alphanumeric, 16),
    ("sk_test_", Class::Alphanumeric, 16),
    ("rk_live_", Class::Alphanumeric, 16),
    ("rk_test_", Class::Alphanumeric, 16),
    ("ghp_", Class::Underscore, 16),
    ("gho_", Class::Underscore, 16),
    ("ghu_", Class::Underscore, 16),
    ("ghs_", Class::Underscore, 16),
    ("ghr_", Class::Underscore, 16),
    ("github_pat_", Class::Underscore, 16),
    ("glpat-", Class::Word, 16),
    ("xoxa-", Class::Hyphen, 10),
    ("xoxb-", Class::Hyphen, 10),
    ("xoxe-", Class::Hyphen, 10),
    ("xoxp-", Class::Hyphen, 10),
    ("xoxr-", Class::Hyphen, 10),
    ("xoxs-", Class::Hyphen, 10),
    ("AIza", Class::Word, 30),
    ("AKIA", Class::Upper, 16),
    ("ASIA", Class::Upper, 16),
    ("ya29.", Class::Word, 20),
    ("hf_", Class::Alphanumeric, 20),
    ("gsk_", Class::Alphanumeric, 20),
    ("npm_", Class::Alphanumeric, 30),
    ("xai-", Class::Alphanumeric, 20),
    ("nvapi-", Class::Word, 20),
    ("pplx-", Class::Alphanumeric, 20),
    ("tvly-", Class::Word, 16),
    (JWT, Class::Word, 8),
    (SLACK, Class::Path, 8),
];

const JWT: &str = "eyJ";
const SLACK: &str = "hooks.slack.com/services/";
const SCHEMES: [&str; 6] = ["Bearer", "bearer", "BEARER", "Basic", "basic", "BASIC"];
const PEM: &str = "-----BEGIN ";

/// Everything above that begins in its own way.
const BEGINNINGS: usize = PREFIXES.len() + SCHEMES.len() + 1;

const fn beginning(index: usize) -> &'static [u8] {
    let others = index.wrapping_sub(PREFIXES.len());
    let text = match index < PREFIXES.len() {
        true => PREFIXES[index].0,
        false if others < SCHEMES.len() => SCHEMES[others],
        false => PEM,
    };
    text.as_bytes()
}

/// For each byte, one bit for each beginning that has it at a position: next to no place of a text has a bit in common
/// with its neighbour, so that most of it is passed over in a few steps.
const fn having(position: usize) -> [u64; 256] {
    let mut bits = [0; 256];
    let mut index = 0;
    while index < BEGINNINGS {
        bits[beginning(index)[position] as usize] |= 1 << index;
        index += 1;
    }
    bits
}

static FIRST: [u64; 256] = having(0);
static SECOND: [u64; 256] = having(1);

/// The first place where anything above may begin.
fn next_beginning(bytes: &[u8]) -> Option<usize> {
    let neighbours = bytes.iter().zip(bytes.get(1..)?);
    neighbours
        .map(|(first, second)| FIRST[usize::from(*first)] & SECOND[usize::from(*second)])
        .position(|begin| begin != 0)
}

fn word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')
}

/// The bits of [`PREFIXES`].
const PREFIXED: u64 = (1 << PREFIXES.len()) - 1;

/// What begins at a place.
enum Shape {
    Prefix(&'static str, Class, usize),
    Scheme(&'static str),
    Pem,
}

/// Adds the places in `text` that have a secret's shape.
///
/// A fixed length decides and the rest of the word is taken then, so that no text makes the search look at a long word
/// more than a few times.
pub(super) fn find(text: &str, spans: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let (mut at, mut no_jwt_before) = (0, 0);
    while let Some(offset) = next_beginning(&bytes[at..]) {
        at += offset;
        at = match shape(bytes, at) {
            Some(Shape::Prefix(JWT, ..)) => jwt(bytes, at, &mut no_jwt_before, spans),
            Some(Shape::Prefix(prefix, class, least)) => {
                let value = at + prefix.len();
                let start = if prefix == SLACK { value } else { at };
                let end = run(bytes, value, |b| class.has(b) || word(b)).max(value + least);
                spans.push(start..end);
                end
            }
            Some(Shape::Scheme(scheme)) => credentials(text, at + scheme.len(), spans),
            Some(Shape::Pem) => private_key(text, at, spans),
            None => at + 1,
        };
    }
    by_hand(text, spans);
}

/// What begins at `at`. Prefixes do not inside a word, since `task-…` ends like `sk-…` begins.
fn shape(bytes: &[u8], at: usize) -> Option<Shape> {
    let rest = &bytes[at..];
    let glued = at > 0 && bytes[at - 1].is_ascii_alphanumeric();
    let mut left = FIRST[usize::from(*rest.first()?)] & SECOND[usize::from(*rest.get(1)?)];
    if glued {
        left &= !PREFIXED;
    }
    while left != 0 {
        let index = left.trailing_zeros() as usize;
        left &= left - 1;
        let Some(value) = rest.strip_prefix(beginning(index)) else {
            continue;
        };
        let Some((prefix, class, least)) = PREFIXES.get(index) else {
            let scheme = SCHEMES.get(index - PREFIXES.len());
            return Some(scheme.map_or(Shape::Pem, |scheme| Shape::Scheme(scheme)));
        };
        if value.len() >= *least && value[..*least].iter().all(|b| class.has(*b)) {
            return Some(Shape::Prefix(prefix, *class, *least));
        }
    }
    None
}

/// A JSON web token may begin at `start`; where to go on. Between it and `no_jwt_before` none can begin.
fn jwt(
    bytes: &[u8],
    start: usize,
    no_jwt_before: &mut usize,
    spans: &mut Vec<Range<usize>>,
) -> usize {
    if start < *no_jwt_before {
        return start + 1;
    }
    let header = run(bytes, start, word);
    let payload = run(bytes, (header + 1).min(bytes.len()), word);
    if bytes.get(header) != Some(&b'.') || payload <= header + 8 {
        *no_jwt_before = header;
        return start + 1;
    }
    let signed = bytes.get(payload) == Some(&b'.');
    let end = if signed {
        run(bytes, payload + 1, word)
    } else {
        payload
    };
    spans.push(start..end);
    end
}

/// What follows `Bearer` or `Basic`, which ends at `scheme`; where to go on.
fn credentials(text: &str, scheme: usize, spans: &mut Vec<Range<usize>>) -> usize {
    let bytes = text.as_bytes();
    let value = run(bytes, scheme, |b| matches!(b, b' ' | b'\t'));
    let end = run(bytes, value, |b| word(b) || b"._~+/=".contains(&b));
    if !(1..=8).contains(&(value - scheme)) || end - value < 4 {
        return scheme;
    }
    if scheme_value(&text[value..end]) {
        spans.push(value..end);
        return end;
    }
    value
}

/// The end of the run of bytes that begins at `start`.
fn run(bytes: &[u8], start: usize, belongs: impl Fn(u8) -> bool) -> usize {
    start + bytes[start..].iter().take_while(|b| belongs(**b)).count()
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// `Bearer authentication` is prose, `Basic dXNlcg==` is not.
fn scheme_value(word: &str) -> bool {
    word.len() >= 20
        || !word
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b == b'.' || b == b'-')
}

/// A PEM block with a private key may begin at `start`; where to go on. Its lines may be written as `\n`.
fn private_key(text: &str, start: usize, spans: &mut Vec<Range<usize>>) -> usize {
    let bytes = text.as_bytes();
    let label = run(bytes, start + PEM.len(), |b| {
        b.is_ascii_uppercase() || b.is_ascii_digit() || b == b' '
    });
    let label_text = &bytes[start + PEM.len()..label];
    if label_text.len() > 51
        || !label_text.ends_with(b"PRIVATE KEY")
        || !bytes[label..].starts_with(b"-----")
    {
        return start + 1;
    }
    let end = end_of_key(bytes, label + 5);
    spans.push(start..end);
    end
}

/// The end of a PEM block whose first line ends at `start`.
fn end_of_key(bytes: &[u8], start: usize) -> usize {
    let body = |b: u8| b.is_ascii_alphanumeric() || b"+/=\\:, \t\r\n".contains(&b);
    let mut end = start;
    loop {
        end = run(bytes, end, body);
        match &bytes[end..] {
            [b'-', b'-', b'-', b'-', b'-', b'E', b'N', b'D', ..] => {
                let label = run(bytes, end + 5, |b| b.is_ascii_alphanumeric() || b == b' ');
                return run(bytes, label, |b| b == b'-');
            }
            [b'-', b'-', b'-', b'-', b'-', ..] => return end,
            [b'-', ..] => end += 1,
            _ => return end,
        }
    }
}

/// One pass for what has no literal beginning.
fn by_hand(text: &str, spans: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    for i in memchr2_iter(b'.', b':', bytes) {
        match bytes[i] {
            // Z.ai: 32 hex digits, a dot, 16 or more letters and digits.
            b'.' if i >= 32
                && bytes
                    .get(i + 1..i + 17)
                    .is_some_and(|s| s.iter().all(u8::is_ascii_alphanumeric))
                && bytes[i - 32..i].iter().all(u8::is_ascii_hexdigit) =>
            {
                let more = bytes[i + 17..]
                    .iter()
                    .take_while(|b| b.is_ascii_alphanumeric())
                    .count();
                spans.push(i - 32..i + 17 + more);
            }
            b':' if bytes[i..].starts_with(b"://") => url_credentials(bytes, i + 3, spans),
            b':' if bytes[i..].starts_with(b":\\/\\/") => url_credentials(bytes, i + 5, spans),
            // Telegram: the bot's number, a colon, 35 characters.
            b':' if i >= 8 && bytes[i - 8..i].iter().all(u8::is_ascii_digit) => {
                let after = &bytes[i + 1..bytes.len().min(i + 65)];
                let length = run(after, 0, |b| {
                    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')
                });
                if (35..64).contains(&length) {
                    spans.push(i - 8..i + 1 + length);
                }
            }
            _ => {}
        }
    }
}

/// `scheme://user:password@host`, and `scheme://token@host` when the user is long.
fn url_credentials(bytes: &[u8], start: usize, spans: &mut Vec<Range<usize>>) {
    let ends = |b| {
        matches!(
            b,
            b'/' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'?' | b'#' | b'\\'
        )
    };
    let end = run(bytes, start, |b| !b.is_ascii_whitespace() && !ends(b));
    let authority = &bytes[start..end];
    let Some(at) = authority.iter().rposition(|b| *b == b'@') else {
        return;
    };
    let secret = match authority[..at].iter().position(|b| *b == b':') {
        Some(colon) => colon + 1..at,
        None if at >= 16 => 0..at,
        None => return,
    };
    if std::str::from_utf8(&authority[secret.clone()]).is_ok_and(|s| !super::keys::readable(s)) {
        spans.push(start + secret.start..start + secret.end);
    }
}

/// Whether a value as a whole is, or holds, a secret by its shape.
pub(super) fn looks_secret(value: &str) -> bool {
    let mut spans = Vec::new();
    find(value, &mut spans);
    let value = value.trim();
    let scheme = super::keys::without_scheme(value).filter(|_| starts_with(value, "b"));
    !spans.is_empty()
        || scheme.is_some_and(|rest| scheme_value(rest) && !super::keys::readable(rest))
}
