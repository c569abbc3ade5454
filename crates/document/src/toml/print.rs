//! Printing values and names as TOML.

use serde_json::Value;

use crate::{EditError, Pointer};

/// A value on one line; objects become inline tables.
pub(super) fn inline(value: &Value, at: &Pointer) -> Result<String, EditError> {
    let list = |items: Result<Vec<String>, EditError>| items.map(|items| items.join(", "));
    Ok(match value {
        Value::Null => {
            let reason = "TOML has no null".to_owned();
            return Err(EditError::Unsupported {
                at: at.clone(),
                reason,
            });
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        // On one line, unlike `toml_edit` would have it. JSON's escapes are TOML's, but for one.
        Value::String(string) if string.contains(char::is_control) => {
            value.to_string().replace('\u{7f}', "\\u007F")
        }
        Value::String(string) => toml_edit::Value::from(string.as_str()).to_string(),
        Value::Array(elements) => {
            format!(
                "[{}]",
                list(elements.iter().map(|element| inline(element, at)).collect())?
            )
        }
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let pairs = members.iter().map(|(name, value)| pair(name, value, at));
            format!("{{ {} }}", list(pairs.collect())?)
        }
    })
}

/// A name and its value, as on a line or in an inline table.
pub(super) fn pair(name: &str, value: &Value, at: &Pointer) -> Result<String, EditError> {
    Ok(format!("{} = {}", key(name), inline(value, at)?))
}

/// A name, quoted where it must be.
pub(super) fn key(name: &str) -> String {
    toml_edit::Key::new(name)
        .default_repr()
        .as_raw()
        .as_str()
        .map_or_else(|| Value::from(name).to_string(), str::to_owned)
}
