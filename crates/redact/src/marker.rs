//! What stands in place of a secret.

use std::ops::Range;

use memchr::memmem;
use sha2::{Digest, Sha256};

const OPEN: &[u8] = b"[redacted";

/// Secrets shorter than this get no tag.
const TAGGED: usize = 16;

/// The replacement for `secret`: `[redacted:1a2b]`, or `[redacted]` for a short one.
///
/// The tag is the first 16 bits of a hash, the same in every run. One in 65,536 values has a given
/// tag: it tells two keys apart and nothing else, since a Z.ai key has about 190 unknown bits and
/// who can guess one can try it anyway. A short or spoken secret could be among few guesses, which
/// the tag would sort, so it gets none.
pub(super) fn marker(secret: &str) -> String {
    if secret.chars().count() < TAGGED || secret.contains(char::is_whitespace) {
        return "[redacted]".to_owned();
    }
    let hash = Sha256::new()
        .chain_update(b"glm-setup: tag of a redacted secret\0")
        .chain_update(secret)
        .finalize();
    format!("[redacted:{:02x}{:02x}]", hash[0], hash[1])
}

/// What stands in the after side of a diff when the marker would not show the change.
pub const CHANGED: &str = "[redacted, changed]";

/// The end of the marker that begins at `at`.
pub fn at(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes[at..].strip_prefix(OPEN)?;
    let is_tag = |tag: &[u8]| tag.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let length = match rest {
        [b']', ..] => 1,
        [b':', a, b, c, d, b']', ..] if is_tag(&[*a, *b, *c, *d]) => 6,
        _ if rest.starts_with(b", changed]") => 10,
        _ => return None,
    };
    Some(at + OPEN.len() + length)
}

/// All markers in a text.
pub(super) fn all(text: &str) -> Vec<Range<usize>> {
    memmem::find_iter(text.as_bytes(), OPEN)
        .filter_map(|start| Some(start..at(text.as_bytes(), start)?))
        .collect()
}
