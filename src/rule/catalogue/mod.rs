//! The catalogue: descriptors, rules, facts packs and profiles, embedded or from the user's folders.
//!
//! Descriptors are read at once, since detection needs them. Rules are read for the tools that are there, which keeps
//! a run short.

mod entry;
mod error;
mod folder;

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

pub use error::CatalogueError;
pub(crate) use folder::{read, rule_files};

use entry::{Entry, tool_of};
use error::unknown;

use super::compile::{Part, Rule};
use super::evaluate::EVERY_ROLE;
use super::schema::{FamilyNeeds, RuleFile};
use crate::embedded;
use crate::facts::{FactSet, Pack};
use crate::load::{LoadError, Spanned};
use crate::profile::Profile;
use crate::tool::Descriptor;

/// The tool id of rules that speak of every tool.
pub const ANY_TOOL: &str = "any";

/// What stands for the tool in a family's file, and the folder of these.
const FAMILY: &str = "family";

/// Rules in the order of category and id, by the id of their tool.
pub type RulesByTool = Vec<(String, Vec<Rule>)>;

/// A tool's id, and whether the rules that only `apply` uses are wanted too.
type Wanted = (String, bool);

/// An id; those of embedded files take no memory.
type Id = Cow<'static, str>;

/// Everything that `rules/` holds, with the user's additions.
#[derive(Debug, Default)]
pub struct Catalogue {
    tools: Vec<Rc<Descriptor>>,
    /// Rule texts by folder (the tool's id), in the order of their ids.
    rules: BTreeMap<Id, BTreeMap<Id, Entry>>,
    /// Families of rules, in the order of their ids.
    families: BTreeMap<Id, Entry>,
    facts: BTreeMap<Id, Entry>,
    profiles: BTreeMap<Id, Entry>,
    /// Rules that were read before.
    loaded: RefCell<BTreeMap<Wanted, Rc<Vec<Rule>>>>,
    /// The tools that families speak of.
    reaches: RefCell<BTreeMap<String, Rc<Reach>>>,
    /// The ids of all rules, and of their tools.
    names: OnceCell<Vec<(String, String)>>,
}

/// The tools that a family speaks of.
#[derive(Debug)]
enum Reach {
    /// These.
    Tools(Vec<String>),
    /// Those whose descriptor has this.
    Needs(FamilyNeeds),
}

/// A rule before it is read.
struct Member<'c> {
    id: String,
    /// The rule's file, or its family's.
    file: &'c Entry,
    /// For a family's rule: what the tool adds to it.
    added: Option<&'c Entry>,
    is_family: bool,
}

impl Member<'_> {
    fn load(&self, tool: &str, part: Part) -> Result<Rule, LoadError> {
        if !self.is_family {
            return self.file.load(part);
        }
        let source = self.added.map(Entry::source);
        let added = source.as_ref().zip(self.added).map(|(source, added)| {
            let (trust, origin) = added.trust();
            (source, trust, origin)
        });
        let (trust, origin) = self.file.trust();
        Rule::of_family(
            (&self.file.source(), trust, origin),
            added,
            &self.id,
            tool,
            part,
        )
    }

    /// The user's file that it comes from.
    fn of_user(&self) -> Option<&Entry> {
        let files = [self.added, Some(self.file)];
        let mut files = files.into_iter().flatten();
        files.find(|entry| entry.path().is_some())
    }
}

impl Catalogue {
    /// The embedded catalogue with the files of `folders` added, each laid out like `rules/`.
    ///
    /// # Errors
    /// When a folder can't be read or one of its files is broken. A rule, profile or pack with a built-in's id is
    /// refused, unless it says `override = true`.
    pub fn load(folders: &[PathBuf]) -> Result<Self, CatalogueError> {
        let mut catalogue = Self::default();
        for file in embedded::RULES {
            if file.name.ends_with(".toml") {
                catalogue.add(Entry::Embedded(file))?;
            }
        }
        catalogue.add_folders(folders)?;
        Ok(catalogue)
    }

    /// A catalogue of nothing but the files of `folders`, each laid out like `rules/`: what is worked on, before it is
    /// embedded.
    ///
    /// # Errors
    /// As [`Catalogue::load`].
    pub fn only(folders: &[PathBuf]) -> Result<Self, CatalogueError> {
        let mut catalogue = Self::default();
        catalogue.add_folders(folders)?;
        Ok(catalogue)
    }

    fn add_folders(&mut self, folders: &[PathBuf]) -> Result<(), CatalogueError> {
        let catalogue = self;
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
        Ok(())
    }

    /// The catalogue with one more file of rules, or with it in the place of its namesake, and the rules that it makes:
    /// one, or of a family one for each tool; for testing a file.
    ///
    /// # Errors
    /// As [`Catalogue::load`].
    pub fn with_file(
        folders: &[PathBuf],
        path: &Path,
        text: String,
    ) -> Result<(Self, Vec<Rule>), CatalogueError> {
        let mut catalogue = Self::load(folders)?;
        let entry = Entry::of_user(path.to_owned(), text);
        let (folder, id) = entry.place();
        let tool = tool_of(&entry).map_or(folder, Cow::Owned);
        let is_family = tool == FAMILY;
        if is_family || entry.extends().is_none() {
            entry.load(Part::Whole)?;
        }
        if is_family {
            catalogue.families.insert(id.clone(), entry);
        } else {
            for rules in catalogue.rules.values_mut() {
                rules.remove(&id);
            }
            catalogue
                .rules
                .entry(tool.clone())
                .or_default()
                .insert(id.clone(), entry);
        }
        catalogue.loaded.borrow_mut().clear();
        catalogue.reaches.borrow_mut().clear();
        catalogue.names = OnceCell::new();
        if !is_family {
            catalogue.rules_of(&tool, true)?;
            let rule = catalogue.rule(&id)?;
            return Ok((catalogue, vec![rule]));
        }
        let mut rules = Vec::new();
        for tool in catalogue.tools_with_rules() {
            for member in catalogue.members(tool)? {
                if member.is_family && member.file.place().1 == id {
                    rules.push(member.load(tool, Part::Whole)?);
                }
            }
        }
        rules.retain(|rule| !rule.file.case.is_empty());
        Ok((catalogue, rules))
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
                if rule_tool == FAMILY {
                    if self.families.contains_key(&id) {
                        let rule = entry.load(Part::Whole)?;
                        entry.may_replace(rule.file.replaces, "family of rules", &id)?;
                    }
                    self.families.insert(id, entry);
                    return Ok(());
                }
                let known = match own {
                    true => None,
                    false => self.rules.values().find_map(|rules| rules.get(&id)),
                };
                if let Some(known) = known {
                    let (span, replaces) = entry.replaces()?;
                    if !replaces {
                        let message =
                            format!("there is a rule `{id}` already, in {}", known.source().name);
                        let help =
                            "choose another id, or say `override = true` to replace it".to_owned();
                        return Err(entry.source().error(span, message, Some(help)).into());
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
        let members = self.members(tool)?;
        let mut rules = Vec::with_capacity(members.len());
        for member in members {
            if member.file.is_setup() && !setup {
                continue;
            }
            match member.of_user() {
                Some(entry) => {
                    let rule = member.load(tool, Part::Whole)?;
                    self.check_words(&rule, entry)?;
                    rules.push(rule);
                }
                None => rules.push(member.load(tool, Part::Checks)?),
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
        for tool in self.tools_with_rules() {
            let rules = self.members(tool)?;
            let rules = rules.iter().map(|member| member.load(tool, Part::Whole));
            let mut rules = rules.collect::<Result<Vec<_>, _>>()?;
            rules.sort_by(|a, b| (a.category, &a.id).cmp(&(b.category, &b.id)));
            all.push((tool.to_string(), rules));
        }
        Ok(all)
    }

    /// The ids of all rules.
    pub fn rule_ids(&self) -> impl Iterator<Item = &str> {
        self.names().iter().map(|(id, _)| id.as_str())
    }

    /// The ids of all rules and of their tools; which families a tool has is found out when it is first asked.
    fn names(&self) -> &[(String, String)] {
        self.names.get_or_init(|| {
            let mut names = Vec::new();
            for tool in self.tools_with_rules() {
                // What is broken was refused when the catalogue was loaded.
                for member in self.members(tool).unwrap_or_default() {
                    names.push((member.id, tool.to_owned()));
                }
            }
            names
        })
    }

    /// The ids of the tools that have rules, and of [`ANY_TOOL`].
    fn tools_with_rules(&self) -> BTreeSet<&str> {
        let tools = self.tools.iter().map(|tool| tool.id.as_str());
        self.rules.keys().map(|id| &**id).chain(tools).collect()
    }

    /// The rules of a tool before they are read: its own, and those of the families.
    fn members(&self, tool: &str) -> Result<Vec<Member<'_>>, CatalogueError> {
        let own = self.rules.get(tool).into_iter().flatten();
        let own = own.filter(|(_, entry)| entry.extends().is_none());
        let mut members: Vec<Member<'_>> = own
            .map(|(id, entry)| Member {
                id: id.to_string(),
                file: entry,
                added: None,
                is_family: false,
            })
            .collect();
        let Ok(descriptor) = self.tool(tool) else {
            return Ok(members);
        };
        let prefix = descriptor.rule_prefix.as_deref().unwrap_or(tool);
        for (name, family) in &self.families {
            let id = format!("{prefix}-{name}");
            let own = self
                .rules
                .get(tool)
                .and_then(|rules| rules.get(id.as_str()));
            // A rule of the tool's own takes the family's place.
            if own.is_some_and(|own| own.extends().is_none()) {
                continue;
            }
            let concerns = match &*self.reach(name, family)? {
                Reach::Tools(tools) => tools.iter().any(|known| known == tool),
                Reach::Needs(FamilyNeeds::Connection) => !descriptor.connection.is_empty(),
                Reach::Needs(FamilyNeeds::SetUp) => !descriptor.set_up.is_empty(),
            };
            if concerns {
                members.push(Member {
                    id,
                    file: family,
                    added: own,
                    is_family: true,
                });
            }
        }
        Ok(members)
    }

    /// The tools that a family speaks of.
    fn reach(&self, name: &str, family: &Entry) -> Result<Rc<Reach>, CatalogueError> {
        if let Some(known) = self.reaches.borrow().get(name) {
            return Ok(Rc::clone(known));
        }
        let file: RuleFile = family.source().brief()?;
        let reach = Rc::new(match file.tools {
            Some(tools) => Reach::Tools(tools.into_iter().map(Spanned::into_inner).collect()),
            None => Reach::Needs(file.needs),
        });
        let known = (name.to_owned(), Rc::clone(&reach));
        self.reaches.borrow_mut().extend([known]);
        Ok(reach)
    }

    /// A rule of the catalogue before it is read, and its tool.
    fn member(&self, id: &str) -> Result<(Member<'_>, &str), CatalogueError> {
        let names = self.names();
        let found = names.iter().find(|(known, _)| known == id);
        let (_, tool) = found.ok_or_else(|| unknown("rule", id, self.rule_ids()))?;
        let mut members = self.members(tool)?.into_iter();
        let member = members.find(|member| member.id == id);
        let member = member.ok_or_else(|| unknown("rule", id, self.rule_ids()))?;
        Ok((member, tool))
    }

    /// A rule by its id.
    ///
    /// # Errors
    /// When there is none, with the nearest known one, or when it is broken.
    pub fn rule(&self, id: &str) -> Result<Rule, CatalogueError> {
        let (member, tool) = self.member(id)?;
        Ok(member.load(tool, Part::Whole)?)
    }

    /// The text of a rule's file; of a family's rule, the family's text and what the tool adds.
    ///
    /// # Errors
    /// When there is no such rule.
    pub fn rule_texts(&self, id: &str) -> Result<Vec<&str>, CatalogueError> {
        let (member, _) = self.member(id)?;
        let files = [Some(member.file), member.added];
        let files = files.into_iter().flatten();
        Ok(files.map(|entry| entry.source().text).collect())
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
            let named = rule.file.files.iter();
            for role in named.filter(|role| role.get_ref() != EVERY_ROLE) {
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
