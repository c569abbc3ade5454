//! JSON Schema.

use serde_json::Value;

/// Fails with everything in which a value does not keep to a schema.
#[track_caller]
pub(crate) fn assert_valid(schema: &jsonschema::Validator, what: &str, value: &Value) {
    let errors: Vec<String> = schema
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(
        errors.is_empty(),
        "{what}:\n{}\n{value:#}",
        errors.join("\n")
    );
}
