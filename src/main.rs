//! The `glm-setup` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    glm_setup::cli::main()
}
