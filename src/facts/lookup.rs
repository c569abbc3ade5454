//! What `{ fact = "…" }` stands for, given a profile, a region and a tool.

use serde_json::Value;

use super::{Billing, FactValue, Pack, Protocol, Region};
use crate::profile::Profile;
use crate::tool::Descriptor;

/// The server that the profile `self-hosted` points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfHosted {
    /// Base URL for OpenAI clients, as given.
    pub base_url: String,
    /// The model's id there.
    pub model: String,
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
    pub tool: &'a Descriptor,
    /// The user's own server, for the profile `self-hosted`.
    pub self_hosted: Option<&'a SelfHosted>,
    /// The variable that holds the key (`--key-env`).
    pub key_env: Option<&'a str>,
}

/// The tiers whose models the packs name.
const TIERS: [&str; 4] = ["main", "opus", "sonnet", "haiku"];

impl FactSet<'_> {
    /// The value of a fact, or `None` when it is unknown here.
    ///
    /// Beside the pack's own keys there are computed ones: `endpoint.<protocol>` (the base URL for the profile's
    /// billing and the region), `tool.provider` (the tool's own name of that endpoint), `tool.model.<tier>` (a model
    /// id in the tool's spelling), `tool.standing` (what the policy says of the tool), `key.env` and `key.reference` (from `--key-env`).
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
            "key.env" => return self.key_env.map(Value::from),
            "key.reference" => {
                return self
                    .key_env
                    .and_then(|name| self.tool.key_reference(name))
                    .map(Value::String);
            }
            _ => {}
        }
        if let Some(tier) = key.strip_prefix("tool.model.") {
            let model = self.tier(tier)?;
            let provider = self.tool.provider(self.profile.billing, self.region)?;
            return Some(Value::String(format!("{provider}/{model}")));
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
            }
            Some(("key", rest)) => matches!(rest, "env" | "reference"),
            _ => false,
        };
        computed || pack.fact.iter().any(|fact| fact.key == key)
    }

    /// What Z.ai's policy says of using the plan in this tool: "supported", "best-effort", "coding-only" (named as
    /// one that must not use it), "one-person" (programs of the user's own) or "unlisted". A tool that
    /// runs inside another one is judged as that one.
    fn standing(&self) -> &'static str {
        let tool = self.tool.uses_zai.host.as_deref().unwrap_or(&self.tool.id);
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
        Some(
            self.pack
                .endpoint(protocol, self.profile.billing, self.region)?
                .url
                .clone(),
        )
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
