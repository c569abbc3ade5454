//! `glm-setup man`: the manual pages.

use std::io::{self, Write as _};

use clap::CommandFactory as _;

use super::Exit;
use super::args::{Cli, Man};
use super::failure::{Failure, UsageError};

pub(super) fn run(args: &Man) -> Result<Exit, Failure> {
    let mut command = Cli::command();
    // Hands the options of every command down to each.
    command.build();
    let mut name = command.get_name().to_owned();
    for word in &args.command {
        let known: Vec<String> = command
            .get_subcommands()
            .map(|one| one.get_name().to_owned())
            .collect();
        let Some(next) = command.find_subcommand(word) else {
            let error = match known.is_empty() {
                true => UsageError::NoCommands(name),
                false => UsageError::NoSuchCommand {
                    name,
                    word: word.clone(),
                    known,
                },
            };
            return Err(error.into());
        };
        name = format!("{name} {}", next.get_name());
        command = next.clone();
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .source(concat!("glm-setup ", env!("CARGO_PKG_VERSION")))
        .render(&mut page)?;
    // A closed pipe is not an error.
    let _ = io::stdout().lock().write_all(&page);
    Ok(Exit::Clean)
}
