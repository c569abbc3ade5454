//! What files can't tell: running instances, variables, errors in logs, installed versions.
//!
//! Everything is read only: no process is ended, no start-up file is run or changed, no value of a variable is told.
//! What is looked for stands in the descriptors (`rules/tools/`) and the facts.

mod codes;
mod environment;
mod logs;
mod processes;
mod shells;
mod stream;
mod text;
mod versions;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde::Serialize;

pub use environment::{Effect, FoundVariable, VariablePlace, Variables};
pub use logs::{CodeCount, Logs, LogsRead, Window};
pub use processes::{HelperInstances, HostInstances, Instances, ToolInstances};
pub use text::text;
pub use versions::{Installed, Relation, Versions, installed};

use crate::facts::Pack;
use crate::paths::Environment;
use crate::plan::Plan;
use crate::profile::Profile;
use crate::tool::{Descriptor, Workspace};

/// The version of the JSON form. A member may be added without a new version; none changes its meaning or goes.
pub const VERSION: u32 = 1;

/// How the profile was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chosen {
    /// `--profile`.
    Named,
    /// The coding plan that was applied last.
    Applied,
    /// Neither: the smallest plan is assumed.
    Assumed,
}

/// Everything that was found.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Diagnosis {
    /// The version of this form.
    pub version: u32,
    /// The facts pack.
    pub facts: String,
    /// The profile's id.
    pub profile: String,
    /// How it was chosen.
    pub profile_chosen: Chosen,
    /// Running instances.
    pub instances: Instances,
    /// Environment variables.
    pub variables: Variables,
    /// Errors in logs.
    pub logs: Logs,
    /// Installed versions.
    pub versions: Versions,
    /// Whether something asks to be done.
    pub needs_doing: bool,
}

/// What the report is made from.
#[derive(Debug)]
pub struct DoctorInput<'a> {
    /// All tools.
    pub tools: &'a [Rc<Descriptor>],
    /// The tools' files.
    pub workspace: &'a Workspace,
    /// What they point at.
    pub plan: &'a Plan,
    /// The facts, with error codes.
    pub pack: &'a Pack,
    /// The profile.
    pub profile: &'a Profile,
    /// How it was chosen.
    pub chosen: Chosen,
    /// The surroundings.
    pub environment: &'a Environment,
    /// Which errors count.
    pub window: Window,
    /// Why nothing of this machine but the home folder is looked at, if so.
    pub only_home: Option<String>,
}

impl DoctorInput<'_> {
    /// Looks at everything.
    pub fn diagnose(&self) -> Diagnosis {
        let mut has_key: BTreeMap<&str, bool> = BTreeMap::new();
        for target in &self.plan.targets {
            *has_key.entry(&target.tool).or_default() |= target.has_key;
        }
        let mut uses_zai: BTreeSet<String> = self
            .plan
            .targets
            .iter()
            .filter(|target| target.uses_zai)
            .map(|target| target.tool.clone())
            .collect();
        uses_zai.extend(environment::by_variable(
            self.tools,
            self.workspace,
            self.environment,
            self.pack,
        ));
        let judged = self.tools.iter().filter(|tool| uses_zai.contains(&tool.id));
        let judged = judged.map(|tool| {
            let has_key = has_key.get(tool.id.as_str()).copied().unwrap_or_default();
            environment::Judged::new(tool, self.workspace, has_key)
        });
        let shells = environment::Shells::read(self.environment);
        let variables =
            environment::judge(judged, &shells, self.environment, self.only_home.clone());
        let instances = processes::count(
            self.tools,
            &uses_zai,
            self.pack,
            self.profile,
            self.only_home.clone(),
        );
        let logs = logs::count(self.tools, self.pack, self.environment, self.window);
        Diagnosis {
            version: VERSION,
            facts: self.pack.id.clone(),
            profile: self.profile.id.clone(),
            profile_chosen: self.chosen,
            needs_doing: instances.needs_doing || variables.needs_doing || logs.needs_doing,
            instances,
            variables,
            logs,
            versions: Versions {
                skipped: self.only_home.clone(),
                tools: versions::look(self.tools, self.environment),
            },
        }
    }
}
