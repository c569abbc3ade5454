//! YAML, a single document: read and edited by `yaml-edit`, which keeps what it does not touch.
//!
//! `yaml-edit` is young, so nothing is taken on trust: besides its parser its validator must be
//! content, and every edited text is read again and compared, like those of all formats, also by a [`second`] reader.

mod edit;
mod front_matter;
mod read;
mod second;
mod simple;

use std::ops::Range;

use yaml_edit::YamlFile;

use super::lines::bom_len;
use super::{Comment, EditError, MAX_DEPTH, ParseError, Parsed};

pub(super) use edit::edit;
pub(super) use front_matter::FrontMatter;
pub(super) use read::parse;
pub(super) use second::check as check_again;

/// The largest YAML text that is read: 128 KiB. The parser's time grows faster than the text when that is broken.
pub const MAX_YAML_BYTES: usize = 128 * 1024;

/// The comments in a part of a text that holds YAML.
pub(super) fn comments(text: &str, part: Range<usize>) -> Vec<Comment> {
    let comment = |comment: yaml_edit::Comment| {
        let span = comment.text_range();
        let span = part.start + usize::from(span.start())..part.start + usize::from(span.end());
        Comment {
            span,
            text: comment.content().trim().to_owned(),
        }
    };
    YamlFile::parse(&text[part.clone()])
        .tree()
        .comments()
        .map(comment)
        .collect()
}

/// Looks at what the parser would take too long for, or at the end of the stack would not survive.
fn check_size(text: &str, part: &Range<usize>) -> Result<(), ParseError> {
    if part.len() > MAX_YAML_BYTES {
        let message = format!(
            "the YAML text has {} bytes; the limit is {MAX_YAML_BYTES}",
            part.len()
        );
        return Err(ParseError::at(text, part.start, message));
    }
    let mut open = 0_usize;
    let mut indents = Vec::new();
    let mut start = part.start;
    for line in text[part.clone()].split_inclusive('\n') {
        let content = line.trim_start_matches([' ', '\t']);
        if !content.trim_end().is_empty() {
            let indent = line.len() - content.len();
            while indents.last().is_some_and(|&outer| outer >= indent) {
                indents.pop();
            }
            indents.push(indent);
        }
        // Brackets in strings count as well: too much caution, but only for very odd texts.
        for byte in line.bytes() {
            match byte {
                b'[' | b'{' => open += 1,
                b']' | b'}' => open = open.saturating_sub(1),
                _ => {}
            }
            if open > MAX_DEPTH {
                return Err(too_deep(text, start));
            }
        }
        let nesting = |word: &str| matches!(word, "-" | "?" | ":") || word.starts_with(['!', '&']);
        let mut run = 0;
        for word in line.split_ascii_whitespace() {
            run = if nesting(word) { run + 1 } else { 0 };
            if run + indents.len() > MAX_DEPTH {
                return Err(too_deep(text, start));
            }
        }
        start += line.len();
    }
    Ok(())
}

fn too_deep(text: &str, offset: usize) -> ParseError {
    ParseError::at(
        text,
        offset,
        format!("more than {MAX_DEPTH} levels of mappings and sequences"),
    )
}
