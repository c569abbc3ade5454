//! Which command fixes what was found.

use crate::finding::{FixState, Safety};
use crate::plan::Plan;

/// The command that is suggested.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Advice {
    /// `apply`, for the home folder's files.
    #[default]
    Apply,
    /// `lint --fix` with these arguments, for files that paths name: `apply` would fix the home folder's instead.
    Fix(String),
}

impl Advice {
    /// What becomes of a fix, as a hint; empty when there is none. Not redacted.
    pub fn of(&self, fix: &FixState) -> String {
        let command = match self {
            Self::Apply => "apply",
            Self::Fix(_) => "lint --fix",
        };
        match fix {
            FixState::None => String::new(),
            FixState::FixedByOther => "another rule's fix mends it".to_owned(),
            FixState::Planned(Safety::Safe) => format!("`{command}` mends it, safely"),
            FixState::Planned(_) => format!("`{command} --unsafe-fixes` mends it"),
            FixState::NeedsUnsafe(Some(consequence)) => {
                format!("--unsafe-fixes mends it: {consequence}")
            }
            FixState::NeedsUnsafe(None) => "--unsafe-fixes mends it".to_owned(),
            FixState::DisplayOnly => {
                "has to be mended by hand; `glm-setup explain` says how".to_owned()
            }
            FixState::Impossible(reason) => format!("can't be fixed here: {reason}"),
        }
    }

    /// The whole command for what a plan found.
    pub fn command(&self, plan: &Plan) -> String {
        match self {
            Self::Apply => format!("glm-setup apply --profile {}", profile(plan)),
            Self::Fix(arguments) => format!("glm-setup lint --fix {arguments}"),
        }
    }
}

/// The profile to suggest: the one that all configurations were judged by, unless it would cost money.
fn profile(plan: &Plan) -> &str {
    let mut profiles = plan
        .targets
        .iter()
        .filter(|target| target.uses_zai)
        .map(|target| target.profile.as_str());
    let first = profiles.next().unwrap_or("lite");
    if first != "metered" && profiles.all(|other| other == first) {
        first
    } else {
        "PROFILE"
    }
}
