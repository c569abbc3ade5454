//! Properties of edits, on random JSON, JSONC and JSON5 texts.
//!
//! A text is generated together with nothing but its randomness: what it means is what the readers
//! say. Edits aim at random places of its value. What must hold is in the tests' names.

use glm_setup_document::{Document, Edit, Format, Pointer, Token};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};

/// Pieces of text, drawn while a text is written.
struct Writer {
    format: Format,
    newline: &'static str,
    unit: &'static str,
    draws: Vec<u8>,
    at: usize,
    out: String,
}

impl Writer {
    fn draw(&mut self, below: u8) -> u8 {
        let drawn = self.draws.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        drawn % below
    }

    fn pick<'s>(&mut self, of: &[&'s str]) -> &'s str {
        of[usize::from(self.draw(of.len() as u8))]
    }

    fn comment(&mut self) {
        if self.format == Format::Json {
            return;
        }
        match self.draw(12) {
            0 => self.out.push_str("/* b, } \" */"),
            1 => {
                let newline = self.newline;
                self.out.push_str(&format!("// l: ] 'é{newline}"));
            }
            2 => {
                let newline = self.newline;
                self.out.push_str(&format!("/* x{newline} y */"));
            }
            _ => {}
        }
    }

    fn space(&mut self) {
        let space = self.pick(&["", "", "", " ", " ", "\t", "  "]);
        self.out.push_str(space);
        self.comment();
    }

    fn line(&mut self, depth: usize) {
        self.out.push_str(self.newline);
        self.out.push_str(&self.unit.repeat(depth));
    }

    fn name(&mut self) {
        let names: &[&str] = match self.format {
            Format::Json5 => &[
                "a",
                "'b'",
                "\"c\"",
                "$d",
                "'\\x61'",
                "'it\\'s'",
                "\"__proto__\"",
                "ключ",
            ],
            _ => &[
                "\"a\"",
                "\"b\"",
                "\"c\"",
                "\"d e\"",
                "\"\\u0061\"",
                "\"~/\"",
                "\"__proto__\"",
                "\"ключ\"",
            ],
        };
        let name = self.pick(names);
        self.out.push_str(name);
        // `jsonc-parser` does not take a comment right after an unquoted name.
        self.out.push(' ');
    }

    fn scalar(&mut self) {
        let scalars: &[&str] = match self.format {
            Format::Json5 => &[
                "1", "-0x1F", "+.5", "Infinity", "'a\\\nb'", "\"// x\"", "null", "5.", "NaN",
                "'\t'",
            ],
            _ => &[
                "1",
                "-2.50",
                "1e3",
                "true",
                "null",
                "\"x\"",
                "\"// \\\" \\\\\"",
                "\"é\\u00e9😀\"",
                "123456789012345678901234567890",
            ],
        };
        let scalar = self.pick(scalars);
        self.out.push_str(scalar);
    }

    fn value(&mut self, depth: usize) {
        let kind = if depth > 3 { 9 } else { self.draw(10) };
        match kind {
            0..=3 => self.items(depth, ['{', '}'], true),
            4..=5 => self.items(depth, ['[', ']'], false),
            _ => self.scalar(),
        }
    }

    fn items(&mut self, depth: usize, [open, close]: [char; 2], named: bool) {
        let several_lines = self.draw(2) == 0;
        let count = self.draw(4);
        self.out.push(open);
        for index in 0..count {
            if several_lines {
                self.comment();
                self.line(depth + 1);
            } else {
                self.space();
            }
            if named {
                self.name();
                self.space();
                self.out.push(':');
                self.space();
            }
            self.value(depth + 1);
            self.space();
            if index + 1 < count || (self.format != Format::Json && self.draw(3) == 0) {
                self.out.push(',');
            }
        }
        if several_lines {
            self.comment();
            self.line(depth);
        } else {
            self.space();
        }
        self.out.push(close);
    }
}

fn text() -> impl Strategy<Value = (Format, String)> {
    let format = prop_oneof![Just(Format::Json), Just(Format::Jsonc), Just(Format::Json5)];
    let newline = prop_oneof![3 => Just("\n"), 1 => Just("\r\n")];
    let unit = prop_oneof![Just("  "), Just("    "), Just("\t")];
    (
        format,
        newline,
        unit,
        any::<bool>(),
        prop::collection::vec(any::<u8>(), 0..150),
    )
        .prop_map(|(format, newline, unit, bom, draws)| {
            let out = if bom {
                "\u{feff}".to_owned()
            } else {
                String::new()
            };
            let mut writer = Writer {
                format,
                newline,
                unit,
                draws,
                at: 0,
                out,
            };
            writer.comment();
            writer.items(0, ['{', '}'], true);
            writer.space();
            (format, writer.out)
        })
}

/// An edit without a place, which is drawn once the value is known.
#[derive(Debug, Clone)]
enum Aim {
    Set(Index, Value),
    Create(Index, &'static str, Value),
    Remove(Index),
    Rename(Index, &'static str),
    Append(Index, Value),
}

fn new_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(7)),
        Just(json!(-1.5)),
        Just(json!("new \"é\" // {")),
        Just(json!(null)),
        Just(json!([])),
        Just(json!({})),
        Just(json!([1, {"p": [true]}])),
        Just(json!({"p": {"q": "r"}, "s": []})),
    ]
}

fn aim() -> impl Strategy<Value = Aim> {
    let name = || {
        prop_oneof![
            Just("new"),
            Just("a"),
            Just("it's"),
            Just("~/"),
            Just("__proto__"),
            Just("новый")
        ]
    };
    prop_oneof![
        3 => (any::<Index>(), new_value()).prop_map(|(at, value)| Aim::Set(at, value)),
        3 => (any::<Index>(), name(), new_value()).prop_map(|(at, name, value)| Aim::Create(at, name, value)),
        3 => any::<Index>().prop_map(Aim::Remove),
        1 => (any::<Index>(), name()).prop_map(|(at, name)| Aim::Rename(at, name)),
        2 => (any::<Index>(), new_value()).prop_map(|(at, value)| Aim::Append(at, value)),
    ]
}

fn places(value: &Value, at: &Pointer, found: &mut Vec<Pointer>) {
    found.push(at.clone());
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, value)| places(value, &at.key(name), found)),
        Value::Array(elements) => {
            elements
                .iter()
                .enumerate()
                .for_each(|(index, value)| places(value, &at.index(index), found));
        }
        _ => {}
    }
}

fn edit(aim: &Aim, value: &Value) -> Edit {
    let mut all = Vec::new();
    places(value, &Pointer::root(), &mut all);
    let of = |index: &Index, fits: fn(&Value) -> bool| {
        let fitting: Vec<_> = all
            .iter()
            .filter(|at| at.get(value).is_some_and(fits))
            .collect();
        if fitting.is_empty() {
            Pointer::root()
        } else {
            (*index.get(&fitting)).clone()
        }
    };
    match aim {
        Aim::Set(at, new) => Edit::Set {
            at: of(at, |_| true),
            value: new.clone(),
        },
        Aim::Create(at, name, new) => Edit::Set {
            at: of(at, Value::is_object).key(*name),
            value: new.clone(),
        },
        Aim::Remove(at) => Edit::Remove {
            at: of(at, |_| true),
        },
        Aim::Rename(at, to) => Edit::Rename {
            at: of(at, |_| true),
            to: (*to).to_owned(),
        },
        Aim::Append(at, new) => Edit::Append {
            at: of(at, Value::is_array),
            value: new.clone(),
        },
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// The value's bytes without the comments and the whitespace inside it.
fn spelled(document: &Document, at: &Pointer) -> String {
    document.text()[document.span(at).unwrap()].to_owned()
}

/// The same place after the edit, if it is another value than the edited one and still there.
fn moved(place: &Pointer, edit: &Edit) -> Option<Pointer> {
    let target = edit.at();
    if target.contains(place) && !matches!(edit, Edit::Rename { .. }) || place.contains(target) {
        return None;
    }
    let mut place = place.clone();
    let depth = target.0.len().checked_sub(1)?;
    match (edit, target.0.last()?) {
        (Edit::Rename { to, .. }, Token::Key(_)) if target.contains(&place) => {
            place.0[depth] = Token::Key(to.clone())
        }
        (Edit::Remove { .. }, Token::Index(removed)) if place.0.starts_with(&target.0[..depth]) => {
            if let Token::Index(index) = &mut place.0[depth]
                && *index > *removed
            {
                *index -= 1;
            }
        }
        _ => {}
    }
    Some(place)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_value_lies_where_it_is_said_to((format, text) in text()) {
        let document = Document::parse(text.as_bytes(), format).map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?;
        let mut all = Vec::new();
        places(document.value(), &Pointer::root(), &mut all);
        for at in all {
            let part = spelled(&document, &at);
            let value = Document::parse(part.as_bytes(), format).unwrap();
            prop_assert_eq!(Some(value.value()), at.get(document.value()));
        }
        if format == Format::Json {
            let reference: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
            prop_assert_eq!(document.value(), &reference);
            // Strict JSON has a reader of its own; the one for the other dialects finds the same in the same places.
            let dialect = Document::parse(text.as_bytes(), Format::Jsonc).unwrap();
            prop_assert_eq!(document.value(), dialect.value());
            prop_assert_eq!(document.duplicates(), dialect.duplicates());
            let mut all = Vec::new();
            places(document.value(), &Pointer::root(), &mut all);
            for at in all {
                prop_assert_eq!(document.span(&at), dialect.span(&at));
                prop_assert_eq!(document.key_span(&at), dialect.key_span(&at));
            }
        }
    }

    #[test]
    fn edits_have_the_expected_outcome_and_leave_the_rest((format, text) in text(), aims in prop::collection::vec(aim(), 1..4)) {
        let document = Document::parse(text.as_bytes(), format).unwrap();
        let mut expected = document.value().clone();
        let mut edits = Vec::new();
        for aim in &aims {
            let edit = edit(aim, &expected);
            let before = expected.clone();
            if edit.apply_to(&mut expected).is_err() {
                prop_assert_eq!(&before, &expected);
                prop_assert!(document.edit(&[&edits[..], &[edit]].concat()).is_err());
                return Ok(());
            }
            edits.push(edit);
        }
        let after = document.edit(&edits).map_err(|e| TestCaseError::fail(format!("{e}\n{text}\n{edits:?}")))?;
        let edited = Document::parse(after.as_bytes(), format).unwrap();
        prop_assert!(same(edited.value(), &expected), "{}", after);
        // One by one gives the same text, except that a scalar set twice may keep its first spelling.
        let mut text = text;
        for edit in &edits {
            let before = Document::parse(text.as_bytes(), format).unwrap();
            text = before.edit(std::slice::from_ref(edit)).unwrap();
            let after = Document::parse(text.as_bytes(), format).unwrap();
            let mut all = Vec::new();
            places(before.value(), &Pointer::root(), &mut all);
            for (old, new) in all.iter().filter_map(|old| Some((old, moved(old, edit)?))) {
                prop_assert_eq!(spelled(&before, old), spelled(&after, &new), "{} -> {}", old, new);
            }
            // Comments go only with the line of what is removed, or inside what is replaced.
            let kept: Vec<String> = after.comments().into_iter().map(|comment| comment.text).collect();
            if matches!(edit, Edit::Append { .. } | Edit::Rename { .. }) && before.duplicates().is_empty()
                || matches!(edit, Edit::Set { at, .. } if at.get(before.value()).is_none())
            {
                let all: Vec<String> = before.comments().into_iter().map(|comment| comment.text).collect();
                prop_assert_eq!(kept, all);
            }
            // Once more changes nothing.
            if let Edit::Set { .. } = edit {
                prop_assert_eq!(after.edit(std::slice::from_ref(edit)).unwrap(), text.as_str());
            }
            prop_assert_eq!(text.starts_with('\u{feff}'), before.text().starts_with('\u{feff}'));
        }
    }

    #[test]
    fn setting_what_is_there_changes_no_byte((format, text) in text()) {
        let document = Document::parse(text.as_bytes(), format).unwrap();
        let mut all = Vec::new();
        places(document.value(), &Pointer::root(), &mut all);
        let edits: Vec<Edit> = all
            .into_iter()
            .map(|at| Edit::Set { value: at.get(document.value()).unwrap().clone(), at })
            .collect();
        prop_assert_eq!(document.edit(&edits).unwrap(), text);
    }

    #[test]
    fn creating_and_removing_gives_the_value_back((format, text) in text(), at in any::<Index>(), value in new_value()) {
        let document = Document::parse(text.as_bytes(), format).unwrap();
        let create = edit(&Aim::Create(at, "fresh", value), document.value());
        let text = document.edit(&[create.clone(), Edit::Remove { at: create.at().clone() }]).unwrap();
        let edited = Document::parse(text.as_bytes(), format).unwrap();
        prop_assert_eq!(document.value(), edited.value());
    }

    #[test]
    fn the_reference_editor_gives_the_same_value((format, text) in text(), value in new_value()) {
        use jsonc_parser::cst::{CstInputValue, CstRootNode};
        fn input(value: &Value) -> CstInputValue {
            match value {
                Value::Null => CstInputValue::Null,
                Value::Bool(value) => CstInputValue::Bool(*value),
                Value::Number(number) => CstInputValue::Number(number.to_string()),
                Value::String(string) => CstInputValue::String(string.clone()),
                Value::Array(elements) => CstInputValue::Array(elements.iter().map(input).collect()),
                Value::Object(members) => {
                    CstInputValue::Object(members.iter().map(|(name, value)| (name.clone(), input(value))).collect())
                }
            }
        }
        let document = Document::parse(text.as_bytes(), format).unwrap();
        let ours = document.edit(&[Edit::Set { at: Pointer::root().key("fresh"), value: value.clone() }]).unwrap();
        let options = jsonc_parser::ParseOptions { allow_missing_commas: false, ..Default::default() };
        let root = CstRootNode::parse(text.trim_start_matches('\u{feff}'), &options).unwrap();
        root.object_value().unwrap().append("fresh", input(&value));
        let theirs = Document::parse(root.to_string().as_bytes(), format).unwrap();
        let ours = Document::parse(ours.as_bytes(), format).unwrap();
        prop_assert!(same(ours.value(), theirs.value()));
    }

    #[test]
    fn nothing_panics(bytes in prop::collection::vec(prop::sample::select(b"{}[]:,'\"\\/*# \n\r\t-=.&!|>a1ue\xc3\xa9\xef\xbb\xbf".to_vec()), 0..40)) {
        for format in [Format::Json, Format::Jsonc, Format::Json5, Format::Toml, Format::Yaml, Format::FrontMatter] {
            if let Ok(document) = Document::parse(&bytes, format) {
                let mut all = Vec::new();
                places(document.value(), &Pointer::root(), &mut all);
                document.comments();
                for at in all {
                    document.span(&at);
                    document.key_span(&at);
                    for edit in [
                        Edit::Set { at: at.clone(), value: json!("x") },
                        Edit::Set { at: at.key("x"), value: json!({"y": [1]}) },
                        Edit::Remove { at: at.clone() },
                        Edit::Rename { at: at.clone(), to: "x y".into() },
                        Edit::Append { at: at.clone(), value: json!(1) },
                    ] {
                        let _ = document.edit(&[edit]);
                    }
                }
            }
        }
    }

    #[test]
    fn toml_edits_have_the_expected_outcome(lines in prop::collection::vec(0_u8..14, 0..12), aims in prop::collection::vec(aim(), 1..4), crlf in any::<bool>()) {
        let text: String = lines.iter().enumerate().map(|(i, line)| match line {
            0 => format!("k{i} = 1 # c\n"),
            1 => format!("k{i} = \"x # y\"\n"),
            2 => format!("[t{i}]\n"),
            3 => format!("[t{i}.u]\n# c\n"),
            4 => "[[list]]\n".to_owned(),
            5 => format!("d{i}.e.f = true\n"),
            6 => format!("a{i} = [1, 2]\n"),
            7 => format!("a{i} = [\n  'x', # x\n  {{ y.z = 1 }}\n]\n"),
            8 => format!("i{i} = {{ a = 1, b = [{{}}] }}\n"),
            9 => "\n".to_owned(),
            10 => "# comment\n".to_owned(),
            11 => format!("m{i} = \"\"\"\n[x]\n\"\"\"\n"),
            12 => format!("'q.{i}' = 1979-05-27\n"),
            _ => format!("[list.\"s {i}\"]\n"),
        }).collect();
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let Ok(document) = Document::parse(text.as_bytes(), Format::Toml) else { return Ok(()) };
        let mut expected = document.value().clone();
        let edit = edit(&aims[0], &expected);
        match document.edit(std::slice::from_ref(&edit)) {
            Ok(after) => {
                edit.apply_to(&mut expected).unwrap();
                let edited = Document::parse(after.as_bytes(), Format::Toml).unwrap();
                prop_assert!(same(edited.value(), &expected));
                if crlf && text.contains('\n') {
                    prop_assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
                }
            }
            Err(error) => prop_assert!(!error.to_string().contains("check"), "{}\n{}\n{:?}", error, text, edit),
        }
    }
}

#[test]
fn a_map_keeps_its_order() {
    let mut value = json!({"a": 1, "b": 2, "c": 3});
    Edit::Remove {
        at: Pointer::root().key("a"),
    }
    .apply_to(&mut value)
    .unwrap();
    Edit::Rename {
        at: Pointer::root().key("b"),
        to: "z".into(),
    }
    .apply_to(&mut value)
    .unwrap();
    let names: Vec<_> = value.as_object().map(Map::keys).unwrap().collect();
    assert_eq!(names, ["z", "c"]);
}
