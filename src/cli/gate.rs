//! `glm-setup gate`: print the queue's configuration, and check it.

use super::Exit;
use super::args::{GateCheck, GateCommand, GateEmit, GateHaproxy, GateSystemd, OutputFormat};
use super::context::CliContext;
use super::failure::Failure;
use crate::facts::Billing;
use crate::gate::check::{self, CheckResult};
use crate::gate::{self, Wish, haproxy, systemd};
use crate::plan::{Request, Target};
use crate::report::{json, redactor_for};

/// The configuration's name in glm-setup's own folder.
const CONFIG: &str = "gate.cfg";

pub(super) fn run(context: &CliContext, command: &GateCommand) -> Result<Exit, Failure> {
    match command {
        GateCommand::Emit(GateEmit::Haproxy(args)) => emit_haproxy(context, args),
        GateCommand::Emit(GateEmit::Systemd(args)) => emit_systemd(context, args),
        GateCommand::Check(args) => check(context, args),
    }
}

fn emit_haproxy(context: &CliContext, args: &GateHaproxy) -> Result<Exit, Failure> {
    let pack = context.catalogue.pack(context.global.facts.as_deref())?;
    let profile = match &args.profile {
        Some(profile) => profile.clone(),
        None => context.last_plan()?.unwrap_or_else(|| "lite".to_owned()),
    };
    let profile = context.catalogue.profile(&profile)?;
    let wish = Wish {
        concurrency: args.concurrency,
        per_model: args.per_model,
        listen: args.listen,
        port: args.port,
        region: args.region,
        metered: args.metered,
        team: args.team,
        names: args.name.clone(),
        tls_cert: args
            .tls_cert
            .as_ref()
            .map(|path| path.display().to_string()),
    };
    let gate = gate::Gate::new(&pack, &profile, wish)?;
    context.print(&haproxy::emit(&gate)?);
    Ok(Exit::Clean)
}

fn emit_systemd(context: &CliContext, args: &GateSystemd) -> Result<Exit, Failure> {
    let program = args
        .haproxy
        .clone()
        .or_else(|| check::find_haproxy(context.environment.var("PATH")))
        .unwrap_or_else(|| "/usr/sbin/haproxy".into());
    let config = match &args.config {
        Some(config) => std::path::absolute(config)?,
        None => context.environment.config_dir.join(CONFIG),
    };
    let program = std::path::absolute(program)?;
    context.print(&systemd::emit(&program, &config)?);
    Ok(Exit::Clean)
}

fn check(context: &CliContext, args: &GateCheck) -> Result<Exit, Failure> {
    let pack = context.catalogue.pack(context.global.facts.as_deref())?;
    let mut workspace = context.workspace(&[])?;
    let request = Request {
        facts: context.global.facts.clone(),
        plan: context.last_plan()?,
        ..Request::default()
    };
    let plan = context.plan(&mut workspace, &request)?;
    let redactor = redactor_for(&workspace);
    let program = args
        .haproxy
        .clone()
        .or_else(|| check::find_haproxy(context.environment.var("PATH")));
    let port = args
        .port
        .or_else(|| plan.targets.iter().find_map(gate_port))
        .unwrap_or(gate::DEFAULT_PORT);
    let on_plan = plan
        .targets
        .iter()
        .any(|target| target.gate.is_some() && target.billing == Some(Billing::CodingPlan));
    let config = context.environment.config_dir.join(CONFIG);

    let mut statements = vec![check::haproxy(program.as_deref())];
    statements.push(check::listener(
        port,
        check::listeners(port).as_deref(),
        on_plan,
        &pack,
    ));
    if let Ok(text) = std::fs::read_to_string(&config) {
        statements.extend(check::configuration(&config, &text, &pack));
    }
    let name = |id: &str| {
        let tool = context.catalogue.tool(id);
        tool.map_or_else(|_| id.to_owned(), |tool| tool.name.clone())
    };
    statements.extend(check::tools(&plan.targets, &pack, &name));
    for statement in &mut statements {
        statement.message = redactor.text(&statement.message).into_owned();
    }
    match args.format {
        OutputFormat::Json => context.print_json(&serde_json::json!({
            "version": json::VERSION,
            "facts": pack.id,
            "port": port,
            "statements": statements,
        })),
        OutputFormat::Text => context.print(&check::text(&statements)),
    }
    context.report_problems(&workspace.problems, &redactor);
    Ok(if !workspace.problems.is_empty() {
        Exit::Incomplete
    } else if statements.iter().any(CheckResult::fails) {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

/// The port of the gate that a configuration goes through.
fn gate_port(target: &Target) -> Option<u16> {
    target.gate.as_ref()?.rsplit_once(':')?.1.parse().ok()
}
