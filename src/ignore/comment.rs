//! Comments that ignore findings: `glm-setup: ignore[rule-id, other-id] the reason`.
//!
//! A comment behind a value speaks of its own line; a comment that has its line to itself speaks of the next line that is
//! not such a comment too.

use std::collections::HashSet;
use std::ops::Range;

use crate::document::{Comment, Document, line_column};

/// What such a comment begins with.
const MARK: &str = "glm-setup:";
/// What may follow it.
const WORD: &str = "ignore";

/// A comment that ignores findings, or tries to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoreComment {
    /// The line whose findings it ignores.
    pub line: usize,
    /// Its bytes in the file.
    pub span: Range<usize>,
    /// The rules' ids, or patterns of ids.
    pub rules: Vec<String>,
    /// Why; empty when nothing is said.
    pub reason: String,
    /// What is wrong with its form; then it ignores nothing.
    pub malformed: Option<String>,
}

impl IgnoreComment {
    /// Whether it has an effect.
    pub fn counts(&self) -> bool {
        self.malformed.is_none() && !self.reason.is_empty()
    }
}

/// The comments of a document that speak to us.
pub fn comments_in(document: &Document) -> Vec<IgnoreComment> {
    let text = document.text();
    // Most files have none, and looking for all comments would cost more than the whole lint of a large file.
    if memchr::memmem::find(text.as_bytes(), MARK.as_bytes()).is_none() {
        return Vec::new();
    }
    let all = document.comments();
    let mut whole_lines = HashSet::new();
    for comment in &all {
        if alone(text, &comment.span) {
            whole_lines.extend(lines(text, &comment.span));
        }
    }
    all.iter()
        .filter_map(|comment| {
            let rest = comment.text.strip_prefix(MARK)?;
            Some(read(text, comment, rest, &whole_lines))
        })
        .collect()
}

fn read(text: &str, comment: &Comment, rest: &str, whole_lines: &HashSet<usize>) -> IgnoreComment {
    let own = lines(text, &comment.span);
    let line = if alone(text, &comment.span) {
        (own.end..)
            .find(|line| !whole_lines.contains(line))
            .unwrap_or(own.end)
    } else if blank_before(text, comment.span.start) {
        own.end - 1
    } else {
        own.start
    };
    let mut read = IgnoreComment {
        line,
        span: comment.span.clone(),
        rules: Vec::new(),
        reason: String::new(),
        malformed: None,
    };
    match form(rest) {
        Ok((rules, reason)) => {
            read.rules = rules.into_iter().map(str::to_owned).collect();
            read.reason = reason.to_owned();
        }
        Err(message) => read.malformed = Some(message),
    }
    read
}

/// The rules and the reason of `ignore[…] reason`.
fn form(rest: &str) -> Result<(Vec<&str>, &str), String> {
    let expected = "expected `glm-setup: ignore[rule-id] the reason`";
    let rest = rest.trim();
    let Some(list) = rest.strip_prefix(WORD) else {
        let word: String = rest
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '-')
            .collect();
        return Err(format!("`{word}` is not known here; {expected}"));
    };
    let Some((list, reason)) = list
        .trim_start()
        .strip_prefix('[')
        .and_then(|list| list.split_once(']'))
    else {
        return Err(format!("no rule is named in brackets; {expected}"));
    };
    let rules: Vec<&str> = list.split(',').map(str::trim).collect();
    if rules.iter().any(|rule| rule.is_empty()) {
        return Err(format!(
            "a rule's name is missing between the brackets; {expected}"
        ));
    }
    let reason = reason.trim_start_matches([':', '-', '–', '—', ' ', '\t']);
    Ok((rules, reason.trim_end()))
}

/// The lines that a span lies on.
fn lines(text: &str, span: &Range<usize>) -> Range<usize> {
    // A line comment may hold its line end.
    let length = text[span.clone()].trim_end_matches(['\r', '\n']).len();
    let last = span.start + length.saturating_sub(1);
    line_column(text, span.start).0..line_column(text, last).0 + 1
}

/// Whether nothing but the comment stands on its lines.
fn alone(text: &str, span: &Range<usize>) -> bool {
    let after = &text[span.end..];
    let after = after.split(['\n', '\r']).next().unwrap_or_default();
    let ended = text[span.clone()].ends_with(['\n', '\r']);
    blank_before(text, span.start) && (ended || after.trim().is_empty())
}

fn blank_before(text: &str, at: usize) -> bool {
    let line = text[..at].rsplit(['\n', '\r']).next().unwrap_or_default();
    line.trim_start_matches('\u{feff}').trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Format;

    fn of(text: &str, format: Format) -> Vec<(usize, Vec<String>, String)> {
        let document = Document::parse(text.as_bytes(), format).unwrap();
        comments_in(&document)
            .into_iter()
            .map(|one| (one.line, one.rules, one.malformed.unwrap_or(one.reason)))
            .collect()
    }

    #[test]
    fn a_comment_speaks_of_its_line_or_of_the_next() {
        let text = "\u{feff}{ // glm-setup: ignore[a] first\r\n  // glm-setup: ignore[b, c] two\r\n  // more words\r\n  /* glm-setup: ignore[d]: three */\r\n  \"x\": 1, /* glm-setup:ignore [e] – four\r\n  more */\r\n  /* glm-setup: ignore[f] five */ \"y\": 2\r\n}";
        let expected = [
            (1, vec!["a"], "first"),
            (5, vec!["b", "c"], "two"),
            (5, vec!["d"], "three"),
            (5, vec!["e"], "four\r\n  more"),
            (7, vec!["f"], "five"),
        ];
        let expected = expected.map(|(line, rules, reason)| {
            let rules = rules.into_iter().map(str::to_owned).collect();
            (line, rules, reason.to_owned())
        });
        assert_eq!(of(text, Format::Jsonc), expected);
    }

    #[test]
    fn every_format_with_comments_has_them() {
        let one = |line| vec![(line, vec!["a".to_owned()], "b".to_owned())];
        let toml = "# glm-setup: ignore[a] b\nx = 1\n";
        assert_eq!(of(toml, Format::Toml), one(2));
        let toml = "x = '# glm-setup: ignore[z] no'\ny = 1 # glm-setup: ignore[a] b\n";
        assert_eq!(of(toml, Format::Toml), one(2));
        let yaml = "x: 1\n# glm-setup: ignore[a] b\ny: 2\n";
        assert_eq!(of(yaml, Format::Yaml), one(3));
        let json5 = "{\n// glm-setup: ignore[a] b\nx: 1}";
        assert_eq!(of(json5, Format::Json5), one(3));
        let matter = "---\nx: 1 # glm-setup: ignore[a] b\n---\n# glm-setup: ignore[z] text\n";
        assert_eq!(of(matter, Format::FrontMatter), one(2));
        assert_eq!(
            of("{\"a\": \"// glm-setup: ignore[a] b\"}", Format::Json),
            []
        );
    }

    #[test]
    fn what_can_t_be_read_says_what_was_expected() {
        for (text, part) in [
            ("ignroe[a] b", "`ignroe` is not known here"),
            ("ignore a b", "no rule is named in brackets"),
            ("ignore[a b", "no rule is named in brackets"),
            ("ignore[] b", "a rule's name is missing"),
            ("ignore[a,] b", "a rule's name is missing"),
        ] {
            let message = form(text).unwrap_err();
            assert!(message.contains(part), "{text}: {message}");
            assert!(message.ends_with("expected `glm-setup: ignore[rule-id] the reason`"));
        }
        assert_eq!(form("ignore[a]"), Ok((vec!["a"], "")));
    }
}
