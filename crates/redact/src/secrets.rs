//! The secrets of a value: what stands under a name of a key or token, or looks like one.

use serde_json::Value;

use super::Redactor;

/// Adds the secrets of `value` to `secrets`; `named` says that the value itself stands under a secret's name.
pub fn secrets(value: &Value, named: bool, secrets: &mut Vec<String>) {
    match value {
        Value::String(text) if named || is_secret(text) => secrets.push(text.clone()),
        Value::Array(items) => {
            for item in items {
                self::secrets(item, named, secrets);
            }
        }
        Value::Object(members) => {
            for (key, value) in members {
                self::secrets(value, Redactor::is_secret_key(key), secrets);
            }
        }
        _ => {}
    }
}

/// Whether a value is a secret as a whole. One that stands in prose is found by its shape wherever the prose is shown.
fn is_secret(text: &str) -> bool {
    !text.trim().contains(char::is_whitespace) && Redactor::looks_secret(text)
}
