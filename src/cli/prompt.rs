//! Asking on a terminal.

use std::fmt;

use inquire::{InquireError, Select};

use super::failure::Failure;

/// What somebody says to a file's diff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    All,
    Stop,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Yes => "yes, change this file",
            Self::No => "no, leave this file",
            Self::All => "yes, this one and all that follow",
            Self::Stop => "stop, write nothing at all",
        })
    }
}

/// Asks whether a file may be changed. Esc and Ctrl-C stop; nothing has been written then.
pub(super) fn ask(path: &str, left: usize) -> Result<Answer, Failure> {
    let mut answers = vec![Answer::Yes, Answer::No];
    if left > 1 {
        answers.push(Answer::All);
    }
    answers.push(Answer::Stop);
    match Select::new(&format!("Change {path}?"), answers).prompt() {
        Ok(answer) => Ok(answer),
        Err(InquireError::OperationCanceled | InquireError::OperationInterrupted) => {
            Ok(Answer::Stop)
        }
        Err(error) => Err(Failure::Prompt(error)),
    }
}
