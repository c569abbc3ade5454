//! What the program shows. [`Report`] holds what a run found, would change and did; there is a function for each format:
//! [`text`](fn@text), [`concise`](fn@concise), [`json`](fn@json), [`github`](fn@github), [`sarif`](fn@sarif) and
//! [`junit`](fn@junit). Every way out redacts secrets.

pub mod advice;
mod concise;
pub mod connections;
pub mod diff;
pub mod error_code;
mod github;
pub mod json;
mod junit;
mod model;
pub mod rule_list;
pub mod rule_page;
mod sarif;
mod secrets;
pub mod settings;
mod statistics;
pub mod status;
pub mod text;
pub mod transactions;
pub mod visible;

pub use concise::concise;
pub use github::github;
pub use json::json;
pub use junit::junit;
pub use model::{Counts, FileSource, Fixed, Outcome, Report, Style, TextRegion};
pub use sarif::sarif;
pub use secrets::{redactor_for, redactor_for_texts};
pub use text::text;
