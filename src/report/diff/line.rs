//! One line of a diff: made visible, compared word by word with the line it replaces, and cut.

use std::borrow::Cow;
use std::ops::Range;
use std::time::Instant;

use similar::{Algorithm, DiffTag};

use crate::redact::marker;

/// Where a line stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sign {
    Both,
    Old,
    New,
}

/// So many changes within one long line are shown.
const MOST_WINDOWS: usize = 4;

/// At least so many characters stand around a change in a long line.
const LEAST_CONTEXT: usize = 8;

/// A line as it is shown.
#[derive(Debug)]
pub(super) struct DiffLine {
    pub(super) text: String,
    /// A `\r`, as it is or visible.
    pub(super) end: &'static str,
    pub(super) newline: bool,
    /// The parts that differ from the line on the other side. A part can be empty: there the
    /// other side has something.
    changes: Vec<Range<usize>>,
    cut: bool,
}

impl DiffLine {
    pub(super) fn new(line: &str, color: bool) -> Self {
        let content = line.strip_suffix('\n');
        let (text, newline) = (content.unwrap_or(line), content.is_some());
        let (text, cr) = text
            .strip_suffix('\r')
            .map_or((text, false), |text| (text, true));
        let end = match (cr, color) {
            (true, true) => "␍",
            (true, false) => "\r",
            (false, _) => "",
        };
        Self {
            text: visible(text, color).into_owned(),
            end,
            newline,
            changes: Vec::new(),
            cut: false,
        }
    }

    pub(super) fn longer_than(&self, width: usize) -> bool {
        self.text.len() > width && self.text.chars().nth(width).is_some()
    }

    /// The parts to emphasise: none when nearly everything differs.
    pub(super) fn emphasised(&self) -> impl Iterator<Item = Range<usize>> {
        let changed: usize = self.changes.iter().map(Range::len).sum();
        let few = self.cut || changed * 4 <= self.text.len() * 3;
        self.changes
            .iter()
            .filter(move |run| few && !run.is_empty())
            .cloned()
    }

    /// Cuts a line that has no counterpart.
    pub(super) fn cut(&mut self, width: usize) {
        if !self.cut && self.longer_than(width) {
            self.text
                .truncate(after(&self.text, 0, width.saturating_sub(1)));
            self.text.push('…');
            self.changes.clear();
            self.cut = true;
        }
    }

    /// Keeps the changes and `context` characters around each.
    fn cut_around(&mut self, context: usize, longest_change: usize) {
        let mut windows: Vec<Range<usize>> = Vec::new();
        for change in self.changes.iter().take(MOST_WINDOWS) {
            let start = before(&self.text, change.start, context);
            let end = after(&self.text, change.end, context);
            let head = after(&self.text, change.start, longest_change / 2);
            let tail = before(&self.text, change.end, longest_change / 2);
            let gap = if head < tail { head..tail } else { end..end };
            let parts = [start..gap.start, gap.end..end];
            for part in parts.into_iter().filter(|part| !part.is_empty()) {
                match windows.last_mut() {
                    Some(last) if part.start <= last.end => last.end = last.end.max(part.end),
                    _ => windows.push(part),
                }
            }
        }
        let mut text = String::new();
        let mut changes = Vec::new();
        let mut from = 0;
        for window in windows {
            if window.start > from {
                text.push('…');
            }
            for change in &self.changes {
                let (start, end) = (change.start.max(window.start), change.end.min(window.end));
                if start < end {
                    changes
                        .push(start - window.start + text.len()..end - window.start + text.len());
                }
            }
            text.push_str(&self.text[window.clone()]);
            from = window.end;
        }
        if from < self.text.len() {
            text.push('…');
        }
        match self.changes.len().saturating_sub(MOST_WINDOWS) {
            0 => {}
            more => text.push_str(&format!(" ({more} more changes in this line)")),
        }
        (self.text, self.changes, self.cut) = (text, changes, true);
    }
}

/// The place `count` characters after `at`.
fn after(text: &str, at: usize, count: usize) -> usize {
    text[at..]
        .char_indices()
        .nth(count)
        .map_or(text.len(), |(i, _)| at + i)
}

/// The place `count` characters before `at`.
fn before(text: &str, at: usize, count: usize) -> usize {
    let mut characters = text[..at].char_indices().rev();
    count
        .checked_sub(1)
        .map_or(at, |last| characters.nth(last).map_or(0, |(i, _)| i))
}

/// Characters that would move the cursor, change colours or reorder the text become visible.
pub(super) fn visible(text: &str, color: bool) -> Cow<'_, str> {
    let hidden = |c: char| {
        (c.is_control() && c != '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
            || (color && c == '\u{feff}')
    };
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match u32::from(c) {
            _ if !hidden(c) => shown.push(c),
            code @ 0..0x20 => shown.extend(char::from_u32(0x2400 + code)),
            0x7f => shown.push('␡'),
            code => shown.push_str(&format!("‹U+{code:04X}›")),
        }
    }
    Cow::Owned(shown)
}

/// Where only the `\r` differs, it must be seen.
pub(super) fn show_line_ends(old: &mut DiffLine, new: &mut DiffLine) {
    if old.text == new.text && old.end != new.end && old.newline && new.newline {
        for line in [old, new] {
            if line.end == "\r" {
                line.end = "␍";
            }
        }
    }
}

/// Which removed line became which added line: in order, and one by one when there are as many.
pub(super) fn pairs(old: &[DiffLine], new: &[DiffLine]) -> Vec<(usize, usize)> {
    const MANY: usize = 64;
    if old.len() == new.len() || old.len() > MANY || new.len() > MANY {
        return (0..old.len().min(new.len())).map(|i| (i, i)).collect();
    }
    let mut pairs = Vec::new();
    let mut next = 0;
    for (i, line) in old.iter().enumerate() {
        let alike = |j: &usize| similarity(&line.text, &new[*j].text) >= 0.5;
        if let Some(j) = (next..new.len()).find(alike) {
            pairs.push((i, j));
            next = j + 1;
        }
    }
    pairs
}

/// How much of the longer line is a common beginning and end.
fn similarity(old: &str, new: &str) -> f64 {
    const ENOUGH: usize = 4096;
    let (old, new) = (old.trim().as_bytes(), new.trim().as_bytes());
    let start = old
        .iter()
        .zip(new)
        .take(ENOUGH)
        .take_while(|(a, b)| a == b)
        .count();
    let rest = old[start..].iter().rev().zip(new[start..].iter().rev());
    let end = rest.take(ENOUGH).take_while(|(a, b)| a == b).count();
    let longest = old.len().max(new.len()).min(2 * ENOUGH);
    if longest == 0 {
        1.0
    } else {
        (start + end) as f64 / longest as f64
    }
}

/// Notes in two lines what differs between them, by words.
pub(super) fn compare(old: &mut DiffLine, new: &mut DiffLine, deadline: Instant) {
    let (old_words, new_words) = (words(&old.text), words(&new.text));
    let ops = {
        let a: Vec<&str> = old_words
            .iter()
            .map(|word| &old.text[word.clone()])
            .collect();
        let b: Vec<&str> = new_words
            .iter()
            .map(|word| &new.text[word.clone()])
            .collect();
        similar::capture_diff_slices_deadline(Algorithm::Myers, &a, &b, Some(deadline))
    };
    let place = |line: &DiffLine, words: &[Range<usize>], range: Range<usize>| {
        let at = |word: usize| words.get(word).map_or(line.text.len(), |w| w.start);
        at(range.start)..at(range.end)
    };
    for ops in ops.chunk_by(|a, b| (a.tag() == DiffTag::Equal) == (b.tag() == DiffTag::Equal)) {
        let (Some(first), Some(last)) = (ops.first(), ops.last()) else {
            continue;
        };
        if first.tag() != DiffTag::Equal {
            old.changes.push(place(
                old,
                &old_words,
                first.old_range().start..last.old_range().end,
            ));
            new.changes.push(place(
                new,
                &new_words,
                first.new_range().start..last.new_range().end,
            ));
        }
    }
}

/// Markers, words, white space, and every other character for itself.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let kind = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 1,
        ' ' | '\t' => 2,
        _ => 0,
    };
    let mut last = 0;
    let mut marker_end = 0;
    for (at, c) in text.char_indices() {
        if at < marker_end {
            continue;
        }
        let end = at + c.len_utf8();
        if let Some(end) = (c == '[')
            .then(|| marker::at(text.as_bytes(), at))
            .flatten()
        {
            words.push(at..end);
            (marker_end, last) = (end, 0);
            continue;
        }
        match words.last_mut() {
            Some(word) if kind(c) != 0 && kind(c) == last => word.end = end,
            _ => words.push(at..end),
        }
        last = kind(c);
    }
    words
}

/// Cuts two lines that were compared at the same places.
pub(super) fn cut_pair(old: &mut DiffLine, new: &mut DiffLine, width: usize) {
    if !old.longer_than(width) && !new.longer_than(width) {
        return;
    }
    let windows = old.changes.len().clamp(1, MOST_WINDOWS);
    let longest_change = (width / windows).max(2 * LEAST_CONTEXT);
    let changed = |line: &DiffLine| -> usize {
        line.changes
            .iter()
            .take(MOST_WINDOWS)
            .map(|change| change.len().min(longest_change))
            .sum()
    };
    let left = width.saturating_sub(changed(old).max(changed(new)) + windows + 1);
    let context = (left / (2 * windows)).max(LEAST_CONTEXT);
    for line in [old, new] {
        if line.changes.is_empty() {
            line.cut(width);
        } else {
            line.cut_around(context, longest_change);
        }
    }
}
