//! A second reader for the check of edited texts: `toml-span`. The reader of values and the outline, by which texts are
//! edited, rest on the same parser; this one shares nothing with them.

use serde_json::{Number, Value};
use toml_span::value::{Key, ValueInner};

use super::float;
use crate::EditError;
use crate::check::same_number;
use crate::lines::bom_len;

/// Checks that the second reader, too, finds the `expected` value in the text `after`. It knows no dates: a text that has
/// one has had it before.
pub(crate) fn check(before: &str, after: &str, expected: &Value) -> Result<(), EditError> {
    let is_unknown = |text: &str| toml_span::parse(&text[bom_len(text)..]).is_err();
    let reason = match toml_span::parse(&after[bom_len(after)..]) {
        Ok(found) if is(&found, expected) => return Ok(()),
        Err(_) if is_unknown(before) => return Ok(()),
        Ok(_) => "a second reader finds another value than expected",
        Err(_) => "a second reader does not accept it",
    };
    Err(EditError::CheckFailed {
        reason: reason.to_owned(),
    })
}

fn is(found: &toml_span::Value<'_>, expected: &Value) -> bool {
    let number = |found: Number| expected.as_number().is_some_and(|e| same_number(&found, e));
    match found.as_ref() {
        // Line ends in texts of several lines are the reader's to choose.
        ValueInner::String(text) => expected.as_str().is_some_and(|expected| {
            text == expected || text.replace("\r\n", "\n") == expected.replace("\r\n", "\n")
        }),
        ValueInner::Boolean(value) => expected.as_bool() == Some(*value),
        ValueInner::Integer(value) => number((*value).into()),
        ValueInner::Float(value) => match float(*value) {
            Value::Number(found) => number(found),
            null => null == *expected,
        },
        ValueInner::Array(elements) => expected.as_array().is_some_and(|expected| {
            let mut pairs = elements.iter().zip(expected);
            elements.len() == expected.len() && pairs.all(|(found, expected)| is(found, expected))
        }),
        ValueInner::Table(members) => expected.as_object().is_some_and(|expected| {
            let there = |(name, found): (&Key<'_>, _)| {
                let expected = expected.get(name.name.as_ref());
                expected.is_some_and(|expected| is(found, expected))
            };
            members.len() == expected.len() && members.iter().all(there)
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_second_reader_tells_values_apart() {
        let expected: Value = serde_json::from_str(
            r#"{"a": {"b": [1, 2.5, {"c": true}]}, "d": "x", "e": 1e999, "f": null}"#,
        )
        .unwrap();
        let rest = "d = 'x'\ne = inf\nf = nan\n";
        for (array, same) in [
            ("a.b = [1, 2.5, { c = true }]\n", true),
            ("a = { b = [1, 2.5, { c = true }] }\n", true),
            ("a.b = [1, 2.5, { c = false }]\n", false),
            ("a.b = [1, 2.5, { c = true, d = 1 }]\n", false),
            ("a.b = [1, 2.5, {}]\n", false),
            ("a.b = [1, 2.5]\n", false),
            ("a.b = [1, 2.6, { c = true }]\n", false),
            ("a.b = ['1', 2.5, { c = true }]\n", false),
            ("a = 1\n", false),
            ("", false),
        ] {
            let checked = check("", &format!("\u{feff}{array}{rest}"), &expected);
            assert_eq!(checked.is_ok(), same, "{array}");
        }
        let date = json!({"a": "1979-05-27", "b": 1});
        assert!(check("a = 1979-05-27", "a = 1979-05-27\nb = 1", &date).is_ok());
        let error = check("a = 1", "a = 1979-05-27\nb = 1", &date);
        assert!(error.unwrap_err().to_string().contains("does not accept"));
    }
}
