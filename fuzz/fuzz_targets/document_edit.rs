//! Any bytes, any edits: an edit either refuses, or gives a text with exactly the value that was asked for.

#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use glm_setup::document::{Document, Edit, Format, Pointer, Token};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Syntax {
    Json,
    Jsonc,
    Json5,
    Toml,
    Yaml,
    FrontMatter,
}

/// A place: steps that are taken modulo what is there, and maybe one more name behind them.
#[derive(Debug, Arbitrary)]
struct Place {
    steps: Vec<u8>,
    new: Option<String>,
}

#[derive(Debug, Arbitrary)]
enum Leaf {
    Null,
    Bool(bool),
    Number(i32),
    Text(String),
    List(Vec<i8>),
    Object(String, bool),
}

#[derive(Debug, Arbitrary)]
enum Change {
    Set(Place, Leaf),
    Remove(Place),
    Rename(Place, String),
    Append(Place, Leaf),
}

#[derive(Debug)]
struct Input {
    syntax: Syntax,
    changes: Vec<Change>,
    bytes: Vec<u8>,
}

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let syntax = u.arbitrary()?;
        let count = u.int_in_range(1..=4)?;
        let changes = (0..count)
            .map(|_| u.arbitrary())
            .collect::<Result<_, _>>()?;
        let bytes = u.bytes(u.len())?.to_vec();
        Ok(Self {
            syntax,
            changes,
            bytes,
        })
    }
}

fn value(leaf: &Leaf) -> Value {
    match leaf {
        Leaf::Null => Value::Null,
        Leaf::Bool(value) => Value::from(*value),
        Leaf::Number(value) => Value::from(*value),
        Leaf::Text(value) => Value::from(value.as_str()),
        Leaf::List(value) => Value::from(value.clone()),
        Leaf::Object(name, value) => {
            let mut object = serde_json::Map::new();
            object.insert(name.clone(), Value::from(*value));
            Value::Object(object)
        }
    }
}

fn pointer(place: &Place, root: &Value) -> Pointer {
    let mut tokens = Vec::new();
    let mut here = root;
    for step in place.steps.iter().take(8) {
        let step = usize::from(*step);
        here = match here {
            Value::Object(members) if !members.is_empty() => {
                let Some((name, value)) = members.iter().nth(step % members.len()) else {
                    break;
                };
                tokens.push(Token::Key(name.clone()));
                value
            }
            Value::Array(elements) if !elements.is_empty() => {
                tokens.push(Token::Index(step % elements.len()));
                &elements[step % elements.len()]
            }
            _ => break,
        };
    }
    tokens.extend(place.new.clone().map(Token::Key));
    Pointer(tokens)
}

fn edit(change: &Change, root: &Value) -> Edit {
    match change {
        Change::Set(place, leaf) => Edit::Set {
            at: pointer(place, root),
            value: value(leaf),
        },
        Change::Remove(place) => Edit::Remove {
            at: pointer(place, root),
        },
        Change::Rename(place, to) => Edit::Rename {
            at: pointer(place, root),
            to: to.clone(),
        },
        Change::Append(place, leaf) => Edit::Append {
            at: pointer(place, root),
            value: value(leaf),
        },
    }
}

/// Numbers count by what they stand for: `1.0` may be read back in another spelling.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || a.to_string().parse::<f64>() == b.to_string().parse::<f64>()
        }
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

fuzz_target!(|input: Input| {
    let format = match input.syntax {
        Syntax::Json => Format::Json,
        Syntax::Jsonc => Format::Jsonc,
        Syntax::Json5 => Format::Json5,
        Syntax::Toml => Format::Toml,
        Syntax::Yaml => Format::Yaml,
        Syntax::FrontMatter => Format::FrontMatter,
    };
    let Ok(document) = Document::parse(&input.bytes, format) else {
        return;
    };
    for comment in document.comments() {
        assert!(document.text().get(comment.span).is_some());
    }
    let edits: Vec<Edit> = input
        .changes
        .iter()
        .map(|change| edit(change, document.value()))
        .collect();
    let Ok(text) = document.edit(&edits) else {
        return;
    };
    let mut expected = document.value().clone();
    for edit in &edits {
        edit.apply_to(&mut expected)
            .expect("what a document takes, a value takes");
    }
    let again = Document::parse(text.as_bytes(), format).expect("an edited text can be read");
    assert!(
        same(again.value(), &expected),
        "{format}: {:?} with {edits:?} gave {text:?}",
        document.text()
    );
});
