//! Where things lie in strict JSON. `serde_json` has said that the text is JSON, so brackets, quotes and commas are all
//! that has to be looked for: a file of megabytes takes a third of the time that a syntax tree takes.

use memchr::{memchr, memchr2};
use serde_json::{Map, Value};

use crate::MAX_DEPTH;
use crate::tree::{Children, Member, Node, Object};

/// The tree of a text that is well-formed from byte `start` on, and holds nothing but one value. `None` when it is deeper
/// than [`MAX_DEPTH`], or not well-formed after all.
pub(super) fn tree(text: &str, start: usize) -> Option<Node> {
    Reader {
        text,
        bytes: text.as_bytes(),
        at: start,
    }
    .node(0)
}

/// The value that a node of such a tree stands for.
pub(super) fn value(text: &str, node: &Node) -> Option<Value> {
    Some(match &node.children {
        Children::Array(elements) => {
            let elements = elements.iter().map(|element| value(text, element));
            Value::Array(elements.collect::<Option<_>>()?)
        }
        Children::Object(object) => {
            let mut members = Map::with_capacity(object.members.len());
            // Of members with the same name the last one counts.
            for member in &object.members {
                members.insert(member.name(text).to_owned(), value(text, &member.value)?);
            }
            Value::Object(members)
        }
        Children::None => scalar(&text[node.range()])?,
    })
}

/// How the members of an object may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// As in the value, and none of them twice.
    Same,
    /// As they like; of members with the same name the last one counts.
    Any,
}

/// Whether a node of such a tree stands for a value, without making another one.
pub(super) fn is(text: &str, node: &Node, expected: &Value, order: Order) -> bool {
    match (&node.children, expected) {
        (Children::Array(elements), Value::Array(expected)) => {
            let mut pairs = elements.iter().zip(expected);
            elements.len() == expected.len()
                && pairs.all(|(node, value)| is(text, node, value, order))
        }
        (Children::Object(object), Value::Object(expected)) if order == Order::Same => {
            let mut pairs = object.members.iter().zip(expected);
            object.members.len() == expected.len()
                && pairs.all(|(member, (name, value))| {
                    member.name(text) == name && is(text, &member.value, value, order)
                })
        }
        (Children::Object(object), Value::Object(expected)) => {
            let effective = |(name, value): (&String, &Value)| {
                let at = object.effective(text, name);
                at.is_some_and(|at| is(text, &object.members[at].value, value, order))
            };
            let names = object.members.len() - object.shadowed(text).count();
            names == expected.len() && expected.iter().all(effective)
        }
        (Children::None, _) => is_scalar(&text[node.range()], expected),
        _ => false,
    }
}

/// Whether what holds no others stands for a value.
fn is_scalar(spelled: &str, expected: &Value) -> bool {
    match (expected, inside(spelled)) {
        (Value::String(expected), Some(inside)) => spells(inside, expected),
        _ => scalar(spelled).as_ref() == Some(expected),
    }
}

/// Whether the inside of a string stands for a text. Most strings of a large file are read for nothing else, so none is made.
fn spells(mut inside: &str, mut text: &str) -> bool {
    while let Some(at) = memchr(b'\\', inside.as_bytes()) {
        let Some(rest) = text.strip_prefix(&inside[..at]) else {
            return false;
        };
        let Some((c, after)) = unescape(&inside[at + 1..]) else {
            return false;
        };
        let Some(rest) = rest.strip_prefix(c) else {
            return false;
        };
        (inside, text) = (after, rest);
    }
    inside == text
}

/// The character that an escape stands for, and what follows it. `escape` begins behind the backslash.
fn unescape(escape: &str) -> Option<(char, &str)> {
    let unit = |text: &str| u16::from_str_radix(text.get(..4)?, 16).ok();
    let mut rest = escape.chars();
    let c = match rest.next()? {
        'u' => {
            let first = unit(rest.as_str())?;
            let after = &rest.as_str()[4..];
            let second = after.strip_prefix("\\u").and_then(unit);
            let c = char::decode_utf16([first].into_iter().chain(second))
                .next()?
                .ok()?;
            return Some((c, &after[if c.len_utf16() == 2 { 6 } else { 0 }..]));
        }
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        itself => itself,
    };
    Some((c, rest.as_str()))
}

/// What a value that holds no others stands for.
fn scalar(spelled: &str) -> Option<Value> {
    Some(match spelled.as_bytes().first()? {
        b'"' => Value::String(string(spelled)?),
        b't' => Value::Bool(true),
        b'f' => Value::Bool(false),
        b'n' => Value::Null,
        _ => Value::Number(spelled.parse().ok()?),
    })
}

/// What stands between the quotes of a string.
fn inside(quoted: &str) -> Option<&str> {
    quoted.strip_prefix('"')?.strip_suffix('"')
}

/// What a string with its quotes stands for.
fn string(quoted: &str) -> Option<String> {
    let inside = inside(quoted)?;
    match inside.contains('\\') {
        true => serde_json::from_str(quoted).ok(),
        false => Some(inside.to_owned()),
    }
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn node(&mut self, depth: usize) -> Option<Node> {
        let start = self.skip_blank()?;
        let children = match self.bytes[start] {
            _ if depth > MAX_DEPTH => return None,
            b'{' => self.object(depth)?,
            b'[' => self.array(depth)?,
            b'"' => {
                self.pass_string()?;
                Children::None
            }
            _ => {
                let ends =
                    |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n');
                let rest = &self.bytes[start..];
                self.at += rest.iter().position(ends).unwrap_or(rest.len());
                Children::None
            }
        };
        Some(Node::new(start..self.at, children))
    }

    fn object(&mut self, depth: usize) -> Option<Children> {
        let mut members = Vec::new();
        self.at += 1;
        while self.bytes[self.skip_blank()?] != b'}' {
            let start = self.at;
            self.pass_string()?;
            let key = start..self.at;
            self.skip_blank()?;
            // The colon.
            self.at += 1;
            let value = self.node(depth + 1)?;
            let quoted = &self.text[key.clone()];
            members.push(match quoted.contains('\\') {
                true => Member::new(self.text, key, &string(quoted)?, value),
                false => Member::plain(key, value),
            });
            if self.bytes[self.skip_blank()?] == b',' {
                self.at += 1;
            }
        }
        self.at += 1;
        Some(Children::Object(Object::new(self.text, members)))
    }

    fn array(&mut self, depth: usize) -> Option<Children> {
        let mut elements = Vec::new();
        self.at += 1;
        while self.bytes[self.skip_blank()?] != b']' {
            elements.push(self.node(depth + 1)?);
            if self.bytes[self.skip_blank()?] == b',' {
                self.at += 1;
            }
        }
        self.at += 1;
        Some(Children::Array(elements))
    }

    /// Goes on to the next byte that is no whitespace; `None` at the end.
    fn skip_blank(&mut self) -> Option<usize> {
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        let rest = self.bytes.get(self.at..)?;
        self.at += rest.iter().position(|byte| !blank(byte))?;
        Some(self.at)
    }

    /// Goes on behind the string that begins here.
    fn pass_string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            self.at += memchr2(b'"', b'\\', self.bytes.get(self.at..)?)? + 1;
            if self.bytes[self.at - 1] == b'"' {
                return Some(());
            }
            // What is escaped; of `\u0022` the first letter.
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::parse;
    use crate::{Format, Pointer};

    /// Every place of a tree, with its bytes.
    fn places(text: &str, node: &Node, at: &Pointer, found: &mut Vec<String>) {
        found.push(format!("{at} {:?}", node.range()));
        match &node.children {
            Children::None => {}
            Children::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    places(text, element, &at.index(index), found);
                }
            }
            Children::Object(object) => {
                for member in &object.members {
                    let name = member.name(text);
                    found.push(format!("{name:?} {:?}", member.key()));
                    places(text, &member.value, &at.key(name), found);
                }
            }
        }
    }

    #[test]
    fn the_syntax_tree_has_the_same_places() {
        for text in [
            "{}",
            "[]",
            " \t\r\n[ ] \n",
            "\"\"",
            "-1.5E+3",
            "{\"a\" : 1 ,\n\"b\":[true,false , null,\"\\\"]\",{}],\"a\":{\"\\u0061\\\\\":\"}\"}}",
            "[[[[]]],[{\"\":[{\"x\":\"\\\\\"}]}]]",
            "{\"ä🍺\":\"\\ud83c\\udf7a\",\"n\":-0,\"e\":1e400,\"long\":123456789012345678901234567890}",
        ] {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            let tree = tree(text, 0).unwrap();
            places(text, &tree, &Pointer::root(), &mut ours);
            let (ast, syntax) = parse::syntax_tree(text, text, Format::Json)
                .unwrap()
                .unwrap();
            places(text, &syntax, &Pointer::root(), &mut theirs);
            assert_eq!(ours, theirs, "{text}");
            let found = value(text, &tree).unwrap();
            assert_eq!(found, parse::value(ast), "{text}");
            assert!(is(text, &tree, &found, Order::Any), "{text}");
            let twice = text.contains("\"a\" :");
            assert_eq!(is(text, &tree, &found, Order::Same), !twice, "{text}");
        }
    }

    #[test]
    fn another_value_is_told_apart() {
        let text = r#"{"a": 1, "b": [true, null, "x\u0041"], "a": {"c": 1.0}}"#;
        let tree = tree(text, 0).unwrap();
        let same = value(text, &tree).unwrap();
        assert!(is(text, &tree, &same, Order::Any));
        for (at, other) in [
            ("/a", serde_json::json!(1)),
            ("/a", serde_json::json!({})),
            ("/a", serde_json::json!({"c": 1.0, "d": 0})),
            ("/a/c", serde_json::json!(1)),
            ("/b", serde_json::json!([true, null])),
            ("/b", serde_json::json!({})),
            ("/b/0", serde_json::json!(false)),
            ("/b/1", serde_json::json!("")),
            ("/b/2", serde_json::json!("xA ")),
        ] {
            let mut value = same.clone();
            *value.pointer_mut(at).unwrap() = other;
            assert!(!is(text, &tree, &value, Order::Any), "{value}");
            assert!(!is(text, &tree, &value, Order::Same), "{value}");
        }
        let mut value = same.clone();
        value.as_object_mut().unwrap().remove("b");
        assert!(!is(text, &tree, &value, Order::Any));
    }

    proptest! {
        #[test]
        fn a_string_stands_for_what_a_reader_makes_of_it(
            inside in r#"([a-zä🍺 ]|\\["\\/bfnrt]|\\u(00[0-9a-fA-F]{2}|20AC|d83c\\udf7a)){0,8}"#,
            other in ".{0,8}",
        ) {
            let text: String = serde_json::from_str(&format!("\"{inside}\"")).unwrap();
            prop_assert!(spells(&inside, &text));
            let (longer, another) = (format!("{text}x"), format!("x{inside}"));
            prop_assert!(!spells(&inside, &longer));
            prop_assert!(!spells(&another, &text));
            prop_assert_eq!(spells(&inside, &other), text == other);
        }
    }

    #[test]
    fn what_is_no_json_is_never_read_past_its_end() {
        for text in [
            "",
            " ",
            "{",
            "[",
            "\"",
            "\"\\",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "[1",
            "[1,",
            "{\"a\":1,",
        ] {
            assert!(tree(text, 0).is_none(), "{text}");
        }
    }
}
