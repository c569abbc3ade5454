//! Conditions of rules: on the profile, on facts, and on what files hold.

use serde::Deserialize;

use super::expect::Expect;
use crate::facts::{Billing, Region};
use crate::load::Spanned;
use crate::tool::Scope;

/// Conditions; all that are given must hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct When {
    /// The profile's way of billing is one of these.
    #[serde(default)]
    pub billing: Option<Vec<Billing>>,
    /// The profile is one of these.
    #[serde(default)]
    pub profile: Option<Vec<Spanned<String>>>,
    /// The region is one of these.
    #[serde(default)]
    pub region: Option<Vec<Region>>,
    /// The file's scope is one of these.
    #[serde(default)]
    pub scope: Option<Vec<Scope>>,
    /// The tool's version lies in this range (Cargo's syntax).
    #[serde(default)]
    pub tool_version: Option<Spanned<String>>,
    /// The file is one of these entries of the descriptor.
    #[serde(default)]
    pub entry: Option<Vec<Spanned<String>>>,
    /// Whether the file belongs to a git repository and is not ignored there.
    #[serde(default)]
    pub in_repository: Option<bool>,
    /// Whether the configuration has a key, in its files, in the environment or by `--key-env`.
    #[serde(default)]
    pub credential: Option<bool>,
    /// Whether the environment has one of the variables that the tool takes a key from.
    #[serde(default)]
    pub key_exported: Option<bool>,
    /// Whether the tool was named with `--tool`.
    #[serde(default)]
    pub named: Option<bool>,
    /// Facts that must be known, and what they must be.
    #[serde(default)]
    pub fact: Vec<FactCondition>,
    /// Nodes of the effective configuration.
    #[serde(default)]
    pub node: Vec<NodeCondition>,
}

/// A condition on a fact.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FactCondition {
    /// The fact.
    pub key: Spanned<String>,
    /// What must hold of its value.
    #[serde(default)]
    pub expect: Expect,
}

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
    pub near: Vec<NearCondition>,
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
pub struct NearCondition {
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
