//! The check that every edited text passes before anybody sees it.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::lines::bom_len;
use super::{Document, Edit, EditError, Format, MAX_BYTES, read};

/// Reads the edited text again. It must have the expected value, also for a second, independent reader.
pub(super) fn check(
    before: &Document,
    edits: &[Edit],
    after: &str,
    expected: Value,
) -> Result<(), EditError> {
    let failed = |reason: String| Err(EditError::CheckFailed { reason });
    if after.len() > MAX_BYTES {
        return failed(format!(
            "it would have {} bytes; the limit is {MAX_BYTES}",
            after.len()
        ));
    }
    match read(after, before.format) {
        Err(error) => return failed(error.to_string()),
        Ok(parsed) if !same(&parsed.value, &expected) => {
            return failed("it has another value than expected".into());
        }
        Ok(_) => drop(expected),
    }
    // Differences between the two readers, such as in large numbers, cancel out: the second one reads both texts.
    let mut expected = match second_reading(&before.text, before) {
        None => return Ok(()),
        Some(Err(reason)) => {
            return failed(format!(
                "a second reader does not accept the text before the edit: {reason}"
            ));
        }
        Some(Ok(value)) => value,
    };
    for edit in edits {
        edit.apply_to(&mut expected)?;
    }
    match second_reading(after, before) {
        Some(Ok(value)) if same(&value, &expected) => Ok(()),
        Some(Err(reason)) => failed(format!("a second reader does not accept it: {reason}")),
        _ => failed("a second reader finds another value than expected".into()),
    }
}

/// What an independent reader makes of the text; `None` for formats that have none.
fn second_reading(text: &str, document: &Document) -> Option<Result<Value, String>> {
    let body = &text[bom_len(text)..];
    let nothing = || text == document.text && document.is_empty();
    match document.format {
        Format::Json | Format::Jsonc | Format::Json5 if nothing() => {
            Some(Ok(Value::Object(Map::new())))
        }
        Format::Json => Some(
            serde_json::from_str(body)
                .map_err(|error| format!("line {}, column {}", error.line(), error.column())),
        ),
        Format::Jsonc | Format::Json5 => Some(
            json5::from_str::<Reading>(body)
                .map(|reading| reading.0)
                .map_err(|error| {
                    error.position().map_or_else(
                        || "at its end".to_owned(),
                        |p| format!("line {}, column {}", p.line + 1, p.column + 1),
                    )
                }),
        ),
        Format::Toml | Format::Yaml | Format::FrontMatter => None,
    }
}

/// Whether two values are the same, numbers by what they stand for: readers keep different spellings.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || same_number(a, b),
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

fn same_number(a: &Number, b: &Number) -> bool {
    let (a, b) = (a.to_string(), b.to_string());
    match (a.parse::<i128>(), b.parse::<i128>()) {
        (Ok(a), Ok(b)) => a == b,
        // Also infinities: a number too large for a float is one.
        _ => a.parse::<f64>() == b.parse::<f64>(),
    }
}

/// A value read by `json5`. (`serde_json::Value` itself can't be, as it would take infinity for null.)
struct Reading(Value);

impl<'de> Deserialize<'de> for Reading {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReadingVisitor).map(Reading)
    }
}

struct ReadingVisitor;

impl<'de> Visitor<'de> for ReadingVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON5 value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        let spelled = match value {
            f64::INFINITY => "1e999".to_owned(),
            f64::NEG_INFINITY => "-1e999".to_owned(),
            _ => value.to_string(),
        };
        Ok(spelled.parse::<Number>().map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Reading(element)) = elements.next_element()? {
            array.push(element);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Reading(value))) = members.next_entry::<String, _>()? {
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}
