//! What a plan changes in a file, as a unified diff without secrets.
//!
//! The texts are compared as they are, and what is shown of them is redacted together with what stands around it: a hunk
//! begins in the middle of an object, where the name above a value is out of sight.

mod line;
mod side;

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write;
use std::ops::Range;
use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, DiffTag};

use crate::redact::{Redactor, marker};
use line::{DiffLine, Sign};
use side::{RedactedLine, Side};

/// The colours of a diff.
mod style {
    use anstyle::{AnsiColor, Style};

    pub(super) const HEADER: Style = Style::new().bold();
    pub(super) const HUNK: Style = AnsiColor::Cyan.on_default();
    pub(super) const REMOVED: Style = AnsiColor::Red.on_default();
    pub(super) const ADDED: Style = AnsiColor::Green.on_default();
    pub(super) const NOTE: Style = Style::new().dimmed();

    /// The words that differ within a changed line.
    pub(super) fn emphasis(line: Style) -> Style {
        line.bold().underline()
    }
}

/// Two texts that have nothing in common must not hold up the program; past this time the rest of
/// them is shown as replaced.
const PATIENCE: Duration = Duration::from_millis(500);

/// How a diff is shown.
#[derive(Debug, Clone)]
pub struct DiffOptions {
    /// How many unchanged lines stand around a change.
    pub context: usize,
    /// Lines with more characters than this are cut around what changed in them, with a `…` for
    /// each part that is left out.
    pub max_line_width: Option<usize>,
    /// With colours, the words that differ within a line emphasised, and carriage returns visible.
    pub color: bool,
}

impl Default for DiffOptions {
    fn default() -> Self {
        Self {
            context: 3,
            max_line_width: None,
            color: false,
        }
    }
}

/// The unified diff between two texts; empty when they are equal.
///
/// `before` is `None` for a file that is created, `after` for one that is removed. The labels are
/// paths, shown as `a/…` and `b/…`.
///
/// Without colour, and as long as nothing had to be redacted, cut or made visible, the outcome is a
/// patch that `git apply` and `patch -p1` accept. Control characters other than tabs and the `\r`
/// of a line end are always made visible, since a file must not be able to drive the terminal.
pub fn unified(
    path_label_before: &str,
    path_label_after: &str,
    before: Option<&str>,
    after: Option<&str>,
    redactor: &Redactor,
    options: &DiffOptions,
) -> String {
    if before == after {
        return String::new();
    }
    let deadline = Instant::now() + PATIENCE;
    let mut diff = Diff {
        old: Side::new(before.unwrap_or_default()),
        new: Side::new(after.unwrap_or_default()),
        redactor,
        deadline,
        options,
        out: String::new(),
    };

    let label = |prefix: &str, label: &str, text: Option<&str>| match text {
        Some(_) => header_path(prefix, &redactor.text(label)),
        None => "/dev/null".to_owned(),
    };
    let from = label("a", path_label_before, before);
    let to = label("b", path_label_after, after);
    diff.styled(style::HEADER, &format!("--- {from}"));
    diff.styled(style::HEADER, &format!("+++ {to}"));

    let ops = changes(&diff.old.lines, &diff.new.lines, deadline);
    let hunks = similar::group_diff_ops(ops, options.context);
    diff.old.expect(hunks.len());
    diff.new.expect(hunks.len());
    for hunk in hunks {
        diff.hunk(&hunk);
    }
    diff.out
}

/// How many lines a change adds and removes.
pub fn stat<'t>(before: Option<&'t str>, after: Option<&'t str>) -> (usize, usize) {
    let lines = |text: Option<&'t str>| Side::new(text.unwrap_or_default()).lines;
    let (old, new) = (lines(before), lines(after));
    let ops = changes(&old, &new, Instant::now() + PATIENCE);
    let changed = ops.iter().filter(|op| op.tag() != DiffTag::Equal);
    changed.fold((0, 0), |(added, removed), op| {
        (added + op.new_range().len(), removed + op.old_range().len())
    })
}

/// Compares the lines as they are: also what is hidden may have changed.
fn changes(old: &[&str], new: &[&str], deadline: Instant) -> Vec<DiffOp> {
    similar::capture_diff_slices_deadline(Algorithm::Myers, old, new, Some(deadline))
}

/// `a/` and the path; control characters are spelled as git spells them.
fn header_path(prefix: &str, label: &str) -> String {
    let path = format!("{prefix}/{}", label.trim_start_matches('/'));
    if path.contains(char::is_control) {
        let mut quoted = String::from("\"");
        for c in path.chars() {
            match c {
                '"' | '\\' => quoted.extend(['\\', c]),
                c if c.is_control() => {
                    for b in c.encode_utf8(&mut [0; 4]).bytes() {
                        let _ = write!(quoted, "\\{b:03o}");
                    }
                }
                c => quoted.push(c),
            }
        }
        return quoted + "\"";
    }
    // Without the tab, `patch` takes what follows a space for a date.
    let tab = if path.contains(' ') { "\t" } else { "" };
    line::visible(&path, false).into_owned() + tab
}

/// A diff while it is written.
struct Diff<'t, 'o> {
    old: Side<'t>,
    new: Side<'t>,
    redactor: &'o Redactor,
    deadline: Instant,
    options: &'o DiffOptions,
    out: String,
}

impl Diff<'_, '_> {
    fn hunk(&mut self, ops: &[DiffOp]) {
        let (Some(first), Some(last)) = (ops.first(), ops.last()) else {
            return;
        };
        let old = first.old_range().start..last.old_range().end;
        let new = first.new_range().start..last.new_range().end;
        let (old_part, new_part) = (
            self.old.part(old.clone(), self.redactor),
            self.new.part(new.clone(), self.redactor),
        );
        let ranges = (hunk_range(old), hunk_range(new));
        self.styled(style::HUNK, &format!("@@ -{} +{} @@", ranges.0, ranges.1));
        for ops in ops.chunk_by(|a, b| (a.tag() == DiffTag::Equal) == (b.tag() == DiffTag::Equal)) {
            let (Some(first), Some(last)) = (ops.first(), ops.last()) else {
                continue;
            };
            let old = first.old_range().start..last.old_range().end;
            if first.tag() == DiffTag::Equal {
                for line in old_part.lines(old) {
                    let shown = DiffLine::new(line.text, self.options.color);
                    self.line(Sign::Both, shown);
                }
            } else {
                let new = first.new_range().start..last.new_range().end;
                self.change(&old_part.lines(old), &new_part.lines(new));
            }
        }
    }

    /// Lines that are removed and lines that take their place.
    fn change(&mut self, old: &[RedactedLine<'_>], new: &[RedactedLine<'_>]) {
        let color = self.options.color;
        let hidden = Hidden::of(old);
        let mut removed: Vec<DiffLine> = old
            .iter()
            .map(|line| DiffLine::new(line.text, color))
            .collect();
        let mut added: Vec<DiffLine> = new
            .iter()
            .map(|line| DiffLine::new(&hidden.mark_changed(line), color))
            .collect();
        for (i, j) in line::pairs(&removed, &added) {
            let (old, new) = (&mut removed[i], &mut added[j]);
            line::show_line_ends(old, new);
            if color
                || self
                    .options
                    .max_line_width
                    .is_some_and(|width| old.longer_than(width) || new.longer_than(width))
            {
                line::compare(old, new, self.deadline);
                if let Some(width) = self.options.max_line_width {
                    line::cut_pair(old, new, width);
                }
            }
        }
        removed
            .into_iter()
            .for_each(|line| self.line(Sign::Old, line));
        added
            .into_iter()
            .for_each(|line| self.line(Sign::New, line));
    }

    fn line(&mut self, sign: Sign, mut line: DiffLine) {
        if let Some(width) = self.options.max_line_width {
            line.cut(width);
        }
        let (sign, style) = match sign {
            Sign::Both => (' ', None),
            Sign::Old => ('-', Some(style::REMOVED)),
            Sign::New => ('+', Some(style::ADDED)),
        };
        match style.filter(|_| self.options.color) {
            Some(style) => {
                let emphasis = style::emphasis(style);
                let _ = write!(self.out, "{style}{sign}");
                let mut from = 0;
                for run in line.emphasised() {
                    let (before, text) = (&line.text[from..run.start], &line.text[run.clone()]);
                    let _ = write!(
                        self.out,
                        "{before}{style:#}{emphasis}{text}{emphasis:#}{style}"
                    );
                    from = run.end;
                }
                let _ = writeln!(self.out, "{}{}{style:#}", &line.text[from..], line.end);
            }
            None => {
                let _ = writeln!(self.out, "{sign}{}{}", line.text, line.end);
            }
        }
        if !line.newline {
            self.styled(style::NOTE, "\\ No newline at end of file");
        }
    }

    fn styled(&mut self, style: anstyle::Style, text: &str) {
        let _ = match self.options.color {
            true => writeln!(self.out, "{style}{text}{style:#}"),
            false => writeln!(self.out, "{text}"),
        };
    }
}

/// `12,3`, or `12` for one line, or the line before for none.
fn hunk_range(range: Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        length => format!("{},{length}", range.start + 1),
    }
}

/// What the removed lines of a change hide.
struct Hidden<'t> {
    hashes: HashSet<u64>,
    markers: HashSet<&'t str>,
}

fn marker_at<'t>(line: &RedactedLine<'t>, at: usize) -> &'t str {
    let end = marker::at(line.text.as_bytes(), at).unwrap_or(at);
    &line.text[at..end]
}

impl<'t> Hidden<'t> {
    fn of(lines: &[RedactedLine<'t>]) -> Self {
        let all = || {
            lines.iter().flat_map(|line| {
                line.hidden
                    .iter()
                    .map(move |(at, hash)| (marker_at(line, *at), *hash))
            })
        };
        Self {
            hashes: all().map(|(_, hash)| hash).collect(),
            markers: all().map(|(marker, _)| marker).collect(),
        }
    }

    /// Another secret behind the same marker: says so, since the marker doesn't.
    fn mark_changed<'a>(&self, line: &'a RedactedLine<'_>) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(line.text);
        for (at, hash) in line.hidden.iter().rev() {
            let marker = marker_at(line, *at);
            if self.markers.contains(marker) && !self.hashes.contains(hash) {
                text.to_mut()
                    .replace_range(*at..*at + marker.len(), marker::CHANGED);
            }
        }
        text
    }
}
