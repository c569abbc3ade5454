//! What the program shows: text, diffs, JSON. Every way out redacts secrets.

pub mod diff;
pub mod doctor;
pub mod human;
pub mod json;
pub mod redact;
pub mod rule_page;
mod secrets;
pub mod visible;

pub use secrets::{redactor_for, redactor_for_texts};
