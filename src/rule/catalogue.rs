//! The catalogue: descriptors, rules, facts packs and profiles, embedded or from the user's folders.
//!
//! Descriptors are read at once, since detection needs them. Rules are read for the tools that are there, which keeps
//! a run short.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::compile::{Part, Rule, RuleOrigin, Trust};
use crate::embedded;
use crate::facts::{FactSet, Pack};
use crate::load::{LoadError, Source, nearest};
use crate::profile::Profile;
use crate::tool::Descriptor;

/// The tool id of rules that speak of every tool.
pub const ANY_TOOL: &str = "any";

/// Rules in the order of category and id, by the id of their tool.
pub type RulesByTool = Vec<(String, Vec<Rule>)>;

/// Why a catalogue can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A file is broken.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A folder or file can't be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A word names nothing.
    #[error("unknown {what} `{word}`{}", hint(near, known))]
    Unknown {
        /// What it should have been.
        what: &'static str,
        /// The word.
        word: String,
        /// The nearest known one.
        near: Option<String>,
        /// All known ones.
        known: Vec<String>,
    },
}

/// How many known words are listed; of more a person would read none.
const LISTED: usize = 40;

/// The nearest known word, or all of them.
fn hint(near: &Option<String>, known: &[String]) -> String {
    match near {
        Some(near) => format!("; did you mean `{near}`?"),
        None if known.len() > LISTED => format!("; {} are known", known.len()),
        None => format!("; known: {}", known.join(", ")),
    }
}

/// A file of the catalogue.
#[derive(Debug, Clone)]
struct Entry {
    name: String,
    text: Cow<'static, str>,
    compiled: Option<&'static [u8]>,
    path: Option<PathBuf>,
}

impl Entry {
    fn source(&self) -> Source<'_> {
        Source {
            name: &self.name,
            text: &self.text,
            compiled: self.compiled,
        }
    }

    fn trust(&self) -> Trust {
        if self.path.is_some() {
            Trust::Foreign
        } else {
            Trust::Embedded
        }
    }

    fn load(&self, part: Part) -> Result<Rule, LoadError> {
        Rule::load(&self.source(), part, self.trust(), self.origin())
    }

    /// Refuses a second file with an id, unless it says that it replaces the first.
    fn may_replace(&self, says_so: bool, what: &str, id: &str) -> Result<(), LoadError> {
        if says_so {
            return Ok(());
        }
        let mut error = self.source().error_at_text(
            &format!("\"{id}\""),
            format!("there is a {what} `{id}` already"),
        );
        error.help = Some("choose another id, or say `override = true` to replace it".to_owned());
        Err(error)
    }

    fn origin(&self) -> RuleOrigin {
        self.path
            .clone()
            .map_or(RuleOrigin::BuiltIn, RuleOrigin::File)
    }
}

/// Everything that `rules/` holds, with the user's additions.
#[derive(Debug)]
pub struct Catalogue {
    tools: Vec<Rc<Descriptor>>,
    /// Rule texts by folder (the tool's id), in the order of their ids.
    rules: BTreeMap<String, BTreeMap<String, Entry>>,
    facts: BTreeMap<String, Entry>,
    profiles: BTreeMap<String, Entry>,
    loaded: RefCell<BTreeMap<String, Rc<Vec<Rule>>>>,
}

impl Catalogue {
    /// The embedded catalogue with the files of `folders` added, each laid out like `rules/`.
    ///
    /// # Errors
    /// When a folder can't be read or one of its files is broken. A rule, profile or pack with a built-in's id is
    /// refused, unless it says `override = true`.
    pub fn load(folders: &[PathBuf]) -> Result<Self, CatalogueError> {
        let mut catalogue = Self {
            tools: Vec::new(),
            rules: BTreeMap::new(),
            facts: BTreeMap::new(),
            profiles: BTreeMap::new(),
            loaded: RefCell::default(),
        };
        for (name, text, compiled) in embedded::RULES {
            if name.ends_with(".toml") {
                catalogue.add(Entry {
                    name: (*name).to_owned(),
                    text: Cow::Borrowed(text),
                    compiled: Some(compiled),
                    path: None,
                })?;
            }
        }
        for folder in folders {
            for path in rule_files(folder)? {
                let text = read(&path)?;
                catalogue.add(Entry {
                    name: path.display().to_string(),
                    text: Cow::Owned(text),
                    compiled: None,
                    path: Some(path),
                })?;
            }
        }
        for (tool, rules) in &catalogue.rules {
            // A user's broken rule is an error at once, not only when its tool turns up.
            if rules.values().any(|entry| entry.path.is_some()) {
                catalogue.rules_of(tool)?;
            }
        }
        Ok(catalogue)
    }

    /// The catalogue with one more rule, or with a rule in the place of its namesake; for testing a file.
    ///
    /// # Errors
    /// As [`Catalogue::load`].
    pub fn with_rule(folders: &[PathBuf], rule: &Rule, text: &str) -> Result<Self, CatalogueError> {
        let mut catalogue = Self::load(folders)?;
        for rules in catalogue.rules.values_mut() {
            rules.remove(&rule.id);
        }
        let path = match &rule.origin {
            RuleOrigin::File(path) => Some(path.clone()),
            RuleOrigin::BuiltIn => None,
        };
        let name = path
            .as_ref()
            .map_or_else(|| rule.id.clone(), |path| path.display().to_string());
        let entry = Entry {
            name,
            text: Cow::Owned(text.to_owned()),
            compiled: None,
            path,
        };
        catalogue
            .rules
            .entry(rule.tool.clone())
            .or_default()
            .insert(rule.id.clone(), entry);
        catalogue.loaded.borrow_mut().clear();
        catalogue.rules_of(&rule.tool)?;
        Ok(catalogue)
    }

    fn add(&mut self, entry: Entry) -> Result<(), CatalogueError> {
        let path = Path::new(&entry.name);
        let part = |part: Option<&std::ffi::OsStr>| {
            part.and_then(|part| part.to_str())
                .unwrap_or_default()
                .to_owned()
        };
        let folder = part(path.parent().and_then(Path::file_name));
        let id = part(path.file_stem());
        match folder.as_str() {
            "tools" => {
                let descriptor = Descriptor::load(&entry.source())?;
                if let Some(known) = self.tools.iter().position(|tool| tool.id == descriptor.id) {
                    entry.may_replace(descriptor.replaces, "tool", &id)?;
                    self.tools.remove(known);
                }
                self.tools.push(Rc::new(descriptor));
            }
            // A user's broken file is an error at once, not only when it is used.
            "facts" => {
                if entry.path.is_some() {
                    let pack = Pack::load(&entry.source())?;
                    if self.facts.contains_key(&id) {
                        entry.may_replace(pack.replaces, "facts pack", &id)?;
                    }
                }
                self.facts.insert(id, entry);
            }
            "profiles" => {
                if entry.path.is_some() {
                    let profile = Profile::load(&entry.source())?;
                    if self.profiles.contains_key(&id) {
                        entry.may_replace(profile.replaces, "profile", &id)?;
                    }
                }
                self.profiles.insert(id, entry);
            }
            _ => {
                // Of a user's file the tool decides, not the folder, which may be flat; ours are where they belong.
                let own = entry.path.is_none();
                let rule_tool = match own {
                    true => folder,
                    false => tool_of(&entry).unwrap_or(folder),
                };
                let known = match own {
                    true => None,
                    false => self.rules.values().find_map(|rules| rules.get(&id)),
                };
                if let Some(known) = known {
                    let rule = entry.load(Part::Whole)?;
                    if !rule.file.replaces {
                        let message = format!("there is a rule `{id}` already, in {}", known.name);
                        let help =
                            "choose another id, or say `override = true` to replace it".to_owned();
                        return Err(entry
                            .source()
                            .error(rule.file.id.span(), message, Some(help))
                            .into());
                    }
                    for rules in self.rules.values_mut() {
                        rules.remove(&id);
                    }
                }
                self.rules.entry(rule_tool).or_default().insert(id, entry);
            }
        }
        Ok(())
    }

    /// All tools, in the order of their ids.
    pub fn tools(&self) -> &[Rc<Descriptor>] {
        &self.tools
    }

    /// A tool by its id.
    ///
    /// # Errors
    /// When there is none, with the nearest known one.
    pub fn tool(&self, id: &str) -> Result<Rc<Descriptor>, CatalogueError> {
        self.tools
            .iter()
            .find(|tool| tool.id == id)
            .cloned()
            .ok_or_else(|| unknown("tool", id, self.tools.iter().map(|tool| tool.id.as_str())))
    }

    /// The rules of a tool (or of [`ANY_TOOL`]), in the order of category and id. Embedded ones come without evidence,
    /// docs and cases, which evaluation doesn't need.
    ///
    /// # Errors
    /// When one of them is broken.
    pub fn rules_of(&self, tool: &str) -> Result<Rc<Vec<Rule>>, CatalogueError> {
        if let Some(rules) = self.loaded.borrow().get(tool) {
            return Ok(Rc::clone(rules));
        }
        let mut rules = Vec::new();
        for entry in self.rules.get(tool).into_iter().flat_map(BTreeMap::values) {
            if entry.path.is_some() {
                let rule = entry.load(Part::Whole)?;
                self.check_words(&rule, entry)?;
                rules.push(rule);
            } else {
                rules.push(entry.load(Part::Checks)?);
            }
        }
        rules.sort_by(|a, b| (a.category, &a.id).cmp(&(b.category, &b.id)));
        let rules = Rc::new(rules);
        self.loaded
            .borrow_mut()
            .insert(tool.to_owned(), Rc::clone(&rules));
        Ok(rules)
    }

    /// Every rule with all its text, by tool.
    ///
    /// # Errors
    /// When one of them is broken.
    pub fn all_rules(&self) -> Result<RulesByTool, CatalogueError> {
        let mut all = Vec::new();
        for (tool, entries) in &self.rules {
            let rules = entries.values().map(|entry| entry.load(Part::Whole));
            let mut rules = rules.collect::<Result<Vec<_>, _>>()?;
            rules.sort_by(|a, b| (a.category, &a.id).cmp(&(b.category, &b.id)));
            all.push((tool.clone(), rules));
        }
        Ok(all)
    }

    /// The ids of all rules.
    pub fn rule_ids(&self) -> impl Iterator<Item = &str> {
        self.rules
            .values()
            .flat_map(BTreeMap::keys)
            .map(String::as_str)
    }

    /// A rule by its id.
    ///
    /// # Errors
    /// When there is none, with the nearest known one, or when it is broken.
    pub fn rule(&self, id: &str) -> Result<Rule, CatalogueError> {
        let entry = self.rules.values().find_map(|rules| rules.get(id));
        let entry = entry.ok_or_else(|| unknown("rule", id, self.rule_ids()))?;
        Ok(entry.load(Part::Whole)?)
    }

    /// The text of a rule's file.
    ///
    /// # Errors
    /// When there is no such rule.
    pub fn rule_text(&self, id: &str) -> Result<&str, CatalogueError> {
        let entry = self.rules.values().find_map(|rules| rules.get(id));
        Ok(&entry
            .ok_or_else(|| unknown("rule", id, self.rule_ids()))?
            .text)
    }

    /// The ids of the facts packs, oldest first.
    pub fn pack_ids(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.facts.keys().map(String::as_str)
    }

    /// A facts pack, the newest without an id.
    ///
    /// # Errors
    /// When there is none of that id, or it is broken.
    pub fn pack(&self, id: Option<&str>) -> Result<Pack, CatalogueError> {
        Ok(Pack::load(&self.pack_entry(id)?.source())?)
    }

    /// A facts pack without policy and error codes, which evaluation doesn't need.
    ///
    /// # Errors
    /// As [`Catalogue::pack`].
    pub fn statements(&self, id: Option<&str>) -> Result<Pack, CatalogueError> {
        Ok(Pack::brief(&self.pack_entry(id)?.source())?)
    }

    fn pack_entry(&self, id: Option<&str>) -> Result<&Entry, CatalogueError> {
        let newest = self.pack_ids().next_back().unwrap_or_default();
        let id = id.unwrap_or(newest);
        self.facts
            .get(id)
            .ok_or_else(|| unknown("facts pack", id, self.pack_ids()))
    }

    /// The ids of the profiles.
    pub fn profile_ids(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }

    /// A profile by its id.
    ///
    /// # Errors
    /// When there is none, with the nearest known one, or it is broken.
    pub fn profile(&self, id: &str) -> Result<Profile, CatalogueError> {
        let entry = self
            .profiles
            .get(id)
            .ok_or_else(|| unknown("profile", id, self.profile_ids()))?;
        Ok(Profile::load(&entry.source())?)
    }

    /// Words of a user's rule that name other files: the tool, its roles, rules, facts, profiles.
    fn check_words(&self, rule: &Rule, entry: &Entry) -> Result<(), CatalogueError> {
        let source = entry.source();
        let refuse = |span: std::ops::Range<usize>, error: CatalogueError| {
            CatalogueError::Load(source.error(span, error.to_string(), None))
        };
        if rule.tool != ANY_TOOL {
            let tool = self
                .tool(&rule.tool)
                .map_err(|error| refuse(rule.file.tool.span(), error))?;
            for role in &rule.file.files {
                let known: Vec<&str> = tool.file.iter().map(|file| file.role.as_str()).collect();
                if !known.contains(&role.get_ref().as_str()) {
                    return Err(refuse(role.span(), unknown("role", role.get_ref(), known)));
                }
            }
        }
        for other in &rule.file.alternatives {
            if !self.rule_ids().any(|id| id == other.get_ref().as_str()) {
                return Err(refuse(
                    other.span(),
                    unknown("rule", other.get_ref(), self.rule_ids()),
                ));
            }
        }
        let packs = self
            .pack_ids()
            .map(|id| self.pack(Some(id)))
            .collect::<Result<Vec<_>, _>>()?;
        for fact in rule.facts_named() {
            if !packs.iter().any(|pack| FactSet::exists(pack, &fact)) {
                let known: Vec<&str> = packs
                    .iter()
                    .flat_map(|pack| &pack.fact)
                    .map(|fact| fact.key.as_str())
                    .collect();
                let error = unknown("fact", &fact, known);
                return Err(source
                    .error_at_text(&format!("\"{fact}\""), error.to_string())
                    .into());
            }
        }
        Ok(())
    }
}

/// The `tool = "…"` of a rule file, read without the rest.
fn tool_of(entry: &Entry) -> Option<String> {
    let line = entry.text.lines().find(|line| {
        line.split('=')
            .next()
            .is_some_and(|key| key.trim() == "tool")
    })?;
    Some(line.split('"').nth(1)?.to_owned())
}

fn unknown<'w>(
    what: &'static str,
    word: &str,
    known: impl IntoIterator<Item = &'w str>,
) -> CatalogueError {
    let known: Vec<&str> = known.into_iter().collect();
    CatalogueError::Unknown {
        what,
        word: word.to_owned(),
        near: nearest(word, known.iter().copied()).map(str::to_owned),
        known: known.into_iter().map(str::to_owned).collect(),
    }
}

/// The most that a file of the user's may have: 1 MiB. The largest of ours has a fiftieth of that.
const MAX_BYTES: u64 = 1024 * 1024;

/// Reads a file of the user's, which may be anything.
pub(crate) fn read(path: &Path) -> Result<String, CatalogueError> {
    let failed = |source| CatalogueError::Io {
        path: path.to_owned(),
        source,
    };
    let refused = |message: String| failed(std::io::Error::other(message));
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(refused("this is not a file".to_owned()));
    }
    if metadata.len() > MAX_BYTES {
        return Err(refused(format!(
            "{} bytes; files above {MAX_BYTES} bytes are not read",
            metadata.len()
        )));
    }
    std::fs::read_to_string(path).map_err(failed)
}

/// The `.toml` files in a folder with rules and the folders in it, in a fixed order.
pub(crate) fn rule_files(folder: &Path) -> Result<Vec<PathBuf>, CatalogueError> {
    let mut files = Vec::new();
    collect(folder, &mut Vec::new(), &mut files)?;
    files.sort();
    Ok(files)
}

/// The `.toml` files in a folder and the folders in it. A folder inside itself (by a link) is looked at once.
fn collect(
    folder: &Path,
    around: &mut Vec<PathBuf>,
    files: &mut Vec<PathBuf>,
) -> Result<(), CatalogueError> {
    let failed = |source| CatalogueError::Io {
        path: folder.to_owned(),
        source,
    };
    let real = folder.canonicalize().map_err(failed)?;
    if around.contains(&real) {
        return Ok(());
    }
    around.push(real);
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            collect(&path, around, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            files.push(path);
        }
    }
    Ok(())
}
