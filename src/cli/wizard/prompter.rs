//! How the wizard asks. The questions come through one trait, so that its logic is tested without a terminal.

use inquire::ui::RenderConfig;
use inquire::{InquireError, MultiSelect, Password, PasswordDisplayMode, Select, Text};

use crate::cli::context::CliContext;
use crate::cli::failure::Failure;
use crate::report::visible;

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply<T> {
    /// An answer.
    Answer(T),
    /// One step back (Esc).
    Back,
    /// Leave; nothing is written (Ctrl-C).
    Leave,
}

/// One of the answers to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// What is listed.
    pub(super) label: String,
    /// What stays on the screen once it is chosen.
    pub(super) short: String,
}

impl Choice {
    /// A choice that is called the same before and after.
    pub(super) fn new(label: impl Into<String>) -> Self {
        let label = label.into();
        Self {
            short: label.clone(),
            label,
        }
    }
}

impl std::fmt::Display for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&visible::plain(&self.label))
    }
}

/// Asks a person.
pub(super) trait Prompter {
    /// One of the choices, by its index; `start` is where the cursor stands.
    fn select(
        &mut self,
        question: &str,
        choices: Vec<Choice>,
        start: usize,
    ) -> Result<Reply<usize>, Failure>;
    /// Any of the choices, by their indexes; `marked` are marked beforehand.
    fn mark(
        &mut self,
        question: &str,
        choices: Vec<Choice>,
        marked: &[usize],
    ) -> Result<Reply<Vec<usize>>, Failure>;
    /// A line of text.
    fn text(&mut self, question: &str, initial: &str) -> Result<Reply<String>, Failure>;
    /// A line of text that is not shown.
    fn secret(&mut self, question: &str) -> Result<Reply<String>, Failure>;
    /// Shows a text, lines included.
    fn say(&mut self, text: &str);
    /// Columns and rows.
    fn size(&self) -> (usize, usize);
}

/// Where a terminal doesn't tell its size.
const USUAL_SIZE: (usize, usize) = (80, 24);
/// Lines of a list that leave room for the question above it.
const OTHER_ROWS: usize = 8;

/// The terminal.
pub(super) struct Terminal<'a> {
    context: &'a CliContext,
    config: RenderConfig<'static>,
}

impl<'a> Terminal<'a> {
    pub(super) fn new(context: &'a CliContext) -> Self {
        let config = if context.color() {
            RenderConfig::default_colored()
        } else {
            RenderConfig::empty()
        };
        Self { context, config }
    }

    fn rows(&self) -> usize {
        self.size().1.saturating_sub(OTHER_ROWS).clamp(3, 20)
    }
}

fn reply<T>(outcome: Result<T, InquireError>) -> Result<Reply<T>, Failure> {
    match outcome {
        Ok(answer) => Ok(Reply::Answer(answer)),
        Err(InquireError::OperationCanceled) => Ok(Reply::Back),
        Err(InquireError::OperationInterrupted) => Ok(Reply::Leave),
        Err(error) => Err(Failure::Prompt(error)),
    }
}

impl Prompter for Terminal<'_> {
    fn select(
        &mut self,
        question: &str,
        choices: Vec<Choice>,
        start: usize,
    ) -> Result<Reply<usize>, Failure> {
        let shown = choices.clone();
        let outcome = Select::new(question, choices)
            .with_render_config(self.config)
            .with_starting_cursor(start)
            .with_page_size(self.rows())
            .without_filtering()
            .with_formatter(&|one| visible::plain(&shown[one.index].short).into_owned())
            .with_help_message("↑↓ move, enter choose, esc back, ctrl-c leave")
            .raw_prompt();
        reply(outcome.map(|one| one.index))
    }

    fn mark(
        &mut self,
        question: &str,
        choices: Vec<Choice>,
        marked: &[usize],
    ) -> Result<Reply<Vec<usize>>, Failure> {
        let shown = choices.clone();
        let outcome = MultiSelect::new(question, choices)
            .with_render_config(self.config)
            .with_default(marked)
            .with_page_size(self.rows())
            .without_filtering()
            .with_formatter(&|all| {
                let short = |one: &inquire::list_option::ListOption<&Choice>| {
                    visible::plain(&shown[one.index].short).into_owned()
                };
                match all {
                    [] => "none".to_owned(),
                    all => all.iter().map(short).collect::<Vec<_>>().join(", "),
                }
            })
            .with_help_message("space mark, enter go on, esc back, ctrl-c leave")
            .raw_prompt();
        reply(outcome.map(|all| all.iter().map(|one| one.index).collect()))
    }

    fn text(&mut self, question: &str, initial: &str) -> Result<Reply<String>, Failure> {
        let prompt = Text::new(question)
            .with_render_config(self.config)
            .with_initial_value(initial)
            .with_help_message("enter go on, esc back, ctrl-c leave");
        reply(prompt.prompt())
    }

    fn secret(&mut self, question: &str) -> Result<Reply<String>, Failure> {
        let prompt = Password::new(question)
            .with_render_config(self.config)
            .without_confirmation()
            .with_display_mode(PasswordDisplayMode::Hidden)
            .with_help_message("nothing is shown; enter go on, esc back, ctrl-c leave");
        reply(prompt.prompt())
    }

    fn say(&mut self, text: &str) {
        self.context.print(text);
    }

    fn size(&self) -> (usize, usize) {
        terminal_size::terminal_size()
            .map(|(columns, rows)| (usize::from(columns.0), usize::from(rows.0)))
            .filter(|(columns, rows)| *columns > 0 && *rows > 0)
            .unwrap_or(USUAL_SIZE)
    }
}
