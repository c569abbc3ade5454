//! Dated statements about Z.ai: plans, models, endpoints, error codes, policy.
//!
//! A pack is one file, `rules/facts/<YYYY-MM>.toml`. Facts change every few weeks, so they carry their source, the day
//! they were verified and how sure they are, and no rule repeats a number that stands here.

mod endpoint;
mod lookup;
mod model;
mod pack;

pub use endpoint::{Classified, Endpoint, is_loopback};
pub use lookup::{FactSet, SelfHosted, Via};
pub use model::{ModelClass, ModelId};
pub use pack::{
    Catalogue, Confidence, ErrorClass, ErrorCode, Fact, FactValue, Model, Origin, Pack, PlanStatus,
    Policy,
};

use serde::Deserialize;

/// Who pays for a request, which the address decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Billing {
    /// The GLM Coding Plan's quota.
    CodingPlan,
    /// The account's balance.
    Metered,
    /// A server of the user's own.
    SelfHosted,
}

/// The wire protocol that an address speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// Anthropic Messages: clients append `/v1/messages`.
    Anthropic,
    /// OpenAI Chat Completions: clients append `/chat/completions`.
    OpenaiChat,
    /// OpenAI Responses: clients append `/responses`.
    OpenaiResponses,
}

/// Z.ai's two services. Keys of one are not valid on the other.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, serde::Serialize, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Region {
    /// `api.z.ai`.
    Intl,
    /// `open.bigmodel.cn`, mainland China.
    Cn,
}

macro_rules! display_kebab {
    ($($type:ty),*) => {$(
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.serialize(f)
            }
        }
    )*};
}
use serde::Serialize as _;
display_kebab!(Billing, Protocol, Region);
