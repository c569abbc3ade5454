//! The check that every edited text passes before anybody sees it.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use super::lines::bom_len;
use super::{EditError, Format, MAX_BYTES, ParseError, Parsed, json, no_nul, read};

/// Reads the edited text again. It must have the expected value, for JSON also to a second, independent reader.
pub(super) fn read_again(text: &str, format: Format, expected: Value) -> Result<Parsed, EditError> {
    let failed = |reason: String| EditError::CheckFailed { reason };
    if text.len() > MAX_BYTES {
        return Err(failed(format!(
            "it would have {} bytes; the limit is {MAX_BYTES}",
            text.len()
        )));
    }
    let unreadable = |error: ParseError| failed(error.to_string());
    no_nul(text).map_err(unreadable)?;
    let spelled = json::paired(text);
    let second = |expected: &Value| match second_reading(&spelled, format, expected) {
        Err(place) => Err(failed(format!(
            "a second reader does not accept it: {place}"
        ))),
        Ok(false) => Err(failed(
            "a second reader finds another value than expected".to_owned(),
        )),
        Ok(true) => Ok(()),
    };
    let other = || failed("it has another value than expected".to_owned());
    if format == Format::Json {
        second(&expected)?;
        let parsed = json::parse_as(text, &spelled, expected);
        return parsed.ok_or_else(|| read(text, format).err().map_or_else(other, unreadable));
    }
    let parsed = read(text, format).map_err(unreadable)?;
    let alike = match format {
        Format::Toml | Format::Yaml | Format::FrontMatter => same(&parsed.value, &expected),
        _ => parsed.value == expected,
    };
    match alike {
        true => second(&expected).map(|()| parsed),
        false => Err(other()),
    }
}

/// Whether an independent reader finds the expected value as well, or where it stumbles. The text's surrogates are paired.
///
/// Only texts within the depth limit come here, since `json5` has none of its own; `serde_json` has.
fn second_reading(text: &str, format: Format, expected: &Value) -> Result<bool, String> {
    let body = &text[bom_len(text)..];
    match format {
        Format::Json => {
            let mut reader = serde_json::Deserializer::from_str(body);
            let outcome = Expected(expected).deserialize(&mut reader);
            let outcome = outcome.and_then(|found| reader.end().map(|()| found));
            outcome.map_err(|error| format!("line {}, column {}", error.line(), error.column()))
        }
        Format::Jsonc | Format::JsoncNoTrailingComma | Format::Json5 => {
            let place = |error: json5::Error| {
                error.position().map_or_else(
                    || "at its end".to_owned(),
                    |position| {
                        format!("line {}, column {}", position.line + 1, position.column + 1)
                    },
                )
            };
            // `from_str` also looks for text after the end, which the first reader has ruled out.
            Expected(expected)
                .deserialize(&mut json5::Deserializer::from_str(body))
                .map_err(place)
        }
        Format::Toml | Format::Yaml | Format::FrontMatter | Format::Text => Ok(true),
    }
}

/// Whether two values are the same, numbers by what they stand for: readers keep different spellings.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => same_number(a, b),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            // Mostly in the same order.
            let mut pairs = a.iter().zip(b);
            a.len() == b.len()
                && pairs.all(|((name, a), (other, next))| {
                    let found = (name == other).then_some(next).or_else(|| b.get(name));
                    found.is_some_and(|b| same(a, b))
                })
        }
        _ => a == b,
    }
}

/// Whether two numbers are the same integer, or as near as floats can tell.
pub(super) fn same_number(a: &Number, b: &Number) -> bool {
    a == b || {
        let (a, b) = (a.as_str(), b.as_str());
        match (a.parse::<i64>(), b.parse::<i64>()) {
            (Ok(a), Ok(b)) => a == b,
            // Also infinities: a number too large for a float is one.
            _ => a.parse::<f64>() == b.parse::<f64>(),
        }
    }
}

/// Reads a value only to say whether it is the expected one, which takes no memory.
#[derive(Clone, Copy)]
struct Expected<'v>(&'v Value);

/// The name under which `serde_json` hands over the digits of a number.
const DIGITS: &str = "$serde_json::private::Number";

impl<'de> DeserializeSeed<'de> for Expected<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Expected<'_> {
    fn is_number(self, spelled: &str) -> bool {
        match (self.0, spelled.parse()) {
            (Value::Number(expected), Ok(found)) => same_number(expected, &found),
            _ => false,
        }
    }
}

impl<'de> Visitor<'de> for Expected<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(self.0.is_null())
    }

    fn visit_bool<E>(self, value: bool) -> Result<bool, E> {
        Ok(self.0.as_bool() == Some(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<bool, E> {
        Ok(self.is_number(&value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<bool, E> {
        Ok(self.is_number(&value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<bool, E> {
        Ok(match value {
            f64::INFINITY => self.is_number("1e999"),
            f64::NEG_INFINITY => self.is_number("-1e999"),
            _ if value.is_nan() => self.0.is_null(),
            _ => self.is_number(&value.to_string()),
        })
    }

    fn visit_str<E>(self, value: &str) -> Result<bool, E> {
        Ok(self.0.as_str() == Some(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<bool, A::Error> {
        let mut same = self.0.is_array();
        for expected in self.0.as_array().into_iter().flatten() {
            same &= elements
                .next_element_seed(Expected(expected))?
                .unwrap_or(false);
        }
        // To the end, also if it is too long: readers want that, and it may have mistakes.
        while elements.next_element::<IgnoredAny>()?.is_some() {
            same = false;
        }
        Ok(same)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<bool, A::Error> {
        // Of members with the same name the last one counts. Most texts have them in the expected order, and none twice.
        let mut others = false;
        let mut in_order = Vec::new();
        let mut found: HashMap<&str, bool> = HashMap::new();
        let mut order = self.0.as_object().into_iter().flatten();
        let mut next = order.next();
        while let Some(name) = members.next_key_seed(NameIn(self.0, next))? {
            match name {
                Name::Next(expected) => {
                    in_order.push(members.next_value_seed(Expected(expected))?);
                    next = order.next();
                }
                Name::Member(name, expected) => {
                    let same = members.next_value_seed(Expected(expected))?;
                    found.insert(name, same);
                    next = None;
                }
                Name::Digits => return Ok(self.is_number(&members.next_value::<String>()?)),
                Name::Other => {
                    members.next_value::<IgnoredAny>()?;
                    others = true;
                }
            }
        }
        let Some(expected) = self.0.as_object() else {
            return Ok(false);
        };
        let mut in_order = in_order.into_iter();
        let mut all = expected.keys().map(|name| {
            let there = in_order.next();
            found.get(name.as_str()).copied().or(there)
        });
        Ok(!others && all.all(|same| same == Some(true)))
    }
}

/// Reads the name of a member only to say which one of a value it is; that one is asked first which may be next.
struct NameIn<'v>(&'v Value, Option<(&'v String, &'v Value)>);

/// What a name stands for in the expected value.
enum Name<'v> {
    /// The next one.
    Next(&'v Value),
    Member(&'v str, &'v Value),
    /// It announces a number's digits.
    Digits,
    Other,
}

impl<'de, 'v> DeserializeSeed<'de> for NameIn<'v> {
    type Value = Name<'v>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name<'v>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'v> Visitor<'_> for NameIn<'v> {
    type Value = Name<'v>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Name<'v>, E> {
        if let Some((_, value)) = self.1.filter(|(next, _)| *next == name) {
            return Ok(Name::Next(value));
        }
        Ok(match self.0 {
            Value::Number(_) if name == DIGITS => Name::Digits,
            Value::Object(members) => members
                .get_key_value(name)
                .map_or(Name::Other, |(name, value)| Name::Member(name, value)),
            _ => Name::Other,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_second_reader_tells_values_apart() {
        let expected = json!({"a": 1, "b": {"c": [true], "d": "x"}, "e": null});
        for (text, same) in [
            (r#"{"a": 1, "b": {"c": [true], "d": "x"}, "e": null}"#, true),
            (r#"{"e": null, "b": {"d": "x", "c": [true]}, "a": 1}"#, true),
            (r#"{"a": 1, "e": null, "b": {"d": "x", "c": [true]}}"#, true),
            (
                r#"{"a": 2, "b": {"c": [true], "d": "x"}, "a": 1, "e": null}"#,
                true,
            ),
            (
                r#"{"a": 1, "b": {"c": [true], "d": "x"}, "a": 2, "e": null}"#,
                false,
            ),
            (
                r#"{"a": 1, "b": {"c": [true], "d": "x"}, "e": null, "b": {}}"#,
                false,
            ),
            (r#"{"a": 1, "b": {"c": [true], "d": "x"}}"#, false),
            (r#"{"b": {"c": [true], "d": "x"}, "e": null}"#, false),
            (
                r#"{"a": 1, "b": {"c": [true], "d": "x"}, "e": null, "f": 0}"#,
                false,
            ),
            (
                r#"{"f": 0, "a": 1, "b": {"c": [true], "d": "x"}, "e": null}"#,
                false,
            ),
            (
                r#"{"a": 1, "b": {"c": [true, 0], "d": "x"}, "e": null}"#,
                false,
            ),
            (r#"{"a": 1, "b": {"c": [], "d": "x"}, "e": null}"#, false),
            (
                r#"{"a": 1, "b": {"c": [true], "d": "y"}, "e": null}"#,
                false,
            ),
            (r#"{"a": 1, "b": [], "e": null}"#, false),
        ] {
            let found = second_reading(text, Format::Json, &expected).unwrap();
            assert_eq!(found, same, "{text}");
            let found = second_reading(text, Format::Json5, &expected).unwrap();
            assert_eq!(found, same, "{text}");
        }
        assert!(second_reading(r#"{"a": }"#, Format::Json, &expected).is_err());
    }
}
