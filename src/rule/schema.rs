//! The rule file as it is written: serde types only. [`super::compile`] makes rules of them.
//!
//! No untagged enums here: a mistake has to get the exact column and a list of what was expected.

use std::fmt;
use std::rc::Rc;

use serde::Deserialize;
use serde::de::{self, MapAccess, Visitor};
use serde_json::Value;

use crate::facts::{Billing, Protocol, Region};
use crate::finding::{Category, Safety, Severity};
use crate::load::Spanned;
use crate::tool::Scope;

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
    /// The tool's id, or `any`.
    pub tool: Spanned<String>,
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
    pub when: When,
    /// What must hold where.
    pub check: Vec<Check>,
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
    pub expect: Rc<Expect>,
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
    pub key: Option<KeyFilter>,
    /// Only nodes around which all of these hold.
    #[serde(default, rename = "where")]
    pub near: Vec<NearCondition>,
    /// What must hold of the value; `present` when empty.
    #[serde(default)]
    pub expect: Rc<Expect>,
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
    pub expect: Rc<Expect>,
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

/// One thing that must hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Check {
    /// A singular query: one place, which may be absent.
    #[serde(default)]
    pub at: Option<Spanned<String>>,
    /// Any RFC 9535 query: existing nodes.
    #[serde(default)]
    pub each: Option<Spanned<String>>,
    /// A check written in Rust: `unreadable`, `duplicate-key` or `not-in-force`.
    #[serde(default)]
    pub builtin: Option<Spanned<String>>,
    /// With `each`: only these members.
    #[serde(default)]
    pub key: Option<KeyFilter>,
    /// With `each`: only nodes that meet these predicates are looked at.
    #[serde(default)]
    pub only: Option<Rc<Expect>>,
    /// Only nodes around which all of these hold.
    #[serde(default, rename = "where")]
    pub near: Vec<NearCondition>,
    /// Whether the place is counted from the file's root, where the descriptor's `root` is another.
    #[serde(default)]
    pub whole_file: bool,
    /// With `at`: what absence means.
    #[serde(default)]
    pub absent: Absent,
    /// Predicates, all must hold.
    #[serde(default)]
    pub expect: Rc<Expect>,
    /// Further conditions for this check alone.
    #[serde(default)]
    pub when: When,
    /// Another severity than the rule's.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// What to say; placeholders: see `rules/RULES.md`.
    pub message: Spanned<String>,
    /// How to mend it.
    #[serde(default)]
    pub fix: Option<Fix>,
}

/// A way to mend a finding.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fix {
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

/// A type of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Type {
    /// A text.
    String,
    /// A number without a fraction.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list.
    Array,
    /// A table of members.
    Object,
    /// `null`.
    Null,
}

/// The closed list of predicates. All that are given must hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expect {
    /// The value's type, or one of several.
    #[serde(default, rename = "type", deserialize_with = "one_or_many")]
    pub types: Option<Vec<Type>>,
    /// The same value (numbers by value).
    #[serde(default)]
    pub equals: Option<Operand>,
    /// Any other value.
    #[serde(default)]
    pub not: Option<Operand>,
    /// One of these values.
    #[serde(default)]
    pub one_of: Option<Vec<Operand>>,
    /// None of these values.
    #[serde(default)]
    pub not_one_of: Option<Vec<Operand>>,
    /// A text that the whole regular expression matches.
    #[serde(default, rename = "match")]
    pub matches: Option<Spanned<String>>,
    /// A text that the regular expression doesn't match; holds for values that aren't texts.
    #[serde(default)]
    pub not_match: Option<Spanned<String>>,
    /// A number (or a text that is one) of at least this.
    #[serde(default)]
    pub min: Option<Operand>,
    /// A number (or a text that is one) of at most this.
    #[serde(default)]
    pub max: Option<Operand>,
    /// The node is not there.
    #[serde(default)]
    pub absent: Option<bool>,
    /// The node is there.
    #[serde(default)]
    pub present: Option<bool>,
    /// The value is a URL of a certain kind. Other people's addresses hold, unless `foreign = false`.
    #[serde(default)]
    pub endpoint: Option<EndpointExpect>,
    /// The value is a model id of a certain kind. Other people's models hold, unless `foreign = false`.
    #[serde(default)]
    pub model: Option<ModelExpect>,
}

/// What a URL must be.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EndpointExpect {
    /// Who pays; `profile` for the profile's way.
    #[serde(default)]
    pub billing: Option<ProfileOr<Billing>>,
    /// What it speaks.
    #[serde(default)]
    pub protocol: Option<Protocol>,
    /// Whose service; `profile` for the one named with `--region` (without it, each address keeps its own).
    #[serde(default)]
    pub region: Option<ProfileOr<Region>>,
    /// Whether a path behind the base URL is allowed; it is not unless said.
    #[serde(default)]
    pub suffix: bool,
    /// Whether addresses that aren't Z.ai's hold (the default).
    #[serde(default = "yes")]
    pub foreign: bool,
    /// Whether it is one of Z.ai's at all (any endpoint, any suffix); the other fields are not looked at.
    #[serde(default)]
    pub zai: Option<bool>,
}

/// A way of billing to judge a model by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelOn {
    /// The coding plan.
    Plan,
    /// The metered API.
    Metered,
    /// What the profile pays with.
    Profile,
}

/// What a model id must be.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ModelExpect {
    /// Served under this way of billing.
    #[serde(default)]
    pub on: Option<ModelOn>,
    /// Whether an id that is accepted but answered by another model holds (the default).
    #[serde(default = "yes")]
    pub routed: bool,
    /// Whether an id that the facts don't know holds: it may be newer than they are (not unless said).
    #[serde(default)]
    pub unknown: bool,
    /// Whether Claude Code's `[1m]` suffix holds (the default).
    #[serde(default = "yes")]
    pub one_million: bool,
    /// The value is `provider/model`, with the tool's own providers of Z.ai.
    #[serde(default)]
    pub with_provider: bool,
    /// With `with-provider`: the provider is the one for the profile and the region.
    #[serde(default)]
    pub provider: bool,
    /// With `with-provider`: the tool's catalogue has the model, or the object of providers at this place declares it.
    #[serde(default)]
    pub declared: Option<Spanned<String>>,
    /// The context window is at least this many tokens, when it is known.
    #[serde(default)]
    pub context_min: Option<u64>,
    /// Whether other people's models hold (the default).
    #[serde(default = "yes")]
    pub foreign: bool,
    /// Whether it is one of Z.ai's at all; the other fields are not looked at.
    #[serde(default)]
    pub zai: Option<bool>,
}

/// Serde's default for fields that are on.
pub(crate) fn yes() -> bool {
    true
}

/// A fixed choice, or the profile's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileOr<T> {
    /// What the profile (or the configuration's region) says.
    Profile,
    /// This.
    Fixed(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ProfileOr<T> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "profile" {
            return Ok(Self::Profile);
        }
        T::deserialize(de::value::StringDeserializer::new(text)).map(Self::Fixed)
    }
}

/// A literal, or a reference to a fact.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// The value itself.
    Literal(Value),
    /// The value of a fact.
    Fact(String),
}

impl<'de> Deserialize<'de> for Operand {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OperandVisitor;

        impl<'de> Visitor<'de> for OperandVisitor {
            type Value = Operand;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, a string, a boolean, a list, a table, or { fact = \"…\" }")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Operand, E> {
                Ok(Operand::Literal(Value::from(value)))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Operand, E> {
                Ok(Operand::Literal(Value::from(value)))
            }

            // The compiled catalogue has unsigned numbers.
            fn visit_u64<E>(self, value: u64) -> Result<Operand, E> {
                Ok(Operand::Literal(Value::from(value)))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Operand, E> {
                Ok(Operand::Literal(Value::from(value)))
            }

            fn visit_str<E>(self, value: &str) -> Result<Operand, E> {
                Ok(Operand::Literal(Value::from(value)))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Operand, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element::<Value>()? {
                    items.push(item);
                }
                Ok(Operand::Literal(Value::Array(items)))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Operand, A::Error> {
                let mut members = serde_json::Map::new();
                while let Some((key, value)) = map.next_entry::<String, Value>()? {
                    members.insert(key, value);
                }
                match (members.len(), members.get("fact")) {
                    (1, Some(Value::String(key))) => Ok(Operand::Fact(key.clone())),
                    (1, Some(_)) => Err(de::Error::custom(
                        "`fact` takes the name of a fact, a string",
                    )),
                    _ => Ok(Operand::Literal(Value::Object(members))),
                }
            }
        }

        deserializer.deserialize_any(OperandVisitor)
    }
}

/// Reads `"string"` or `["string", "number"]`.
fn one_or_many<'de, D: de::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<Type>>, D::Error> {
    struct TypesVisitor;

    impl<'de> Visitor<'de> for TypesVisitor {
        type Value = Vec<Type>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a type's name, or a list of them")
        }

        fn visit_str<E: de::Error>(self, value: &str) -> Result<Vec<Type>, E> {
            Type::deserialize(de::value::StrDeserializer::new(value)).map(|one| vec![one])
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<Type>, A::Error> {
            let mut types = Vec::new();
            while let Some(one) = seq.next_element()? {
                types.push(one);
            }
            Ok(types)
        }
    }

    deserializer.deserialize_any(TypesVisitor).map(Some)
}

/// What kind of source a rule rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// The vendor's documentation.
    VendorDocs,
    /// The tool's own code.
    VendorCode,
    /// The tool was run by a script of `tests/real`; docs/evidence.md has the row.
    Ran,
    /// Somebody ran the tool by hand and looked; no script repeats it.
    Seen,
    /// An issue or an article.
    Community,
}

/// How a rule is known to be true.
#[derive(Debug, Clone, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Evidence {
    /// What kind of source.
    pub kind: EvidenceKind,
    /// Where it is to be read.
    pub url: String,
    /// The day it was checked, `YYYY-MM-DD`.
    pub verified: String,
    /// The tool's versions it holds for (Cargo's syntax).
    #[serde(default)]
    pub versions: Option<String>,
    /// What was seen there.
    #[serde(default)]
    pub note: Option<String>,
}

/// Text for people, in Markdown.
#[derive(Debug, Clone, Default, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Docs {
    /// Why it matters.
    #[serde(default)]
    pub why: String,
    /// How to mend it, where the fix doesn't say it all.
    #[serde(default)]
    pub how: Option<String>,
    /// What the fix may take away; required when there is one.
    #[serde(default)]
    pub fix_safety: Option<String>,
    /// What the rule can't see.
    #[serde(default)]
    pub limits: Option<String>,
}

/// A test and an example.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The file's text; absent when the file is not there.
    #[serde(default)]
    pub before: Option<String>,
    /// The text after all fixes of this rule; absent when it doesn't change.
    #[serde(default)]
    pub after: Option<String>,
    /// Whether there must be no finding.
    #[serde(default)]
    pub clean: bool,
    /// How many findings there must be, where it isn't enough that there is one.
    #[serde(default)]
    pub findings: Option<usize>,
    /// A part of the first finding's message.
    #[serde(default)]
    pub message: Option<String>,
    /// The descriptor's file entry that `before` is; the first of the rule's role when absent.
    #[serde(default)]
    pub file: Option<String>,
    /// The tool, for rules that speak of every tool; `claude-code` when absent.
    #[serde(default)]
    pub tool: Option<String>,
    /// Other files of the tool.
    #[serde(default)]
    pub with: Vec<CaseFile>,
    /// The profile; `lite` when absent.
    #[serde(default)]
    pub profile: Option<String>,
    /// The facts pack; the newest when absent.
    #[serde(default)]
    pub facts: Option<String>,
    /// The region.
    #[serde(default)]
    pub region: Option<Region>,
    /// The variable given by `--key-env`.
    #[serde(default)]
    pub key_env: Option<String>,
    /// The file given by `--key-file`.
    #[serde(default)]
    pub key_file: Option<String>,
    /// Whether the environment has a variable that the tool takes its key from.
    #[serde(default)]
    pub key_exported: bool,
    /// Whether the tool is named with `--tool`.
    #[serde(default)]
    pub named: bool,
    /// The gate given by `--via-gate`.
    #[serde(default)]
    pub via_gate: Option<String>,
    /// Whether `--no-gate` is given.
    #[serde(default)]
    pub no_gate: bool,
    /// The server given by `--base-url`, for the profile `self-hosted`; its model is `glm-local`.
    #[serde(default)]
    pub base_url: Option<String>,
    /// The tool's version.
    #[serde(default)]
    pub tool_version: Option<String>,
    /// Whether the files belong to a git repository.
    #[serde(default)]
    pub in_repository: bool,
    /// Other rules that take part, for rules that look at ignores.
    #[serde(default)]
    pub with_rules: Vec<String>,
    /// The text of a `.glm-setup.toml` above the file.
    #[serde(default)]
    pub settings: Option<String>,
    /// The text of a baseline above the file.
    #[serde(default)]
    pub baseline: Option<String>,
    /// The day on which it is, for ignores with an end; `2026-01-01` when absent.
    #[serde(default)]
    pub today: Option<String>,
}

/// Another file in a case.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CaseFile {
    /// The descriptor's file entry.
    pub file: String,
    /// Its text.
    pub text: String,
}
