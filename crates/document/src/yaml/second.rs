//! A second reader for the check of edited texts: `yaml_serde`, which is libyaml.
//!
//! It shares nothing with `yaml-edit`, and many tools read their files with it. The two differ in places: whether a block
//! at the end of a file ends in a line break that isn't there, what a merge or `010` is. So its reading of the edited text
//! is compared with its own reading of the text before.

use serde_json::{Map, Number, Value};
use yaml_serde::Value as Yaml;

use crate::check::same;
use crate::lines::{bom_len, line_ending};
use crate::{Edit, EditError};

/// Checks that to the second reader, too, `after` has the value of `before` with the edits made.
pub(crate) fn check(before: &str, after: &str, edits: &[Edit]) -> Result<(), EditError> {
    let failed = |reason: String| EditError::CheckFailed { reason };
    let stumbles = |place| {
        let at = edits.first().map(Edit::at).cloned().unwrap_or_default();
        let reason = format!("a second YAML reader does not accept the file: {place}");
        EditError::Unsupported { at, reason }
    };
    let mut expected = match read(before).map_err(stumbles)? {
        // Nothing but comments, or a scalar that no edit reaches into.
        Value::Null => Value::Object(Map::new()),
        value => value,
    };
    for edit in edits {
        edit.apply_to(&mut expected).map_err(|error| {
            failed(format!(
                "a second reader finds another text before: {error}"
            ))
        })?;
    }
    let found = read(after)
        .map_err(|place| failed(format!("a second reader does not accept it: {place}")))?;
    if same(&found, &expected) {
        Ok(())
    } else {
        let reason = "a second reader finds another value than expected";
        Err(failed(reason.to_owned()))
    }
}

/// Whether a line break at the end would become a part of the last value: it is a block, and the text has none.
pub(super) fn is_open(text: &str) -> bool {
    !text.is_empty()
        && !text.ends_with(['\n', '\r'])
        && read(text) != read(&format!("{text}{}", line_ending(text)))
}

/// The text's value, or the place of what can't be read.
fn read(text: &str) -> Result<Value, String> {
    let place = |error: yaml_serde::Error| {
        error.location().map_or_else(
            || "at its end".to_owned(),
            |at| format!("line {}, column {}", at.line(), at.column()),
        )
    };
    let body = &text[bom_len(text)..];
    yaml_serde::from_str(body).map(value).map_err(place)
}

/// The same value in the type that all formats share. Tags are left out, as the first reader does.
fn value(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => Value::Bool(value),
        Yaml::Number(number) => self::number(&number).map_or(Value::Null, Value::Number),
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(elements) => elements.into_iter().map(value).collect(),
        Yaml::Mapping(members) => members
            .into_iter()
            .map(|(name, inner)| (self::name(name), value(inner)))
            .collect(),
        Yaml::Tagged(tagged) => value(tagged.value),
    }
}

fn number(number: &yaml_serde::Number) -> Option<Number> {
    match number.as_f64() {
        Some(f64::INFINITY) => "1e999".parse().ok(),
        Some(f64::NEG_INFINITY) => "-1e999".parse().ok(),
        _ => number.to_string().parse().ok(),
    }
}

fn name(name: Yaml) -> String {
    match value(name) {
        Value::String(name) => name,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Pointer;

    #[test]
    fn the_second_reader_tells_values_apart() {
        let set = |value: Value| {
            let at = Pointer::root().key("b");
            [Edit::Set { at, value }]
        };
        let one = set(json!(1));
        for (before, after) in [
            ("a: x\n", "a: x\nb: 1\n"),
            ("", "b: 1\n"),
            ("\u{feff}a: 010\r\n", "\u{feff}a: 010\r\nb: 1.0\r\n"),
            (
                "a: &a {c: 1}\nd: {<<: *a}\n",
                "a: &a {c: 1}\nd: {<<: *a}\nb: 1",
            ),
            ("a: !t\n  c: .inf\n", "a: !t\n  c: .inf\nb: 1\n"),
            ("1: x\nnull: y\n", "b: 1\n1: x\nnull: y\n"),
        ] {
            assert_eq!(check(before, after, &one), Ok(()), "{before}");
        }
        for (before, after) in [
            ("a: |\n  x", "a: |\n  x\nb: 1"),
            ("a: x\n", "a: x\nb: 2\n"),
            ("a: x\n", "a: x\n"),
            ("a: x\n", "b: 1\n"),
            ("a: [x]\n", "a: [y]\nb: 1\n"),
            ("a: .inf\n", "a: -.inf\nb: 1\n"),
            ("a: x\n", "a: x\n b: 1\n"),
        ] {
            let error = check(before, after, &one);
            assert!(
                matches!(error, Err(EditError::CheckFailed { .. })),
                "{before}"
            );
        }
        let error = check("a: [", "a: [\nb: 1", &one).unwrap_err().to_string();
        assert!(error.contains("does not accept the file"), "{error}");
        assert_eq!(check("b: x", "b: \"1\\n2\"", &set(json!("1\n2"))), Ok(()));
    }
}
