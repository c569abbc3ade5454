//! A finding's fix as replacements in its file.

use std::ops::Range;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use similar::{Algorithm, DiffOp};

use super::region;
use crate::finding::Finding;
use crate::plan::fixed_alone;
use crate::report::{Report, TextRegion};

/// How long the lines of a file may be compared; what is left then counts as changed.
const PATIENCE: Duration = Duration::from_secs(2);

/// A piece of a text and what is to stand in its place.
struct Replacement<'t> {
    deleted: Range<usize>,
    /// Where the new piece stands in the new text.
    inserted: Range<usize>,
    text: &'t str,
}

/// The fix of one finding on the file as it was read; `None` when none is planned, and when the new text would show a
/// secret (what stands there redacted must never be written).
pub(super) fn fix(finding: &Finding, report: &Report<'_>, place: &Value) -> Option<Value> {
    let source = report.source(&finding.file)?;
    let after = fixed_alone(finding, source.document?)?;
    let replacements = replacements(source.text, &after);
    let shown = replacements
        .iter()
        .map(|one| {
            let Range { start, end } = one.inserted.clone();
            let around = report.redactor.shown_around(&after, start);
            let shown = match around.surrounds(&after, end) {
                true => around,
                false => report.redactor.shown(&after),
            };
            let (start, end) = (shown.place(start), shown.place(end));
            let shown = shown.text;
            (shown.get(start..end) == Some(one.text)).then(|| {
                let deleted = TextRegion::between(source.text, one.deleted.start, one.deleted.end);
                let mut value = json!({ "deletedRegion": region(deleted) });
                if !one.text.is_empty() {
                    value["insertedContent"] = json!({ "text": one.text });
                }
                value
            })
        })
        .collect::<Option<Vec<Value>>>()?;
    Some(json!({
        "description": { "text": format!("mend {}", finding.rule) },
        "artifactChanges": [{ "artifactLocation": place, "replacements": shown }],
    }))
}

/// What leads from one text to another: changed lines, each narrowed to the characters that differ.
fn replacements<'t>(before: &str, after: &'t str) -> Vec<Replacement<'t>> {
    let (old, new) = (lines(before), lines(after));
    let deadline = Instant::now() + PATIENCE;
    let ops = similar::capture_diff_slices_deadline(Algorithm::Myers, &old, &new, Some(deadline));
    let bytes = |lines: &[&str], range: Range<usize>| {
        let length = |lines: &[&str]| lines.iter().map(|line| line.len()).sum::<usize>();
        let start = length(&lines[..range.start]);
        start..start + length(&lines[range])
    };
    ops.iter()
        .filter(|op| !matches!(op, DiffOp::Equal { .. }))
        .map(|op| {
            let deleted = bytes(&old, op.old_range());
            let inserted = bytes(&new, op.new_range());
            narrow(before, deleted, after, inserted)
        })
        .collect()
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Leaves out what both pieces begin and end with, but never half of a line end.
fn narrow<'t>(
    before: &str,
    mut deleted: Range<usize>,
    after: &'t str,
    mut inserted: Range<usize>,
) -> Replacement<'t> {
    let (old, new) = (&before[deleted.clone()], &after[inserted.clone()]);
    let same = |(a, b): &(char, char)| a == b;
    let length = |pairs: &mut dyn Iterator<Item = (char, char)>| {
        pairs.map(|(one, _)| one.len_utf8()).sum::<usize>()
    };
    let mut head = length(&mut old.chars().zip(new.chars()).take_while(same));
    if old[..head].ends_with('\r') {
        head -= 1;
    }
    let (old, new) = (&old[head..], &new[head..]);
    let mut tail = length(&mut old.chars().rev().zip(new.chars().rev()).take_while(same));
    let half = |text: &str| {
        let (front, back) = text.split_at(text.len() - tail);
        front.ends_with('\r') && back.starts_with('\n')
    };
    if half(old) || half(new) {
        tail -= 1;
    }
    deleted = deleted.start + head..deleted.end - tail;
    inserted = inserted.start + head..inserted.end - tail;
    Replacement {
        text: &after[inserted.clone()],
        deleted,
        inserted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn leads(before: &str, after: &str, expected: &[(&str, &str)]) {
        let found = replacements(before, after);
        let mut text = before.to_owned();
        for one in found.iter().rev() {
            text.replace_range(one.deleted.clone(), one.text);
        }
        assert_eq!(text, after);
        let pairs: Vec<(&str, &str)> = found
            .iter()
            .map(|one| (&before[one.deleted.clone()], one.text))
            .collect();
        assert_eq!(pairs, expected);
    }

    #[test]
    fn only_the_characters_that_differ_are_replaced() {
        leads("{\"a\": 1}", "{\"a\": 12}", &[("", "2")]);
        leads("ää1ö", "ää2ö", &[("1", "2")]);
        leads("aaa", "aa", &[("a", "")]);
        leads("aa", "aaa", &[("", "a")]);
        leads("", "new\n", &[("", "new\n")]);
        leads("x\n", "", &[("x\n", "")]);
    }

    #[test]
    fn each_changed_piece_stays_alone() {
        leads("a1\nb\nc1\nd", "a2\nb\nc2\nd", &[("1", "2"), ("1", "2")]);
    }

    #[test]
    fn line_ends_stay_whole() {
        leads("a,\r\nb\r\n", "a,\r\nx\r\nb\r\n", &[("", "x\r\n")]);
        leads("a\r\nb", "ax\r\nb", &[("", "x")]);
        leads("a\rb", "a\r\nb", &[("\r", "\r\n")]);
        leads("a\r\nb", "a\nb", &[("\r\n", "\n")]);
        leads("a\nb", "ax\nb", &[("", "x")]);
    }
}
