//! What `apply` and the wizard share: the request, the plan that may be written, and the write.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::args::Apply;
use super::context::CliContext;
use super::failure::{Failure, UsageError};
use super::select;
use crate::facts::{Billing, SelfHosted, Via};
use crate::gate;
use crate::plan::{Plan, PlannedFile, Request};
use crate::profile::Profile;
use crate::report::Report;
use crate::tool::Workspace;
use crate::transaction::{self, Change, Purpose, Written, inspect};

/// Mode of a config that is created: it may come to hold a key.
pub(super) const NEW_FILE_MODE: u32 = 0o600;

/// What would be changed.
pub(super) struct Proposal {
    /// The plan, without tools that can't be written.
    pub(super) plan: Plan,
    /// What was read for it.
    pub(super) workspace: Workspace,
    /// Tools that were named but have neither files nor one that could be created.
    pub(super) unknown: Vec<String>,
}

impl Proposal {
    /// Whether something that was asked for can't be done.
    pub(super) fn incomplete(&self) -> bool {
        !self.plan.refusals.is_empty()
            || !self.workspace.problems.is_empty()
            || !self.unknown.is_empty()
    }

    /// Tells of files and tools that could not be looked at.
    pub(super) fn report_problems(&self, context: &CliContext, report: &Report<'_>) {
        context.report_problems(report.problems(), &report.redactor);
        for tool in &self.unknown {
            context.message(&format!(
                "error: {tool}: nothing was found that could be set up"
            ));
        }
    }
}

/// Rolls back an interrupted run, since what it left is not what should be judged.
pub(super) fn recover(context: &CliContext) -> Result<(), Failure> {
    if let Some(recovered) = transaction::recover(&context.state())? {
        context.message(&format!(
            "an interrupted run ({}) was rolled back first",
            recovered.id
        ));
    }
    Ok(())
}

/// Reads everything and plans what `args` ask for. Nothing is written.
pub(super) fn propose(
    context: &CliContext,
    args: &Apply,
    request: Request,
) -> Result<Proposal, Failure> {
    let mut workspace = context.workspace(&args.paths)?;
    let busy = if args.force {
        BTreeMap::new()
    } else {
        busy(context, &workspace)
    };
    let request = Request { busy, ..request };
    let mut plan = agreed(context, &mut workspace, &request)?;
    let unknown = unknown_tools(args, &workspace);
    leave_unwritable(context, &args.paths, &mut plan);
    Ok(Proposal {
        plan,
        workspace,
        unknown,
    })
}

/// A plan whose rules agree with each other.
pub(super) fn agreed(
    context: &CliContext,
    workspace: &mut Workspace,
    request: &Request,
) -> Result<Plan, Failure> {
    let plan = context.plan(workspace, request)?;
    if plan.disagreement.is_empty() {
        return Ok(plan);
    }
    Err(Failure::Disagreement(plan.disagreement))
}

/// What the command line asks for.
pub(super) fn request(context: &CliContext, args: &Apply) -> Result<Request, Failure> {
    let profile = context.catalogue.profile(&args.profile)?;
    for tool in &args.tool {
        context.catalogue.tool(tool)?;
    }
    select::check(&context.catalogue, &args.selection)?;
    select::words(&context.catalogue, args.unsafe_fixes.iter().flatten())?;
    let self_hosted = match (&args.base_url, &args.model) {
        (Some(base_url), Some(model)) if profile.needs_server => {
            if !(base_url.starts_with("http://") || base_url.starts_with("https://")) {
                return Err(UsageError::BaseUrl(base_url.clone()).into());
            }
            Some(SelfHosted {
                base_url: base_url.clone(),
                model: model.clone(),
            })
        }
        (None, None) if !profile.needs_server => None,
        _ if profile.needs_server => {
            return Err(UsageError::NeedsServer(profile.id).into());
        }
        _ => {
            return Err(UsageError::ServerWithoutProfile.into());
        }
    };
    check_key_env(args)?;
    let key_file = args
        .key_file
        .as_deref()
        .map(|path| key_file(context, path))
        .transpose()?;
    let via = via(context, args, &profile)?;
    Ok(Request {
        profile: Some(profile.id),
        facts: context.global.facts.clone(),
        tools: args.tool.clone(),
        setup: true,
        fix: true,
        unsafe_fixes: args.unsafe_fixes.is_some(),
        unsafe_rules: args.unsafe_fixes.clone().unwrap_or_default(),
        select: args.selection.select.clone(),
        ignore: args.selection.ignore.clone(),
        region: args.region,
        key_env: args.key_env.clone(),
        key_file,
        self_hosted,
        via,
        ..Request::default()
    })
}

/// Refuses a `--key-env` that is no variable's name.
pub(super) fn check_key_env(args: &Apply) -> Result<(), UsageError> {
    if args
        .key_env
        .as_deref()
        .is_some_and(|name| !is_variable(name))
    {
        return Err(UsageError::KeyEnv);
    }
    Ok(())
}

/// Whether a text can be the name of an environment variable.
pub(super) fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The path of `--key-file` as tools get to see it: it becomes part of a shell command in some of them.
fn key_file(context: &CliContext, path: &Path) -> Result<String, Failure> {
    let shown = context.display(&std::path::absolute(path)?);
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-~".contains(c);
    if shown.chars().all(plain) {
        return Ok(shown);
    }
    Err(UsageError::KeyFile.into())
}

/// The way that requests are to take.
fn via(context: &CliContext, args: &Apply, profile: &Profile) -> Result<Via, Failure> {
    let Some(url) = &args.via_gate else {
        return Ok(if args.no_gate {
            Via::Direct
        } else {
            Via::AsItIs
        });
    };
    let gate = gate::address(url).map_err(UsageError::ViaGate)?;
    if profile.billing == Billing::SelfHosted {
        return Err(UsageError::GateBeforeServer.into());
    }
    if profile.billing == Billing::CodingPlan && !gate.loopback {
        let pack = context.catalogue.pack(context.global.facts.as_deref())?;
        let policy = gate::one_person(&pack);
        return Err(UsageError::GateElsewhere(policy).into());
    }
    if !gate.loopback && !gate.url.starts_with("https://") {
        return Err(UsageError::GateWithoutTls.into());
    }
    Ok(Via::Gate(gate.url))
}

/// Tools whose running programs would overwrite what is written. Another home's files are nobody's here.
pub(super) fn busy(context: &CliContext, workspace: &Workspace) -> BTreeMap<String, String> {
    let mut busy = BTreeMap::new();
    if context.global.home.is_some() {
        return busy;
    }
    for configuration in &workspace.configurations {
        let tool = &configuration.tool;
        let Some(running) = tool
            .running
            .as_ref()
            .filter(|_| !busy.contains_key(&tool.id))
        else {
            continue;
        };
        let found = crate::tool::running(&running.programs);
        let named: Vec<String> = found
            .iter()
            .map(|process| format!("{} ({})", process.program, process.pid))
            .collect();
        if !named.is_empty() {
            let reason = format!(
                "{} is running: {}. Close it first; --force writes all the same",
                named.join(", "),
                running.loses
            );
            busy.insert(tool.id.clone(), reason);
        }
    }
    busy
}

/// Tools that were named but have neither files nor one that could be created.
fn unknown_tools(args: &Apply, workspace: &Workspace) -> Vec<String> {
    let there = |tool: &str| {
        workspace
            .configurations
            .iter()
            .any(|configuration| configuration.tool.id == tool)
    };
    args.tool
        .iter()
        .filter(|tool| !there(tool))
        .cloned()
        .collect()
}

/// Files in folders that were named may lie outside the home.
fn allow_outside(paths: &[PathBuf]) -> impl Fn(&PlannedFile) -> bool {
    let named: Vec<PathBuf> = paths
        .iter()
        .filter_map(|path| std::path::absolute(path).ok())
        .collect();
    move |file| named.iter().any(|folder| file.path.starts_with(folder))
}

/// A tool one of whose files can't be written is left alone as a whole.
pub(super) fn leave_unwritable(context: &CliContext, paths: &[PathBuf], plan: &mut Plan) {
    let outside = allow_outside(paths);
    let unwritable: Vec<(String, String)> = plan
        .files
        .iter()
        .filter_map(|file| {
            let home = if outside(file) {
                file.path.parent().unwrap_or(&file.path)
            } else {
                &context.environment.home
            };
            let error = inspect(&file.path, home).err()?;
            Some((file.tool.clone(), error.to_string()))
        })
        .collect();
    for (tool, reason) in unwritable {
        plan.refuse(&tool, reason);
    }
    plan.drop_refused();
}

/// Writes what `args` asked for, and what else belongs to it, in one transaction.
pub(super) fn write(
    context: &CliContext,
    args: &Apply,
    plan: &Plan,
    files: &[PlannedFile],
    others: Vec<Change>,
) -> Result<Option<Written>, Failure> {
    let purpose = Purpose {
        command: "apply".to_owned(),
        profile: Some(args.profile.clone()),
        facts: Some(plan.facts.clone()),
    };
    commit(context, &purpose, &args.paths, files, others)
}

/// Writes files in one transaction. Those in the folders `paths` may lie outside the home.
pub(super) fn commit(
    context: &CliContext,
    purpose: &Purpose,
    paths: &[PathBuf],
    files: &[PlannedFile],
    others: Vec<Change>,
) -> Result<Option<Written>, Failure> {
    if files.is_empty() {
        return Ok(None);
    }
    let outside = allow_outside(paths);
    let changes: Vec<Change> = files
        .iter()
        .map(|file| Change {
            path: file.path.clone(),
            before: file
                .before
                .as_ref()
                .map(|text| transaction::hash(text.as_bytes())),
            after: Some(file.after.as_bytes().to_vec()),
            new_mode: NEW_FILE_MODE,
            tool: file.tool.clone(),
            allow_outside: outside(file),
        })
        .chain(others)
        .collect();
    let (state, home) = (context.state(), &context.environment.home);
    Ok(Some(transaction::write(&state, home, purpose, &changes)?))
}
