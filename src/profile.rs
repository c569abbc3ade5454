//! Profiles: what the user has or wants.

use serde::Deserialize;

use crate::load::{LoadError, Source};
use crate::vocabulary::Billing;

/// One profile, `rules/profiles/<id>.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Profile {
    /// Format version: 1.
    pub schema: u32,
    /// The file's name; what `--profile` takes.
    pub id: String,
    /// A short title, such as "GLM Coding Plan Lite".
    pub title: String,
    /// One or two sentences for the wizard and the help.
    pub description: String,
    /// Its place where profiles are listed: lower comes first.
    #[serde(default = "last")]
    pub order: u32,
    /// Who pays.
    pub billing: Billing,
    /// The key under which facts keep this profile's values (`by-plan`).
    #[serde(default)]
    pub plan: Option<String>,
    /// Whether it takes the place of a built-in profile.
    #[serde(default, rename = "override")]
    pub replaces: bool,
    /// Whether `--base-url` and `--model` must be given.
    #[serde(default)]
    pub needs_server: bool,
}

/// Profiles that don't say come after those that do.
fn last() -> u32 {
    u32::MAX
}

impl Profile {
    /// Reads a profile.
    ///
    /// # Errors
    /// With file, line and column, when the text is not a valid profile.
    pub fn load(source: &Source<'_>) -> Result<Self, LoadError> {
        let profile: Self = source.brief()?;
        source.check_schema(profile.schema)?;
        source.check_id(&profile.id)?;
        Ok(profile)
    }
}
