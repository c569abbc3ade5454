//! The layer of the environment: variables `GLM_SETUP_…`, over the files and under the command line.

use std::path::PathBuf;

use clap::ValueEnum as _;

use super::SettingsLayer;
use crate::facts::Region;

/// A variable that can't be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the environment variable {name}: {expected} was expected")]
pub struct VariableError {
    /// The variable.
    pub name: &'static str,
    /// What was expected in it.
    pub expected: &'static str,
}

impl SettingsLayer {
    /// What the variables say; `var` gives one's value. Lists are separated by commas, folders as in `PATH`; an empty variable says nothing.
    ///
    /// # Errors
    /// When a variable holds something else than it may.
    pub fn in_variables(var: impl Fn(&str) -> Option<String>) -> Result<Self, VariableError> {
        let var = |name| var(name).filter(|value| !value.is_empty());
        let words = |name| -> Vec<String> {
            let listed = var(name).unwrap_or_default();
            let words = listed
                .split(',')
                .map(str::trim)
                .filter(|word| !word.is_empty());
            words.map(str::to_owned).collect()
        };
        let region = var("GLM_SETUP_REGION").map(|value| {
            Region::from_str(&value, false).map_err(|_| VariableError {
                name: "GLM_SETUP_REGION",
                expected: "intl or cn",
            })
        });
        let strict = match var("GLM_SETUP_STRICT").as_deref() {
            None | Some("0" | "false") => false,
            Some("1" | "true") => true,
            Some(_) => {
                return Err(VariableError {
                    name: "GLM_SETUP_STRICT",
                    expected: "true or false",
                });
            }
        };
        let folders = var("GLM_SETUP_RULES_DIR").unwrap_or_default();
        Ok(Self {
            profile: var("GLM_SETUP_PROFILE"),
            region: region.transpose()?,
            facts: var("GLM_SETUP_FACTS"),
            tool: words("GLM_SETUP_TOOL"),
            select: words("GLM_SETUP_SELECT"),
            skip: words("GLM_SETUP_SKIP"),
            strict,
            rules_dir: std::env::split_paths(&folders)
                .filter(|folder| !folder.as_os_str().is_empty())
                .collect(),
            baseline: var("GLM_SETUP_BASELINE").map(PathBuf::from),
        })
    }
}
