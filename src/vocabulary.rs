//! The words that everything uses: who pays, what is spoken, whose service, how far a file reaches, how bad a finding is.

use serde::{Deserialize, Serialize};

/// Who pays for a request, which the address decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// Anthropic Messages: the path of a request ends in `/v1/messages`.
    Anthropic,
    /// OpenAI Chat Completions: it ends in `/chat/completions`.
    OpenaiChat,
    /// OpenAI Responses: it ends in `/responses`.
    OpenaiResponses,
}

impl Protocol {
    /// What stands between one of Z.ai's addresses and the end of a request's URL.
    pub fn path(self) -> &'static str {
        match self {
            Self::Anthropic => "/v1/messages",
            Self::OpenaiChat => "/chat/completions",
            Self::OpenaiResponses => "/responses",
        }
    }
}

/// Z.ai's two services. Keys of one are not valid on the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Region {
    /// `api.z.ai`.
    Intl,
    /// `open.bigmodel.cn`, mainland China.
    Cn,
}

/// How far a config file reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Everything this user does.
    User,
    /// One project, shared with others.
    Project,
    /// One project, this user only.
    Local,
    /// Set by an administrator; never written.
    Managed,
    /// Used alone, when named on the tool's command line.
    Side,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Costs speed, money or quota, or will break soon.
    Warning,
    /// Requests fail, keys leak, or the file does nothing.
    Error,
}

/// Whether a fix may be applied without being asked for (ruff's words).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Safety {
    /// Shown only.
    DisplayOnly,
    /// Takes away something that the user chose, or costs money: only with `--unsafe-fixes`.
    Unsafe,
    /// Nothing is lost but speed or decoration.
    Safe,
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// Files that the tool can't read or keys that it doesn't know.
    Syntax,
    /// Keys and tokens.
    Secrets,
    /// Addresses and providers.
    Endpoints,
    /// Model ids and tiers.
    Models,
    /// Plugins and servers.
    Plugins,
    /// Requests at the same time.
    Concurrency,
    /// The usage policy.
    Policy,
    /// Ignores and baselines.
    Ignores,
}

macro_rules! display_as_serialized {
    ($($type:ty),*) => {$(
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.serialize(f)
            }
        }
    )*};
}
display_as_serialized!(Billing, Protocol, Region, Scope, Severity, Safety, Category);
