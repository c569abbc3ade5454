//! The rule file as it is written: serde types only. [`super::compile`] makes rules of them.
//!
//! No untagged enums here: a mistake has to get the exact column and a list of what was expected.

mod condition;
mod prose;

use serde::Deserialize;

pub use condition::{FactCondition, When};
pub use prose::{Case, CaseFile, Docs, Evidence, EvidenceKind};

use crate::condition::{Expect, KeyFilter, Operand, WhereCondition};
use crate::load::{Deferred, Spanned};
use crate::tool::KeyKind;
use crate::vocabulary::{Billing, Category, Safety, Severity};

/// Which commands use a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// `lint` and `apply`.
    Policy,
    /// `apply` only.
    Setup,
}

/// Which configurations a rule speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applies {
    /// Those that use Z.ai.
    #[default]
    UsesZai,
    /// All: the fault breaks the tool itself.
    Always,
}

/// A rule file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleFile {
    /// Format version: 1.
    pub schema: u32,
    /// The file's name.
    pub id: Spanned<String>,
    /// The tool's id, `any`, or `family`.
    pub tool: Spanned<String>,
    /// For a family: the tools that it speaks of; when absent, those whose descriptor has what `needs` says.
    #[serde(default)]
    pub tools: Option<Vec<Spanned<String>>>,
    /// For a family: what a descriptor must have.
    #[serde(default)]
    pub needs: FamilyNeeds,
    /// Which commands use it.
    pub purpose: Purpose,
    /// What it is about.
    pub category: Category,
    /// How bad a finding is.
    pub severity: Severity,
    /// One line that says what is wrong.
    pub title: String,
    /// The roles of the files it looks at; the tool's first role when empty.
    #[serde(default)]
    pub files: Vec<Spanned<String>>,
    /// Which configurations it speaks of.
    #[serde(default)]
    pub applies: Applies,
    /// Whether the tool drops or refuses the whole file where this doesn't hold; nothing is written to such a file.
    #[serde(default)]
    pub guard: bool,
    /// Whether it may take the place of a built-in rule.
    #[serde(default, rename = "override")]
    pub replaces: bool,
    /// Rules that are another way to the same end.
    #[serde(default)]
    pub alternatives: Vec<Spanned<String>>,
    /// All must hold.
    #[serde(default)]
    pub when: Option<Box<When>>,
    /// What must hold where.
    pub check: Vec<CheckEntry>,
    /// How it is known.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// For people.
    #[serde(default)]
    pub docs: Docs,
    /// Tests and examples.
    #[serde(default)]
    pub case: Vec<Case>,
}

/// What a descriptor must have for a family to speak of its tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FamilyNeeds {
    /// `[[connection]]`.
    #[default]
    Connection,
    /// `[[set-up]]`.
    SetUp,
}

/// What a tool adds to a family of rules.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExtensionFile {
    /// Format version: 1.
    pub schema: u32,
    /// The file's name: the tool's prefix and the family's id.
    pub id: Spanned<String>,
    /// The tool's id.
    pub tool: Spanned<String>,
    /// The family's id.
    pub extends: Spanned<String>,
    /// Whether it may take the place of a built-in namesake.
    #[serde(default, rename = "override")]
    pub replaces: bool,
    /// Another severity, where the tool really reacts differently.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// Another title.
    #[serde(default)]
    pub title: Option<String>,
    /// Other roles of files.
    #[serde(default)]
    pub files: Option<Vec<Spanned<String>>>,
    /// Further checks.
    #[serde(default)]
    pub check: Vec<CheckEntry>,
    /// How it is known of this tool.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// What is added for people.
    #[serde(default)]
    pub docs: Docs,
    /// Tests and examples.
    #[serde(default)]
    pub case: Vec<Case>,
}

impl RuleFile {
    /// The family's rule for one tool, with what the tool adds.
    pub fn of_tool(
        mut self,
        id: Spanned<String>,
        tool: Spanned<String>,
        added: Option<ExtensionFile>,
    ) -> Self {
        self.case
            .retain(|case| case.tool.as_deref() == Some(tool.get_ref().as_str()));
        self.id = id;
        self.tool = tool;
        let Some(added) = added else { return self };
        if let Some(severity) = added.severity {
            self.severity = severity;
        }
        if let Some(title) = added.title {
            self.title = title;
        }
        if let Some(files) = added.files {
            self.files = files;
        }
        self.check.extend(added.check);
        self.evidence.extend(added.evidence);
        self.docs.extend(added.docs);
        self.case.extend(added.case);
        self
    }
}

/// One thing that must hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CheckEntry {
    /// A singular query: one place, which may be absent.
    #[serde(default)]
    pub at: Option<Spanned<String>>,
    /// Any RFC 9535 query: existing nodes.
    #[serde(default)]
    pub each: Option<Spanned<String>>,
    /// Values of the tool's connections.
    #[serde(default)]
    pub connection: Option<Box<ConnectionCheck>>,
    /// A check written in Rust: `unreadable`, `duplicate-key` or `not-in-force`.
    #[serde(default)]
    pub builtin: Option<Spanned<String>>,
    /// With `each`: only these members.
    #[serde(default)]
    pub key: Option<Box<KeyFilter>>,
    /// With `each`: only nodes that meet these predicates are looked at.
    #[serde(default)]
    pub only: Option<Box<Expect>>,
    /// Only nodes around which all of these hold.
    #[serde(default, rename = "where")]
    pub around: Vec<WhereCondition>,
    /// Whether the place is counted from the file's root, where the descriptor's `root` is another.
    #[serde(default)]
    pub whole_file: bool,
    /// With `at`: what absence means.
    #[serde(default)]
    pub absent: Absent,
    /// Predicates, all must hold.
    #[serde(default)]
    pub expect: Expect,
    /// Further conditions for this check alone.
    #[serde(default)]
    pub when: Option<Box<When>>,
    /// Another severity than the rule's.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// What to say; placeholders: see `rules/RULES.md`.
    pub message: Spanned<String>,
    /// How to mend it.
    #[serde(default)]
    pub fix: Deferred<Option<Box<FixEntry>>>,
}

/// Which values of which connections a check looks at; all that is said must hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConnectionCheck {
    /// Which of their values.
    pub part: ConnectionPart,
    /// Whether the tool uses the connection as it is set up.
    #[serde(default)]
    pub in_use: Option<bool>,
    /// Who pays, as its address tells.
    #[serde(default)]
    pub billing: Option<Vec<Billing>>,
    /// Who pays by the tool's own name of an endpoint that the connection has.
    #[serde(default)]
    pub named: Option<Vec<Billing>>,
    /// Whether it has such a name.
    #[serde(default)]
    pub has_name: Option<bool>,
    /// Whether the tool takes a `[1m]` suffix off its models.
    #[serde(default)]
    pub one_million: Option<bool>,
    /// For models: only these tiers.
    #[serde(default)]
    pub tier: Option<Vec<String>>,
    /// For models: not these tiers.
    #[serde(default)]
    pub not_tier: Vec<String>,
    /// For keys: what kind of key is sent.
    #[serde(default)]
    pub sent: Option<Vec<KeyKind>>,
}

/// A part of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectionPart {
    /// Its address.
    Address,
    /// The models asked for.
    Model,
    /// Its key.
    Key,
}

/// What an absent value means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Absent {
    /// Nothing.
    #[default]
    Ok,
    /// A finding: the tool's own default is wrong.
    Violation,
}

/// A way to mend a finding.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FixEntry {
    /// `set`, `clamp`, `remove`, `rename`, `move`, `append` or `builtin:<name>`.
    pub op: Spanned<String>,
    /// Where to edit, when it is not the place of the finding (a singular query).
    #[serde(default)]
    pub at: Option<Spanned<String>>,
    /// For `set` and `append`: the new value.
    #[serde(default)]
    pub value: Option<Operand>,
    /// For `rename`: the new name. For `move`: the new place, or with a trailing `.*` the new parent (a singular query).
    #[serde(default)]
    pub to: Option<Spanned<String>>,
    /// For `set`: when the parent is a scalar, it becomes an object with the scalar under this name first.
    #[serde(default)]
    pub wrap: Option<String>,
    /// Whether it is applied without being asked for.
    pub safety: Safety,
    /// What it takes away, in one sentence; required for unsafe fixes.
    #[serde(default)]
    pub consequence: Option<String>,
}
