//! One of the two texts of a diff, and its lines without secrets.

use std::ops::Range;
use std::rc::Rc;

use crate::redact::{AROUND, LARGE, Redacted, Redactor};

/// A text by lines.
pub(super) struct Side<'t> {
    text: &'t str,
    /// Its lines, with their line ends.
    pub(super) lines: Vec<&'t str>,
    /// The whole text redacted, once it has been.
    whole: Option<Rc<RedactedPart>>,
    /// Whether it is redacted by parts.
    by_parts: bool,
}

/// Neighbouring lines, without secrets.
pub(super) struct RedactedPart {
    redacted: Redacted,
    /// The number of the first one, and the place of each in `redacted`.
    first: usize,
    places: Vec<Range<usize>>,
}

/// A line of a redacted text, with its line end.
#[derive(Debug, Clone)]
pub(super) struct RedactedLine<'t> {
    pub(super) text: &'t str,
    /// The places of the markers in the line, and hashes of what they stand for.
    pub(super) hidden: Vec<(usize, u64)>,
}

impl<'t> Side<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let lines = text.split_inclusive('\n').collect();
        Self {
            text,
            lines,
            whole: None,
            by_parts: false,
        }
    }

    /// Says how many parts will be asked for: of a large text, a few cost less than the whole.
    pub(super) fn expect(&mut self, parts: usize) {
        self.by_parts = self.text.len() > LARGE && parts * 2 * AROUND < self.text.len();
    }

    /// Some lines without their secrets, with others around them.
    pub(super) fn part(&mut self, lines: Range<usize>, redactor: &Redactor) -> Rc<RedactedPart> {
        if !self.by_parts {
            let whole = || Rc::new(RedactedPart::new(redactor.redacted(self.text), 0));
            return Rc::clone(self.whole.get_or_insert_with(whole));
        }
        let around = redactor.around();
        let length = |lines: &[&str]| lines.iter().map(|line| line.len()).sum::<usize>();
        let (mut start, mut first) = (length(&self.lines[..lines.start]), lines.start);
        let mut end = start + length(&self.lines[lines.clone()]);
        let (least, most) = (start.saturating_sub(around), end + around);
        while first > 0 && start > least {
            first -= 1;
            start -= self.lines[first].len();
        }
        let mut last = lines.end;
        while last < self.lines.len() && end < most {
            end += self.lines[last].len();
            last += 1;
        }
        Rc::new(RedactedPart::new(
            redactor.redacted(&self.text[start..end]),
            first,
        ))
    }
}

impl RedactedPart {
    fn new(redacted: Redacted, first: usize) -> Self {
        let mut end = 0;
        // Redaction leaves line ends where they are.
        let places = redacted.text.split_inclusive('\n').map(|line| {
            let start = end;
            end += line.len();
            start..end
        });
        let places = places.collect();
        Self {
            redacted,
            first,
            places,
        }
    }

    /// Some of the lines, by their numbers in the whole text.
    pub(super) fn lines(&self, lines: Range<usize>) -> Vec<RedactedLine<'_>> {
        let places = &self.places[lines.start - self.first..lines.end - self.first];
        let line = |place: &Range<usize>| {
            let pieces = &self.redacted.pieces;
            let from = pieces.partition_point(|(at, _)| *at < place.start);
            let to = pieces.partition_point(|(at, _)| *at < place.end);
            RedactedLine {
                text: &self.redacted.text[place.clone()],
                hidden: pieces[from..to]
                    .iter()
                    .map(|(at, hash)| (at - place.start, *hash))
                    .collect(),
            }
        };
        places.iter().map(line).collect()
    }
}
