//! What the facts have to know of a tool: its own names of things.

use std::fmt::Debug;

use serde::Deserialize;

use super::{Billing, Region};

/// The tool's own name of one of Z.ai's endpoints.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Provider {
    /// The id in the tool's configuration.
    pub id: String,
    /// Who pays.
    pub billing: Billing,
    /// Whose service; absent for a server of the user's own.
    #[serde(default)]
    pub region: Option<Region>,
}

/// A tool, as far as facts depend on it.
pub trait ToolNames: Debug {
    /// Its id.
    fn id(&self) -> &str;

    /// The name that its makers use.
    fn name(&self) -> &str;

    /// The id of the tool that it runs inside.
    fn host(&self) -> Option<&str>;

    /// Its own names of Z.ai's endpoints.
    fn providers(&self) -> &[Provider];

    /// The text that refers to a variable holding the key.
    fn key_reference(&self, name: &str) -> Option<String>;

    /// The text that refers to a file holding the key.
    fn key_file_reference(&self, path: &str) -> Option<String>;

    /// Its own name of an endpoint.
    fn provider(&self, billing: Billing, region: Region) -> Option<&str> {
        self.providers()
            .iter()
            .find(|provider| {
                provider.billing == billing && provider.region.is_none_or(|known| known == region)
            })
            .map(|provider| provider.id.as_str())
    }
}
