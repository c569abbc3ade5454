//! Where a place of a text stands after redaction.

use std::ops::Range;

use memchr::memchr_iter;

use super::value::LONGEST_STRING;
use super::{LARGE, Redactor, marker, replace};

/// How far around what is shown of a large text it is redacted, in bytes: further than the name of a secret may stand before it.
pub const AROUND: usize = 2 * LONGEST_STRING;

/// A text without its secrets, or a part of it, that knows where the original's places stand in it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The text without its secrets.
    pub text: String,
    /// Which bytes of the original it shows.
    part: Range<usize>,
    /// How many lines of the original end before it.
    pub lines_before: usize,
    /// What was replaced in the original, and the length of what stands for it.
    replaced: Vec<(Range<usize>, usize)>,
}

impl Shown {
    /// Where a byte of the original stands. A place inside a secret becomes the beginning of its marker.
    pub fn place(&self, place: usize) -> usize {
        let place = place.clamp(self.part.start, self.part.end) - self.part.start;
        let mut moved = place;
        let before = |one: &&(Range<usize>, usize)| one.0.start < place;
        for (span, marker) in self.replaced.iter().take_while(before) {
            if place < span.end {
                moved -= place - span.start;
            } else {
                moved = moved + marker - (span.end - span.start);
            }
        }
        moved
    }

    /// Whether it shows enough of the text around a place.
    pub fn surrounds(&self, text: &str, place: usize) -> bool {
        let enough = place.saturating_sub(AROUND / 2)..(place + AROUND / 2).min(text.len());
        self.part.start <= enough.start && enough.end <= self.part.end
    }
}

impl Redactor {
    /// The text without its secrets, for showing places of it.
    pub fn shown(&self, text: &str) -> Shown {
        self.shown_part(text, 0..text.len())
    }

    /// The same of what lies around a place; of a text that is not large, all of it.
    pub fn shown_around(&self, text: &str, place: usize) -> Shown {
        if text.len() <= LARGE {
            return self.shown(text);
        }
        let around = self.around();
        let start = text.floor_char_boundary(place.saturating_sub(around));
        let end = text.ceil_char_boundary((place + around).min(text.len()));
        self.shown_part(text, start..end)
    }

    /// [`AROUND`], or more: a known secret that reaches into what is shown must lie in the redacted part as a whole.
    pub fn around(&self) -> usize {
        let longest = self.known.first().map_or(0, |known| known.needle().len());
        AROUND.max(longest + AROUND / 2)
    }

    fn shown_part(&self, text: &str, part: Range<usize>) -> Shown {
        let lines_before = memchr_iter(b'\n', &text.as_bytes()[..part.start]).count();
        let text = &text[part.clone()];
        let spans = self.spans(text);
        Shown {
            text: replace(text, &spans).text,
            part,
            lines_before,
            replaced: spans
                .into_iter()
                .map(|span| {
                    let marker = marker::marker(&text[span.clone()]).len();
                    (span, marker)
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_move_with_the_markers_before_them() {
        let text = r#"{"apiKey": "00000000000000000000000000000000.0000000000000000", "x": 1}"#;
        let x = text.find("\"x\"").unwrap();
        let secret = text.find("0000").unwrap();
        let shown = Redactor::new().shown(text);
        let from = |place| &shown.text[shown.place(place)..];
        assert!(from(x).starts_with("\"x\": 1"), "{}", shown.text);
        assert!(from(secret + 5).starts_with("[redacted:"), "{}", shown.text);
        assert_eq!(shown.place(0), 0);
    }

    #[test]
    fn of_a_large_text_only_what_lies_around_is_shown() {
        let line = "{\"note\": \"nothing\"}\n";
        let secret = "{\"apiKey\": \"00000000000000000000000000000000.0000000000000000\"}\n";
        let text = [
            &line.repeat(20_000),
            secret,
            "x\n",
            secret,
            &line.repeat(20_000),
        ]
        .concat();
        let x = text.find("x\n").unwrap();
        let redactor = Redactor::new();
        let part = redactor.shown_around(&text, x);
        assert!(part.text.len() < 3 * AROUND, "{}", part.text.len());
        assert!(part.text[part.place(x)..].starts_with("x\n{\"apiKey\": \"[redacted:"));
        let before = part.text[..part.place(x)].matches('\n').count();
        assert_eq!(part.lines_before + before, 20_001);
        assert!(part.surrounds(&text, x) && part.surrounds(&text, x + AROUND / 3));
        assert!(!part.surrounds(&text, x + AROUND) && !part.surrounds(&text, 0));
        // What is known to be secret is as long as it likes.
        let long = "z".repeat(3 * AROUND);
        let text = [
            &line.repeat(20_000),
            "\n",
            &long,
            "\nx\n",
            &line.repeat(20_000),
        ]
        .concat();
        let x = text.find("x\n").unwrap();
        let part = redactor.with_secrets([long]).shown_around(&text, x);
        assert!(!part.text.contains('z'));
    }
}
