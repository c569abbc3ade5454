//! The plan: what would change where, computed once. `lint`, `apply` and their formats are views of it.

mod alone;
pub mod case;
mod context;
mod ignored;
mod points_at;
mod rounds;

pub use alone::fixed_alone;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsString;
use std::path::PathBuf;
use std::rc::Rc;

use crate::document::{Edit, Pointer};
use crate::facts::{Billing, FactSet, Pack, Region, SelfHosted, ToolNames as _, Via};
use crate::finding::{Finding, Severity};
use crate::ignore::{Ignored, Ignores};
use crate::paths::Environment;
use crate::profile::Profile;
use crate::rule::catalogue::{Catalogue, CatalogueError};
use crate::rule::evaluate::FindingFile;
use crate::rule::{Rule, selects};
use crate::tool::{Configuration, Descriptor, Workspace};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The profile; without one each configuration is judged by what it points at.
    pub profile: Option<String>,
    /// The plan to assume for configurations on the coding plan without a profile; `lite` without one.
    pub plan: Option<String>,
    /// The facts pack; the newest without one.
    pub facts: Option<String>,
    /// Tools to restrict the plan to; named tools are also pointed at Z.ai when they aren't yet.
    pub tools: Vec<String>,
    /// Whether setup rules take part and tools may be pointed at Z.ai (`apply`).
    pub setup: bool,
    /// Whether fixes are planned at all.
    pub fix: bool,
    /// Whether unsafe fixes are among them.
    pub unsafe_fixes: bool,
    /// With `unsafe_fixes`: only those of these rules (ids, categories or tools, with `*`); of all when empty.
    pub unsafe_rules: Vec<String>,
    /// Only these rules: ids, categories or tools, with `*`.
    pub select: Vec<String>,
    /// Not these rules.
    pub ignore: Vec<String>,
    /// The region to use, instead of the one each configuration points at.
    pub region: Option<Region>,
    /// The variable that holds the key.
    pub key_env: Option<String>,
    /// The file that holds the key, as a person would write its path: `~/…` below the home folder.
    pub key_file: Option<String>,
    /// The server of the profile `self-hosted`.
    pub self_hosted: Option<SelfHosted>,
    /// Whether requests are to go through a gate.
    pub via: Via,
    /// Installed versions, where they are known.
    pub tool_versions: BTreeMap<String, semver::Version>,
    /// Tools whose files a running program would overwrite, and what to do about it.
    pub busy: BTreeMap<String, String>,
    /// What is silenced; nothing without it, not even by comments.
    pub ignores: Option<Rc<Ignores>>,
    /// Treats every configuration as one that uses Z.ai and has a key (rules' own cases).
    pub assume_set_up: bool,
    /// Takes every file as belonging to a repository, or not (rules' own cases).
    pub assume_in_repository: Option<bool>,
}

impl Request {
    /// The facts as a configuration sees them.
    pub fn facts<'f>(
        &'f self,
        pack: &'f Pack,
        profile: &'f Profile,
        region: Region,
        configuration: &'f Configuration,
    ) -> FactSet<'f> {
        FactSet {
            pack,
            profile,
            region,
            tool: &*configuration.tool,
            region_named: self.region.is_some(),
            self_hosted: self.self_hosted.as_ref(),
            key_env: self.key_env.as_deref(),
            via: &self.via,
            key_file: self.key_file.as_deref(),
        }
    }

    /// Whether the request brings a key that a tool can refer to.
    fn brings_key(&self, tool: &Descriptor) -> bool {
        let file = self.key_file.as_deref();
        self.key_env.is_some()
            || file
                .and_then(|path| tool.key_file_reference(path))
                .is_some()
    }

    /// Whether a rule's unsafe fixes are planned.
    fn takes_unsafe(&self, rule: &Rule) -> bool {
        let named = || self.unsafe_rules.iter().any(|word| selects(word, rule));
        self.unsafe_fixes && (self.unsafe_rules.is_empty() || named())
    }
}

/// What the notes about tools say that `--via-gate` couldn't move.
pub const BYPASS: &str = "still reaches Z.ai without the gate";

/// One edit of the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedEdit {
    /// The rule whose fix it belongs to.
    pub rule: String,
    /// The edit.
    pub edit: Edit,
}

/// A file that would change.
#[derive(Debug, Clone)]
pub struct PlannedFile {
    /// The tool's id.
    pub tool: String,
    /// The file.
    pub path: PathBuf,
    /// Its text; `None` when it is not there.
    pub before: Option<Rc<String>>,
    /// The text that would be written.
    pub after: Rc<String>,
    /// The edits that lead from one to the other, in order.
    pub edits: Vec<PlannedEdit>,
    /// The rules whose fixes they are.
    pub rules: Vec<String>,
    /// Who may overwrite it while running.
    pub rewritten_by: Option<String>,
}

impl PlannedFile {
    /// Its text; `None` when it is not there.
    pub fn before(&self) -> Option<&str> {
        self.before.as_deref().map(String::as_str)
    }
}

/// A tool that is left alone, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The tool's id.
    pub tool: String,
    /// Why, and what to do.
    pub reason: String,
}

/// A rule that could not be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// The rule.
    pub rule: String,
    /// The fact that is unknown.
    pub fact: String,
}

/// What a configuration turned out to be; for `status` and headings.
#[derive(Debug, Clone)]
pub struct Target {
    /// The tool's id.
    pub tool: String,
    /// Its files that are there and in force.
    pub files: Vec<PathBuf>,
    /// Whether it uses Z.ai.
    pub uses_zai: bool,
    /// Who pays, as far as the files tell.
    pub billing: Option<Billing>,
    /// The region, as far as the files tell.
    pub region: Option<Region>,
    /// The gate that it goes through, such as `http://127.0.0.1:8790`.
    pub gate: Option<String>,
    /// The texts that show it: addresses and models.
    pub points_at: Vec<String>,
    /// The profile it was judged by.
    pub profile: String,
    /// Whether a key, or a reference to one, was found.
    pub has_key: bool,
}

impl Target {
    /// Whether there is anything to say of it: files, or use of Z.ai.
    pub fn concerns(&self) -> bool {
        self.uses_zai || !self.files.is_empty()
    }
}

/// The outcome of evaluating everything.
#[derive(Debug, Default)]
pub struct Plan {
    /// The facts pack in force.
    pub facts: String,
    /// What was looked at.
    pub targets: Vec<Target>,
    /// What does not hold.
    pub findings: Vec<Finding>,
    /// What does not hold, but is ignored; it is never mended.
    pub ignored: Vec<Ignored>,
    /// Entries of the baseline that no finding needs any more.
    pub unused_known: Vec<usize>,
    /// What would change.
    pub files: Vec<PlannedFile>,
    /// Tools left alone.
    pub refusals: Vec<Refusal>,
    /// Those of them that only lack a key.
    pub keyless: Vec<String>,
    /// What a person should know before agreeing.
    pub notes: Vec<String>,
    /// Rules that could not be evaluated.
    pub skipped: Vec<Skipped>,
    /// Rules whose fixes undo each other; then nothing may be written.
    pub disagreement: Vec<String>,
}

impl Plan {
    /// Leaves a tool alone; a reason that was given before is not repeated.
    pub fn refuse(&mut self, tool: &str, reason: String) {
        let tool = tool.to_owned();
        let refusal = Refusal { tool, reason };
        if !self.refusals.contains(&refusal) {
            self.refusals.push(refusal);
        }
    }

    /// Whether a tool is left alone.
    pub fn refuses(&self, tool: &str) -> bool {
        self.refusals.iter().any(|refusal| refusal.tool == tool)
    }

    /// Leaves out the files of tools that are left alone: a tool is changed as a whole or not at all.
    pub fn drop_refused(&mut self) {
        let refusals = &self.refusals;
        let refused = |tool: &str| refusals.iter().any(|refusal| refusal.tool == tool);
        self.files.retain(|file| !refused(&file.tool));
    }

    /// How many findings there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    }
}

/// Evaluates the catalogue on a workspace. The workspace's documents are edited in memory; nothing is written.
///
/// # Errors
/// When a rule, a profile or a facts pack is broken or unknown.
pub fn compute(
    catalogue: &Catalogue,
    workspace: &mut Workspace,
    environment: &Environment,
    request: &Request,
) -> Result<Plan, CatalogueError> {
    let pack = catalogue.statements(request.facts.as_deref())?;
    let mut planner = Planner {
        catalogue,
        request,
        vars: &environment.vars,
        repositories: RefCell::default(),
        plan: Plan {
            facts: pack.id.clone(),
            ..Plan::default()
        },
        seen: HashSet::new(),
        last: HashSet::new(),
        superseded: HashSet::new(),
        impossible: HashMap::new(),
        edits_by_file: BTreeMap::new(),
        ledger: ignored::Ledger::default(),
    };
    let contexts = planner.contexts(&pack, workspace)?;
    planner.refuse(&contexts, workspace);
    planner.rounds(&pack, &contexts, workspace)?;
    planner.withhold(&contexts, workspace);
    planner.note_bypasses(&pack, &contexts, workspace);
    planner.judge_ignores(&contexts, workspace)?;
    planner.collect_files(workspace);
    Ok(planner.plan)
}

/// A rule, a file, and a place in it or what was said of it. The file is a text here, since hashing a path takes it apart.
type Sighting = (String, OsString, String);

struct Planner<'a> {
    catalogue: &'a Catalogue,
    request: &'a Request,
    vars: &'a BTreeMap<String, String>,
    repositories: RefCell<HashMap<PathBuf, bool>>,
    plan: Plan,
    seen: HashSet<Sighting>,
    /// What the last round still saw.
    last: HashSet<Sighting>,
    /// Rules whose end is reached by an unsafe fix of an alternative.
    superseded: HashSet<String>,
    impossible: HashMap<(String, FindingFile, Pointer), String>,
    edits_by_file: BTreeMap<usize, Vec<PlannedEdit>>,
    ledger: ignored::Ledger,
}

fn selected(request: &Request, rule: &Rule) -> bool {
    let names = |patterns: &[String]| patterns.iter().any(|pattern| selects(pattern, rule));
    (request.select.is_empty() || names(&request.select)) && !names(&request.ignore)
}
