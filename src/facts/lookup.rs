//! What `{ fact = "…" }` stands for, given a profile, a region and a tool.

use serde_json::Value;

use super::{
    Billing, Classified, Endpoint, FactValue, ModelCatalogue, Pack, Protocol, Region, ToolNames,
};
use crate::profile::Profile;

/// The server that the profile `self-hosted` points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfHosted {
    /// Base URL for OpenAI clients, as given.
    pub base_url: String,
    /// The model's id there.
    pub model: String,
}

/// Whether requests are to go through a gate (`--via-gate`, `--no-gate`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Via {
    /// Each address keeps the way it has.
    #[default]
    AsItIs,
    /// Through the gate at this origin, such as `http://127.0.0.1:8790`.
    Gate(String),
    /// Directly.
    Direct,
}

impl Via {
    /// The origin of the gate that was asked for.
    pub fn gate(&self) -> Option<&str> {
        match self {
            Self::Gate(origin) => Some(origin),
            Self::AsItIs | Self::Direct => None,
        }
    }
}

/// The facts as one configuration of one tool sees them.
#[derive(Debug, Clone, Copy)]
pub struct FactSet<'a> {
    /// The pack in force.
    pub pack: &'a Pack,
    /// What the user has or wants.
    pub profile: &'a Profile,
    /// Whose service the configuration uses.
    pub region: Region,
    /// Whether that was asked for (`--region`), rather than seen.
    pub region_named: bool,
    /// The tool.
    pub tool: &'a dyn ToolNames,
    /// The user's own server, for the profile `self-hosted`.
    pub self_hosted: Option<&'a SelfHosted>,
    /// The variable that holds the key (`--key-env`).
    pub key_env: Option<&'a str>,
    /// Whether requests are to go through a gate.
    pub via: &'a Via,
    /// The file that holds the key (`--key-file`), as a person would write its path.
    pub key_file: Option<&'a str>,
}

/// The tiers whose models the packs name.
const TIERS: [&str; 4] = ["main", "opus", "sonnet", "haiku"];

impl FactSet<'_> {
    /// The value of a fact, or `None` when it is unknown here.
    ///
    /// Beside the pack's own keys there are computed ones: `endpoint.<protocol>` (the base URL for the profile's
    /// billing and the region), `tool.provider` (the tool's own name of that endpoint), `tool.model.<tier>` (a model
    /// id in the tool's spelling), `tool.catalogue.<provider>` (the list of ids that the tool knows of a provider),
    /// `tool.standing` (what the policy says of the tool), `key.env` and `key.reference` (from `--key-env` or `--key-file`),
    /// and `gate.url` (from `--via-gate`; the endpoints lead through it then).
    pub fn lookup(&self, key: &str) -> Option<Value> {
        if let Some(protocol) = key.strip_prefix("endpoint.") {
            return self.endpoint(protocol).map(Value::String);
        }
        match key {
            "tool.provider" => {
                return self
                    .tool
                    .provider(self.profile.billing, self.region)
                    .map(Value::from);
            }
            "tool.standing" => return Some(self.standing().into()),
            "gate.url" => return self.gate().map(Value::from),
            "key.env" => return self.key_env.map(Value::from),
            "key.reference" => {
                return self
                    .key_env
                    .and_then(|name| self.tool.key_reference(name))
                    .or_else(|| self.tool.key_file_reference(self.key_file?))
                    .map(Value::String);
            }
            _ => {}
        }
        if let Some(tier) = key.strip_prefix("tool.model.") {
            let model = self.tier(tier)?;
            let provider = self.tool.provider(self.profile.billing, self.region)?;
            return Some(Value::String(format!("{provider}/{model}")));
        }
        if let Some(provider) = key.strip_prefix("tool.catalogue.") {
            return self
                .catalogue(provider)
                .map(|catalogue| catalogue.models.as_slice().into());
        }
        if let (Some(server), Some(tier)) = (self.self_hosted, key.split('.').next_back())
            && TIERS.contains(&tier)
        {
            return Some(Value::String(server.model.clone()));
        }
        let fact = self.pack.fact.iter().find(|fact| fact.key == key)?;
        match fact.value()? {
            FactValue::One(value) => Some(value),
            FactValue::ByPlan(values) => values.get(self.profile.plan.as_deref()?).cloned(),
        }
    }

    /// Whether any profile could know the fact; a rule that names another is broken.
    pub fn exists(pack: &Pack, key: &str) -> bool {
        let computed = match key.split_once('.') {
            Some(("endpoint", protocol)) => parse_protocol(protocol).is_some(),
            Some(("tool", rest)) => {
                matches!(rest, "provider" | "standing")
                    || rest
                        .strip_prefix("model.")
                        .is_some_and(|t| TIERS.contains(&t))
                    || rest.strip_prefix("catalogue.").is_some_and(|provider| {
                        let mut known = pack.catalogue.iter();
                        known.any(|catalogue| catalogue.provider == provider)
                    })
            }
            Some(("gate", "url")) => true,
            Some(("key", rest)) => matches!(rest, "env" | "reference"),
            _ => false,
        };
        computed || pack.fact.iter().any(|fact| fact.key == key)
    }

    /// The ids that the tool knows of one of its providers; of a tool that runs inside another one, that one's.
    pub fn catalogue(&self, provider: &str) -> Option<&ModelCatalogue> {
        let host = self.tool.host();
        self.pack.catalogue.iter().find(|catalogue| {
            catalogue.provider == provider
                && (catalogue.tool == self.tool.id() || host == Some(catalogue.tool.as_str()))
        })
    }

    /// What Z.ai's policy says of using the plan in this tool: "supported", "best-effort", "coding-only" (named as
    /// one that must not use it), "one-person" (programs of the user's own) or "unlisted". A tool that
    /// runs inside another one is judged as that one.
    fn standing(&self) -> &'static str {
        let tool = self.tool.host().unwrap_or(self.tool.id());
        let lists = |policy: &str| {
            let named = self.pack.policy.iter().filter(|one| one.id == policy);
            named
                .flat_map(|one| &one.tools)
                .any(|listed| listed == tool)
        };
        if lists("supported-tools") {
            "supported"
        } else if lists("best-effort-tools") {
            "best-effort"
        } else if lists("coding-only") {
            "coding-only"
        } else if lists("one-person") {
            "one-person"
        } else {
            "unlisted"
        }
    }

    fn tier(&self, tier: &str) -> Option<String> {
        Some(self.lookup(&format!("tier.{tier}"))?.as_str()?.to_owned())
    }

    fn endpoint(&self, protocol: &str) -> Option<String> {
        let protocol = parse_protocol(protocol)?;
        if self.profile.billing == Billing::SelfHosted {
            let base = self.self_hosted?.base_url.trim_end_matches('/');
            // Anthropic clients append `/v1/messages`, OpenAI clients only `/chat/completions`.
            return Some(match protocol {
                Protocol::Anthropic => base.strip_suffix("/v1").unwrap_or(base).to_owned(),
                Protocol::OpenaiChat | Protocol::OpenaiResponses => base.to_owned(),
            });
        }
        let endpoint = self
            .pack
            .endpoint(protocol, self.profile.billing, self.region)?;
        Some(self.address(endpoint, self.gate()))
    }

    /// The gate that was asked for.
    pub fn gate(&self) -> Option<&str> {
        self.via.gate()
    }

    /// What a URL is, where the gate that was asked for counts as one wherever it stands.
    pub fn classify(&self, url: &str) -> Classified<'_> {
        self.pack.classify_with(url, self.gate())
    }

    /// Whether a text has the shape of Z.ai's keys.
    pub fn is_key(&self, text: &str) -> bool {
        let shape = self.lookup("key.shape");
        let shape = shape.as_ref().and_then(Value::as_str).unwrap_or_default();
        regex_lite::Regex::new(&format!("^(?:{shape})$")).is_ok_and(|shape| shape.is_match(text))
    }

    /// What was meant by an address of Z.ai's that may lack its scheme, or have a blank around it; `None` for others.
    pub fn repaired(&self, text: &str) -> Option<String> {
        let trimmed = text.trim();
        let address = match trimmed.contains("://") {
            true => trimmed.to_owned(),
            false => format!("https://{}", trimmed.trim_start_matches('/')),
        };
        self.classify(&address).is_zai().then_some(address)
    }

    /// The base URL of an endpoint, through a gate where there is one that serves it.
    pub fn address(&self, endpoint: &Endpoint, gate: Option<&str>) -> String {
        match gate.filter(|_| endpoint.gate) {
            Some(origin) => format!("{origin}{}", endpoint.path()),
            None => endpoint.url.clone(),
        }
    }

    /// Whether the gate that was asked for serves an endpoint: it serves one account, so only what the profile pays
    /// with, in the region in force.
    pub fn gate_serves(&self, endpoint: &Endpoint) -> bool {
        self.gate().is_some()
            && endpoint.gate
            && endpoint.billing == self.profile.billing
            && endpoint.region == self.region
    }

    /// Whether an address of Z.ai's goes the way that was asked for; `gate` is the one that it leads through now.
    pub fn goes_as_asked(&self, endpoint: &Endpoint, gate: Option<&str>) -> bool {
        match (self.via, gate) {
            (Via::AsItIs, _) => true,
            (Via::Direct, gate) => gate.is_none(),
            (Via::Gate(asked), Some(gate)) => gate == asked,
            (Via::Gate(_), None) => !self.gate_serves(endpoint),
        }
    }
}

fn parse_protocol(text: &str) -> Option<Protocol> {
    match text {
        "anthropic" => Some(Protocol::Anthropic),
        "openai-chat" => Some(Protocol::OpenaiChat),
        "openai-responses" => Some(Protocol::OpenaiResponses),
        _ => None,
    }
}
