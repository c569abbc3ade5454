//! Properties of edits on random YAML texts and front matter.
//!
//! An edit may be refused, never wrong: the outcome means what was asked for, and differs from the text in one piece.

use std::fmt::Write as _;

use glm_setup_document::{Document, Edit, Format, Pointer};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

/// Writes a text from a list of draws; missing ones are 0.
struct Writer {
    newline: &'static str,
    draws: Vec<u8>,
    at: usize,
    out: String,
}

impl Writer {
    fn draw(&mut self, below: usize) -> usize {
        let drawn = self.draws.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(drawn) % below
    }

    fn pick<'s>(&mut self, of: &[&'s str]) -> &'s str {
        of[self.draw(of.len())]
    }

    fn line_end(&mut self) {
        let comment = self.pick(&["", "", "", " # c: [x", "  #", " "]);
        self.out.push_str(comment);
        self.out.push_str(self.newline);
        if self.draw(8) == 0 {
            let between = self.pick(&["", "# alone", "    # deep: {"]);
            self.out.push_str(between);
            self.out.push_str(self.newline);
        }
    }

    fn scalar(&mut self) {
        let scalars = [
            "1",
            "-2.50",
            "true",
            "~",
            "",
            "plain text",
            "'it''s # no'",
            "\"a\\n\\\"b\\\": c\"",
            "http://x.example/a:b#c",
            "0x1F",
            "\"\\u00e9😀\"",
            "[1, {x: y}, 'z']",
            "{a: 1, b: [t]}",
        ];
        let scalar = self.pick(&scalars);
        self.out.push_str(scalar);
    }

    /// A text that goes on behind `indent` spaces: a block, or a plain or quoted one.
    fn several_lines(&mut self, indent: usize) {
        let (begin, end, lines) = match self.draw(10) {
            0 => ("one", "", &["two", "three"][..]),
            1 => ("\"one", "\"", &["", "t\\two \\", " three"][..]),
            2 => ("'one", "'", &["two: '' # x", "", ""][..]),
            header => {
                let headers = ["|", ">", "|-", ">-", "|+", ">+", "|2-"];
                let lines = [
                    &["one"][..],
                    &["one", "  two: x"],
                    &["one", "", "two", ""],
                    &["# one", "   "],
                    &["one", "", "", ""],
                    &["", "one", " "],
                ];
                (headers[header - 3], "", lines[self.draw(lines.len())])
            }
        };
        let _ = write!(self.out, " {begin}");
        for line in lines {
            self.out.push_str(self.newline);
            // Blank lines need no indentation.
            if !line.is_empty() || self.draw(4) == 0 {
                let _ = write!(self.out, "{:indent$}{line}", "");
            }
        }
        self.out.push_str(end);
        self.out.push_str(self.newline);
    }

    /// A mapping or a list, each item on a line of its own behind `indent` spaces.
    fn block(&mut self, indent: usize, depth: usize) {
        let list = depth > 0 && self.draw(3) == 0;
        let names = ["a", "b", "'c d'", "\"e\"", "ключ", "f-g", "h.i"];
        for index in 0..1 + self.draw(4) {
            let _ = write!(self.out, "{:indent$}", "");
            if list {
                self.out.push('-');
            } else {
                // Each name once: a name that stands twice is an error of its own.
                let name = names[(index * 2 + depth) % names.len()];
                let _ = write!(self.out, "{name}:");
            }
            match if depth > 2 {
                2 + self.draw(2)
            } else {
                self.draw(6)
            } {
                0 | 1 => {
                    self.line_end();
                    let deeper = if self.draw(3) == 0 { 4 } else { 2 };
                    self.block(indent + deeper, depth + 1);
                }
                2 => self.several_lines(indent + 2),
                _ => {
                    self.out.push(' ');
                    self.scalar();
                    self.line_end();
                }
            }
        }
    }
}

/// How a text ends.
#[derive(Debug, Clone, Copy)]
enum End {
    AsItIs,
    InTheLastLine,
    NoBreak,
    With(&'static str),
    Document,
}

const END: [End; 8] = [
    End::AsItIs,
    End::InTheLastLine,
    End::InTheLastLine,
    End::NoBreak,
    End::With("    "),
    End::With("# end"),
    End::With("\n \n"),
    End::Document,
];

fn text() -> impl Strategy<Value = (Format, String)> {
    let newline = prop_oneof![3 => Just("\n"), 1 => Just("\r\n")];
    let draws = prop::collection::vec(any::<u8>(), 0..120);
    let end = prop::sample::select(END.as_slice());
    (newline, any::<bool>(), end, draws).prop_map(|(newline, front, end, draws)| {
        let mut writer = Writer {
            newline,
            draws,
            at: 0,
            out: String::new(),
        };
        writer.block(0, 0);
        let mut text = writer.out;
        if front {
            text = format!(
                "---{newline}{text}---{newline}# Title{newline}{newline}a: not yaml{newline}"
            );
        } else {
            match end {
                End::AsItIs => {}
                End::InTheLastLine => text.truncate(text.trim_end_matches(['\r', '\n']).len()),
                End::NoBreak => {
                    text.truncate(text.strip_suffix(newline).map_or(text.len(), str::len));
                }
                End::With(more) => text.push_str(&more.replace('\n', newline)),
                End::Document => text = format!("---{newline}{text}...{newline}"),
            }
        }
        let format = if front {
            Format::FrontMatter
        } else {
            Format::Yaml
        };
        (format, text)
    })
}

fn places(value: &Value, at: &Pointer, found: &mut Vec<Pointer>) {
    found.push(at.clone());
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, value)| places(value, &at.key(name), found)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, value)| places(value, &at.index(index), found)),
        _ => {}
    }
}

/// The bytes that two texts share at the start and at the end.
fn shared(a: &str, b: &str) -> (usize, usize) {
    let start = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let rest = a.len().min(b.len()) - start;
    let end = a
        .bytes()
        .rev()
        .zip(b.bytes().rev())
        .take(rest)
        .take_while(|(a, b)| a == b)
        .count();
    (start, end)
}

fn new_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(7)),
        Just(json!("glm-5.3")),
        Just(json!("yes")),
        Just(json!("a: # \"b\"")),
        Just(json!("two\n lines")),
        Just(json!("a line\n")),
        Just(json!(null)),
        Just(json!([1, "x"])),
        Just(json!({"p": {"q": "r"}})),
    ]
}

#[derive(Debug, Clone)]
enum Aim {
    Set(Index, Value),
    Create(Index, &'static str, Value),
    Remove(Index),
    Append(Index, Value),
}

fn aim() -> impl Strategy<Value = Aim> {
    let name = || prop_oneof![Just("new"), Just("with space"), Just("новый")];
    prop_oneof![
        (any::<Index>(), new_value()).prop_map(|(at, value)| Aim::Set(at, value)),
        (any::<Index>(), name(), new_value())
            .prop_map(|(at, name, value)| Aim::Create(at, name, value)),
        any::<Index>().prop_map(Aim::Remove),
        (any::<Index>(), new_value()).prop_map(|(at, value)| Aim::Append(at, value)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_is_right_or_refused((format, text) in text(), aim in aim()) {
        let Ok(document) = Document::parse(text.as_bytes(), format) else {
            // Not every draw is YAML (a quoted name in front of nothing, say); none may panic.
            return Ok(());
        };
        let mut all = Vec::new();
        places(document.value(), &Pointer::root(), &mut all);
        let edit = match aim {
            Aim::Set(at, value) => Edit::Set { at: at.get(&all).clone(), value },
            Aim::Create(at, name, value) => Edit::Set { at: at.get(&all).key(name), value },
            Aim::Remove(at) => Edit::Remove { at: at.get(&all).clone() },
            Aim::Append(at, value) => Edit::Append { at: at.get(&all).clone(), value },
        };
        let Ok(edited) = document.edit(std::slice::from_ref(&edit)) else {
            return Ok(());
        };
        // What it means.
        let again = Document::parse(edited.as_bytes(), format).unwrap();
        let mut wanted = document.value().clone();
        match &edit {
            Edit::Set { at, value } => {
                let parent = at.split_last();
                if let Some((parent, _)) = &parent {
                    prop_assert!(parent.get(&wanted).is_some());
                }
                set(&mut wanted, at, value.clone());
                prop_assert_eq!(again.value(), &wanted, "{:?}\n{}\n---\n{}", &edit, &text, &edited);
            }
            Edit::Remove { at } => {
                let list = at.split_last().is_some_and(|(parent, _)| {
                    parent.get(&wanted).is_some_and(Value::is_array)
                });
                if !list {
                    prop_assert!(at.get(again.value()).is_none(), "{:?}\n{}", &edit, &edited);
                }
            }
            Edit::Append { at, value } => {
                let items = at.get(again.value()).and_then(Value::as_array).unwrap();
                prop_assert_eq!(items.last(), Some(value));
            }
            _ => {}
        }
        // What another reader makes of it.
        if let (Some(before), Some(after)) = (libyaml(&text, format), libyaml(&edited, format)) {
            let mut wanted = if before.is_null() { json!({}) } else { before };
            edit.apply_to(&mut wanted).unwrap();
            prop_assert_eq!(after, wanted, "{:?}\n{}\n---\n{}", &edit, &text, &edited);
        }
        // A missing line end stays missing, unless a block that is the last value now would lose it.
        if format == Format::Yaml && edited != text {
            let without = edited.trim_end_matches(['\r', '\n']);
            let needed = libyaml(without, format) != libyaml(&edited, format);
            prop_assert!(needed || edited.ends_with('\n') == text.ends_with('\n'), "{:?}\n{}\n---\n{}", &edit, &text, &edited);
        }
        // One piece changed, and nothing that the edit doesn't name.
        if edited == text {
            return Ok(());
        }
        let (start, end) = shared(&text, &edited);
        match &edit {
            Edit::Set { at, .. } if document.span(at).is_some_and(|span| !span.is_empty()) => {
                let span = document.span(at).unwrap();
                let lines = first_line(&document, at, span.start);
                let after = last_line(&text, span.end);
                prop_assert!(
                    edited.len() >= lines + text.len() - after
                        && edited.starts_with(&text[..lines])
                        && edited.ends_with(&text[after..]),
                    "{:?}\n{}\n---\n{}", &edit, &text, &edited
                );
            }
            Edit::Set { at, .. } | Edit::Append { at, .. } if filled(document.value(), at) => {
                prop_assert_eq!(start + end, text.len(), "{:?}\n{}\n---\n{}", &edit, &text, &edited);
            }
            Edit::Remove { at } if !emptied(document.value(), at) => {
                prop_assert_eq!(start + end, edited.len(), "{:?}\n{}\n---\n{}", &edit, &text, &edited);
            }
            // A mapping or a list that was empty, or becomes so, changes between `{}` and lines of its own.
            _ => {}
        }
    }
}

/// The value by libyaml.
fn libyaml(text: &str, format: Format) -> Option<Value> {
    let yaml = match format {
        Format::FrontMatter => text.split("---").nth(1)?,
        _ => text,
    };
    yaml_serde::from_str(yaml).ok()
}

/// Where the line of an item's name or dash begins; a block begins below it.
fn first_line(document: &Document, at: &Pointer, value: usize) -> usize {
    let text = document.text();
    let line = |offset: usize| text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    if let Some(name) = document.key_span(at) {
        return line(name.start);
    }
    let mut start = line(value);
    let column = value - start;
    let mut above = text[start..value].trim().is_empty();
    while above && start > 0 {
        start = line(start - 1);
        let content = text[start..].trim_start_matches(' ');
        let indent = text.len() - start - content.len();
        above = indent >= column || content.starts_with(['#', '\r', '\n']);
    }
    start
}

/// Where the line on which a value ends is over, with the blank lines below: they belong to the block.
fn last_line(text: &str, value: usize) -> usize {
    let line_end = |from: usize| text[from..].find('\n').map(|newline| from + newline);
    let mut end = line_end(value).unwrap_or(text.len());
    while end < text.len() {
        let next = line_end(end + 1).unwrap_or(text.len());
        if !text[end..next].trim().is_empty() {
            break;
        }
        end = next;
    }
    end
}

fn items(value: Option<&Value>) -> usize {
    match value {
        Some(Value::Object(members)) => members.len(),
        Some(Value::Array(items)) => items.len(),
        _ => 0,
    }
}

/// Whether the list, or the mapping around the new member, has items already.
fn filled(value: &Value, at: &Pointer) -> bool {
    let parent = at.split_last().map(|(parent, _)| parent);
    match at.get(value) {
        Some(list) => items(Some(list)) > 0,
        None => items(parent.and_then(|parent| parent.get(value))) > 0,
    }
}

/// Whether nothing is left around a removed item.
fn emptied(value: &Value, at: &Pointer) -> bool {
    let parent = at.split_last().map(|(parent, _)| parent);
    items(parent.and_then(|parent| parent.get(value))) <= 1
}

/// Sets a member whose parent is there.
fn set(value: &mut Value, at: &Pointer, new: Value) {
    use glm_setup_document::Token;
    let mut place = value;
    for token in &at.0 {
        place = match (token, place) {
            (Token::Key(name), Value::Object(members)) => {
                members.entry(name.clone()).or_insert(Value::Null)
            }
            (Token::Key(name), null @ Value::Null) => {
                *null = json!({ name: null });
                null.as_object_mut().unwrap().get_mut(name).unwrap()
            }
            (Token::Index(index), Value::Array(items)) => &mut items[*index],
            (token, other) => panic!("{token:?} in {other}"),
        };
    }
    *place = new;
}
