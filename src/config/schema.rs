//! A configuration file as it is written: serde types only. `docs/schema/config.schema.json` describes the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::facts::Region;
use crate::load::{LoadError, Spanned};
use crate::vocabulary::Severity;

/// A configuration file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SettingsFile {
    /// The profile to judge by.
    #[serde(default)]
    pub profile: Option<Spanned<String>>,
    /// The region to judge by.
    #[serde(default)]
    pub region: Option<Spanned<Region>>,
    /// The facts pack.
    #[serde(default)]
    pub facts: Option<Spanned<String>>,
    /// Only these tools.
    #[serde(default)]
    pub tool: Option<Vec<Spanned<String>>>,
    /// Only these rules: ids, categories or tools, with `*`.
    #[serde(default)]
    pub select: Option<Vec<Spanned<String>>>,
    /// Not these rules.
    #[serde(default)]
    pub skip: Option<Vec<Spanned<String>>>,
    /// Whether warnings fail too.
    #[serde(default)]
    pub strict: Option<Spanned<bool>>,
    /// Folders with further rules, relative to the file's.
    #[serde(default)]
    pub rules_dir: Option<Vec<Spanned<String>>>,
    /// The baseline file, relative to the file's folder.
    #[serde(default)]
    pub baseline: Option<Spanned<String>>,
    /// Settings of single rules, by id.
    #[serde(default)]
    pub rules: BTreeMap<toml::Spanned<String>, RuleSettings>,
    /// What is known of installed tools, by id.
    #[serde(default)]
    pub tools: BTreeMap<toml::Spanned<String>, ToolSettings>,
    /// Findings that are known and wanted as they are.
    #[serde(default)]
    pub ignore: Vec<toml::Spanned<IgnoreEntry>>,
}

/// How bad a rule's findings are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleLevel {
    /// The rule takes no part.
    Off,
    /// Worth knowing.
    Info,
    /// Fails under `--strict`.
    Warning,
    /// Fails.
    Error,
}

impl RuleLevel {
    /// The severity; `None` for a rule that takes no part.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Info => Some(Severity::Info),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

impl std::fmt::Display for RuleLevel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.serialize(f)
    }
}

/// `[rules.<id>]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleSettings {
    /// How bad its findings are.
    pub severity: Spanned<RuleLevel>,
}

/// `[tools.<id>]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ToolSettings {
    /// The version that is installed, where it can't be seen.
    pub version: Spanned<String>,
}

/// `[[ignore]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IgnoreEntry {
    /// The rule's id, or a pattern of ids with `*`.
    pub rule: Spanned<String>,
    /// The files, as a pattern relative to the file's folder; a folder means all below it. All files without one.
    #[serde(default)]
    pub path: Option<Spanned<String>>,
    /// The place in the file, a JSON Pointer; what lies below it counts too.
    #[serde(default)]
    pub pointer: Option<Spanned<String>>,
    /// Why. An entry without one has no effect, and is a finding.
    #[serde(default)]
    pub reason: Option<String>,
    /// The last day on which it counts.
    #[serde(default)]
    pub until: Option<Spanned<Day>>,
}

/// A day, written as TOML writes dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub jiff::civil::Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        let wanted = "a date was expected, such as 2026-12-31 (without quotes)";
        let date = toml::value::Datetime::deserialize(deserializer)
            .map_err(|_| D::Error::custom(wanted))?;
        match (date.date, date.time) {
            (Some(_), None) => {
                let text = date.to_string();
                text.parse().map(Day).map_err(|_| D::Error::custom(wanted))
            }
            _ => Err(D::Error::custom(wanted)),
        }
    }
}

/// Adds what is probably meant where serde's own words help little.
pub(super) fn helped(mut error: LoadError) -> LoadError {
    if error.help.is_none() && error.message.contains("expected struct IgnoreEntry") {
        error.message = "each [[ignore]] is a table with `rule` and `reason`".to_owned();
        error.help = Some(
            "`skip = [\"RULE\"]` leaves rules out as a whole, as --ignore does; `[rules.RULE] severity = \"off\"` does it with one"
                .to_owned(),
        );
    }
    error
}
