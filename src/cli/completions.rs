//! `glm-setup completions`: a shell's completion script.

use std::io::{self, Write as _};

use clap::CommandFactory as _;

use super::Exit;
use super::args::{Cli, Completions};

pub(super) fn run(args: &Completions) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "glm-setup", &mut script);
    // A closed pipe is not an error.
    let _ = io::stdout().lock().write_all(&script);
    Exit::Clean
}
