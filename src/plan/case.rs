//! Running a rule's own cases.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use crate::config::{Config, ConfigOwner, REPOSITORY_FILE};
use crate::facts::{SelfHosted, Via};
use crate::finding::FixState;
use crate::ignore::{Baseline, DEFAULT_BASELINE, Ignores};
use crate::load::LoadError;
use crate::paths::{Environment, Os};
use crate::plan::{self, Plan, Request};
use crate::rule::Rule;
use crate::rule::catalogue::{ANY_TOOL, Catalogue};
use crate::rule::schema::Case;
use crate::tool::{ConfigFile, Descriptor, FileEntry, Scope, Workspace, choose_in_force};

/// The model of the server in cases of the profile `self-hosted`.
const LOCAL_MODEL: &str = "glm-local";

/// Runs one case.
///
/// # Errors
/// With what differs from what the case says.
pub fn run(catalogue: &Catalogue, rule: &Rule, case: &Case) -> Result<(), String> {
    let stage = Stage::new(catalogue, rule, case)?;
    let (mut plan, after) = stage.play(case.before.as_deref())?;
    plan.findings.retain(|finding| finding.rule == rule.id);
    let messages = || {
        plan.findings
            .iter()
            .map(|finding| format!("\n  found: {}", finding.message))
            .collect::<String>()
    };
    if !plan.disagreement.is_empty() {
        return Err("the fixes don't converge: each round finds something to change".to_owned());
    }
    if case.clean && !plan.findings.is_empty() {
        return Err(format!(
            "no finding was expected, but there are {}{}",
            plan.findings.len(),
            messages()
        ));
    }
    if !case.clean && plan.findings.is_empty() {
        let skipped: String = plan
            .skipped
            .iter()
            .map(|skipped| format!("; skipped: the fact {} is unknown", skipped.fact))
            .collect();
        let refused: String = plan
            .refusals
            .iter()
            .map(|refusal| format!("; refused: {}", refusal.reason))
            .collect();
        return Err(format!(
            "a finding was expected, but there is none{skipped}{refused}"
        ));
    }
    if let Some(count) = case.findings
        && plan.findings.len() != count
    {
        return Err(format!(
            "{count} findings were expected, but there are {}{}",
            plan.findings.len(),
            messages()
        ));
    }
    if let Some(part) = &case.message
        && !plan
            .findings
            .first()
            .is_some_and(|finding| finding.message.contains(part))
    {
        return Err(format!(
            "the first message does not contain `{part}`{}",
            messages()
        ));
    }
    let expected = case
        .after
        .as_deref()
        .or(case.before.as_deref())
        .unwrap_or_default();
    if after != expected {
        let reasons: String = plan
            .findings
            .iter()
            .filter_map(|finding| match &finding.fix {
                FixState::Impossible(reason) => Some(format!("\n  not fixed: {reason}")),
                _ => None,
            })
            .collect();
        return Err(format!(
            "the text after the fixes differs{reasons}\n--- expected\n{expected}\n--- got\n{after}"
        ));
    }
    let (again, unchanged) = stage.play(Some(&after))?;
    if unchanged != after
        || again
            .findings
            .iter()
            .any(|finding| matches!(finding.fix, FixState::Planned(_)))
    {
        return Err(
            "the fixed text is not silent: the rule finds something to fix in it again".to_owned(),
        );
    }
    Ok(())
}

/// The scene of a case: a tool, a place for the file, a request.
struct Stage<'a> {
    catalogue: &'a Catalogue,
    case: &'a Case,
    tool: Rc<Descriptor>,
    entry: usize,
    request: Request,
    environment: Environment,
}

impl<'a> Stage<'a> {
    fn new(catalogue: &'a Catalogue, rule: &Rule, case: &'a Case) -> Result<Self, String> {
        let any = rule.tool == ANY_TOOL;
        let tool_id = case
            .tool
            .as_deref()
            .unwrap_or(if any { "claude-code" } else { &rule.tool });
        let tool = catalogue.tool(tool_id).map_err(|error| error.to_string())?;
        let entry = match &case.file {
            Some(id) => entry_index(&tool, id)?,
            None => default_entry(&tool, rule),
        };
        let tool_versions = case.tool_version.iter().map(|version| {
            let version = semver::Version::parse(version)
                .map_err(|error| format!("tool-version: {error}"))?;
            Ok((tool.id.clone(), version))
        });
        let request = Request {
            profile: Some(case.profile.clone().unwrap_or_else(|| "lite".to_owned())),
            facts: case.facts.clone(),
            tools: case.named.then(|| tool.id.clone()).into_iter().collect(),
            setup: true,
            fix: true,
            unsafe_fixes: true,
            select: std::iter::once(&rule.id)
                .chain(&case.with_rules)
                .cloned()
                .collect(),
            ignores: Some(Rc::new(ignores(case)?)),
            region: case.region,
            key_env: case.key_env.clone(),
            key_file: case.key_file.clone(),
            self_hosted: case.base_url.clone().map(|base_url| SelfHosted {
                base_url,
                model: LOCAL_MODEL.to_owned(),
            }),
            via: match (&case.via_gate, case.no_gate) {
                (Some(origin), _) => Via::Gate(origin.clone()),
                (None, true) => Via::Direct,
                (None, false) => Via::AsItIs,
            },
            tool_versions: tool_versions.collect::<Result<BTreeMap<_, _>, String>>()?,
            assume_set_up: true,
            assume_in_repository: Some(case.in_repository),
            ..Request::default()
        };
        let variables = tool
            .credential
            .iter()
            .flat_map(|credential| &credential.env);
        let exported = variables.filter(|_| case.key_exported);
        // Nothing is read from this folder: all files of a case are given as texts.
        let nowhere = PathBuf::from("/case");
        let environment = Environment {
            home: nowhere.clone(),
            cwd: nowhere.clone(),
            os: Os::Linux,
            vars: exported
                .map(|name| (name.clone(), "set".to_owned()))
                .collect(),
            state_dir: nowhere.clone(),
            config_dir: nowhere.clone(),
            system_root: nowhere,
        };
        Ok(Self {
            catalogue,
            case,
            tool,
            entry,
            request,
            environment,
        })
    }

    fn file(&self, entry: usize, exists: bool) -> ConfigFile {
        let name = self.tool.file[entry]
            .templates(Os::Linux)
            .next()
            .unwrap_or("config");
        let path = self
            .environment
            .home
            .join(&self.tool.file[entry].id)
            .join(name.rsplit('/').next().unwrap_or(name));
        ConfigFile::new(&self.tool, entry, path, exists)
    }

    /// The plan for the main file's text, and the text after its edits.
    fn play(&self, text: Option<&str>) -> Result<(Plan, String), String> {
        let main = self.file(self.entry, text.is_some());
        let mut files = vec![main.clone()];
        let mut texts = vec![text.unwrap_or_default()];
        for other in &self.case.with {
            files.push(self.file(entry_index(&self.tool, &other.file)?, true));
            texts.push(&other.text);
        }
        let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        choose_in_force(&mut files);
        let mut workspace = Workspace::default();
        for file in &files {
            let text = paths
                .iter()
                .position(|path| *path == file.path)
                .map_or("", |index| texts[index]);
            workspace.add_text(file, text);
        }
        if self.tool.file[self.entry].scope == Scope::Side {
            files.retain(|file| file.path == main.path);
        }
        workspace.add(&self.tool, files);
        let plan = plan::compute(
            self.catalogue,
            &mut workspace,
            &self.environment,
            &self.request,
        )
        .map_err(|error| error.to_string())?;
        let after = workspace
            .layers
            .iter()
            .find(|layer| layer.config.path == main.path);
        let after = after.map_or_else(
            || text.unwrap_or_default().to_owned(),
            |layer| layer.document.text().to_owned(),
        );
        Ok((plan, after))
    }
}

/// What a case ignores; everything about it is given as texts.
fn ignores(case: &Case) -> Result<Ignores, String> {
    let nowhere = PathBuf::from("/case");
    let broken = |error: LoadError| error.to_string();
    let settings = case.settings.clone().map(|text| {
        let path = nowhere.join(REPOSITORY_FILE);
        Config::parse(path, ConfigOwner::Repository, text).map_err(broken)
    });
    let settings = settings.transpose()?;
    let baseline = case.baseline.clone().map(|text| {
        let path = nowhere.join(DEFAULT_BASELINE);
        Baseline::parse(&path, text).map_err(broken)
    });
    let today = case.today.as_deref().unwrap_or("2026-01-01");
    let today = today.parse().map_err(|error| format!("today: {error}"))?;
    let configs: Vec<&Config> = settings.iter().collect();
    let mut ignores =
        Ignores::new(&configs, &[], &nowhere, today).with_baseline(baseline.transpose()?);
    ignores.judges = true;
    ignores.covers.push(nowhere);
    Ok(ignores)
}

fn entry_index(tool: &Descriptor, id: &str) -> Result<usize, String> {
    tool.file
        .iter()
        .position(|entry| entry.id == id)
        .ok_or_else(|| {
            let known: Vec<&str> = tool.file.iter().map(|entry| entry.id.as_str()).collect();
            format!(
                "{} has no file entry `{id}`; known: {}",
                tool.id,
                known.join(", ")
            )
        })
}

/// The file entry that the first case of a tool's new rule plays with: the one that a rule without `files` gets.
pub fn main_entry(tool: &Descriptor) -> &FileEntry {
    &tool.file[entry_of(tool, tool.main_role())]
}

/// The first entry of the rule's first role whose settings begin at the file's root.
fn default_entry(tool: &Descriptor, rule: &Rule) -> usize {
    let role = rule
        .files
        .first()
        .map_or_else(|| tool.main_role(), String::as_str);
    entry_of(tool, role)
}

/// The first entry of a role, better one whose settings begin at the file's root.
fn entry_of(tool: &Descriptor, role: &str) -> usize {
    let of_role = |plain: bool| {
        tool.file
            .iter()
            .position(|entry| entry.role == role && (!plain || entry.root.is_none()))
    };
    of_role(true).or_else(|| of_role(false)).unwrap_or_default()
}
