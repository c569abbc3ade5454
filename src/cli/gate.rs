//! `glm-setup gate`: print the queue's configuration, and check it.

use super::Exit;
use super::args::{Gate, GateEmit, GateHaproxy};
use super::context::{Context, Failure};
use crate::gate::{self, Wish};

pub(super) fn run(context: &Context, command: &Gate) -> Result<Exit, Failure> {
    match command {
        Gate::Emit(GateEmit::Haproxy(args)) => haproxy(context, args),
        Gate::Emit(GateEmit::Systemd(_)) => Ok(Exit::Clean),
        Gate::Check(_) => Ok(Exit::Clean),
    }
}

fn haproxy(context: &Context, args: &GateHaproxy) -> Result<Exit, Failure> {
    let pack = context.catalogue.pack(context.global.facts.as_deref())?;
    let profile = match &args.profile {
        Some(profile) => profile.clone(),
        None => context.last_plan()?.unwrap_or_else(|| "lite".to_owned()),
    };
    let profile = context.catalogue.profile(&profile)?;
    let tls_cert = args.tls_cert.as_ref().map(|path| path.display().to_string());
    let wish = Wish {
        concurrency: args.concurrency,
        per_model: args.per_model,
        listen: args.listen,
        port: args.port,
        region: args.region,
        metered: args.metered,
        team: args.team,
        names: args.name.clone(),
        tls_cert,
    };
    let refuse = |error: gate::GateError| Failure::usage(error.to_string());
    let gate = gate::Gate::new(&pack, &profile, wish).map_err(refuse)?;
    context.print(&gate::haproxy::emit(&gate).map_err(refuse)?);
    Ok(Exit::Clean)
}
