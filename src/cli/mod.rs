//! The command line: one file for each command.

mod apply;
pub mod args;
mod baseline;
mod change;
mod completions;
mod context;
mod demo;
mod doctor;
mod explain;
mod failure;
mod fix;
mod gate;
mod layers;
mod lint;
mod man;
mod prompt;
mod rules;
mod scaffold;
mod select;
mod settings;
mod shell;
mod status;
mod undo;
mod wizard;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use args::{Cli, Command};
use context::CliContext;
use failure::{Failure, UsageError};

/// What the program's exit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Nothing to report, or everything was applied.
    Clean = 0,
    /// There are findings, or changes are pending under `--check`.
    Findings = 1,
    /// Wrong usage, or a broken rule or configuration file.
    Usage = 2,
    /// Something could not be completed.
    Incomplete = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Runs the program on the process's arguments.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe is no error of ours.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage.into()
            } else {
                Exit::Clean.into()
            };
        }
    };
    let color = cli.global.color;
    match run(cli) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            context::complain(color, &failure);
            failure.exit().into()
        }
    }
}

fn run(cli: Cli) -> Result<Exit, Failure> {
    // These two need no home folder.
    match &cli.command {
        Some(Command::Completions(args)) => return Ok(completions::run(args)),
        Some(Command::Man(args)) => return man::run(args),
        _ => {}
    }
    if cli.command.is_some() && cli.wizard != args::WizardArgs::default() {
        return Err(UsageError::WizardOptions.into());
    }
    let context = CliContext::new(cli.global)?;
    let outcome = match cli.command {
        Some(Command::Apply(args)) => apply::run(&context, &args),
        Some(Command::Lint(args)) => lint::run(&context, &args),
        Some(Command::Undo(args)) => undo::run(&context, &args),
        Some(Command::Status(args)) => status::run(&context, &args),
        Some(Command::Doctor(args)) => doctor::run(&context, &args),
        Some(Command::Explain(args)) => explain::run(&context, &args),
        Some(Command::Rules(args)) => rules::run(&context, &args),
        Some(Command::Gate(command)) => gate::run(&context, &command),
        Some(Command::Demo(args)) => demo::run(&context, &args),
        None if context.interactive() && std::io::stderr().is_terminal() => {
            wizard::run(&context, &cli.wizard)
        }
        Some(Command::Completions(_) | Command::Man(_)) | None => {
            context.message(&Cli::command().render_help().to_string());
            Ok(Exit::Usage)
        }
    };
    // The process ends here; taking the catalogue apart first would cost a tenth of a short run.
    std::mem::forget(context);
    outcome
}
