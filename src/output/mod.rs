//! What the program shows: text, diffs, JSON. Every way out redacts secrets.

pub mod diff;
pub mod human;
pub mod json;
pub mod redact;
pub mod rule_page;
mod secrets;

pub use secrets::{redactor_for, redactor_for_texts};
