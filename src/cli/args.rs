//! The command line's shape.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::facts::Region;

/// Sets up Z.ai's GLM models in coding tools: true fixes, shown as diffs, written with backups.
#[derive(Debug, Parser)]
#[command(
    name = "glm-setup",
    version,
    about,
    arg_required_else_help = false,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Options of every command.
#[derive(Debug, Args, Clone)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Treat DIR as the home folder (a dotfiles checkout, a container)
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Use this facts pack instead of the newest, e.g. 2026-04
    #[arg(long, global = true, value_name = "PACK")]
    pub facts: Option<String>,
    /// Add the rules, facts and profiles of DIR (repeatable)
    #[arg(long, global = true, value_name = "DIR")]
    pub rules_dir: Vec<PathBuf>,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Say more
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Say only what is wrong
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR says otherwise
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Plan the changes for a profile, show them as diffs, ask, and write them with backups
    Apply(Apply),
    /// Report what doesn't hold; changes nothing
    Lint(Lint),
    /// Take back what a transaction changed
    Undo(Undo),
    /// Show the detected tools and files and what they point at
    Status(Status),
    /// Look at what files can't tell: running instances, variables, errors in logs, versions
    Doctor(Doctor),
    /// Explain a rule with its evidence, or one of Z.ai's error codes
    Explain(Explain),
    /// List, show and test rules
    #[command(subcommand)]
    Rules(Rules),
    /// Do the whole job on a sample home in a temporary folder
    Demo(Demo),
    /// Print a shell's completion script
    Completions(Completions),
    /// Print the manual page, in roff
    Man(Man),
}

/// Which rules take part.
#[derive(Debug, Args, Clone, Default)]
pub struct Selection {
    /// Only these rules: ids, categories or tools; `*` is allowed (repeatable, or separated by commas)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Not these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
}

/// `apply`
#[derive(Debug, Args, Clone)]
pub struct Apply {
    /// What you have or want: lite, pro, max, metered or self-hosted
    #[arg(long, short, value_name = "PROFILE")]
    pub profile: String,
    /// Project folders whose files count too [default: the working folder]
    #[arg(value_name = "PATHS")]
    pub paths: Vec<PathBuf>,
    /// Write without asking
    #[arg(long, short)]
    pub yes: bool,
    /// Show what would change, write nothing
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Write nothing; exit 1 if something would change
    #[arg(long, conflicts_with_all = ["yes", "dry_run"])]
    pub check: bool,
    /// Only this tool; also points it at Z.ai when it isn't yet (repeatable)
    #[arg(long, value_name = "TOOL")]
    pub tool: Vec<String>,
    /// Whose service: intl (api.z.ai) or cn (open.bigmodel.cn) [default: what each tool points at, else intl]
    #[arg(long, value_name = "REGION")]
    pub region: Option<Region>,
    /// The environment variable that holds the API key; a reference to it is written, never the key
    #[arg(long, value_name = "NAME")]
    pub key_env: Option<String>,
    /// For the profile self-hosted: the server's base URL for OpenAI clients, ending in /v1
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// For the profile self-hosted: the model's id there
    #[arg(long, value_name = "ID")]
    pub model: Option<String>,
    /// Also apply fixes that take away something you chose or cost money
    #[arg(long)]
    pub unsafe_fixes: bool,
    /// Write although a running program will overwrite a file
    #[arg(long)]
    pub force: bool,
    /// Which rules take part.
    #[command(flatten)]
    pub selection: Selection,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// `lint`
#[derive(Debug, Args, Clone)]
pub struct Lint {
    /// Files or project folders to look at instead of the home folder and the working folder
    #[arg(value_name = "PATHS")]
    pub paths: Vec<PathBuf>,
    /// Judge by this profile [default: by what each tool points at]
    #[arg(long, short, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// Only this tool (repeatable)
    #[arg(long, value_name = "TOOL")]
    pub tool: Vec<String>,
    /// Warnings fail too
    #[arg(long)]
    pub strict: bool,
    /// Which rules take part.
    #[command(flatten)]
    pub selection: Selection,
    /// After the findings: how often each rule doesn't hold (with the formats text, concise, github and json)
    #[arg(long)]
    pub statistics: bool,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: LintFormat,
}

/// Output formats of `lint`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LintFormat {
    /// For people: each finding with the piece of the file that it speaks of
    Text,
    /// One line for each finding
    Concise,
    /// For programs, with a version
    Json,
    /// SARIF 2.1.0, with rules and fixes: code scanning, editors
    Sarif,
    /// Annotations in GitHub Actions
    Github,
    /// JUnit XML: test reports, e.g. GitLab's
    Junit,
}

/// Output formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs, with a version
    Json,
}

/// `undo`
#[derive(Debug, Args, Clone)]
pub struct Undo {
    /// The transaction, or the beginning of its id [default: the newest that isn't undone]
    #[arg(value_name = "ID")]
    pub id: Option<String>,
    /// List the transactions
    #[arg(long, conflicts_with_all = ["id", "force", "prune"])]
    pub list: bool,
    /// Take it back although a file has changed since; the present bytes are backed up first
    #[arg(long)]
    pub force: bool,
    /// Show what would change, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Delete old backups
    #[arg(long, requires = "keep", conflicts_with_all = ["id", "force"])]
    pub prune: bool,
    /// With --prune: how many transactions to keep
    #[arg(long, value_name = "N", requires = "prune")]
    pub keep: Option<usize>,
}

/// `status`
#[derive(Debug, Args, Clone)]
pub struct Status {
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// `doctor`
#[derive(Debug, Args, Clone)]
pub struct Doctor {
    /// Judge by this profile [default: the coding plan that was applied last, else lite]
    #[arg(long, short, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// How many days of the tools' logs to look at, this one included
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub days: u16,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// `explain`
#[derive(Debug, Args, Clone)]
pub struct Explain {
    /// A rule's id, or an error code such as 1302
    #[arg(value_name = "RULE|CODE")]
    pub subject: String,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// `rules`
#[derive(Debug, Subcommand)]
pub enum Rules {
    /// List all rules
    List {
        /// Output format
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: Format,
    },
    /// Print a rule's file
    Show {
        /// The rule's id
        #[arg(value_name = "RULE")]
        id: String,
    },
    /// Run the cases of rule files, or of the whole catalogue
    Test {
        /// Rule files or ids [default: all]
        #[arg(value_name = "FILE|RULE")]
        subjects: Vec<String>,
    },
}

/// `demo`
#[derive(Debug, Args, Clone)]
pub struct Demo {
    /// The profile to apply
    #[arg(long, short, value_name = "PROFILE", default_value = "lite")]
    pub profile: String,
    /// Keep the temporary folder
    #[arg(long)]
    pub keep: bool,
}

/// `completions`
#[derive(Debug, Args, Clone)]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// `man`
#[derive(Debug, Args, Clone)]
pub struct Man {
    /// The page of a command, e.g. `lint` or `rules test` [default: the program's]
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
}
