//! Dated statements about Z.ai: plans, models, endpoints, error codes, policy.
//!
//! A pack is one file, `rules/facts/<YYYY-MM>.toml`. Facts change every few weeks, so they carry their source, the day
//! they were verified and how sure they are, and no rule repeats a number that stands here.

mod endpoint;
mod lookup;
mod model;
mod pack;
mod tool;

pub use endpoint::{Classified, Endpoint, is_loopback};
pub use lookup::{FactSet, SelfHosted, Via};
pub use model::{ModelClass, ModelId, Spelling};
pub use pack::{
    Confidence, ErrorClass, ErrorCode, Fact, FactOrigin, FactValue, Model, ModelCatalogue, Pack,
    PlanStatus, Policy,
};
pub use tool::{Provider, ToolNames};

pub use crate::vocabulary::{Billing, Protocol, Region};
