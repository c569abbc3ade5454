//! What the program shows: text, diffs, JSON.

pub mod diff;
pub mod redact;
