//! Environment variables that shadow settings, or are shadowed by them: now, and in the shells' start-up files.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use serde::Serialize;
use serde_json::Value;

use super::shells::{self, Assignment};
use crate::condition::query::singular;
use crate::document::Pointer;
use crate::facts::Pack;
use crate::finding::Severity;
use crate::paths::Environment;
use crate::tool::{Configuration, Descriptor, Scope, Variable, Workspace};

/// What was found of variables.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Variables {
    /// Why the variables that are set now were not looked at, if so.
    pub skipped: Option<String>,
    /// What a person should know, the worst first.
    pub found: Vec<FoundVariable>,
    /// Start-up files that could not be read, and why.
    pub unreadable: Vec<String>,
    /// Whether something asks to be changed.
    pub needs_doing: bool,
}

/// How a variable and the tool's files stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The files win: the variable does nothing.
    Shadowed,
    /// The variable wins over what the files say.
    Shadows,
    /// The files say nothing of it, so the variable is in force.
    InForce,
    /// A start-up file names other files than the ones that are read now.
    ReadsElsewhere,
}

/// One variable of one tool.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FoundVariable {
    /// The tool's id.
    pub tool: String,
    /// The variable.
    pub name: String,
    /// Where it is set; its value is never told.
    pub places: Vec<VariablePlace>,
    /// What it does.
    pub effect: Effect,
    /// How bad that is.
    pub severity: Severity,
    /// The same for people, with the cure.
    pub message: String,
}

/// Where a variable is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "in")]
pub enum VariablePlace {
    /// In the environment of this run.
    Now,
    /// In a start-up file.
    File {
        /// The file.
        file: PathBuf,
        /// Line, counted from 1.
        line: usize,
        /// Whether it is indented: probably in a function or a condition.
        conditional: bool,
    },
}

/// A variable's value at a place; unknown where the text of a start-up file doesn't say it.
type Sites = Vec<(VariablePlace, Option<String>)>;

/// Everything that sets variables.
#[derive(Debug)]
pub(super) struct Shells {
    assignments: Vec<Assignment>,
    unreadable: Vec<String>,
}

impl Shells {
    /// Reads the start-up files of the home folder.
    pub(super) fn read(environment: &Environment) -> Self {
        let (assignments, unreadable) = shells::assignments(environment);
        Self {
            assignments,
            unreadable,
        }
    }

    fn sites(&self, name: &str, environment: &Environment) -> Sites {
        let now = environment
            .var(name)
            .map(|value| (VariablePlace::Now, Some(value.to_owned())));
        let set = self.assignments.iter().filter(|one| one.name == name);
        let set = set.map(|one| {
            let place = VariablePlace::File {
                file: one.file.clone(),
                line: one.line,
                conditional: one.conditional,
            };
            (place, one.value.clone())
        });
        // An empty variable counts as unset, for the tools too.
        now.into_iter()
            .chain(set.filter(|(_, value)| value.as_deref() != Some("")))
            .collect()
    }
}

/// What a tool's files look like to the judge.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged<'a> {
    /// The tool.
    pub(super) tool: &'a Descriptor,
    /// Its files, where there are some.
    pub(super) configuration: Option<&'a Configuration>,
    /// All files.
    pub(super) workspace: &'a Workspace,
    /// Whether its files hold a key, or a reference to one.
    pub(super) has_key: bool,
}

impl<'a> Judged<'a> {
    /// The judged configuration of a tool: the one that isn't a side file.
    pub(super) fn new(tool: &'a Descriptor, workspace: &'a Workspace, has_key: bool) -> Self {
        let main = |configuration: &&Configuration| {
            let mut layers = configuration.layers.iter();
            configuration.tool.id == tool.id
                && layers.any(|layer| workspace.layers[*layer].config.scope() != Scope::Side)
        };
        Self {
            tool,
            configuration: workspace.configurations.iter().find(main),
            workspace,
            has_key,
        }
    }

    /// The value that the tool sees at a place, and the file that says it.
    fn setting(&self, place: &Pointer) -> Option<(Value, PathBuf)> {
        let configuration = self.configuration?;
        let role = self.tool.main_role();
        let value = place
            .get(&self.workspace.effective(configuration, role))?
            .clone();
        let mut layers = self.workspace.layers_of(configuration, role).rev();
        let (_, layer) =
            layers.find(|(_, layer)| layer.value().is_some_and(|all| place.get(all).is_some()))?;
        Some((value, layer.config.path.clone()))
    }

    /// Whether a variable that is set now points the tool at Z.ai, and no setting says otherwise.
    pub(super) fn points_at_zai(&self, environment: &Environment, pack: &Pack) -> bool {
        let addresses = self
            .tool
            .variable
            .iter()
            .filter(|variable| variable.address);
        addresses
            .flat_map(|variable| variable.names.iter().map(move |name| (variable, name)))
            .any(|(variable, name)| {
                let value = environment.var(name);
                value.is_some_and(|url| pack.classify(url).region().is_some())
                    && self.own_setting(variable, name).is_none()
            })
    }

    fn own_setting(&self, variable: &Variable, name: &str) -> Option<(Value, PathBuf)> {
        self.setting(&variable.setting_of(name)?.ok()?)
    }
}

/// Judges the variables of the tools that use Z.ai.
pub(super) fn judge<'a>(
    tools: impl IntoIterator<Item = Judged<'a>>,
    shells: &Shells,
    environment: &Environment,
    skipped: Option<String>,
) -> Variables {
    let mut found: Vec<FoundVariable> = Vec::new();
    for judged in tools {
        let mut by_name: BTreeMap<&str, &Variable> = BTreeMap::new();
        for variable in judged.tool.variable.iter() {
            for name in &variable.names {
                by_name.entry(name).or_insert(variable);
            }
        }
        for (name, variable) in by_name {
            let sites = shells.sites(name, environment);
            let one = One {
                judged,
                variable,
                name,
                environment,
            };
            found.extend(one.judge(sites));
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.severity));
    Variables {
        skipped,
        needs_doing: found.iter().any(|one| one.severity > Severity::Info),
        found,
        unreadable: shells.unreadable.clone(),
    }
}

/// One variable of one tool, being judged.
struct One<'a> {
    judged: Judged<'a>,
    variable: &'a Variable,
    name: &'a str,
    environment: &'a Environment,
}

impl One<'_> {
    fn judge(&self, mut sites: Sites) -> Option<FoundVariable> {
        let variable = self.variable;
        let off = |value: &Option<String>| {
            value
                .as_ref()
                .is_some_and(|value| variable.off.contains(value))
        };
        sites.retain(|(_, value)| !off(value));
        if sites.is_empty() {
            return None;
        }
        if variable.followed {
            return self.elsewhere(sites);
        }
        if let Some((value, file)) = self.judged.own_setting(variable, self.name) {
            sites.retain(|(_, site)| !same(&value, site.as_deref()));
            let file = self.environment.display(&file);
            let message = format!(
                "it does nothing for {}: {file} sets it, too, and wins",
                self.judged.tool.name
            );
            return self.found(sites, Effect::Shadowed, Severity::Info, message);
        }
        let beaten = variable.beats.iter().filter_map(|place| {
            let place = singular(place.get_ref()).ok()?;
            Some((self.judged.setting(&place)?, place.to_string()))
        });
        for ((value, file), place) in beaten {
            let mut sites = sites.clone();
            sites.retain(|(_, site)| !same(&value, site.as_deref()));
            let message = format!(
                "{} follows it and not {} in {}; unset it, or make both the same",
                self.judged.tool.name,
                place.trim_start_matches('/').replace('/', "."),
                self.environment.display(&file)
            );
            if let Some(found) = self.found(sites, Effect::Shadows, Severity::Warning, message) {
                return Some(found);
            }
        }
        if variable.without_key && self.judged.has_key {
            return None;
        }
        let says = variable.says.clone()?;
        self.found(sites, Effect::InForce, variable.severity, says)
    }

    /// A variable that names files: only a start-up file that names others than the run's own is of interest.
    fn elsewhere(&self, mut sites: Sites) -> Option<FoundVariable> {
        let now = self.environment.var(self.name);
        sites.retain(|(place, value)| {
            *place != VariablePlace::Now && value.as_deref().is_none_or(|value| Some(value) != now)
        });
        // A value that can't be told is probably the one that is set now.
        sites.retain(|(_, value)| value.is_some() || now.is_none());
        let says = self.variable.says.as_deref().unwrap_or("it names files");
        let message = format!(
            "{says}; the start-up file sets it to something else than it is now, and glm-setup follows what is set now"
        );
        self.found(sites, Effect::ReadsElsewhere, Severity::Info, message)
    }

    fn found(
        &self,
        sites: Sites,
        effect: Effect,
        severity: Severity,
        message: String,
    ) -> Option<FoundVariable> {
        let places: Vec<VariablePlace> = sites.into_iter().map(|(place, _)| place).collect();
        let conditional = |place: &VariablePlace| {
            matches!(
                place,
                VariablePlace::File {
                    conditional: true,
                    ..
                }
            )
        };
        (!places.is_empty()).then(|| FoundVariable {
            tool: self.judged.tool.id.clone(),
            name: self.name.to_owned(),
            effect,
            // A function or a condition may never run.
            severity: if places.iter().all(conditional) {
                Severity::Info
            } else {
                severity
            },
            places,
            message,
        })
    }
}

/// Whether a setting and a variable say the same; a number or a switch as the text that the tool makes of it.
fn same(setting: &Value, variable: Option<&str>) -> bool {
    match setting {
        Value::String(text) => Some(text.as_str()) == variable,
        Value::Number(_) | Value::Bool(_) => Some(setting.to_string().as_str()) == variable,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

/// The tools' ids that use Z.ai by a variable that is set now.
pub(super) fn by_variable(
    tools: &[Rc<Descriptor>],
    workspace: &Workspace,
    environment: &Environment,
    pack: &Pack,
) -> Vec<String> {
    let points = |tool: &&Rc<Descriptor>| {
        Judged::new(tool, workspace, false).points_at_zai(environment, pack)
    };
    tools
        .iter()
        .filter(points)
        .map(|tool| tool.id.clone())
        .collect()
}
