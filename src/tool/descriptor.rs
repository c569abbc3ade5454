//! Tool descriptors: `rules/tools/<tool>.toml`.

use serde::Deserialize;

use super::connection::{Cap, ConnectionEntry, SetUp};
use super::installation::{Installation, NamedBy};
use super::surroundings::{Helper, Log, Variable, Version};
use crate::condition::NodeConditions;
use crate::document::Format;
use crate::facts::{Provider, ToolNames};
use crate::load::{Deferred, LoadError, Source, Spanned};
use crate::paths::Os;
use crate::vocabulary::Billing;
pub use crate::vocabulary::Scope;

/// Where a project's file is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Search {
    /// In the project folder only.
    #[default]
    Here,
    /// In the root of the project's git repository.
    GitRoot,
    /// In the project folder and its parents up to the git root; the nearest wins.
    UpNearest,
    /// The same, but the outermost wins.
    UpOutermost,
    /// Anywhere in a folder that is linted, and nowhere else.
    Tree,
}

/// What a tool does with a member that it doesn't know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strictness {
    /// Nothing.
    Ignored,
    /// It refuses to start, or drops the file.
    Fatal,
    /// It depends on the version or the place.
    Varies,
}

/// One kind of file that a tool reads.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FileEntry {
    /// Name of the entry, unique in the descriptor; cases refer to it.
    pub id: String,
    /// Files of one role are layers of one configuration; rules choose roles.
    pub role: String,
    /// How far it reaches.
    pub scope: Scope,
    /// Its place among the layers of its role: higher wins.
    pub precedence: u32,
    /// What the tool accepts in it.
    pub format: Format,
    /// Candidate paths on every system (templates; for project files relative to the project, may hold `*` and `**`).
    #[serde(default)]
    pub paths: Vec<String>,
    /// Candidate paths on Linux, beside `paths`.
    #[serde(default)]
    pub linux: Vec<String>,
    /// Candidate paths on macOS, beside `paths`.
    #[serde(default)]
    pub macos: Vec<String>,
    /// Candidate paths on Windows, beside `paths`.
    #[serde(default)]
    pub windows: Vec<String>,
    /// Where a project's file is looked for.
    #[serde(default)]
    pub search: Search,
    /// A variable that, when set, makes the tool skip this file.
    #[serde(default)]
    pub unless_env: Option<String>,
    /// Entries of one group are alternatives: only the first that is there is in force.
    #[serde(default)]
    pub group: Option<String>,
    /// Where the tool's settings begin, a singular query.
    #[serde(default)]
    pub root: Option<Spanned<String>>,
    /// The file that names `{named}` in the paths.
    #[serde(default)]
    pub named_by: Option<NamedBy>,
    /// Variables that, when set, say that the file is managed from outside: it is read and never written.
    #[serde(default)]
    pub managed_env: Vec<String>,
    /// Whether it is another tool's file that this one reads, too; alone, it doesn't show that this tool is used.
    #[serde(default)]
    pub borrowed: bool,
    /// For another program's file: a text that it holds where this tool is used, such as what the tool's settings begin
    /// with. Without the text the file counts as one that isn't there.
    #[serde(default)]
    pub shown_by: Option<String>,
    /// Whether `apply` may create it.
    #[serde(default)]
    pub create: bool,
    /// What the tool does with a file of this kind that it can't read.
    #[serde(default)]
    pub on_unreadable: Option<String>,
    /// Whether the tool can't read the file when it begins with a byte order mark.
    #[serde(default)]
    pub refuses_bom: bool,
    /// Whether the tool passes over a file of this kind that it can't read, and goes on without it.
    #[serde(default)]
    pub skips_unreadable: bool,
    /// Who rewrites it while running; such a file is edited only with a warning.
    #[serde(default)]
    pub rewritten_by: Option<String>,
}

impl FileEntry {
    /// The path templates that apply on a system.
    pub fn templates(&self, os: Os) -> impl Iterator<Item = &str> {
        os.templates([&self.linux, &self.macos, &self.windows], &self.paths)
    }
}

/// How to see that a configuration uses Z.ai.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct UsesZai {
    /// Any of these nodes, in any layer, shows it.
    #[serde(default)]
    pub any: NodeConditions,
    /// Any of these nodes in the merged settings shows that it uses something else all the same.
    #[serde(default)]
    pub unless: NodeConditions,
    /// This tool runs inside another one, and uses what that one uses.
    #[serde(default)]
    pub host: Option<String>,
    /// With `host`: any of these nodes in the host's configuration shows that this tool is switched on.
    #[serde(default)]
    pub host_has: NodeConditions,
}

/// How to see that a configuration has a key.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Credential {
    /// Any of these nodes, in any layer, is a key or a reference to one.
    #[serde(default)]
    pub any: NodeConditions,
    /// Nodes that are certainly a key of Z.ai's. With it, a configuration that doesn't use Z.ai yet is pointed there
    /// only when each key it holds is one of these; without it, every key counts as Z.ai's.
    #[serde(default)]
    pub certain: NodeConditions,
    /// Any of these variables, when set, is a key.
    #[serde(default)]
    pub env: Vec<String>,
    /// The text that refers to a variable holding the key; `{name}` stands for its name.
    #[serde(default)]
    pub reference: Option<String>,
    /// The same on Windows, where it differs.
    #[serde(default)]
    pub reference_windows: Option<String>,
    /// The text that refers to a file holding the key; `{path}` stands for its path, `~/…` below the home folder. Not
    /// used on Windows.
    #[serde(default)]
    pub reference_file: Option<String>,
    /// Other texts that refer to a variable, as `reference` does.
    #[serde(default)]
    pub understands: Vec<String>,
    /// Ways of billing that do without a key.
    #[serde(default)]
    pub optional_for: Vec<Billing>,
    /// What happens without a key.
    pub without: String,
}

/// Running programs that overwrite files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Running {
    /// Their names.
    pub programs: Vec<String>,
    /// The roles of the files that they overwrite.
    pub files: Vec<String>,
    /// What happens to an edit, in a sentence.
    pub loses: String,
}

/// A way of billing that the tool can't be moved to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BillingRefusal {
    /// The way of billing.
    pub billing: Billing,
    /// Why not, and what to do instead.
    pub reason: String,
}

/// One tool.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Descriptor {
    /// Format version: 1.
    pub schema: u32,
    /// The file's name; what `--tool` takes.
    pub id: String,
    /// What the ids of its rules begin with; its id when absent.
    #[serde(default)]
    pub rule_prefix: Option<String>,
    /// Whether it takes the place of a built-in descriptor.
    #[serde(default, rename = "override")]
    pub replaces: bool,
    /// The name that its makers use.
    pub name: String,
    /// Its home page.
    pub home_page: String,
    /// The version that the rules were last verified on.
    pub verified_version: String,
    /// The day of that verification, `YYYY-MM-DD`.
    pub verified: String,
    /// What it does with unknown members.
    pub unknown_keys: Strictness,
    /// What to do for changes to take effect.
    pub restart: String,
    /// Program names, for finding running instances and installations.
    #[serde(default)]
    pub programs: Vec<String>,
    /// Where it writes logs whose form nobody has described yet (templates); see `log`.
    #[serde(default)]
    pub logs: Vec<String>,
    /// Logs that errors can be counted in.
    #[serde(default)]
    pub log: Deferred<Vec<Log>>,
    /// Environment variables that it reads beside its files.
    #[serde(default)]
    pub variable: Deferred<Vec<Variable>>,
    /// Programs beside it that send requests on the same account.
    #[serde(default)]
    pub helper: Vec<Helper>,
    /// How the installed version is seen.
    #[serde(default)]
    pub version: Version,
    /// Folders that hold a configuration each; `{installation}` in the files' paths.
    #[serde(default)]
    pub installation: Vec<Installation>,
    /// The files it reads.
    pub file: Vec<FileEntry>,
    /// Programs that overwrite files while they run.
    #[serde(default)]
    pub running: Option<Running>,
    /// Its names of Z.ai's endpoints.
    #[serde(default)]
    pub provider: Deferred<Vec<Provider>>,
    /// The ways in which it reaches a model service.
    #[serde(default)]
    pub connection: Deferred<Vec<ConnectionEntry>>,
    /// What bounds its requests in flight.
    #[serde(default)]
    pub cap: Deferred<Vec<Cap>>,
    /// What is written to set it up.
    #[serde(default)]
    pub set_up: Deferred<Vec<SetUp>>,
    /// How to see that it uses Z.ai, beside its connections.
    #[serde(default)]
    pub uses_zai: Deferred<UsesZai>,
    /// How to see that it has a key; absent for a tool that sends no requests of its own.
    #[serde(default)]
    pub credential: Option<Deferred<Credential>>,
    /// What it can't do.
    #[serde(default)]
    pub refuse: Deferred<Vec<BillingRefusal>>,
}

impl Descriptor {
    /// Reads a descriptor.
    ///
    /// # Errors
    /// With file, line and column, when the text is not a valid descriptor.
    pub fn load(source: &Source<'_>) -> Result<Self, LoadError> {
        let descriptor: Self = source.brief()?;
        source.check_schema(descriptor.schema)?;
        source.check_id(&descriptor.id)?;
        for (index, entry) in descriptor.file.iter().enumerate() {
            if descriptor.file[..index]
                .iter()
                .any(|earlier| earlier.id == entry.id)
            {
                return Err(source.error_at_text(
                    &format!("\"{}\"", entry.id),
                    format!("two file entries are called `{}`", entry.id),
                ));
            }
        }
        // Ours the tests have checked.
        if source.compiled.is_none() {
            descriptor.check(source)?;
        }
        Ok(descriptor)
    }

    /// Checks every query and expression.
    fn check(&self, source: &Source<'_>) -> Result<(), LoadError> {
        for entry in &self.file {
            if let Some(root) = &entry.root {
                crate::condition::query::singular(root.get_ref())
                    .map_err(|message| source.error(root.span(), message, None))?;
            }
        }
        let of_installations = self.installation.iter().flat_map(Installation::all_paths);
        let mut paths = of_installations.chain(self.log.iter().flat_map(|log| &log.paths));
        // Only a search for files can tell that it leads too far.
        if let Some(path) = paths.find(|path| path.contains("**")) {
            return Err(source.error_at_text(path, "`**` goes with the paths of a [[file]] only"));
        }
        let of_files = self.file.iter().filter_map(|entry| entry.named_by.as_ref());
        let of_installations = self.installation.iter();
        for named in of_files.chain(of_installations.filter_map(|one| one.named_by.as_ref())) {
            named.check(source)?;
        }
        let uses = &self.uses_zai;
        let credential = self.credential.iter();
        let keys = credential.flat_map(|credential| [&credential.any, &credential.certain]);
        for conditions in [&uses.any, &uses.unless, &uses.host_has]
            .into_iter()
            .chain(keys)
        {
            conditions.check(source)?;
        }
        let mut connections = self.connection.iter();
        connections.try_for_each(|connection| connection.check(source))?;
        self.cap.iter().try_for_each(|cap| cap.check(source))?;
        self.set_up.iter().try_for_each(|step| step.check(source))?;
        self.log.iter().try_for_each(|log| log.check(source))?;
        let mut variables = self.variable.iter();
        variables.try_for_each(|variable| variable.check(source))
    }

    /// The file entry with an id.
    pub fn entry(&self, id: &str) -> Option<&FileEntry> {
        self.file.iter().find(|entry| entry.id == id)
    }

    /// The first role: the one that rules speak of unless they name another.
    pub fn main_role(&self) -> &str {
        self.file
            .first()
            .map_or("settings", |entry| entry.role.as_str())
    }

    /// Why the tool can't be moved to a way of billing, if it can't.
    pub fn refusal(&self, billing: Billing) -> Option<&str> {
        self.refuse
            .iter()
            .find(|refusal| refusal.billing == billing)
            .map(|refusal| refusal.reason.as_str())
    }
}

impl ToolNames for Descriptor {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn host(&self) -> Option<&str> {
        self.uses_zai.host.as_deref()
    }

    fn providers(&self) -> &[Provider] {
        &self.provider
    }

    fn key_reference(&self, name: &str) -> Option<String> {
        let credential = self.credential.as_ref()?;
        let windows = credential
            .reference_windows
            .as_ref()
            .filter(|_| Os::current() == Os::Windows);
        Some(
            windows
                .or(credential.reference.as_ref())?
                .replace("{name}", name),
        )
    }

    fn key_file_reference(&self, path: &str) -> Option<String> {
        let credential = self.credential.as_ref()?;
        let known = credential.reference_file.as_ref();
        let reference = known.filter(|_| Os::current() != Os::Windows)?;
        Some(reference.replace("{path}", path))
    }
}
