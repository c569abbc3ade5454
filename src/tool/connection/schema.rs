//! `[[connection]]` and `[[cap]]` as a descriptor writes them.

use std::cell::OnceCell;

use serde::Deserialize;

use super::compile::CompiledConnection;
use crate::condition::{Expect, Operand, WhereCondition};
use crate::load::{LoadError, Source, Spanned};
use crate::vocabulary::{Billing, Protocol};

/// How one kind of a tool's connections is found.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConnectionEntry {
    /// Unique in the descriptor.
    pub id: String,
    /// The role of the files that it stands in; the tool's first when absent.
    #[serde(default)]
    pub file: Option<String>,
    /// A query: every node that it selects is a connection. Without it the settings themselves are one.
    #[serde(default)]
    pub each: Option<Spanned<String>>,
    /// Whether each file of the role has connections of its own, instead of all being merged.
    #[serde(default)]
    pub every_file: bool,
    /// Only nodes around which all of these hold.
    #[serde(default, rename = "where")]
    pub around: Vec<WhereCondition>,
    /// Where its name stands; without it the node's own name is the connection's.
    #[serde(default)]
    pub name: Option<Spanned<String>>,
    /// Whether the tool knows the connections that `[[provider]]` names without an entry in its files.
    #[serde(default)]
    pub builtin: bool,
    /// Where its address stands; the first place that is set counts.
    #[serde(default)]
    pub address: Vec<SettingPlace>,
    /// Whether a slash at the address's end stays, so that a request has two; most tools take one off.
    #[serde(default)]
    pub keeps_slash: bool,
    /// Whether the tool sends nothing without a key.
    #[serde(default)]
    pub needs_key: bool,
    /// Whether the tool sends nothing for a model that neither its own list nor the configuration has.
    #[serde(default)]
    pub needs_offer: bool,
    /// What it speaks.
    pub protocol: ProtocolPlace,
    /// Where its key stands; the first place that is set counts.
    #[serde(default)]
    pub key: Vec<SettingPlace>,
    /// Where the models stand that are asked for; the first one of each tier counts.
    #[serde(default)]
    pub model: Vec<SettingPlace>,
    /// When the tool uses it; without it always.
    #[serde(default)]
    pub in_use: Option<InUse>,
    /// Whether one that is not in use says nothing of the tool, as a form's fields that keep what was once typed.
    #[serde(default)]
    pub only_in_use: bool,
    /// For a tool that takes `[1m]` off its models' ids: when it does something beside that.
    #[serde(default)]
    pub one_million: Option<InUse>,
    /// The compiled form.
    #[serde(skip)]
    pub(super) compiled: OnceCell<CompiledConnection>,
}

/// Where one value of a connection stands. Places begin with `$` (the settings), `@` (the connection's node) or `^` (what
/// the node is a member of); a step `{name}` stands for the connection's name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SettingPlace {
    /// One place.
    #[serde(default)]
    pub at: Option<Spanned<String>>,
    /// Any number of places, by a query from `$` or `@`.
    #[serde(default)]
    pub each: Option<Spanned<String>>,
    /// With `each`: the values are the names of the members that it selects.
    #[serde(default)]
    pub names: bool,
    /// The role of the files that it stands in; the connection's when absent.
    #[serde(default)]
    pub file: Option<String>,
    /// Whether each file of the role counts by itself, instead of all being merged.
    #[serde(default)]
    pub every_file: bool,
    /// Only values that meet this.
    #[serde(default)]
    pub only: Option<Box<Expect>>,
    /// Only a value that stands at this place, too.
    #[serde(default)]
    pub same: Option<Spanned<String>>,
    /// The value is what follows this in the text, such as `OPENAI_API_BASE=`; texts without it are passed over.
    #[serde(default)]
    pub after: Option<String>,
    /// Only while all of this holds.
    #[serde(default, rename = "where")]
    pub around: Vec<WhereCondition>,
    /// An environment variable that holds it.
    #[serde(default)]
    pub variable: Option<String>,
    /// With `at` or `each`: the text there is the name of the variable that holds it.
    #[serde(default)]
    pub names_variable: bool,
    /// For a key of a connection with a name of the tool's own: it stays when the connection moves to another name.
    #[serde(default)]
    pub moves: bool,
    /// With `at`: the text there is a command that prints it.
    #[serde(default)]
    pub command: bool,
    /// With `at`: it is the token of a login, which is sent where no key is set.
    #[serde(default)]
    pub login: bool,
    /// With `at` or `each`, for an address: the text there is one of the tool's own names of an endpoint (`[[provider]]`).
    #[serde(default)]
    pub word: bool,
    /// Only for connections whose name is one of the tool's own names of an endpoint. By itself, for an address: that
    /// endpoint.
    #[serde(default)]
    pub by_name: bool,
    /// For an address: what the tool takes when nothing is set, a URL or one of its own names of an endpoint. For a model:
    /// an id.
    #[serde(default)]
    pub default: Option<String>,
    /// With `at`, for an address: a second place whose text follows the first one's.
    #[serde(default)]
    pub then: Option<Spanned<String>>,
    /// For a model: what it is used for, such as `main` or `small`.
    #[serde(default)]
    pub tier: Option<String>,
    /// For a model: it is `name/model`, and belongs to the connection of that name.
    #[serde(default)]
    pub prefixed: bool,
}

/// When a connection is in use: all of `all`, and one of `any` where there are some.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InUse {
    /// All of these hold.
    #[serde(default)]
    pub all: Vec<Selection>,
    /// One of these holds.
    #[serde(default)]
    pub any: Vec<Selection>,
    /// A prefixed model of one of these tiers names it, or no model of these tiers is set at all.
    #[serde(default)]
    pub model_of: Vec<String>,
    /// When it holds for none of the entry's connections, the tool uses the first.
    #[serde(default)]
    pub else_first: bool,
}

/// A condition on what a tool is set to use.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Selection {
    /// A place, from `$`, `@` or `^`.
    pub at: Spanned<String>,
    /// The role of the file, for a place from `$`; the connection's when absent.
    #[serde(default)]
    pub file: Option<String>,
    /// It holds the same value as this place.
    #[serde(default)]
    pub same: Option<Spanned<String>>,
    /// It holds the connection's name.
    #[serde(default)]
    pub is_name: bool,
    /// What must hold of the value; `present` when nothing is said.
    #[serde(default)]
    pub expect: Expect,
}

/// What a connection speaks: the same always, or as a setting says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProtocolPlace {
    /// What it speaks unless a setting says otherwise.
    pub default: Protocol,
    /// What the tool appends to the address; what stands behind Z.ai's own addresses of the protocol when absent.
    #[serde(default)]
    pub appends: Option<String>,
    /// Where the setting stands.
    #[serde(default)]
    pub at: Option<Spanned<String>>,
    /// What the setting's texts mean.
    #[serde(default)]
    pub when: Vec<ProtocolWord>,
}

/// What one text in a protocol's setting means.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProtocolWord {
    /// The text.
    pub is: String,
    /// What is spoken then.
    pub protocol: Protocol,
    /// What the tool appends to the address then.
    #[serde(default)]
    pub appends: Option<String>,
}

/// One step of setting a tool up: what is written where it has no connection for the profile yet.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SetUp {
    /// The place, from `$`.
    pub at: Spanned<String>,
    /// What is written there. Members of a table that name a fact unknown here, such as a key without `--key-env`, are
    /// left out.
    pub value: Operand,
    /// The role of the files; the tool's first when absent.
    #[serde(default)]
    pub file: Option<String>,
    /// The ways of billing that it is for; all when absent.
    #[serde(default)]
    pub billing: Option<Vec<Billing>>,
    /// Whether the value is added to a list at the place.
    #[serde(default)]
    pub append: bool,
    /// Whether a value that is there stays.
    #[serde(default)]
    pub keep: bool,
}

impl SetUp {
    /// Checks the place.
    ///
    /// # Errors
    /// With file, line and column.
    pub fn check(&self, source: &Source<'_>) -> Result<(), LoadError> {
        let at = crate::condition::query::singular(self.at.get_ref());
        at.map(drop)
            .map_err(|message| source.error(self.at.span(), message, None))
    }
}

/// What bounds a tool's requests in flight.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cap {
    /// The place of the setting, from `$`; absent for what no setting bounds.
    #[serde(default)]
    pub at: Option<Spanned<String>>,
    /// The role of the files that it stands in; the tool's first when absent.
    #[serde(default)]
    pub file: Option<String>,
    /// How many requests that are when it is not set.
    pub unset: u32,
    /// Values that mean "no bound", and how many requests that are then.
    #[serde(default)]
    pub unbounded: Vec<serde_json::Value>,
    /// How many requests "no bound" is, at the least.
    #[serde(default)]
    pub without_bound: Option<u32>,
    /// What is counted, in the plural: "sub-agents", "title requests".
    pub counts: String,
    /// While one of these holds, it counts nothing.
    #[serde(default)]
    pub off: Vec<Selection>,
    /// It counts only while one of these holds; always when there is none.
    #[serde(default)]
    pub on: Vec<Selection>,
}

impl ConnectionEntry {
    /// Checks every place, query and expression.
    ///
    /// # Errors
    /// With file, line and column.
    pub fn check(&self, source: &Source<'_>) -> Result<(), LoadError> {
        CompiledConnection::new(self, source, crate::condition::Trust::User).map(drop)
    }
}
