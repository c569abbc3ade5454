//! What a descriptor says of a tool beside its config files: logs, variables, helpers, installed versions.
//!
//! `glm-setup doctor` reads these; every table is optional.

use serde::Deserialize;

use crate::condition::query::singular;
use crate::document::Pointer;
use crate::load::{LoadError, Source, Spanned};
use crate::vocabulary::Severity;

/// The form of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// One JSON value on each line.
    Jsonl,
    /// Lines of text that hold a time such as `2026-11-22T04:53:27` near their start.
    Text,
}

/// Files in which a tool writes down the errors that it gets.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Log {
    /// The files (templates, may hold `*`).
    pub paths: Vec<String>,
    /// Their form.
    pub format: LogFormat,
    /// JSON lines: where the time stands (RFC 3339), a singular query.
    #[serde(default)]
    pub time: Option<Spanned<String>>,
    /// JSON lines: where the line's name stands; a line that was copied to another file counts once.
    #[serde(default)]
    pub id: Option<Spanned<String>>,
    /// How an error of the service shows.
    #[serde(default)]
    pub error: Vec<LogError>,
    /// Which errors don't get into it, in a sentence.
    #[serde(default)]
    pub misses: Option<String>,
}

/// How an error of the service shows in a log.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LogError {
    /// A text that every such line holds. Lines without it are never parsed, so it should be rare.
    pub contains: String,
    /// JSON lines: what else must hold.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// JSON lines: where the error's text stands, a singular query.
    #[serde(default)]
    pub at: Option<Spanned<String>>,
    /// Text: such a line holds this in its first 60 bytes, for example the level; later it may be somebody's prompt.
    #[serde(default)]
    pub head: Option<String>,
    /// Text: such a line holds one of these, too.
    #[serde(default)]
    pub any: Vec<String>,
    /// Text: the error's text begins behind the last occurrence of the first of these that is in the line. A line
    /// without any of them doesn't count: what stands elsewhere may be somebody's prompt.
    #[serde(default)]
    pub after: Vec<String>,
}

/// A value that stands at a place of a JSON line.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Condition {
    /// The place, a singular query.
    pub at: Spanned<String>,
    /// The value.
    pub equals: serde_json::Value,
}

/// Environment variables that a tool reads.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variable {
    /// Their names.
    pub names: Vec<String>,
    /// The setting of the same meaning, which wins where it is there: a singular query in which `{name}` stands for the
    /// variable's name.
    #[serde(default)]
    pub setting: Option<String>,
    /// Settings that the variable beats while it is in force, singular queries.
    #[serde(default)]
    pub beats: Vec<Spanned<String>>,
    /// Values that are the same as no variable.
    #[serde(default)]
    pub off: Vec<String>,
    /// Whether its value is the address that requests go to.
    #[serde(default)]
    pub address: bool,
    /// Whether it names the place of the tool's files. glm-setup follows the one that is set now; a start-up file that
    /// sets another one is reported.
    #[serde(default)]
    pub followed: bool,
    /// Whether it matters only while the tool's files hold no key.
    #[serde(default)]
    pub without_key: bool,
    /// What it does when it is in force, and what to do about it; without it nothing is said.
    #[serde(default)]
    pub says: Option<String>,
    /// How bad that is.
    #[serde(default = "info")]
    pub severity: Severity,
}

fn info() -> Severity {
    Severity::Info
}

/// Programs beside the tool that send requests on the same account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Helper {
    /// Their names.
    pub programs: Vec<String>,
    /// What they are, in a few words.
    pub name: String,
    /// When they send requests, in a sentence.
    pub says: String,
}

/// How the installed version is seen without running the program.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Version {
    /// Names of npm packages; the `package.json` beside or above the program says which version it is.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Pieces of the program's resolved path in which `{version}` is the version, such as `claude/versions/{version}`.
    #[serde(default)]
    pub paths: Vec<String>,
}

impl Log {
    pub(super) fn check(&self, source: &Source<'_>) -> Result<(), LoadError> {
        let wrong = |message: &str| {
            let place = self.paths.first().map_or("[[log]]", String::as_str);
            Err(source.error_at_text(place, message))
        };
        let places = self.time.iter().chain(&self.id);
        let of_errors = self.error.iter().flat_map(|error| {
            let conditions = error.when.iter().map(|condition| &condition.at);
            conditions.chain(&error.at)
        });
        for place in places.chain(of_errors) {
            query(source, place)?;
        }
        for error in &self.error {
            let fits = match self.format {
                LogFormat::Jsonl => self.time.is_some() && error.at.is_some(),
                LogFormat::Text => !error.after.is_empty() && error.when.is_empty(),
            };
            if !fits || error.contains.is_empty() {
                return wrong(
                    "a log of JSON lines needs `time` and, in each error, `contains` and `at`; a text log `contains` and `after`",
                );
            }
        }
        Ok(())
    }
}

impl Variable {
    pub(super) fn check(&self, source: &Source<'_>) -> Result<(), LoadError> {
        for place in &self.beats {
            query(source, place)?;
        }
        for name in &self.names {
            if let Some(Err(message)) = self.setting_of(name) {
                let setting = self.setting.as_deref().unwrap_or_default();
                return Err(source.error_at_text(setting, message));
            }
        }
        Ok(())
    }

    /// The setting's place for one of the names.
    pub fn setting_of(&self, name: &str) -> Option<Result<Pointer, String>> {
        let setting = self.setting.as_ref()?;
        Some(singular(&setting.replace("{name}", name)))
    }
}

fn query(source: &Source<'_>, place: &Spanned<String>) -> Result<(), LoadError> {
    singular(place.get_ref())
        .map(drop)
        .map_err(|message| source.error(place.span(), message, None))
}
