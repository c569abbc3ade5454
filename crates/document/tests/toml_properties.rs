//! Properties of edits on random TOML texts.
//!
//! An edit may be refused, never wrong: the outcome means what was asked for, and differs from the text in one piece.

use glm_setup_document::{Document, Edit, Format, Pointer, Token};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

/// Writes a text from a list of draws; missing ones are 0.
struct Writer {
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

    fn push(&mut self, of: &[&str]) {
        let index = self.draw(of.len());
        self.out.push_str(of[index]);
    }

    fn line_end(&mut self) {
        self.push(&["\n", "\n", "\n", " # c = [x\n", "  #\n", " \n"]);
        self.push(&["", "", "", "", "\n", "# alone\n", "  \n", "\n# [t]\n\n"]);
    }

    /// A name that is `number` in whatever spelling.
    fn name(&mut self, number: usize) {
        let spelled = match self.draw(5) {
            0 => format!("\"n\\u006e{number}\""),
            1 => format!("'nn{number}'"),
            _ => format!("nn{number}"),
        };
        self.out.push_str(&spelled);
    }

    fn value(&mut self, depth: usize) {
        let kinds = if depth > 2 { 1 } else { 5 };
        match self.draw(kinds) {
            1 => self.array(depth),
            2 => self.inline_table(depth),
            _ => self.push(&[
                "1",
                "-2.50",
                "true",
                "0x1F",
                "inf",
                "1979-05-27T07:32:00Z",
                "'# no'",
                "\"a\\n\\\"b\\\": c\"",
                "\"\"\"\none\n[two]\n# three \\\n  four\"\"\"",
                "'''one\nb = 1\n'''",
                "\"\"\"a\"\" \\\"\"\"\"\"\"",
                "'''''x'''''",
                "\"é😀\"",
            ]),
        }
    }

    fn array(&mut self, depth: usize) {
        let lines = self.draw(2) == 0;
        self.out.push('[');
        for index in 0..self.draw(4) {
            if index > 0 {
                self.out.push(',');
            }
            self.push(if lines {
                &["\n  ", " # c, ]\n  ", "\n\n  "]
            } else {
                &["", " "]
            });
            self.value(depth + 1);
        }
        self.push(if lines {
            &["\n", ",\n", " # ]\n"]
        } else {
            &["", " "]
        });
        self.out.push(']');
    }

    fn inline_table(&mut self, depth: usize) {
        self.out.push('{');
        for index in 0..self.draw(3) {
            self.push(if index > 0 { &[", ", ","] } else { &[" ", ""] });
            self.name(index);
            if self.draw(4) == 0 {
                self.out.push_str(" . d");
            }
            self.push(&[" = ", "="]);
            self.value(depth + 1);
        }
        self.push(&[" }", "}"]);
    }

    fn pairs(&mut self) {
        for number in 0..self.draw(4) {
            self.push(&["", "", "  "]);
            self.name(number);
            match self.draw(6) {
                0 => self.out.push_str(".d"),
                1 => self.out.push_str(" . \"d\".e"),
                _ => {}
            }
            self.push(&[" = ", "=", "  =  "]);
            self.value(0);
            self.line_end();
        }
    }

    fn document(&mut self) {
        self.push(&["", "", "\u{feff}", "# head\n\n", "\n"]);
        self.pairs();
        for number in 3..3 + self.draw(4) {
            let list = self.draw(4) == 0;
            self.push(if list { &["[["] } else { &["[", "  [ "] });
            self.name(number);
            if self.draw(3) == 0 {
                self.out.push_str(" . sub");
            }
            self.push(if list { &["]]"] } else { &["]", " ]"] });
            self.line_end();
            self.pairs();
        }
    }
}

/// A text, and whether it may end without a line end.
fn text() -> impl Strategy<Value = String> {
    let draws = prop::collection::vec(any::<u8>(), 0..150);
    (any::<bool>(), 0..6_usize, draws).prop_map(|(crlf, end, draws)| {
        let mut writer = Writer {
            draws,
            at: 0,
            out: String::new(),
        };
        writer.document();
        let mut text = writer.out;
        match end {
            0 | 1 => text.truncate(text.trim_end_matches('\n').len()),
            2 => text.push_str("    "),
            3 => text.push_str("# end"),
            _ => {}
        }
        if crlf {
            text.replace('\n', "\r\n")
        } else {
            text
        }
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

fn new_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(7)),
        Just(json!("glm-5.3")),
        Just(json!("two\n lines \"\"\"\n")),
        Just(json!([1, "x"])),
        Just(json!([])),
        Just(json!({})),
        Just(json!({"p": {"q": "r"}, "s": 1})),
    ]
}

fn edit(value: &Value) -> impl Strategy<Value = Edit> + use<> {
    let mut all = Vec::new();
    places(value, &Pointer::root(), &mut all);
    let place = move || {
        let all = all.clone();
        any::<Index>().prop_map(move |index| index.get(&all).clone())
    };
    let name = prop_oneof![Just("new"), Just("with space"), Just("nn0"), Just("sub")];
    prop_oneof![
        (place(), new_value()).prop_map(|(at, value)| Edit::Set { at, value }),
        (place(), name.clone(), new_value()).prop_map(|(at, name, value)| Edit::Set {
            at: at.key(name),
            value
        }),
        place().prop_map(|at| Edit::Remove { at }),
        (place(), name).prop_map(|(at, to)| Edit::Rename {
            at,
            to: to.to_owned()
        }),
        (place(), new_value()).prop_map(|(at, value)| Edit::Append { at, value }),
    ]
}

fn text_and_edit() -> impl Strategy<Value = (String, Edit)> {
    text()
        .prop_filter_map("not TOML", |text| {
            let document = Document::parse(text.as_bytes(), Format::Toml).ok()?;
            Some((text, document.value().clone()))
        })
        .prop_flat_map(|(text, value)| (Just(text), edit(&value)))
}

/// The bytes that two texts share at the start and at the end.
fn shared(a: &str, b: &str) -> usize {
    let start = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let rest = a.len().min(b.len()) - start;
    let (a, b) = (a.bytes().rev(), b.bytes().rev());
    start + a.zip(b).take(rest).take_while(|(a, b)| a == b).count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_is_right_or_refused((text, edit) in text_and_edit()) {
        let document = Document::parse(text.as_bytes(), Format::Toml).unwrap();
        let Ok(edited) = document.edit(std::slice::from_ref(&edit)) else {
            return Ok(());
        };
        let context = format!("{edit:?}\n{text}\n---\n{edited}");
        // What it means.
        let again = Document::parse(edited.as_bytes(), Format::Toml).unwrap();
        let mut wanted = document.value().clone();
        edit.apply_to(&mut wanted).unwrap();
        prop_assert_eq!(again.value(), &wanted, "{}", context);
        if matches!(edit, Edit::Set { .. }) {
            let twice = again.edit(std::slice::from_ref(&edit)).unwrap();
            prop_assert_eq!(&twice, &edited, "{}", context);
        }
        if edited == text {
            return Ok(());
        }
        // A missing line end stays missing, and one that is there stays.
        let ends = |text: &str| text.ends_with('\n');
        let blank = |text: &str| text.trim_start_matches('\u{feff}').trim().is_empty();
        let alike = blank(&text) || blank(&edited) || ends(&text) == ends(&edited);
        prop_assert!(alike, "{}", context);
        prop_assert_eq!(edited.contains("\r\n"), text.contains("\r\n") && edited.contains('\n'), "{}", context);
        // One piece changed, and nothing that the edit doesn't name.
        match &edit {
            Edit::Set { at, value } if at.get(document.value()).is_some() && !value.is_object() => {
                let span = document.span(at).unwrap();
                prop_assert!(
                    edited.starts_with(&text[..span.start]) && edited.ends_with(&text[span.end..]),
                    "{}", context
                );
            }
            Edit::Set { at, .. } if at.get(document.value()).is_none() && holds_more(&document, at) => {
                prop_assert_eq!(shared(&text, &edited), text.len(), "{}", context);
            }
            Edit::Append { .. } if text.len() < edited.len() => {
                prop_assert_eq!(shared(&text, &edited), text.len(), "{}", context);
            }
            _ => {}
        }
    }
}

/// Whether the object that gets a new member has one already; `{}` gets other spaces.
fn holds_more(document: &Document, at: &Pointer) -> bool {
    let Some((parent, Token::Key(_))) = at.split_last() else {
        return false;
    };
    let members = parent.get(document.value()).and_then(Value::as_object);
    members.is_some_and(|members| !members.is_empty())
}
