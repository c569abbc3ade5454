//! The catalogue: descriptors, rules, facts packs and profiles, embedded or from the user's folders.
//!
//! Descriptors are read at once, since detection needs them. Rules are read for the tools that are there, which keeps
//! a run short.

mod entry;
mod error;
mod folder;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

pub use error::CatalogueError;
pub(crate) use folder::{read, rule_files};

use entry::{Entry, Given, tool_of};
use error::unknown;

use super::compile::{Part, Rule, RuleOrigin};
use crate::embedded;
use crate::facts::{FactSet, Pack};
use crate::profile::Profile;
use crate::tool::Descriptor;

/// The tool id of rules that speak of every tool.
pub const ANY_TOOL: &str = "any";

/// Rules in the order of category and id, by the id of their tool.
pub type RulesByTool = Vec<(String, Vec<Rule>)>;

/// A tool's id, and whether the rules that only `apply` uses are wanted too.
type Wanted = (String, bool);

/// An id; those of embedded files take no memory.
type Id = Cow<'static, str>;

/// Everything that `rules/` holds, with the user's additions.
#[derive(Debug)]
pub struct Catalogue {
    tools: Vec<Rc<Descriptor>>,
    /// Rule texts by folder (the tool's id), in the order of their ids.
    rules: BTreeMap<Id, BTreeMap<Id, Entry>>,
    facts: BTreeMap<Id, Entry>,
    profiles: BTreeMap<Id, Entry>,
    /// Rules that were read before.
    loaded: RefCell<BTreeMap<Wanted, Rc<Vec<Rule>>>>,
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
        for file in embedded::RULES {
            if file.name.ends_with(".toml") {
                catalogue.add(Entry::Embedded(file))?;
            }
        }
        for folder in folders {
            for path in rule_files(folder)? {
                let text = read(&path)?;
                catalogue.add(Entry::of_user(path, text))?;
            }
        }
        for (tool, rules) in &catalogue.rules {
            // A user's broken rule is an error at once, not only when its tool turns up.
            if rules.values().any(|entry| entry.path().is_some()) {
                catalogue.rules_of(tool, true)?;
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
            rules.remove(&*rule.id);
        }
        let path = match &rule.origin {
            RuleOrigin::File(path) => Some(path.clone()),
            RuleOrigin::BuiltIn => None,
        };
        let name = path.as_ref().map(|path| path.display().to_string());
        let entry = Entry::Given(Box::new(Given {
            name: name.unwrap_or_else(|| rule.id.clone()),
            text: text.to_owned(),
            path,
        }));
        let rules = catalogue.rules.entry(rule.tool.clone().into()).or_default();
        rules.insert(rule.id.clone().into(), entry);
        catalogue.loaded.borrow_mut().clear();
        catalogue.rules_of(&rule.tool, true)?;
        Ok(catalogue)
    }

    fn add(&mut self, entry: Entry) -> Result<(), CatalogueError> {
        let (folder, id) = entry.place();
        match &*folder {
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
                if entry.path().is_some() {
                    let pack = Pack::load(&entry.source())?;
                    if self.facts.contains_key(&id) {
                        entry.may_replace(pack.replaces, "facts pack", &id)?;
                    }
                }
                self.facts.insert(id, entry);
            }
            "profiles" => {
                if entry.path().is_some() {
                    let profile = Profile::load(&entry.source())?;
                    if self.profiles.contains_key(&id) {
                        entry.may_replace(profile.replaces, "profile", &id)?;
                    }
                }
                self.profiles.insert(id, entry);
            }
            _ => {
                // Of a user's file the tool decides, not the folder, which may be flat; ours are where they belong.
                let own = entry.path().is_none();
                let rule_tool = match own {
                    true => folder,
                    false => tool_of(&entry).map_or(folder, Cow::Owned),
                };
                let known = match own {
                    true => None,
                    false => self.rules.values().find_map(|rules| rules.get(&id)),
                };
                if let Some(known) = known {
                    let rule = entry.load(Part::Whole)?;
                    if !rule.file.replaces {
                        let message =
                            format!("there is a rule `{id}` already, in {}", known.source().name);
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

    /// The rules of a tool (or of [`ANY_TOOL`]), in the order of category and id, with those that only `apply` uses (`setup`) or
    /// without. Embedded ones come without evidence, docs and cases, which evaluation doesn't need.
    ///
    /// # Errors
    /// When one of them is broken.
    pub fn rules_of(&self, tool: &str, setup: bool) -> Result<Rc<Vec<Rule>>, CatalogueError> {
        let wanted = (tool.to_owned(), setup);
        if let Some(rules) = self.loaded.borrow().get(&wanted) {
            return Ok(Rc::clone(rules));
        }
        let entries = self.rules.get(tool);
        let mut rules = Vec::with_capacity(entries.map_or(0, BTreeMap::len));
        let entries = entries.into_iter().flat_map(BTreeMap::values);
        for entry in entries.filter(|entry| setup || !entry.is_setup()) {
            if entry.path().is_some() {
                let rule = entry.load(Part::Whole)?;
                self.check_words(&rule, entry)?;
                rules.push(rule);
            } else {
                rules.push(entry.load(Part::Checks)?);
            }
        }
        rules.sort_by(|a, b| (a.category, &a.id).cmp(&(b.category, &b.id)));
        let rules = Rc::new(rules);
        self.loaded.borrow_mut().insert(wanted, Rc::clone(&rules));
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
            all.push((tool.to_string(), rules));
        }
        Ok(all)
    }

    /// The ids of all rules.
    pub fn rule_ids(&self) -> impl Iterator<Item = &str> {
        self.rules.values().flat_map(BTreeMap::keys).map(|id| &**id)
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
        let entry = entry.ok_or_else(|| unknown("rule", id, self.rule_ids()))?;
        Ok(entry.source().text)
    }

    /// The ids of the facts packs, oldest first.
    pub fn pack_ids(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.facts.keys().map(|id| &**id)
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
        self.profiles.keys().map(|id| &**id)
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
