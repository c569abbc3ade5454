//! Secrets that show by their shape, whatever name they stand under.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// Vendors' prefixes. Each alternative starts with a literal, so that the search is a scan for
/// literals; what has none (Z.ai's own keys, credentials in a URL) is found by hand below.
static PREFIXED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"sk-[A-Za-z0-9_-]{16}|(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16}",
        r"|gh[pousr]_[A-Za-z0-9_]{16}|github_pat_[A-Za-z0-9_]{16}|glpat-[A-Za-z0-9_-]{16}",
        r"|xox[abeprs]-[A-Za-z0-9-]{10}|AIza[A-Za-z0-9_-]{30}|A[KS]IA[A-Z0-9]{16}|ya29\.[A-Za-z0-9_-]{20}",
        r"|hf_[A-Za-z0-9]{20}|gsk_[A-Za-z0-9]{20}|npm_[A-Za-z0-9]{30}|xai-[A-Za-z0-9]{20}|nvapi-[A-Za-z0-9_-]{20}",
        r"|pplx-[A-Za-z0-9]{20}|tvly-[A-Za-z0-9_-]{16}|eyJ[A-Za-z0-9_-]{8}",
        r"|(?:Bearer|bearer|BEARER|Basic|basic|BASIC)[ \t]{1,8}[A-Za-z0-9._~+/=-]{4}",
        r"|hooks\.slack\.com/services/[A-Za-z0-9/]{8}",
        r"|-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----",
    ))
    .expect("the pattern is a constant")
});

/// Adds the places in `text` that have a secret's shape.
///
/// The pattern matches a fixed length and the rest of the word is taken here, so that no text makes
/// the search look at a long word more than a few times.
pub(super) fn find(text: &str, spans: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let (mut from, mut no_jwt_before) = (0, 0);
    while let Some(found) = PREFIXED.find_at(text, from) {
        let (start, shape) = (found.start(), found.as_str());
        let glued = start > 0 && bytes[start - 1].is_ascii_alphanumeric();
        from = start + 1;
        if let Some(scheme) = ["bearer", "basic"].iter().find(|s| starts_with(shape, s)) {
            let value = start + scheme.len();
            let value = value
                + bytes[value..]
                    .iter()
                    .take_while(|b| matches!(b, b' ' | b'\t'))
                    .count();
            let end = run(bytes, value, |b| word(b) || b"._~+/=".contains(&b));
            if scheme_value(&text[value..end]) {
                spans.push(value..end);
                from = end;
            } else {
                from = value;
            }
        } else if shape.starts_with("-----") {
            from = private_key(text, found.end());
            spans.push(start..from);
        } else if glued || (shape.starts_with("eyJ") && start < no_jwt_before) {
            // `task-…` ends like `sk-…` begins.
        } else if shape.starts_with("eyJ") {
            let header = run(bytes, start, word);
            let payload = run(bytes, (header + 1).min(bytes.len()), word);
            if bytes.get(header) == Some(&b'.') && payload > header + 8 {
                let signed = bytes.get(payload) == Some(&b'.');
                from = if signed {
                    run(bytes, payload + 1, word)
                } else {
                    payload
                };
                spans.push(start..from);
            } else {
                no_jwt_before = header;
            }
        } else {
            let start = start
                + if shape.starts_with("hooks") {
                    "hooks.slack.com/services/".len()
                } else {
                    0
                };
            from = run(bytes, start, |b| {
                word(b) || (b == b'/' && shape.starts_with("hooks"))
            });
            from = from.max(found.end());
            spans.push(start..from);
        }
    }
    by_hand(text, spans);
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

/// The end of a PEM block whose first line ends at `start`; its lines may be written as `\n`.
fn private_key(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
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
    for (i, b) in bytes.iter().enumerate() {
        match b {
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
    let end = run(bytes, start, |b| {
        !b.is_ascii_whitespace() && !b"/\"'`<>?#\\".contains(&b)
    });
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
