//! Values that are lists, objects or indented blocks.

use super::{Bare, Cursor};
use crate::keys::{self, Strength};
use crate::marker;

impl Cursor<'_, '_> {
    /// Everything inside the brackets that open at `at`, apart from names and what describes.
    pub(super) fn container(&mut self, open: usize, strength: Strength) -> usize {
        let mut depth = 0_usize;
        let mut beside = false;
        let mut at = open;
        while let Some(b) = self.bytes.get(at) {
            if let Some(end) = marker::at(self.bytes, at) {
                at = end;
                continue;
            }
            match b {
                b'{' if strength == Strength::Weak => return at,
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return at + 1;
                    }
                }
                b'/' => {
                    at = match self.comment_end(at) {
                        Some(end) => end,
                        None => self.member(at, &mut beside),
                    };
                    continue;
                }
                b'#' => at = self.line_end(at).saturating_sub(1).max(at),
                b',' | b':' | b'=' | b' ' | b'\t' | b'\r' | b'\n' => {}
                _ => {
                    at = self.member(at, &mut beside);
                    continue;
                }
            }
            at += 1;
        }
        at
    }

    /// One name, string or word inside a container.
    fn member(&mut self, at: usize, beside: &mut bool) -> usize {
        let (range, end) = match self.quote(at) {
            Some(quote) => {
                let (content, end) = self.string_end(&quote);
                (quote.start..content.max(quote.start), end)
            }
            None => {
                let stop = |b: &&u8| !b",:=]}\n\"'".contains(b);
                let end = at + self.bytes[at..].iter().take_while(stop).count();
                (at..end, end.max(at + 1))
            }
        };
        let name = self.text.get(range.clone()).unwrap_or_default().trim();
        if matches!(self.bytes.get(self.skip(end, b" \t")), Some(b':' | b'=')) {
            *beside = keys::beside(name);
        } else if !*beside && !self.literal(range.start, range.end, Strength::Strong) {
            self.take(range);
        }
        end
    }

    /// The lines below `at` that are indented more than `column`: a block of text, a list or
    /// members. Names among them are looked at again on their own.
    pub(super) fn block(
        &mut self,
        at: usize,
        column: usize,
        strength: Strength,
        scalar: bool,
    ) -> usize {
        let first_line_end = self.line_end(at);
        let mut end = first_line_end;
        if at < self.below {
            return end;
        }
        let mut column = column;
        while end < self.bytes.len() {
            let line = end + 1;
            let next = self.line_end(line);
            let start = self.skip(line, b" \t\r");
            if start < next {
                let indent = start - line;
                let item = !scalar && self.bytes[start..].starts_with(b"- ");
                if indent < column || (indent == column && !item) || (scalar && indent == 0) {
                    break;
                }
                if scalar {
                    // The first line sets the indentation, and a line with less ends the text.
                    column = column.max(indent - 1);
                    self.take(start..next);
                } else if !self.line_below(start, next, strength) {
                    break;
                }
            }
            end = next;
        }
        if scalar || strength == Strength::Strong {
            self.below = end;
        }
        first_line_end
    }

    /// Takes one line of a list or of members; false when what follows has its own names.
    fn line_below(&mut self, start: usize, end: usize, strength: Strength) -> bool {
        let at = self.skip(start, b"- ").min(end);
        let line = &self.text[at..end];
        let (name, value) = match self.quote(at) {
            Some(quote) if self.is_name(at) => {
                let (content, after) = self.string_end(&quote);
                (
                    self.text.get(quote.start..content),
                    self.skip(after, b" \t") + 1,
                )
            }
            Some(_) => (None, at),
            None => match line.find(": ") {
                Some(colon) => (Some(&line[..colon]), at + colon + 1),
                None if line.trim_end().ends_with(':') => (Some(""), end),
                None => (None, at),
            },
        };
        if name.is_some() && strength == Strength::Weak {
            return false;
        }
        if value < end && !line.starts_with('#') && !name.is_some_and(keys::beside) {
            self.item(value, end, strength);
        }
        true
    }

    fn item(&mut self, at: usize, line_end: usize, strength: Strength) {
        let at = self.skip(at, b" \t").min(line_end);
        if self.quote(at).is_some() || !self.literal(at, self.atom(at), strength) {
            let end = self.value(at, true, false, strength, Bare::Line, None);
            debug_assert!(end >= at);
        }
    }
}
