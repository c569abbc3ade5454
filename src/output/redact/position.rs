//! Where a place of a text stands after redaction.

use std::ops::Range;

use super::{Redactor, marker, replace};

/// A text without its secrets that knows where the original's places stand in it.
pub(crate) struct Shown {
    /// The text without its secrets.
    pub(crate) text: String,
    /// What was replaced in the original, and the length of what stands for it.
    replaced: Vec<(Range<usize>, usize)>,
}

impl Shown {
    /// Where a byte of the original stands. A place inside a secret becomes the beginning of its marker.
    pub(crate) fn place(&self, place: usize) -> usize {
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
}

impl Redactor {
    /// The text without its secrets, for showing places of it.
    pub(crate) fn shown(&self, text: &str) -> Shown {
        let spans = self.spans(text);
        Shown {
            text: replace(text, &spans).text,
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
}
