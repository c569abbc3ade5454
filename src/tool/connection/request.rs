//! The request that a tool sends next, as far as its files and the environment tell.

use super::{Connection, SentKey, Setting};
use crate::facts::{FactSet, ModelId};
use crate::tool::Descriptor;
use crate::vocabulary::Protocol;

/// What a tool asks for next.
#[derive(Debug, Clone)]
pub struct NextRequest {
    /// The URL, without a query.
    pub url: String,
    /// What it speaks.
    pub protocol: Protocol,
    /// The model that is asked for; `None` when no setting names one.
    pub model: Option<String>,
    /// The key that is sent; `None` without one.
    pub key: Option<SentKey>,
}

/// The request that a tool with these connections sends next; `None` when none of them is in use.
pub fn next_request(
    connections: &[Connection],
    tool: &Descriptor,
    facts: &FactSet<'_>,
) -> Option<NextRequest> {
    let mut used = connections.iter().filter(|one| one.in_use);
    let connection = used.find(|one| one.url(facts).is_some())?;
    let described = connection.described(tool);
    let key = connection.key_in_force();
    if described.needs_key && key.is_none() {
        return None;
    }
    if described.needs_offer && !connection.offers_main_model(facts) {
        return None;
    }
    Some(NextRequest {
        url: connection.request_url(tool, facts)?,
        protocol: connection.protocol,
        model: connection
            .main_model()
            .map(|model| sent_model(model, connection, tool)),
        key: key.map(|key| key.sent_key(tool)),
    })
}

/// The id that is sent for a model.
fn sent_model(model: &str, connection: &Connection, tool: &Descriptor) -> String {
    let suffix = connection.described(tool).one_million.is_some();
    let bare = ModelId::parse(model).bare;
    if suffix {
        bare.to_owned()
    } else {
        model.to_owned()
    }
}

impl Connection {
    /// The model of the tier `main`; a tier's name, in whatever case, stands for that tier's model.
    pub fn main_model(&self) -> Option<&str> {
        let mut model = self.model_of("main")?.trim();
        // A tier may be another tier's name once more.
        for _ in 0..3 {
            let tier = ModelId::parse(model).bare.to_ascii_lowercase();
            match self.model_of(&tier).filter(|_| tier != "main") {
                Some(next) => model = next.trim(),
                None => break,
            }
        }
        Some(model)
    }

    /// Whether the model that is asked for is one that the tool knows of this connection, or that is declared for it.
    fn offers_main_model(&self, facts: &FactSet<'_>) -> bool {
        let Some(main) = self.main_model() else {
            return true;
        };
        let mut declared = self
            .model
            .iter()
            .filter(|one| one.tier.as_deref() == Some("offered"));
        let known = facts.catalogue(&self.name);
        declared.any(|one| one.text() == Some(main))
            || known.is_some_and(|known| known.models.iter().any(|one| one == main))
    }

    /// Where the model of the tier `main` was set, if it was.
    pub fn main_setting(&self) -> Option<&Setting> {
        let mut models = self.model.iter();
        models.find(|one| {
            one.in_force && one.tier.as_deref() == Some("main") && one.layer().is_some()
        })
    }

    /// The model in force of a tier.
    pub fn model_of(&self, tier: &str) -> Option<&str> {
        let mut models = self.model.iter();
        let of_tier = |one: &&Setting| one.in_force && one.tier.as_deref() == Some(tier);
        models.find(of_tier).and_then(Setting::used)
    }
}
