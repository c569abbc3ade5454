//! The secrets of a workspace: values that stand under a name of a key or token.

use serde_json::Value;

use super::redact::Redactor;
use crate::document::{Document, Format};
use crate::tool::Workspace;

/// A redactor that knows every secret value in the files that were read, so that none slips out where its name is
/// out of sight.
pub fn redactor_for(workspace: &Workspace) -> Redactor {
    let mut secrets = Vec::new();
    for layer in &workspace.layers {
        collect(layer.document.value(), false, &mut secrets);
        // An edit may have taken a secret out of the document; the text before it is shown too.
        for (name, before) in layer.replaced() {
            collect(before, Redactor::is_secret_key(name), &mut secrets);
        }
    }
    Redactor::new().with_secrets(secrets)
}

/// The same for texts of known formats; one that doesn't parse is redacted by names and shapes only.
pub fn redactor_for_texts<'t>(texts: impl IntoIterator<Item = (Format, &'t [u8])>) -> Redactor {
    let mut secrets = Vec::new();
    for (format, bytes) in texts {
        if let Ok(document) = Document::parse(bytes, format) {
            collect(document.value(), false, &mut secrets);
        }
    }
    Redactor::new().with_secrets(secrets)
}

/// Whether a value is a secret as a whole. One that stands in prose is found by its shape wherever the prose is shown.
fn is_secret(text: &str) -> bool {
    !text.trim().contains(char::is_whitespace) && Redactor::looks_secret(text)
}

fn collect(value: &Value, named: bool, secrets: &mut Vec<String>) {
    match value {
        Value::String(text) if named || is_secret(text) => secrets.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, named, secrets)),
        Value::Object(members) => {
            for (key, value) in members {
                collect(value, Redactor::is_secret_key(key), secrets);
            }
        }
        _ => {}
    }
}
