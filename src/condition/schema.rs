//! Conditions on what a file holds, as they are written.

use serde::Deserialize;

use super::Expect;
use crate::load::Spanned;

/// A condition on nodes: some node (or none) at a place meets the predicates.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NodeCondition {
    /// A singular query; a missing node meets only `absent`.
    #[serde(default)]
    pub at: Option<Spanned<String>>,
    /// Any query.
    #[serde(default)]
    pub each: Option<Spanned<String>>,
    /// The role of the files to look in; the rule's first when absent.
    #[serde(default)]
    pub file: Option<Spanned<String>>,
    /// With `each`: a regular expression that the whole member name must match.
    #[serde(default)]
    pub key: Option<Box<KeyFilter>>,
    /// Only nodes around which all of these hold.
    #[serde(default, rename = "where")]
    pub around: Vec<WhereCondition>,
    /// What must hold of the value; `present` when empty.
    #[serde(default)]
    pub expect: Expect,
    /// Turns the condition round: no node meets the predicates.
    #[serde(default)]
    pub none: bool,
}

/// A condition on what stands around a node, in the same file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WhereCondition {
    /// A singular query from the settings (`$`), from the node (`@`) or from what it is a member of (`^`, `^^` further
    /// out); a missing value meets only `absent`.
    pub at: Spanned<String>,
    /// What must hold of the value; `present` when empty.
    #[serde(default)]
    pub expect: Expect,
}

/// A filter on member names; all that are given must hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KeyFilter {
    /// A regular expression that the whole name must match.
    #[serde(default, rename = "match")]
    pub pattern: Option<Spanned<String>>,
    /// A regular expression that the whole name must not match.
    #[serde(default)]
    pub not_match: Option<Spanned<String>>,
    /// Some name on the way to the node is the tool's own name of the endpoint that the profile uses.
    #[serde(default)]
    pub provider: bool,
    /// Some name on the way is one of the tool's names of the endpoints of the region in force.
    #[serde(default)]
    pub region: bool,
}
