//! Names of transactions.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A transaction's name, such as `20261122T001530Z-1a2b`: the time in UTC and
/// four digits that tell apart what happens in one second. Ids sort by age.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TransactionId(String);

const TIME: usize = "20261122T001530Z".len();
const LENGTH: usize = TIME + "-1a2b".len();

impl TransactionId {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes a folder's name for an id, if it has the form of one.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let fits = name.len() == LENGTH
            && name.bytes().enumerate().all(|(index, byte)| match index {
                8 => byte == b'T',
                15 => byte == b'Z',
                16 => byte == b'-',
                17.. => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
                _ => byte.is_ascii_digit(),
            });
        fits.then(|| Self(name.to_owned()))
    }

    /// An id that is later than `newest`, even if the clock was set back.
    pub(crate) fn next(now: Timestamp, newest: Option<&Self>) -> Self {
        let time = now.strftime("%Y%m%dT%H%M%SZ").to_string();
        if let Some(newest) = newest
            && newest.0.as_str() >= time.as_str()
        {
            return newest.successor();
        }
        // Random, so that two state folders hardly ever use the same name for
        // their temporary files; the upper half is left for successors.
        let random = RandomState::new().build_hasher().finish() & 0x7fff;
        Self(format!("{time}-{random:04x}"))
    }

    fn successor(&self) -> Self {
        let (time, number) = self.0.split_at(TIME);
        match u16::from_str_radix(&number[1..], 16) {
            Ok(number) if number < u16::MAX => Self(format!("{time}-{:04x}", number + 1)),
            // 32,768 transactions after one second: go on in the next.
            _ => {
                let next = Timestamp::strptime("%Y%m%dT%H%M%S%z", time.replace('Z', "+0000"))
                    .ok()
                    .and_then(|time| time.checked_add(jiff::Span::new().seconds(1)).ok())
                    .unwrap_or_else(Timestamp::now);
                Self(format!("{}-0000", next.strftime("%Y%m%dT%H%M%SZ")))
            }
        }
    }
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn ids_have_the_form_that_parse_accepts() {
        let id = TransactionId::next(at(1_795_306_530), None);
        assert!(id.as_str().starts_with("20261122T001530Z-"), "{id}");
        assert_eq!(TransactionId::parse(id.as_str()), Some(id));
        for bad in [
            "",
            "20261122T001530Z",
            "20261122T001530Z-1A2B",
            "20261122T001530Z-1a2b0",
            "../../../../etc/passwd",
        ] {
            assert_eq!(TransactionId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn ids_grow_even_when_the_clock_goes_back() {
        let mut newest = TransactionId::next(at(1_795_306_530), None);
        for seconds in [1_795_306_530, 1_795_306_530, 1_000_000_000, 1_795_306_531] {
            let next = TransactionId::next(at(seconds), Some(&newest));
            assert!(next > newest, "{next} after {newest}");
            newest = next;
        }
        let last = TransactionId("20261231T235959Z-ffff".to_owned());
        let next = TransactionId::next(at(0), Some(&last));
        assert_eq!(next.as_str(), "20270101T000000Z-0000");
    }
}
