//! What the program shows: text, diffs, JSON, the formats that CI systems read. Every way out redacts secrets.

pub mod advice;
pub mod concise;
pub mod connections;
pub mod diff;
pub mod doctor;
pub mod github;
pub mod human;
pub mod json;
pub mod junit;
pub mod model;
pub mod rule_page;
pub mod sarif;
mod secrets;
pub mod statistics;
pub mod visible;

pub use glm_setup_redact as redact;
pub use secrets::{redactor_for, redactor_for_texts};
