//! `glm-setup doctor`: what files can't tell.

use jiff::Timestamp;

use super::Exit;
use super::args::{Doctor, OutputFormat};
use super::context::CliContext;
use super::failure::Failure;
use crate::doctor::{self, Chosen, DoctorInput, Window};
use crate::plan::Request;
use crate::report::redactor_for;

pub(super) fn run(context: &CliContext, args: &Doctor) -> Result<Exit, Failure> {
    let applied = context.last_applied()?;
    let plan = applied
        .as_ref()
        .and_then(|applied| context.plan_of(applied));
    let (profile, chosen) = match (&args.profile, plan) {
        (Some(named), _) => (named.clone(), Chosen::Named),
        (None, Some(applied)) => (applied, Chosen::Applied),
        (None, None) => ("lite".to_owned(), Chosen::Assumed),
    };
    let profile = context.catalogue.profile(&profile)?;
    let pack = context.catalogue.pack(context.global.facts.as_deref())?;
    let mut workspace = context.workspace(&[])?;
    let request = Request {
        facts: context.global.facts.clone(),
        plan: profile.plan.clone(),
        ..Request::default()
    };
    let plan = context.plan(&mut workspace, &request)?;
    let diagnosis = DoctorInput {
        tools: context.catalogue.tools(),
        workspace: &workspace,
        plan: &plan,
        pack: &pack,
        profile: &profile,
        chosen,
        environment: &context.environment,
        window: Window {
            now: Timestamp::now(),
            days: args.days,
            applied: applied.and_then(|one| one.time.parse().ok()),
        },
        only_home: context
            .global
            .home
            .is_some()
            .then(|| "--home names another home: this machine's processes, variables and PATH say nothing of it".to_owned()),
    }
    .diagnose();
    let redactor = redactor_for(&workspace);
    match args.format {
        OutputFormat::Json => {
            let value = serde_json::to_value(&diagnosis)?;
            context.print_json(&redactor.value(&[], &value));
        }
        OutputFormat::Text => context.print(&doctor::text(
            &diagnosis,
            &context.environment,
            &redactor,
            context.color(),
        )),
    }
    context.report_problems(&workspace.problems, &redactor);
    Ok(if !workspace.problems.is_empty() {
        Exit::Incomplete
    } else if diagnosis.needs_doing {
        Exit::Findings
    } else {
        Exit::Clean
    })
}
