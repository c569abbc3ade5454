//! What every command needs: the surroundings, the catalogue, and a way to print.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anstream::{AutoStream, ColorChoice};

use super::args::{Color, Global};
use super::failure::{Failure, UsageError};
use super::{layers, select};
use crate::config::{Config, EffectiveSettings, SettingsLayer};
use crate::facts::Billing;
use crate::paths::Environment;
use crate::plan::{self, Plan, Request};
use crate::redact::Redactor;
use crate::report::{Report, Style, visible};
use crate::rule::catalogue::Catalogue;
use crate::tool::{ReadError, Recogniser, Workspace};
use crate::transaction::{self, StateDir, Summary, TransactionState};

/// What every command needs.
pub(super) struct CliContext {
    /// The options of every command.
    pub(super) global: Global,
    /// The surroundings.
    pub(super) environment: Environment,
    /// Rules, facts, profiles, tools.
    pub(super) catalogue: Rc<Catalogue>,
    /// The user's configuration file.
    pub(super) user: Option<Config>,
    /// What the command line says of facts and rules, before the configuration is asked.
    pub(super) said: SettingsLayer,
    /// What the environment says.
    pub(super) variables: SettingsLayer,
    /// Where the program was started, also under `--home`.
    pub(super) working_folder: PathBuf,
}

impl CliContext {
    /// Reads the surroundings and the catalogue.
    pub(super) fn new(global: Global) -> Result<Self, Failure> {
        let environment = Environment::from_process(global.home.as_deref())?;
        let user = match global.isolated {
            true => None,
            false => Config::user(&environment.config_dir)?,
        };
        let said = SettingsLayer {
            facts: global.facts.clone(),
            rules_dir: global.rules_dir.clone(),
            ..SettingsLayer::default()
        };
        let variables = SettingsLayer::in_variables(|name| std::env::var(name).ok())?;
        let mut global = global;
        let settings = EffectiveSettings::new(&user.iter().collect::<Vec<_>>(), &variables, &said);
        global.facts = settings.facts.value;
        global.rules_dir = settings
            .rules_dir
            .into_iter()
            .map(|one| one.value)
            .collect();
        let folders = rule_folders(&global, &environment);
        let catalogue = match &global.catalogue {
            Some(instead) => {
                let all: Vec<PathBuf> = std::iter::once(instead.clone()).chain(folders).collect();
                Catalogue::only(&all)?
            }
            None => Catalogue::load(&folders)?,
        };
        if let Some(user) = &user {
            user.check_words(&catalogue)?;
        }
        check_variables(&variables, &catalogue)?;
        let working_folder = std::env::current_dir()?;
        Ok(Self {
            global,
            environment,
            catalogue: Rc::new(catalogue),
            user,
            said,
            variables,
            working_folder,
        })
    }

    /// The folders that the catalogue was extended with.
    pub(super) fn rule_folders(&self) -> Vec<PathBuf> {
        rule_folders(&self.global, &self.environment)
    }

    /// Where backups lie.
    pub(super) fn state(&self) -> StateDir {
        StateDir::new(self.environment.state_dir.clone())
    }

    /// The last `apply` that is in place.
    pub(super) fn last_applied(&self) -> Result<Option<Summary>, Failure> {
        let state = self.state();
        if !state.path().is_dir() {
            return Ok(None);
        }
        let mut all = transaction::list(&state)?.into_iter();
        Ok(all.find(|one| one.state == TransactionState::Done && one.command == "apply"))
    }

    /// The coding plan that was applied last: what configurations without a profile are judged by.
    pub(super) fn last_plan(&self) -> Result<Option<String>, Failure> {
        Ok(self
            .last_applied()?
            .and_then(|applied| self.plan_of(&applied)))
    }

    /// The coding plan that a run applied. A profile that is gone, or that pays in another way, says nothing about it.
    pub(super) fn plan_of(&self, applied: &Summary) -> Option<String> {
        let profile = self.catalogue.profile(applied.profile.as_deref()?).ok()?;
        (profile.billing == Billing::CodingPlan).then_some(profile.id)
    }

    /// The plan for what was read. A request that says nothing of what is silenced gets what the user's own file says.
    pub(super) fn plan(
        &self,
        workspace: &mut Workspace,
        request: &Request,
    ) -> Result<Plan, Failure> {
        let request = layers::with_user_settings(self, request);
        Ok(plan::compute(
            &self.catalogue,
            workspace,
            &self.environment,
            &request,
        )?)
    }

    /// The report of a plan, in the style that was asked for.
    pub(super) fn report<'r>(&'r self, plan: &'r Plan, workspace: &'r Workspace) -> Report<'r> {
        Report {
            style: Style {
                color: self.color(),
                verbose: self.global.verbose,
                quiet: self.global.quiet,
                statistics: false,
            },
            ..Report::new(
                plan,
                workspace,
                &self.catalogue,
                &self.environment,
                &self.working_folder,
            )
        }
    }

    /// Tells of the files that could not be read.
    pub(super) fn report_problems(&self, problems: &[ReadError], redactor: &Redactor) {
        for problem in problems {
            let problem = problem.to_string();
            self.message(&format!("error: {}", redactor.text(&problem)));
        }
    }

    /// Detects and reads: the home folder's files and those of the project folders (the working folder without any).
    pub(super) fn workspace(&self, projects: &[PathBuf]) -> Result<Workspace, Failure> {
        let mut folders = Vec::new();
        for project in projects {
            let folder = std::path::absolute(project)?;
            if !folder.is_dir() {
                return Err(UsageError::NoSuchFolder(project.clone()).into());
            }
            folders.push(folder);
        }
        if projects.is_empty() && self.environment.cwd != self.environment.home {
            folders.push(self.environment.cwd.clone());
        }
        Ok(Workspace::read(
            self.catalogue.tools(),
            &self.environment,
            &folders,
        ))
    }

    /// Reads the given files, and whatever config files the given folders hold; nothing else.
    pub(super) fn paths(&self, paths: &[PathBuf]) -> Result<Workspace, Failure> {
        let mut folders = Vec::new();
        let mut files = Vec::new();
        let recogniser = Recogniser::new(self.catalogue.tools());
        for path in paths {
            let absolute = std::path::absolute(path)?;
            if absolute.is_dir() {
                folders.push(absolute);
            } else if absolute.symlink_metadata().is_err() {
                return Err(UsageError::NoSuchPath(path.clone()).into());
            } else {
                let known = recogniser.files(&absolute);
                if known.is_empty() {
                    return Err(UsageError::NotAConfig(path.clone()).into());
                }
                files.extend(known);
            }
        }
        let mut workspace = Workspace::default();
        if !folders.is_empty() {
            let pack = self.catalogue.statements(self.global.facts.as_deref())?;
            let hosts: Vec<String> = pack.hosts.values().flatten().cloned().collect();
            for folder in &folders {
                let tree = crate::tool::tree::read(&recogniser, folder, &hosts);
                for template in &tree.unread_templates {
                    self.message(&format!(
                        "note: {}: a template that can't be read before it is filled in; it was passed over",
                        self.display(template)
                    ));
                }
                workspace.add_tree(tree, &self.environment);
            }
        }
        for file in files {
            let tool = std::rc::Rc::clone(&file.tool);
            workspace.add(&tool, vec![file]);
        }
        Ok(workspace)
    }

    /// Prints to standard output. A closed pipe is not an error: whoever reads has seen enough.
    pub(super) fn print(&self, text: &str) {
        let shown = visible::styled(text);
        let mut out = AutoStream::new(io::stdout().lock(), choice(self.global.color));
        // Most output has no colours that would have to be taken out.
        let _ = match shown.contains('\u{1b}') {
            true => out.write_all(shown.as_bytes()),
            false => out.into_inner().write_all(shown.as_bytes()),
        };
    }

    /// Prints JSON to standard output.
    pub(super) fn print_json(&self, value: &serde_json::Value) {
        self.print(&visible::json(&format!("{value:#}\n")));
    }

    /// Prints a message to standard error.
    pub(super) fn message(&self, text: &str) {
        let text = text.strip_suffix('\n').unwrap_or(text);
        let _ = writeln!(
            AutoStream::new(io::stderr().lock(), choice(self.global.color)),
            "{}",
            visible::styled(text)
        );
    }

    /// Whether standard output shows colour.
    pub(super) fn color(&self) -> bool {
        match self.global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => AutoStream::choice(&io::stdout()) != ColorChoice::Never,
        }
    }

    /// Whether somebody can be asked.
    pub(super) fn interactive(&self) -> bool {
        io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    /// A path as a person would write it.
    pub(super) fn display(&self, path: &Path) -> String {
        self.environment.display(path)
    }
}

/// Refuses variables that name no profile, tool or rule.
fn check_variables(said: &SettingsLayer, catalogue: &Catalogue) -> Result<(), Failure> {
    let of = |name: &'static str| {
        move |cause: Failure| Failure::InVariable {
            name,
            cause: Box::new(cause),
        }
    };
    if let Some(profile) = &said.profile {
        let known = catalogue.profile(profile);
        known.map_err(|error| of("GLM_SETUP_PROFILE")(error.into()))?;
    }
    for tool in &said.tool {
        let known = catalogue.tool(tool);
        known.map_err(|error| of("GLM_SETUP_TOOL")(error.into()))?;
    }
    select::words(catalogue, said.select.iter()).map_err(of("GLM_SETUP_SELECT"))?;
    select::words(catalogue, said.skip.iter()).map_err(of("GLM_SETUP_SKIP"))
}

fn rule_folders(global: &Global, environment: &Environment) -> Vec<PathBuf> {
    let own = environment.config_dir.join("rules");
    own.is_dir()
        .then_some(own)
        .into_iter()
        .chain(global.rules_dir.iter().cloned())
        .collect()
}

fn choice(color: Color) -> ColorChoice {
    match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
}

/// Tells why a command ended early, on standard error.
pub(super) fn complain(color: Color, failure: &Failure) {
    let text = Redactor::new().text(&failure.to_string()).into_owned();
    let text = visible::plain(&text);
    let bold = anstyle::Style::new()
        .bold()
        .fg_color(Some(anstyle::AnsiColor::Red.into()));
    let mut stderr = AutoStream::new(io::stderr().lock(), choice(color));
    let _ = writeln!(stderr, "{bold}error{bold:#}: {text}");
}
