//! Why a command ends early, and the exit code that this means.

use std::io;
use std::path::PathBuf;

use super::Exit;
use crate::config::VariableError;
use crate::gate::{AddressError, GateError, systemd::UnitError};
use crate::ignore::BaselineError;
use crate::load::LoadError;
use crate::paths::EnvironmentError;
use crate::rule::catalogue::CatalogueError;
use crate::transaction::WriteError;

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Wrong usage.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// A rule, profile, facts pack or configuration file is broken or unknown.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A rule file that is tested is broken.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A variable `GLM_SETUP_…` holds something else than it may.
    #[error(transparent)]
    Variable(#[from] VariableError),
    /// A variable `GLM_SETUP_…` names something that doesn't exist.
    #[error("the environment variable {name}: {cause}")]
    InVariable {
        /// The variable.
        name: &'static str,
        /// What is wrong with its value.
        cause: Box<Failure>,
    },
    /// The home folder is not known.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// A gate that may not be written down.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// A path that can't stand in a systemd unit.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// A baseline can't be read or written.
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    /// The files could not be written or restored.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The rules don't agree with each other.
    #[error("these rules undo each other's fixes, so nothing is written: {}", .0.join(", "))]
    Disagreement(Vec<String>),
    /// The terminal fails.
    #[error("the question could not be asked: {0}; nothing was written")]
    Prompt(inquire::InquireError),
    /// A file or folder can't be written.
    #[error("{path}: {source}")]
    File {
        /// Its path, as a person would write it.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A value can't be shown as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The demo's home differs from what it was.
    #[error("the demo's undo did not restore the sample home")]
    DemoNotRestored,
    /// The system says no.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Failure {
    /// The exit code it means.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_)
            | Self::Catalogue(_)
            | Self::Load(_)
            | Self::Variable(_)
            | Self::InVariable { .. }
            | Self::Environment(_)
            | Self::Gate(_)
            | Self::Unit(_)
            | Self::Baseline(BaselineError::Load(_) | BaselineError::Missing(_))
            | Self::Write(
                WriteError::UnknownTransaction { .. } | WriteError::AmbiguousTransaction { .. },
            ) => Exit::Usage,
            Self::Baseline(_)
            | Self::Write(_)
            | Self::Disagreement(_)
            | Self::Prompt(_)
            | Self::File { .. }
            | Self::Json(_)
            | Self::DemoNotRestored
            | Self::Io(_) => Exit::Incomplete,
        }
    }
}

/// What is wrong with a command line.
#[derive(Debug, thiserror::Error)]
pub(super) enum UsageError {
    /// The wizard's options before a command.
    #[error("options of the wizard stand before a command; write them behind it")]
    WizardOptions,
    /// `man` of a command that isn't there.
    #[error(
        "{name} has no command `{word}`; it has {}",
        known.join(", ")
    )]
    NoSuchCommand {
        /// The command before it.
        name: String,
        /// What was asked for.
        word: String,
        /// What there is.
        known: Vec<String>,
    },
    /// `man` of a command below one that has none.
    #[error("{0} has no commands of its own")]
    NoCommands(String),
    /// A path that isn't there.
    #[error("{}: there is no such file or folder", .0.display())]
    NoSuchPath(PathBuf),
    /// A folder that isn't there.
    #[error("{}: there is no such folder", .0.display())]
    NoSuchFolder(PathBuf),
    /// A file that no tool reads.
    #[error("{}: no known tool reads a file of this name; `glm-setup status` shows what is known", .0.display())]
    NotAConfig(PathBuf),
    /// Paths of several repositories.
    #[error(
        "the paths are governed by different configuration files ({one} and {other}); lint them one by one"
    )]
    SeveralRepositories {
        /// The first path's file.
        one: String,
        /// Another path's.
        other: String,
    },
    /// A word of `--select`, `--ignore` or `--unsafe-fixes` that names no rule.
    #[error(
        "`{word}` means no rule{} It takes a rule's id, a category or a tool; `glm-setup rules list` shows them",
        near.as_ref().map_or_else(|| ".".to_owned(), |near| format!("; did you mean `{near}`?"))
    )]
    NoSuchRule {
        /// The word.
        word: String,
        /// A rule of a similar name.
        near: Option<String>,
    },
    /// An error code that the facts don't have.
    #[error("the facts {pack} know no error code {code}; known: {}", known.join(", "))]
    NoSuchErrorCode {
        /// The facts pack.
        pack: String,
        /// What was asked for.
        code: u32,
        /// What there is.
        known: Vec<String>,
    },
    /// `apply` without a terminal and without consent.
    #[error(
        "nobody can be asked here; say --yes to write, --dry-run to see what would change, or --check for an exit code"
    )]
    NoTerminal,
    /// `--base-url` is no URL.
    #[error("--base-url {0}: a URL was expected, such as http://localhost:8000/v1")]
    BaseUrl(String),
    /// A self-hosted server's address or model is missing.
    #[error("the profile {0} needs --base-url URL and --model ID")]
    NeedsServer(String),
    /// A server without the profile for it.
    #[error("--base-url and --model go with --profile self-hosted")]
    ServerWithoutProfile,
    /// `--key-env` is no variable's name. It may be the key itself, so it is not repeated.
    #[error(
        "--key-env takes the name of an environment variable, such as ZAI_API_KEY, never the key"
    )]
    KeyEnv,
    /// `--key-file` names a file that isn't there.
    #[error("--key-file {}: there is no such file", .0.display())]
    NoKeyFile(PathBuf),
    /// `--key-file` would not survive a shell.
    #[error(
        "--key-file takes a path of letters, digits and `/._-` only, since some tools give it to a shell"
    )]
    KeyFile,
    /// `--via-gate` is no address of a gate.
    #[error("--via-gate: {0}")]
    ViaGate(#[from] AddressError),
    /// A gate before a server that needs none.
    #[error("--via-gate: a gate is a queue in front of Z.ai; a server of your own needs none")]
    GateBeforeServer,
    /// A gate elsewhere for one person's plan.
    #[error("--via-gate: a gate for the coding plan has to be on this machine. {0}")]
    GateElsewhere(String),
    /// A gate elsewhere without TLS.
    #[error(
        "--via-gate: a gate on another machine needs https://, or keys would cross the network in the clear"
    )]
    GateWithoutTls,
    /// `--unsafe-fixes` of `lint` with nothing to fix.
    #[error("--unsafe-fixes goes with --fix or --diff")]
    UnsafeFixes,
    /// A format for what is text only.
    #[error("--diff and --write-baseline go with the format text only")]
    OnlyText,
    /// Statistics in a format without a place for them.
    #[error("--statistics goes with the formats text, concise, github and json")]
    Statistics,
    /// A new rule's id is not of the form of ids.
    #[error(
        "`{0}` is no rule's id: lower-case letters and digits were expected, with hyphens between words, such as my-model-cap"
    )]
    RuleId(String),
    /// A new rule's id is taken.
    #[error("there is a rule `{0}` already; `glm-setup rules show {0}` prints it")]
    RuleExists(String),
    /// A new rule's file is there.
    #[error("{0} is there already; nothing was written")]
    FileExists(String),
    /// A new rule's tool has its settings deeper in its files.
    #[error(
        "{0}'s settings begin deeper in its files; start from one of its rules: `glm-setup rules list`"
    )]
    DeepSettings(String),
}
