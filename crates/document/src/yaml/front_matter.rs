//! YAML between `---` lines at the start of a Markdown file.

use std::ops::Range;

use crate::ParseError;
use crate::lines::{bom_len, line_ending};

/// Where the front matter of a Markdown file lies.
#[derive(Debug, Clone)]
pub(crate) struct FrontMatter {
    /// The lines between the two `---`; empty and at the start of the text when there is none.
    pub(crate) yaml: Range<usize>,
    exists: bool,
}

impl FrontMatter {
    pub(crate) fn find(text: &str) -> Result<Self, ParseError> {
        let start = bom_len(text);
        let mut lines = text[start..].split_inclusive('\n');
        let Some(first) = lines.next().filter(|line| is_marker(line)) else {
            return Ok(Self {
                yaml: start..start,
                exists: false,
            });
        };
        let yaml = start + first.len();
        let mut end = yaml;
        for line in lines {
            if is_marker(line) {
                return Ok(Self {
                    yaml: yaml..end,
                    exists: true,
                });
            }
            end += line.len();
        }
        let message = "unexpected end of file: the front matter opened at line 1 is not closed";
        Err(ParseError::at(text, text.len(), message).expecting("a line `---`"))
    }

    /// The text with other front matter, which it gets if it had none.
    pub(crate) fn replace(&self, text: &str, yaml: &str) -> String {
        let (before, after) = (&text[..self.yaml.start], &text[self.yaml.end..]);
        let newline = line_ending(text);
        let end = if yaml.is_empty() || yaml.ends_with('\n') {
            ""
        } else {
            newline
        };
        if self.exists {
            format!("{before}{yaml}{end}{after}")
        } else {
            let blank = if after.is_empty() || after.starts_with(['\n', '\r']) {
                ""
            } else {
                newline
            };
            let yaml = yaml.replace("\r\n", "\n").replace('\n', newline);
            format!("{before}---{newline}{yaml}{end}---{newline}{blank}{after}")
        }
    }
}

fn is_marker(line: &str) -> bool {
    line.trim_end() == "---"
}
