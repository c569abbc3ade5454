//! Findings as text, each with the piece of the file that it speaks of.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstream::adapter::strip_str;

use super::advice::Advice;
use super::redact::{Redactor, Shown};
use crate::finding::{Finding, FixState, Safety, Severity};
use crate::plan::Plan;

/// The widest frame, in columns.
const WIDTH: usize = 110;
/// Lines shown before and after the one that is pointed at.
const CONTEXT: usize = 1;

/// How findings are shown.
pub struct Human<'a> {
    /// Takes secrets out of every text.
    pub redactor: &'a Redactor,
    /// Whether to use colour.
    pub color: bool,
    /// Shortens a path for people.
    pub display: &'a dyn Fn(&Path) -> String,
    /// Which command is suggested.
    pub advice: &'a Advice,
    /// The text of a file as it was read.
    pub text_of: &'a dyn Fn(&Path) -> Option<&'a str>,
    /// The file that was shown last, or a part of it: findings come file by file.
    pub(crate) last: RefCell<Option<(PathBuf, Rc<Shown>)>>,
}

impl Human<'_> {
    /// One finding: severity, rule, message, code frame, what became of the fix.
    pub fn finding(&self, finding: &Finding) -> String {
        let message = self.redactor.text(&finding.message);
        let level = match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::INFO,
        };
        let path = (self.display)(&finding.file);
        let frame = (self.text_of)(&finding.file).map(|text| self.frame(text, finding));
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
        let help = self
            .redactor
            .text(&self.advice.of(&finding.fix))
            .into_owned();
        if !help.is_empty() {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let renderer = if self.color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        // Between the position and a frame without a path of its own the renderer puts `:::`.
        let rendered = renderer.term_width(WIDTH).render(&[group]);
        let lines = rendered.lines();
        let is_gap = |line: &str| match self.color {
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
                let shown = Rc::new(self.redactor.shown_around(text, place));
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

    /// What was looked at and how much was found.
    pub fn summary(&self, plan: &Plan) -> String {
        let mut text = String::new();
        let using = plan.targets.iter().filter(|target| target.uses_zai).count();
        let files: usize = plan.targets.iter().map(|target| target.files.len()).sum();
        let profiles: std::collections::BTreeSet<&str> = plan
            .targets
            .iter()
            .filter(|target| target.uses_zai)
            .map(|target| target.profile.as_str())
            .collect();
        let counts: Vec<String> = [
            (Severity::Error, "error"),
            (Severity::Warning, "warning"),
            (Severity::Info, "note"),
        ]
        .into_iter()
        .filter_map(|(severity, word)| {
            let count = plan.count(severity);
            (count > 0).then(|| counted(count, word))
        })
        .collect();
        let mut found = if counts.is_empty() {
            "nothing to report".to_owned()
        } else {
            counts.join(", ")
        };
        if !plan.ignored.is_empty() {
            let _ = write!(found, ", {} ignored", plan.ignored.len());
        }
        let _ = writeln!(
            text,
            "{found} in {} ({} on Z.ai; profile {}; facts {})",
            counted(files, "file"),
            counted(using, "configuration"),
            if profiles.is_empty() {
                "-".to_owned()
            } else {
                profiles.into_iter().collect::<Vec<_>>().join(", ")
            },
            plan.facts,
        );
        let fixable = |wanted: fn(&FixState) -> bool| {
            plan.findings
                .iter()
                .filter(|finding| wanted(&finding.fix))
                .count()
        };
        let safe = fixable(|fix| matches!(fix, FixState::Planned(Safety::Safe)));
        let unasked = fixable(|fix| matches!(fix, FixState::NeedsUnsafe(_)));
        if safe > 0 {
            let _ = writeln!(
                text,
                "{safe} can be fixed with `{}`",
                self.redactor.text(&self.advice.command(plan))
            );
        }
        if unasked > 0 {
            let _ = writeln!(
                text,
                "{unasked} more with --unsafe-fixes, which take something away: see each"
            );
        }
        for skipped in &plan.skipped {
            let _ = writeln!(
                text,
                "skipped {}: the fact {} is unknown here",
                skipped.rule, skipped.fact
            );
        }
        text
    }
}

/// "1 file", "2 files".
pub fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
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
