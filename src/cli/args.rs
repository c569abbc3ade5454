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
    /// Answers given beforehand to the wizard, which runs when there is no command.
    #[command(flatten)]
    pub wizard: WizardArgs,
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Answers given beforehand to the wizard.
#[derive(Debug, Args, Clone, Default, PartialEq, Eq)]
#[command(next_help_heading = "Without a command (the wizard), each answers a question beforehand")]
pub struct WizardArgs {
    /// What you have or want: lite, pro, max, metered or self-hosted
    #[arg(long, short, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// Only this tool (repeatable)
    #[arg(long, value_name = "TOOL")]
    pub tool: Vec<String>,
    /// Whose service: intl (api.z.ai) or cn (open.bigmodel.cn)
    #[arg(long, value_name = "REGION")]
    pub region: Option<Region>,
    /// The environment variable that holds the API key
    #[arg(long, value_name = "NAME")]
    pub key_env: Option<String>,
    /// Also the fixes that take something away; of these rules only, where any is named
    #[arg(long, value_name = "RULE", num_args = 0.., require_equals = true, value_delimiter = ',')]
    pub unsafe_fixes: Option<Vec<String>>,
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
    /// Take the whole catalogue from DIR, laid out like rules/, in the place of the built-in one (for work on rules)
    #[arg(long, global = true, value_name = "DIR", hide = true)]
    pub catalogue: Option<PathBuf>,
    /// Read no configuration file: neither config.toml nor .glm-setup.toml
    #[arg(long, global = true)]
    pub isolated: bool,
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
    /// Report what doesn't hold; changes nothing without --fix
    Lint(Lint),
    /// Take back what a transaction changed
    Undo(Undo),
    /// Show the detected tools and files and what they point at
    Status(StatusOptions),
    /// Look at what files can't tell: running instances, variables, errors in logs, versions
    Doctor(Doctor),
    /// Explain a rule with its evidence, one of Z.ai's error codes, or what a tool sends and why
    Explain(Explain),
    /// List, show, test and write rules
    #[command(subcommand)]
    Rules(RulesCommand),
    /// One queue for all tools of an account: configurations for HAProxy, and a check
    #[command(subcommand)]
    Gate(GateCommand),
    /// Do the whole job on a sample home in a temporary folder
    Demo(Demo),
    /// Print a shell's completion script
    Completions(Completions),
    /// Print the manual page, in roff
    Man(Man),
}

/// Which rules take part.
#[derive(Debug, Args, Clone, Default)]
pub struct RuleSelection {
    /// Only these rules: ids, categories or tools; `*` is allowed (repeatable, or separated by commas)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Not these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
}

/// `apply`
#[derive(Debug, Args, Clone, Default)]
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
    /// The file that holds the API key; a reference to it is written, never the key
    #[arg(long, value_name = "FILE", conflicts_with = "key_env")]
    pub key_file: Option<PathBuf>,
    /// For the profile self-hosted: the server's base URL for OpenAI clients, ending in /v1
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// For the profile self-hosted: the model's id there
    #[arg(long, value_name = "ID")]
    pub model: Option<String>,
    /// Send requests through the gate at URL, such as http://127.0.0.1:8790 (see `glm-setup gate`)
    #[arg(long, value_name = "URL", conflicts_with = "no_gate")]
    pub via_gate: Option<String>,
    /// Send requests to Z.ai directly again
    #[arg(long)]
    pub no_gate: bool,
    /// Also apply fixes that take away something you chose or cost money; of these rules only, where any is named
    #[arg(long, value_name = "RULE", num_args = 0.., require_equals = true, value_delimiter = ',')]
    pub unsafe_fixes: Option<Vec<String>>,
    /// Write although a running program will overwrite a file
    #[arg(long)]
    pub force: bool,
    /// Which rules take part.
    #[command(flatten)]
    pub selection: RuleSelection,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: OutputFormat,
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
    /// Judge by this region: intl (api.z.ai) or cn (open.bigmodel.cn) [default: what each tool points at]
    #[arg(long, value_name = "REGION")]
    pub region: Option<Region>,
    /// Mend what has a safe fix, with backups as `apply` makes them; then report what remains
    #[arg(long)]
    pub fix: bool,
    /// With --fix or --diff: also fixes that take away something you chose or cost money; of these rules only, where any is named
    #[arg(long, value_name = "RULE", num_args = 0.., require_equals = true, value_delimiter = ',')]
    pub unsafe_fixes: Option<Vec<String>>,
    /// Show what --fix would change, write nothing; exit 1 if it would change something
    #[arg(long, conflicts_with = "fix")]
    pub diff: bool,
    /// Findings that FILE holds are known: they are counted, not reported
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write all findings into FILE as known [default: the baseline in force, else .glm-setup-baseline.json]
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, conflicts_with_all = ["fix", "diff"])]
    pub write_baseline: Option<Option<PathBuf>>,
    /// Which rules take part.
    #[command(flatten)]
    pub selection: RuleSelection,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OutputFormat {
    /// For people
    #[default]
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
pub struct StatusOptions {
    /// Show the settings in force here, and where each comes from
    #[arg(long)]
    pub config: bool,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: OutputFormat,
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
    pub format: OutputFormat,
}

/// `explain`
#[derive(Debug, Args, Clone)]
pub struct Explain {
    /// A rule's id, an error code such as 1302, or a tool's id
    #[arg(value_name = "RULE|CODE|TOOL")]
    pub subject: String,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: OutputFormat,
}

/// `rules`
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List all rules
    List {
        /// Output format
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: OutputFormat,
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
    /// Write the frame of a new rule file, to be filled in
    New {
        /// The rule's id, which is also the file's name: lower case, with hyphens
        #[arg(value_name = "ID")]
        id: String,
        /// The tool that it speaks of, or any [default: the one whose id the rule's id begins with]
        #[arg(long, value_name = "TOOL")]
        tool: Option<String>,
        /// The folder to write it to [default: rules in your configuration folder]
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
    /// Print the JSON Schema of rule files, for editors
    Schema,
}

/// `gate`
#[derive(Debug, Subcommand)]
pub enum GateCommand {
    /// Print a configuration that makes HAProxy the queue, or a service that runs it
    #[command(subcommand)]
    Emit(GateEmit),
    /// Say whether HAProxy and the gate are in order, and which tools use it
    Check(GateCheck),
}

/// `gate emit`
#[derive(Debug, Subcommand)]
pub enum GateEmit {
    /// A complete configuration for HAProxy 2.6 or newer
    Haproxy(GateHaproxy),
    /// A systemd user unit that runs it
    Systemd(GateSystemd),
}

/// `gate emit haproxy`
#[derive(Debug, Args, Clone)]
pub struct GateHaproxy {
    /// The plan behind the gate [default: the one that was applied last, else lite]
    #[arg(long, short, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// Requests in flight at once [default: what the facts say of the profile]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub concurrency: Option<u32>,
    /// Count the requests in flight for each model, instead of all together
    #[arg(long)]
    pub per_model: bool,
    /// The port to listen on
    #[arg(long, value_name = "PORT", default_value_t = crate::gate::DEFAULT_PORT, value_parser = clap::value_parser!(u16).range(1..))]
    pub port: u16,
    /// The address to listen on; beyond this machine only with --team
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub listen: std::net::IpAddr,
    /// Whose service stands behind it
    #[arg(long, value_name = "REGION", default_value = "intl")]
    pub region: Region,
    /// Let the metered API through too
    #[arg(long)]
    pub metered: bool,
    /// For several people on a metered or enterprise key: fair by machine
    #[arg(long)]
    pub team: bool,
    /// With --team: a name that people reach the gate by (repeatable)
    #[arg(long, value_name = "NAME", requires = "team")]
    pub name: Vec<String>,
    /// With --team: certificate and key in one PEM file; required when others can reach the gate
    #[arg(long, value_name = "FILE", requires = "team")]
    pub tls_cert: Option<PathBuf>,
}

/// `gate emit systemd`
#[derive(Debug, Args, Clone)]
pub struct GateSystemd {
    /// The configuration that `gate emit haproxy` printed [default: gate.cfg in glm-setup's configuration folder]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The program [default: where it is found]
    #[arg(long, value_name = "FILE")]
    pub haproxy: Option<PathBuf>,
}

/// `gate check`
#[derive(Debug, Args, Clone)]
pub struct GateCheck {
    /// The gate's port [default: the one that the tools use, else 8790]
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// The program [default: where it is found]
    #[arg(long, value_name = "FILE")]
    pub haproxy: Option<PathBuf>,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: OutputFormat,
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
