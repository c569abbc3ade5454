//! Connections: the ways in which a tool reaches a model service.
//!
//! What decides a request is an address, the protocol spoken there, the key sent with it, the models asked for, and how
//! many requests may run at once, wherever each of these was set. A descriptor says once where they stand
//! (`[[connection]]`, `[[cap]]`); everything else reads [`Connection`]s.

mod cap;
mod compile;
mod key;
mod request;
mod resolve;
mod schema;

pub use cap::{CappedBy, RequestsAtOnce, requests_at_once};
pub use key::{KeyKind, SentKey};
pub use request::{NextRequest, next_request};
pub use resolve::connections;
pub use schema::{Cap, ConnectionEntry, SetUp};

use serde_json::Value;

use super::Descriptor;
use crate::document::Pointer;
use crate::facts::{Classified, FactSet, Provider};
use crate::vocabulary::{Billing, Protocol, Region};

/// One way in which a tool reaches a model service.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Which of the descriptor's `[[connection]]` entries it is.
    pub entry: usize,
    /// Its name in the tool's settings; empty when it has none.
    pub name: String,
    /// The place of its node, counted from the tool's settings; for one without an entry, where the entry would be.
    pub node: Pointer,
    /// The one file that it stands in, for connections that are not merged from several.
    pub layer: Option<usize>,
    /// Whether it is written in a file, rather than known to the tool.
    pub written: bool,
    /// Whether the tool uses it as it is set up.
    pub in_use: bool,
    /// Whether a `[1m]` suffix of its models does something: the tool takes it off and allows a longer context.
    pub one_million: bool,
    /// What it speaks.
    pub protocol: Protocol,
    /// What the tool appends to the address.
    pub appends: String,
    /// Every place where its address is set, the one in force first.
    pub address: Vec<Setting>,
    /// Every place where its key is set, the one in force first.
    pub key: Vec<Setting>,
    /// Every model that is asked for through it.
    pub model: Vec<Setting>,
}

/// One value of a connection, and where it was set.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The value; of a prefixed model without the prefix.
    pub value: Value,
    /// Where it was set.
    pub origin: Origin,
    /// What the value is.
    pub kind: SettingKind,
    /// What a model is used for.
    pub tier: Option<String>,
    /// What stands before the value in its place: a connection's name and `/`, or a variable's name and `=`.
    pub before: String,
    /// Whether it is the one that counts.
    pub in_force: bool,
    /// Whether it is made of two places.
    pub joined: bool,
    /// Of a reference to a variable: that one's value, where the environment has it.
    pub expanded: Option<String>,
    /// For a key: whether it stays when the connection moves to another way of billing.
    pub moves: bool,
}

/// Where a value was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In a file: the index of the layer, and the place counted from the file's root.
    File {
        /// Index into the workspace's layers.
        layer: usize,
        /// The place in the file.
        pointer: Pointer,
    },
    /// In the environment.
    Variable(String),
    /// Nowhere: it is what the tool takes by itself.
    Default,
}

/// What the value of a setting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingKind {
    /// The value itself.
    Literal,
    /// One of the tool's own names of an endpoint.
    Word,
    /// The name of a variable that holds the value.
    VariableName,
    /// A command that prints the value.
    Command,
    /// The token of a login.
    Login,
}

impl Setting {
    /// The value, when it is a text.
    pub fn text(&self) -> Option<&str> {
        self.value.as_str()
    }

    /// What the tool makes of the value: the text, or the value of the variable that it refers to.
    pub fn used(&self) -> Option<&str> {
        self.expanded.as_deref().or_else(|| self.text())
    }

    /// The file that it was set in.
    pub fn layer(&self) -> Option<usize> {
        match self.origin {
            Origin::File { layer, .. } => Some(layer),
            Origin::Variable(_) | Origin::Default => None,
        }
    }
}

impl Connection {
    /// The descriptor's entry of it.
    pub fn described<'d>(&self, tool: &'d Descriptor) -> &'d ConnectionEntry {
        &tool.connection[self.entry]
    }

    /// Whether it says anything of the tool: of some tools only what is in use does.
    pub fn counts(&self, tool: &Descriptor) -> bool {
        self.in_use || !self.described(tool).only_in_use
    }

    /// The address setting that counts.
    pub fn address_in_force(&self) -> Option<&Setting> {
        self.address.iter().find(|setting| setting.in_force)
    }

    /// The key setting that counts.
    pub fn key_in_force(&self) -> Option<&Setting> {
        self.key.iter().find(|setting| setting.in_force)
    }

    /// The endpoint that the tool's own name of one stands for: the connection's own name, or a word in its settings.
    pub fn provider<'f>(&self, facts: &FactSet<'f>) -> Option<&'f Provider> {
        let known = |word: &str| facts.tool.providers().iter().find(|one| one.id == word);
        let words = self.address.iter();
        let mut words = words.filter(|setting| setting.kind == SettingKind::Word);
        let word = words.find(|setting| setting.in_force || setting.text() == Some(&self.name));
        known(word?.text()?)
    }

    /// Who is meant to pay: what a name of the tool's own stands for, else what the address tells.
    pub fn intended_billing(&self, facts: &FactSet<'_>) -> Option<Billing> {
        let named = self.provider(facts).map(|provider| provider.billing);
        named.or_else(|| self.billing(facts))
    }

    /// The base URL in force, also where only a name stands for it.
    pub fn url(&self, facts: &FactSet<'_>) -> Option<String> {
        let setting = self.address_in_force()?;
        if setting.kind != SettingKind::Word {
            return setting.used().map(|text| text.trim().to_owned());
        }
        let provider = self.provider(facts)?;
        let region = provider.region.unwrap_or(facts.region);
        let endpoint = facts
            .pack
            .endpoint(self.protocol, provider.billing, region)?;
        Some(facts.address(endpoint, None))
    }

    /// The URL that the tool asks, without a query; `None` where the address is no URL.
    pub fn request_url(&self, tool: &Descriptor, facts: &FactSet<'_>) -> Option<String> {
        let base = self.url(facts).filter(|base| base.contains("://"))?;
        let base = match self.described(tool).keeps_slash {
            true => base.as_str(),
            false => base.strip_suffix('/').unwrap_or(&base),
        };
        Some(format!("{base}{}", self.appends))
    }

    /// Who pays, as far as the address or the name tells.
    pub fn billing(&self, facts: &FactSet<'_>) -> Option<Billing> {
        match self.address_in_force() {
            Some(setting) if setting.kind != SettingKind::Word => {
                facts.classify(setting.text()?).billing()
            }
            _ => self.provider(facts).map(|provider| provider.billing),
        }
    }

    /// Whose service it is, as far as the address or the name tells.
    pub fn region(&self, facts: &FactSet<'_>) -> Option<Region> {
        let literal = self.address_in_force();
        let literal = literal.filter(|setting| setting.kind != SettingKind::Word);
        let by_address = literal.and_then(|setting| facts.classify(setting.text()?).region());
        by_address.or_else(|| self.provider(facts)?.region)
    }

    /// Whether its requests go to Z.ai, or are meant to: by its address, by its name, or, where no address is set, by a
    /// model of Z.ai's.
    pub fn is_zai(&self, facts: &FactSet<'_>) -> bool {
        let set = self.address_in_force();
        match set {
            Some(setting) if setting.kind != SettingKind::Word => {
                let text = setting.text().unwrap_or_default();
                let class = facts.classify(text);
                class.is_zai()
                    || (setting.origin == Origin::Default || class == Classified::NotAUrl)
                        && self.asks_for_glm(facts)
                    || facts.repaired(text).is_some()
            }
            _ => match self.provider(facts) {
                Some(provider) => provider.billing != Billing::SelfHosted,
                None => self.asks_for_glm(facts),
            },
        }
    }

    fn asks_for_glm(&self, facts: &FactSet<'_>) -> bool {
        let mut models = self.model.iter().filter_map(Setting::text);
        models.any(|model| facts.pack.is_glm(model))
    }
}
