//! A finding with the piece of the file that it speaks of.

use std::cell::RefCell;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstream::adapter::strip_str;

use crate::finding::{Finding, Severity};
use crate::redact::Shown;
use crate::report::Report;

/// The widest frame, in columns.
const WIDTH: usize = 110;
/// Lines shown before and after the one that is pointed at.
const CONTEXT: usize = 1;

/// Shows findings one after another, as they come: file by file.
pub(super) struct Findings<'r> {
    report: &'r Report<'r>,
    /// The file that was shown last, or a part of it.
    last: RefCell<Option<(PathBuf, Rc<Shown>)>>,
}

impl<'r> Findings<'r> {
    pub(super) fn new(report: &'r Report<'r>) -> Self {
        Self {
            report,
            last: RefCell::default(),
        }
    }

    /// One finding: severity, rule, message, code frame, what became of the fix.
    pub(super) fn one(&self, finding: &Finding) -> String {
        let Report {
            redactor, advice, ..
        } = self.report;
        let color = self.report.style.color;
        let message = redactor.text(&finding.message);
        let level = match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::INFO,
        };
        let path = self.report.path(&finding.file);
        let source = self.report.source(&finding.file);
        let frame = source.map(|source| self.frame(source.text, finding));
        let mut group = Group::with_title(
            level
                .primary_title(message.as_ref())
                .id(finding.rule.as_str()),
        );
        // Redaction moves columns within a line, so the position is the file's own, not the frame's.
        let (line, column) = finding.position;
        let mut place = annotate_snippets::Origin::path(&path);
        if frame.is_some() {
            place = place.line(line).char_column(column);
        }
        group = group.element(place);
        if let Some(frame) = &frame {
            let snippet = Snippet::source(frame.text.as_str()).line_start(frame.line);
            group =
                group.element(snippet.annotation(AnnotationKind::Primary.span(frame.span.clone())));
        }
        let help = redactor.text(&advice.of(&finding.fix)).into_owned();
        if !help.is_empty() {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        // Between the position and a frame without a path of its own the renderer puts `:::`.
        let rendered = renderer.term_width(WIDTH).render(&[group]);
        let lines = rendered.lines();
        let is_gap = |line: &str| match color {
            true => strip_str(line).to_string().trim() == ":::",
            false => line.trim() == ":::",
        };
        let kept = lines.filter(|line| !is_gap(line));
        kept.flat_map(|line| [line, "\n"]).collect()
    }

    fn shown(&self, path: &Path, text: &str, place: usize) -> Rc<Shown> {
        let mut last = self.last.borrow_mut();
        match last.as_ref() {
            Some((known, shown)) if known == path && shown.surrounds(text, place) => {
                Rc::clone(shown)
            }
            _ => {
                let shown = Rc::new(self.report.redactor.shown_around(text, place));
                *last = Some((path.to_owned(), Rc::clone(&shown)));
                shown
            }
        }
    }

    /// The lines around a finding, with secrets taken out and the place moved accordingly.
    fn frame(&self, text: &str, finding: &Finding) -> Frame {
        // Line and column speak of the text that was read; they also stand for absent values, which have no span.
        let start = finding
            .span
            .as_ref()
            .map_or_else(|| offset(text, finding.position), |span| span.start);
        let end = finding.span.as_ref().map_or(start, |span| span.end);
        let line_end = |from: usize| {
            text[from..]
                .find('\n')
                .map_or(text.len(), |length| from + length)
        };
        let end = floor(text, end.min(line_end(floor(text, start.min(text.len())))));
        let start = floor(text, start.min(end));
        let shown = self.shown(&finding.file, text, start);
        let start = shown.place(start);
        let end = shown.place(end).max(start);
        let text = shown.text.as_str();
        let mut first = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let mut last = text[end..]
            .find('\n')
            .map_or(text.len(), |length| end + length);
        for _ in 0..CONTEXT {
            first = text[..first.saturating_sub(1)]
                .rfind('\n')
                .map_or(0, |newline| newline + 1);
            last = text.get(last + 1..).map_or(text.len(), |rest| {
                rest.find('\n')
                    .map_or(text.len(), |length| last + 1 + length)
            });
        }
        let line = shown.lines_before + text[..first].matches('\n').count() + 1;
        // Control characters of a file must not drive the terminal.
        let shown: String = text[first..last]
            .chars()
            .map(|c| {
                if c.is_control() && c != '\n' && c != '\t' {
                    ' '
                } else {
                    c
                }
            })
            .collect();
        let clean = |range: &str| {
            range
                .chars()
                .map(|c| if c.is_control() { 1 } else { c.len_utf8() })
                .sum::<usize>()
        };
        let from = clean(&text[first..start]);
        let to = from + clean(&text[start..end]);
        let (shown, span) = narrow(&shown, from..to.min(shown.len()));
        Frame {
            text: shown,
            line,
            span,
        }
    }
}

struct Frame {
    text: String,
    line: usize,
    span: Range<usize>,
}

/// A line that is much wider than the frame is cut around the place, so that a minified file stays readable.
fn narrow(text: &str, span: Range<usize>) -> (String, Range<usize>) {
    const AROUND: usize = 60;
    if text.lines().all(|line| line.len() <= 4 * AROUND) {
        return (text.to_owned(), span);
    }
    let line_start = text[..span.start]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let line_end = text[span.start..]
        .find('\n')
        .map_or(text.len(), |length| span.start + length);
    let from = floor(text, span.start.saturating_sub(AROUND).max(line_start));
    let to = floor(
        text,
        (span.end.min(span.start + AROUND) + AROUND).min(line_end),
    );
    let before = if from > line_start { "…" } else { "" };
    let after = if to < line_end { "…" } else { "" };
    let cut = format!("{before}{}{after}", &text[from..to]);
    let start = span.start - from + before.len();
    let end = (span.end.min(to).max(span.start) - from + before.len()).max(start);
    // The lines around it are left out: they may be as long.
    (cut, start..end)
}

/// The largest character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or_default()
}

/// The byte at a line and column.
fn offset(text: &str, (line, column): (usize, usize)) -> usize {
    let start = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum::<usize>();
    let bom = if start == 0 && text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let in_line: usize = text[(start + bom).min(text.len())..]
        .chars()
        .take(column.saturating_sub(1))
        .map(char::len_utf8)
        .sum();
    (start + bom + in_line).min(text.len())
}
