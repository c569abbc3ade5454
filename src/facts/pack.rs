//! The file format of a facts pack.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::{Billing, Endpoint, Region};
use crate::load::{Deferred, LoadError, Source};

/// How a statement is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// The vendor's documentation says so.
    Documented,
    /// Somebody measured it and published the measurement.
    Observed,
    /// Claimed in a thread; nobody showed it.
    #[default]
    Reported,
}

/// Where a statement comes from.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FactOrigin {
    /// An address, or the name of a document.
    pub source: String,
    /// The day it was checked, `YYYY-MM-DD`.
    pub verified: String,
    /// How sure it is.
    pub confidence: Confidence,
    /// What a reader should know before relying on it.
    #[serde(default)]
    pub note: Option<String>,
}

/// One value, or one for each plan.
#[derive(Debug, Clone, PartialEq)]
pub enum FactValue {
    /// The same for everybody.
    One(serde_json::Value),
    /// By the profile's plan.
    ByPlan(BTreeMap<String, serde_json::Value>),
}

/// One named statement that rules refer to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fact {
    /// The name that rules use, such as `plan.concurrency`.
    pub key: String,
    /// The value, when it is the same for all plans.
    #[serde(default)]
    value: Option<serde_json::Value>,
    /// The values by plan.
    #[serde(default)]
    by_plan: Option<BTreeMap<String, serde_json::Value>>,
    /// Where it comes from.
    pub origin: Deferred<FactOrigin>,
}

impl Fact {
    /// The statement's value.
    pub fn value(&self) -> Option<FactValue> {
        match (&self.value, &self.by_plan) {
            (Some(value), None) => Some(FactValue::One(value.clone())),
            (None, Some(values)) => Some(FactValue::ByPlan(values.clone())),
            _ => None,
        }
    }
}

/// What the coding plan does with a model id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlanStatus {
    /// Served under its own name.
    Listed,
    /// Accepted, and answered by another model.
    Routed,
    /// Not in the plan: error 1311 has been seen.
    Unlisted,
}

/// One model id.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Model {
    /// The id, lower case, as Z.ai writes it.
    pub id: String,
    /// What the coding plan does with it.
    pub plan: PlanStatus,
    /// Whether the metered API sells it.
    pub metered: bool,
    /// The model that answers in its place, or that should be named instead.
    #[serde(default)]
    pub replacement: Option<String>,
    /// Context window in tokens.
    #[serde(default)]
    pub context: Option<u64>,
    /// Where it comes from.
    pub origin: Deferred<FactOrigin>,
}

/// The models that one tool offers for one of its Z.ai providers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ModelCatalogue {
    /// The tool.
    pub tool: String,
    /// The tool's own name of the provider.
    pub provider: String,
    /// The ids it knows.
    pub models: Deferred<Vec<String>>,
    /// Where it comes from.
    pub origin: Deferred<FactOrigin>,
}

/// What a client should do with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorClass {
    /// Try again after a short wait.
    Retry,
    /// Try again later and with fewer requests at once.
    SlowDown,
    /// Nothing helps before the quota resets.
    WaitForReset,
    /// Do not try again.
    Stop,
    /// The request or the set-up is wrong.
    FixConfiguration,
}

/// One of Z.ai's error codes.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ErrorCode {
    /// The business code in the response body.
    pub code: u32,
    /// The HTTP status it comes with.
    pub http: u16,
    /// What the vendor says, shortened.
    pub title: String,
    /// What a client should do.
    pub class: ErrorClass,
    /// What to do.
    #[serde(rename = "do")]
    pub advice: Vec<String>,
    /// What not to do.
    #[serde(default)]
    pub avoid: Vec<String>,
    /// Pieces of the vendor's own messages, for logs that keep the message and lose the code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub says: Vec<String>,
    /// What the code meant before, where that changed.
    #[serde(default)]
    pub earlier: Option<String>,
    /// The rules that cure its usual cause.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Whether `explain` shows how to limit requests in a program of one's own.
    #[serde(default)]
    pub limit_pattern: bool,
    /// Where it comes from.
    pub origin: FactOrigin,
}

/// A piece of the usage policy, in our words, with the wording's date.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Policy {
    /// Its name, such as `supported-tools`.
    pub id: String,
    /// What it says.
    pub text: String,
    /// The tools it names, where it names some.
    #[serde(default)]
    pub tools: Vec<String>,
    /// Where it comes from.
    pub origin: Deferred<FactOrigin>,
}

/// A facts pack.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pack {
    /// Format version: 1.
    pub schema: u32,
    /// `YYYY-MM`, the file's name.
    pub id: String,
    /// One line about the era.
    pub title: String,
    /// Whether it takes the place of a built-in pack.
    #[serde(default, rename = "override")]
    pub replaces: bool,
    /// Domains that belong to Z.ai, by region; a subdomain counts too.
    pub hosts: BTreeMap<String, Vec<String>>,
    /// Addresses.
    #[serde(default)]
    pub endpoint: Vec<Endpoint>,
    /// Models.
    #[serde(default)]
    pub model: Vec<Model>,
    /// What tools offer.
    #[serde(default)]
    pub catalogue: Vec<ModelCatalogue>,
    /// Named statements.
    #[serde(default)]
    pub fact: Vec<Fact>,
    /// Error codes.
    #[serde(default)]
    pub error: Vec<ErrorCode>,
    /// Usage policy.
    #[serde(default)]
    pub policy: Vec<Policy>,
}

impl Pack {
    /// Reads a pack.
    ///
    /// # Errors
    /// With file, line and column, when the text is not a valid pack.
    pub fn load(source: &Source<'_>) -> Result<Self, LoadError> {
        let pack: Self = source.parse()?;
        pack.check(source)?;
        Ok(pack)
    }

    /// Reads a pack without error codes, which evaluation doesn't need.
    ///
    /// # Errors
    /// As [`Pack::load`].
    pub fn brief(source: &Source<'_>) -> Result<Self, LoadError> {
        let pack: Self = source.brief()?;
        pack.check(source)?;
        Ok(pack)
    }

    fn check(&self, source: &Source<'_>) -> Result<(), LoadError> {
        source.check_schema(self.schema)?;
        source.check_id(&self.id)?;
        for fact in &self.fact {
            if fact.value.is_some() == fact.by_plan.is_some() {
                return Err(source.error_at_text(
                    &format!("\"{}\"", fact.key),
                    "a fact needs exactly one of `value` and `by-plan`",
                ));
            }
        }
        Ok(())
    }

    /// The code's explanation.
    pub fn error_code(&self, code: u32) -> Option<&ErrorCode> {
        self.error.iter().find(|error| error.code == code)
    }

    /// The region a host belongs to, when it is one of Z.ai's.
    pub fn host_region(&self, host: &str) -> Option<Region> {
        let belongs = |key: &str| {
            self.hosts.get(key).is_some_and(|domains| {
                domains.iter().any(|domain| {
                    let start = host.len().checked_sub(domain.len());
                    let end = start.and_then(|start| host.split_at_checked(start));
                    end.is_some_and(|(below, end)| {
                        end.eq_ignore_ascii_case(domain)
                            && (below.is_empty() || below.ends_with('.'))
                    })
                })
            })
        };
        if belongs("intl") {
            Some(Region::Intl)
        } else if belongs("cn") {
            Some(Region::Cn)
        } else {
            None
        }
    }

    /// The address for a protocol, a way of billing and a region.
    pub fn endpoint(
        &self,
        protocol: super::Protocol,
        billing: Billing,
        region: Region,
    ) -> Option<&Endpoint> {
        self.endpoint.iter().find(|endpoint| {
            endpoint.protocol == protocol
                && endpoint.billing == billing
                && endpoint.region == region
        })
    }
}
