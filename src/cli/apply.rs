//! `glm-setup apply`: plan, show, ask, write.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use super::args::{Apply, Format};
use super::context::{Context, Failure};
use super::prompt::{Answer, ask};
use super::view::View;
use super::{Exit, select};
use crate::facts::SelfHosted;
use crate::output::human::counted;
use crate::output::json;
use crate::plan::{Plan, PlannedFile, Request};
use crate::tool::Workspace;
use crate::transaction::{self, Change, Purpose, Written, inspect};

/// Mode of a config that is created: it may come to hold a key.
const NEW_FILE_MODE: u32 = 0o600;

pub(super) fn run(context: &Context, args: &Apply) -> Result<Exit, Failure> {
    let request = request(context, args)?;
    let writes = !args.dry_run && !args.check;
    if writes && !args.yes && (!context.interactive() || args.format == Format::Json) {
        return Err(Failure::usage(
            "nobody can be asked here; say --yes to write, --dry-run to see what would change, or --check for an exit code",
        ));
    }
    if writes && let Some(recovered) = transaction::recover(&context.state())? {
        context.message(&format!(
            "an interrupted run ({}) was rolled back first",
            recovered.id
        ));
    }
    let mut workspace = context.workspace(&args.paths)?;
    let request = Request {
        busy: busy(context, args, &workspace),
        ..request
    };
    let mut plan = context.plan(&mut workspace, &request)?;
    if !plan.disagreement.is_empty() {
        let rules = plan.disagreement.join(", ");
        return Err(Failure::incomplete(format!(
            "these rules undo each other's fixes, so nothing is written: {rules}"
        )));
    }
    let unknown = unknown_tools(args, &workspace);
    leave_unwritable(context, args, &mut plan);
    let incomplete =
        !plan.refusals.is_empty() || !workspace.problems.is_empty() || !unknown.is_empty();
    let view = View::new(context, &workspace);

    let outcome = if args.format == Format::Json {
        let written = if writes {
            write(context, args, &plan, &plan.files)?
        } else {
            None
        };
        let mut value = json::plan(&plan, &workspace.problems, &view.redactor, &|file| {
            view.whole_diff(file)
        });
        value["transaction"] = written.as_ref().map_or(serde_json::Value::Null, |written| {
            written.id.to_string().into()
        });
        context.print_json(&value);
        plan.files.len()
    } else {
        if context.global.verbose {
            context.print(&view.looked_at(&plan));
        }
        context.print(&head(&plan, &view));
        context.complain_of(&workspace.problems, &view.redactor);
        for tool in &unknown {
            context.message(&format!(
                "error: {tool}: nothing was found that could be set up"
            ));
        }
        if writes {
            let chosen = choose(context, args, &plan, &view)?;
            if let Some(written) = write(context, args, &plan, &chosen)? {
                context.print(&tail(context, &written));
            }
            chosen.len()
        } else {
            context.print(
                &plan
                    .files
                    .iter()
                    .map(|file| view.file(file))
                    .collect::<String>(),
            );
            plan.files.len()
        }
    };
    if args.format == Format::Text && !context.global.quiet {
        context.print(&left_over(&plan, outcome, writes));
    }
    Ok(if incomplete {
        Exit::Incomplete
    } else if args.check && !plan.files.is_empty() {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

fn request(context: &Context, args: &Apply) -> Result<Request, Failure> {
    let profile = context.catalogue.profile(&args.profile)?;
    for tool in &args.tool {
        context.catalogue.tool(tool)?;
    }
    select::check(&context.catalogue, &args.selection)?;
    let self_hosted = match (&args.base_url, &args.model) {
        (Some(base_url), Some(model)) if profile.needs_server => {
            if !(base_url.starts_with("http://") || base_url.starts_with("https://")) {
                return Err(Failure::usage(format!(
                    "--base-url {base_url}: a URL was expected, such as http://localhost:8000/v1"
                )));
            }
            Some(SelfHosted {
                base_url: base_url.clone(),
                model: model.clone(),
            })
        }
        (None, None) if !profile.needs_server => None,
        _ if profile.needs_server => {
            return Err(Failure::usage(format!(
                "the profile {} needs --base-url URL and --model ID",
                profile.id
            )));
        }
        _ => {
            return Err(Failure::usage(
                "--base-url and --model go with --profile self-hosted",
            ));
        }
    };
    if let Some(name) = &args.key_env {
        let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !first || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            // The text may be the key itself, so it is not repeated.
            return Err(Failure::usage(
                "--key-env takes the name of an environment variable, such as ZAI_API_KEY, never the key",
            ));
        }
    }
    Ok(Request {
        profile: Some(profile.id),
        facts: context.global.facts.clone(),
        tools: args.tool.clone(),
        setup: true,
        fix: true,
        unsafe_fixes: args.unsafe_fixes,
        select: args.selection.select.clone(),
        ignore: args.selection.ignore.clone(),
        region: args.region,
        key_env: args.key_env.clone(),
        self_hosted,
        ..Request::default()
    })
}

/// Tools whose running programs would overwrite what is written. Another home's files are nobody's here.
fn busy(context: &Context, args: &Apply, workspace: &Workspace) -> BTreeMap<String, String> {
    let mut busy = BTreeMap::new();
    if args.force || context.global.home.is_some() {
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
fn unknown_tools<'a>(args: &'a Apply, workspace: &Workspace) -> Vec<&'a str> {
    let there = |tool: &str| {
        workspace
            .configurations
            .iter()
            .any(|configuration| configuration.tool.id == tool)
    };
    args.tool
        .iter()
        .map(String::as_str)
        .filter(|tool| !there(tool))
        .collect()
}

/// Files in folders that were named may lie outside the home.
fn allow_outside(args: &Apply) -> impl Fn(&PlannedFile) -> bool {
    let named: Vec<PathBuf> = args
        .paths
        .iter()
        .filter_map(|path| std::path::absolute(path).ok())
        .collect();
    move |file| named.iter().any(|folder| file.path.starts_with(folder))
}

/// A tool one of whose files can't be written is left alone as a whole.
fn leave_unwritable(context: &Context, args: &Apply, plan: &mut Plan) {
    let outside = allow_outside(args);
    let files = std::mem::take(&mut plan.files);
    for file in &files {
        let home = if outside(file) {
            file.path.parent().unwrap_or(&file.path)
        } else {
            &context.environment.home
        };
        if let Err(error) = inspect(&file.path, home) {
            plan.refuse(&file.tool, error.to_string());
        }
    }
    plan.files = files
        .into_iter()
        .filter(|file| !plan.refuses(&file.tool))
        .collect();
}

/// What is refused, and which files rewritten by a running tool are about to be edited.
fn head(plan: &Plan, view: &View<'_>) -> String {
    let mut text = String::new();
    for refusal in &plan.refusals {
        let _ = writeln!(
            text,
            "{} is left alone: {}",
            refusal.tool,
            view.redactor.text(&refusal.reason)
        );
    }
    for note in plan.notes.iter().filter(|_| !plan.files.is_empty()) {
        let _ = writeln!(text, "note: {}", view.redactor.text(note));
    }
    for file in &plan.files {
        if let Some(by) = &file.rewritten_by {
            let _ = writeln!(
                text,
                "note: {} is rewritten by {by}; close it first",
                view.path(&file.path)
            );
        }
    }
    text
}

/// Shows each file and asks for it, unless everything was agreed to beforehand.
fn choose(
    context: &Context,
    args: &Apply,
    plan: &Plan,
    view: &View<'_>,
) -> Result<Vec<PlannedFile>, Failure> {
    let mut chosen = Vec::new();
    let mut all = args.yes;
    for (index, file) in plan.files.iter().enumerate() {
        context.print(&view.file(file));
        if !all {
            match ask(&view.path(&file.path), plan.files.len() - index)? {
                Answer::Yes => {}
                Answer::All => all = true,
                Answer::No => continue,
                Answer::Stop => return Ok(Vec::new()),
            }
        }
        chosen.push(file.clone());
    }
    Ok(chosen)
}

fn write(
    context: &Context,
    args: &Apply,
    plan: &Plan,
    files: &[PlannedFile],
) -> Result<Option<Written>, Failure> {
    if files.is_empty() {
        return Ok(None);
    }
    let outside = allow_outside(args);
    let changes: Vec<Change> = files
        .iter()
        .map(|file| Change {
            path: file.path.clone(),
            before: file
                .before
                .as_ref()
                .map(|text| transaction::hash(text.as_bytes())),
            after: Some(file.after.clone().into_bytes()),
            new_mode: NEW_FILE_MODE,
            tool: file.tool.clone(),
            allow_outside: outside(file),
        })
        .collect();
    let purpose = Purpose {
        command: "apply".to_owned(),
        profile: Some(args.profile.clone()),
        facts: Some(plan.facts.clone()),
    };
    Ok(Some(transaction::write(
        &context.state(),
        &context.environment.home,
        &purpose,
        &changes,
    )?))
}

/// What was written, and what to do next.
fn tail(context: &Context, written: &Written) -> String {
    let mut text = format!(
        "\n{} written; take it back with `glm-setup undo {}`\n",
        counted(written.files.len(), "file"),
        written.id
    );
    for warning in &written.warnings {
        let _ = writeln!(text, "warning: {warning}");
    }
    let tools: BTreeMap<&str, ()> = written
        .files
        .iter()
        .map(|file| (file.tool.as_str(), ()))
        .collect();
    for tool in tools
        .keys()
        .filter_map(|id| context.catalogue.tool(id).ok())
    {
        let _ = writeln!(text, "{}: {}", tool.name, tool.restart);
    }
    text
}

/// What the plan leaves: nothing to do, or findings that it can't or may not mend.
fn left_over(plan: &Plan, changed: usize, writes: bool) -> String {
    use crate::finding::FixState;
    let mut text = String::new();
    if changed == 0 && plan.files.is_empty() {
        text.push_str("nothing to change\n");
    } else if changed == 0 && writes {
        text.push_str("nothing was written\n");
    } else if !writes {
        let _ = writeln!(
            text,
            "\n{} would change; nothing was written",
            counted(plan.files.len(), "file")
        );
    }
    let count = |wanted: fn(&FixState) -> bool| {
        plan.findings
            .iter()
            .filter(|finding| wanted(&finding.fix))
            .count()
    };
    let needs_unsafe = count(|fix| matches!(fix, FixState::NeedsUnsafe(_)));
    if needs_unsafe > 0 {
        let _ = writeln!(
            text,
            "{} left for --unsafe-fixes, which take something away:",
            counted(needs_unsafe, "finding")
        );
        let lines: BTreeSet<String> = plan
            .findings
            .iter()
            .filter_map(|finding| match &finding.fix {
                FixState::NeedsUnsafe(consequence) => Some(format!(
                    "  {}: {}",
                    finding.rule,
                    consequence.as_deref().unwrap_or(&finding.message)
                )),
                _ => None,
            })
            .collect();
        text.extend(lines.into_iter().map(|line| line + "\n"));
    }
    let by_hand = count(|fix| {
        matches!(
            fix,
            FixState::DisplayOnly | FixState::Impossible(_) | FixState::None
        )
    });
    if by_hand > 0 {
        let _ = writeln!(
            text,
            "{} can't be mended by apply: see `glm-setup lint`",
            counted(by_hand, "finding")
        );
    }
    text
}
