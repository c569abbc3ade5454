//! YAML as front matter mostly is: lines of `name: value`, some of them indented below a name, or with a comment at the end.
//! To read these by a syntax tree and its validation takes forty times as long, and a home may have a hundred such files.
//! The outcome is the same; a test compares.

use std::ops::Range;

use serde_json::{Map, Value};
use yaml_edit::{CoreScalarType, ScalarValue};

use super::Parsed;
use crate::Layout;
use crate::tree::{Children, Member, Node, Object};

/// A line that is not blank.
struct Line {
    indent: usize,
    key: Range<usize>,
    /// Empty when nothing stands behind the colon.
    value: Range<usize>,
    /// Where the line ends, with its comment.
    end: usize,
}

/// Reads the YAML in a part of a text; `None` when there is none, or when it is not of the simple kind.
pub(super) fn read(text: &str, part: Range<usize>) -> Option<Parsed> {
    let mut lines = Vec::new();
    let mut start = part.start;
    for whole in text[part].split_inclusive('\n') {
        if !whole.trim_end().is_empty() {
            lines.push(read_line(text, start..start + whole.trim_end().len())?);
        }
        start += whole.len();
    }
    let mut rest = lines.as_slice();
    let (value, node) = mapping(text, &mut rest, 0)?;
    rest.is_empty().then(|| Parsed {
        value,
        layout: Layout::Tree(node),
        duplicates: Vec::new(),
    })
}

/// What stands in a line without its end.
fn read_line(text: &str, line: Range<usize>) -> Option<Line> {
    let content = text[line.clone()].trim_start_matches(' ');
    let start = line.end - content.len();
    let (name, after) = content.split_once(':')?;
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(letters);
    let apart = after.is_empty() || after.starts_with(' ');
    let value = after.trim_start_matches(' ');
    let from = line.end - value.len();
    (plain && apart).then(|| Line {
        indent: start - line.start,
        key: start..start + name.len(),
        value: from..from + without_comment(value).len(),
        end: line.end,
    })
}

/// A value without the comment behind it.
fn without_comment(value: &str) -> &str {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let quoted = quote.and_then(|quote| Some(value[1..].find(quote)? + 2));
    let from = quoted.unwrap_or_default();
    let commented = |at: &usize| *at == 0 || value[..*at].ends_with(' ');
    let mut marks = value[from..].match_indices('#').map(|(at, _)| from + at);
    let end = marks.find(commented).unwrap_or(value.len());
    value[..end].trim_end_matches(' ')
}

/// The members at an indentation, as far as they go.
fn mapping(text: &str, rest: &mut &[Line], indent: usize) -> Option<(Value, Node)> {
    let start = rest.first()?.key.start;
    let mut end = start;
    let (mut values, mut members) = (Map::new(), Vec::new());
    while let Some((line, after)) = rest.split_first().filter(|(line, _)| line.indent == indent) {
        *rest = after;
        end = line.end;
        let below = after.first().filter(|next| next.indent > indent);
        let (value, node) = match (line.value.is_empty(), below) {
            (false, None) => (
                scalar(&text[line.value.clone()])?,
                Node::new(line.value.clone(), Children::None),
            ),
            (true, Some(next)) => {
                let below = mapping(text, rest, next.indent)?;
                end = below.1.range().end;
                below
            }
            // A text that goes on in the next line, or nothing at all.
            (false, Some(_)) | (true, None) => return None,
        };
        members.push(Member::plain(line.key.clone(), node));
        // A name that stands twice is an error, of which others tell.
        if values
            .insert(text[line.key.clone()].to_owned(), value)
            .is_some()
        {
            return None;
        }
    }
    let object = Object::new(text, members);
    Some((
        Value::Object(values),
        Node::new(start..end, Children::Object(object)),
    ))
}

/// A text on one line, or `true` or `false`.
fn scalar(spelled: &str) -> Option<Value> {
    for quote in ['"', '\''] {
        let inside = spelled.strip_prefix(quote);
        if let Some(inside) = inside.and_then(|rest| rest.strip_suffix(quote)) {
            let simple = |c: char| !c.is_control() && c != quote && c != '\\';
            return inside.chars().all(simple).then(|| Value::from(inside));
        }
    }
    let simple = |c: char| c.is_alphanumeric() || " -_./,;()'\"+=@&!?*%$".contains(c);
    let plain = spelled.starts_with(|c: char| c.is_alphanumeric() || c == '/');
    if !plain || !spelled.chars().all(simple) {
        return None;
    }
    match ScalarValue::classify_plain(spelled) {
        CoreScalarType::String => Some(Value::from(spelled)),
        CoreScalarType::Boolean => Some(Value::Bool(spelled.eq_ignore_ascii_case("true"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::read::tree;
    use super::*;

    fn shown(parsed: &Parsed) -> String {
        format!("{:?} {:?}", parsed.value, parsed.layout)
    }

    #[test]
    fn what_front_matter_mostly_is_is_simple() {
        for text in [
            "model: zai-coding-plan\n",
            "description: Looks things up, and says so (briefly).\nmode: subagent\ntools:\n  bash: false\n  write: true\n\nname: \"a: b # c\"\r\nother: 'x'",
            "a: b # one\nc: # two\n  d: 'x # y'  # three",
        ] {
            let simple = read(text, 0..text.len()).unwrap();
            assert_eq!(shown(&simple), shown(&tree(text, 0..text.len()).unwrap()));
        }
    }

    #[test]
    fn all_else_is_left_to_the_parser() {
        for text in [
            "",
            "\n \n",
            "- a",
            "a: [b]",
            "a: {b: c}",
            "a: 'b'# c",
            "a: 'b' c # d",
            "a: b# c",
            "a: # b",
            "# c\na: b",
            "a: b\na: c",
            "a: b\n c",
            "a: b\n  c: d",
            "a:\n  b: c\n d: e",
            " a: b\nc: d",
            "a:b",
            "a:",
            "a:\nb: c",
            "a: b: c",
            "a: |\n  b",
            "a: 1.5",
            "a: 12",
            "a: null",
            "a: ~",
            "a: \"b\\n\"",
            "a: 'it''s'",
            "a: \"b",
            "\ta: b",
            "a:\tb",
            "a b: c",
            "1: a",
            "---\na: b",
            "a: &x b",
            "a: *x",
            "<<: a",
        ] {
            assert!(read(text, 0..text.len()).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_parser_says_the_same(
            lines in prop::collection::vec(
                "( |  |    ){0,2}(a|b|c|true|null|x-y|Z_9):( {1,2}([a-z0-9/'\" .,;()+=@&!?*%$:#é-]{0,6}|true|False|12|null|0x1f|1e3|\"[a-z:# ']{0,4}\"|'[a-z:# \"]{0,4}'))?( {0,2}#[a: ]{0,2})? {0,2}|",
                0..7,
            ),
            crlf in any::<bool>(),
            before in "(---\n)?",
        ) {
            let yaml = lines.join(if crlf { "\r\n" } else { "\n" });
            let text = format!("{before}{yaml}\n---\n");
            let part = before.len()..before.len() + yaml.len() + 1;
            if let Some(simple) = read(&text, part.clone()) {
                let tree = tree(&text, part);
                prop_assert!(tree.is_ok(), "{:?}: {:?}", yaml, tree.err());
                prop_assert_eq!(shown(&simple), shown(&tree.unwrap()), "{:?}", yaml);
            }
        }
    }
}
