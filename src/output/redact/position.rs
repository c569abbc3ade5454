//! Where a place of a text stands after redaction.

use super::{Redactor, marker, replace};

impl Redactor {
    /// The text without its secrets, and where the given bytes of the original stand in it. A place inside a secret
    /// becomes the beginning of its marker.
    pub(crate) fn redacted_at<const N: usize>(
        &self,
        text: &str,
        places: [usize; N],
    ) -> (String, [usize; N]) {
        let spans = self.spans(text);
        let moved = places.map(|place| {
            let mut moved = place;
            for span in spans.iter().take_while(|span| span.start < place) {
                let marker = marker::marker(&text[span.clone()]).len();
                if place < span.end {
                    moved -= place - span.start;
                } else {
                    moved = moved + marker - (span.end - span.start);
                }
            }
            moved
        });
        (replace(text, &spans).text, moved)
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
        let (shown, [at_x, at_secret, at_start]) =
            Redactor::new().redacted_at(text, [x, secret + 5, 0]);
        assert!(shown[at_x..].starts_with("\"x\": 1"), "{shown}");
        assert!(shown[at_secret..].starts_with("[redacted:"), "{shown}");
        assert_eq!(at_start, 0);
    }
}
