//! Conditions of rules: on the profile, on facts, and on what files hold.

use serde::Deserialize;

use crate::condition::{Expect, NodeCondition};
use crate::load::Spanned;
use crate::vocabulary::{Billing, Region, Scope};

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
    /// Whether a connection that would be used has an address of Z.ai's, the profile's billing and a key.
    #[serde(default)]
    pub connected: Option<bool>,
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
