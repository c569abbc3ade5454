//! Documents: what is read, where it lies, and the exact texts that edits give.

#![allow(clippy::unwrap_used)]

mod documents;
mod json;
mod properties;
mod speed;
mod support;
mod toml;
mod toml_properties;
mod yaml;
mod yaml_properties;
