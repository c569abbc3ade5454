//! Configurations: the files of a tool as layers that the tool merges.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::{Map, Value};

use super::descriptor::{Descriptor, Scope};
use super::detect::{ConfigFile, detect, installations};
use super::read::{ReadError, read_config};
use crate::condition::query::singular;
use crate::condition::{NodeConditions, meeting};
use crate::document::{Document, Edit, EditError, ParseError, Pointer};
use crate::facts::FactSet;
use crate::paths::Environment;
use crate::tool::tree::Tree;

/// One readable file of a configuration.
#[derive(Debug)]
pub struct Layer {
    /// The file.
    pub config: ConfigFile,
    /// Its contents; empty for a file that is not there yet.
    pub document: Document,
    /// Where the tool's settings begin in it.
    pub root: Pointer,
    /// What was read, once the document has been edited.
    original: Option<Original>,
}

/// A file as it was read.
#[derive(Debug)]
struct Original {
    text: Rc<String>,
    /// What edits have replaced or removed in it, and under which name it stood.
    replaced: Vec<(String, Value)>,
}

impl Layer {
    /// A layer from a file's bytes.
    ///
    /// # Errors
    /// When the bytes can't be parsed in the file's format; they are given back.
    pub fn parse(config: ConfigFile, bytes: Vec<u8>) -> Result<Self, (ParseError, Vec<u8>)> {
        if config.entry().refuses_bom && bytes.starts_with(b"\xef\xbb\xbf") {
            return Err((ParseError::byte_order_mark(), bytes));
        }
        let document = Document::of(bytes, config.format())?;
        let root = config
            .entry()
            .root
            .as_ref()
            .and_then(|root| singular(root.get_ref()).ok())
            .unwrap_or_default();
        Ok(Self {
            config,
            document,
            root,
            original: None,
        })
    }

    /// The tool's settings in this file.
    pub fn value(&self) -> Option<&Value> {
        self.root.get(self.document.value())
    }

    /// The text as it was read.
    pub fn before(&self) -> &str {
        self.original
            .as_ref()
            .map_or_else(|| self.document.text(), |original| &original.text)
    }

    /// The same, to be kept.
    pub(crate) fn shared_before(&self) -> Rc<String> {
        let original = self.original.as_ref();
        let original = original.map(|original| Rc::clone(&original.text));
        original.unwrap_or_else(|| self.document.shared_text())
    }

    /// What edits have replaced or removed, and the name of the member that it was or was in.
    pub fn replaced(&self) -> &[(String, Value)] {
        self.original
            .as_ref()
            .map_or(&[], |original| &original.replaced)
    }

    /// Whether the text differs from what was read.
    pub fn changed(&self) -> bool {
        self.original
            .as_ref()
            .is_some_and(|original| *original.text != self.document.text())
    }

    /// Whether it says nothing: it is not there, and nothing is to be written to it.
    fn is_silent(&self) -> bool {
        !self.config.exists && self.original.is_none()
    }

    /// Whether `apply` may write it.
    pub fn writable(&self) -> bool {
        self.config.in_force && !self.config.managed
    }

    fn edit(&mut self, edits: &[Edit]) -> Result<(), EditError> {
        let Some(document) = self.document.edited(edits)? else {
            return Ok(());
        };
        let before = std::mem::replace(&mut self.document, document);
        let mut replaced = Vec::new();
        differences("", before.value(), self.document.value(), &mut replaced);
        let original = self.original.get_or_insert_with(|| Original {
            text: before.shared_text(),
            replaced: Vec::new(),
        });
        original.replaced.extend(replaced);
        Ok(())
    }
}

/// A file that the tool itself can't read either.
#[derive(Debug)]
pub struct Unreadable {
    /// The file.
    pub config: ConfigFile,
    /// What is wrong with it.
    pub error: ParseError,
    /// Its text, as far as it is text, for a code frame.
    pub text: String,
}

/// The layers that one tool merges.
#[derive(Debug)]
pub struct Configuration {
    /// The tool.
    pub tool: Rc<Descriptor>,
    /// Indexes into [`Workspace::layers`], lowest rank first.
    pub layers: Vec<usize>,
    /// Indexes into [`Workspace::unreadable`].
    pub unreadable: Vec<usize>,
    effective: RefCell<HashMap<String, Rc<Value>>>,
}

/// Everything that was detected and read.
#[derive(Debug, Default)]
pub struct Workspace {
    /// All readable files, each once.
    pub layers: Vec<Layer>,
    /// Files that don't parse.
    pub unreadable: Vec<Unreadable>,
    /// The configurations made of them.
    pub configurations: Vec<Configuration>,
    /// Files that could not be read at all.
    pub problems: Vec<ReadError>,
    by_path: HashMap<PathBuf, Slot>,
}

/// A file that was read.
#[derive(Debug, Clone, Copy)]
pub enum Read<'w> {
    /// It can be read by the tool.
    Layer(&'w Layer),
    /// It can't.
    Unreadable(&'w Unreadable),
}

#[derive(Debug, Clone, Copy)]
enum Slot {
    Layer(usize),
    Unreadable(usize),
    Nothing,
}

impl Workspace {
    /// Detects and reads the files of `tools`: the user's, and those of each project.
    pub fn read(tools: &[Rc<Descriptor>], environment: &Environment, projects: &[PathBuf]) -> Self {
        let mut workspace = Self::default();
        for tool in tools {
            let mut folders: Vec<Option<&Path>> = projects
                .iter()
                .map(|project| Some(project.as_path()))
                .collect();
            if folders.is_empty() {
                folders.push(None);
            }
            for installation in installations(tool, environment) {
                for folder in &folders {
                    let found = detect(tool, environment, *folder, installation.as_deref());
                    workspace.complain(found.problems);
                    workspace.add(tool, found.files);
                }
            }
        }
        workspace
    }

    /// Adds what a folder holds, without the user's own files: the same outcome on every machine.
    pub fn add_tree(&mut self, tree: Tree, environment: &Environment) {
        for (tool, files) in tree.configurations {
            self.add(&tool, files);
        }
        for (tool, folder) in tree.projects {
            let mut found = detect(&tool, environment, Some(&folder), None);
            found.files.retain(|file| {
                matches!(file.scope(), Scope::Project | Scope::Local) && file.exists
            });
            self.complain(found.problems);
            self.add(&tool, found.files);
        }
    }

    /// Adds what could not be listed, each folder once: the user's are searched for every project.
    fn complain(&mut self, problems: Vec<ReadError>) {
        for problem in problems {
            let same = |known: &ReadError| known.path() == problem.path();
            if !self.problems.iter().any(same) {
                self.problems.push(problem);
            }
        }
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty() && self.unreadable.is_empty() && self.problems.is_empty()
    }

    /// Adds the configurations that `files` of one tool make: one of the layers, and one for each side file.
    pub fn add(&mut self, tool: &Rc<Descriptor>, mut files: Vec<ConfigFile>) {
        let own = |file: &ConfigFile| {
            let entry = file.entry();
            file.exists && !entry.borrowed && entry.shown_by.is_none()
        };
        if !files.iter().any(own) {
            files.retain(|file| !file.entry().borrowed);
        }
        let (side, merged): (Vec<_>, Vec<_>) = files
            .into_iter()
            .partition(|file| file.scope() == Scope::Side);
        for group in std::iter::once(merged).chain(side.into_iter().map(|file| vec![file])) {
            self.add_configuration(tool, group);
        }
    }

    fn add_configuration(&mut self, tool: &Rc<Descriptor>, files: Vec<ConfigFile>) {
        let mut configuration = Configuration {
            tool: Rc::clone(tool),
            layers: Vec::new(),
            unreadable: Vec::new(),
            effective: RefCell::default(),
        };
        for file in files {
            match self.slot(file) {
                Slot::Layer(index) => configuration.layers.push(index),
                Slot::Unreadable(index) => configuration.unreadable.push(index),
                Slot::Nothing => {}
            }
        }
        configuration
            .layers
            .sort_by_key(|index| self.layers[*index].config.rank());
        if !configuration.layers.is_empty() || !configuration.unreadable.is_empty() {
            self.configurations.push(configuration);
        }
    }

    fn slot(&mut self, file: ConfigFile) -> Slot {
        if let Some(slot) = self.by_path.get(&file.path) {
            let text = match slot {
                Slot::Layer(index) => self.layers[*index].document.text(),
                Slot::Unreadable(index) => &self.unreadable[*index].text,
                Slot::Nothing => return Slot::Nothing,
            };
            return match file.is_shown_by(text.as_bytes()) {
                true => *slot,
                false => Slot::Nothing,
            };
        }
        let path = file.path.clone();
        let bytes = match file.exists {
            true => read_config(&path).map(Option::unwrap_or_default),
            false => Ok(Vec::new()),
        };
        let slot = match bytes {
            // Another tool may be shown by the same file.
            Ok(bytes) if !file.is_shown_by(&bytes) => return Slot::Nothing,
            // What can't be read is told of by the tools whose own file it is.
            Err(_) if file.entry().shown_by.is_some() => return Slot::Nothing,
            Ok(bytes) => self.parse(file, bytes),
            Err(error) => {
                self.problems.push(error);
                Slot::Nothing
            }
        };
        self.by_path.insert(path, slot);
        slot
    }

    fn parse(&mut self, file: ConfigFile, bytes: Vec<u8>) -> Slot {
        match Layer::parse(file.clone(), bytes) {
            Ok(layer) => {
                self.layers.push(layer);
                Slot::Layer(self.layers.len() - 1)
            }
            Err((error, bytes)) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                self.unreadable.push(Unreadable {
                    config: file,
                    error,
                    text,
                });
                Slot::Unreadable(self.unreadable.len() - 1)
            }
        }
    }

    /// The file at a path, when it was read.
    pub fn read_at(&self, path: &Path) -> Option<Read<'_>> {
        match self.by_path.get(path)? {
            Slot::Layer(index) => Some(Read::Layer(&self.layers[*index])),
            Slot::Unreadable(index) => Some(Read::Unreadable(&self.unreadable[*index])),
            Slot::Nothing => None,
        }
    }

    /// Adds a file whose text is given; for rules' own cases.
    pub fn add_text(&mut self, file: &ConfigFile, text: &str) {
        let slot = self.parse(file.clone(), text.as_bytes().to_vec());
        self.by_path.insert(file.path.clone(), slot);
    }

    /// Edits a file; the other layers stay as they are.
    ///
    /// # Errors
    /// When an edit does not fit the document; nothing has changed then.
    pub fn edit(&mut self, layer: usize, edits: &[Edit]) -> Result<(), EditError> {
        self.layers[layer].edit(edits)?;
        for configuration in &self.configurations {
            if configuration.layers.contains(&layer) {
                configuration.effective.borrow_mut().clear();
            }
        }
        Ok(())
    }

    /// The layers of one role that are in force, lowest rank first.
    pub fn layers_of<'w>(
        &'w self,
        configuration: &'w Configuration,
        role: &'w str,
    ) -> impl DoubleEndedIterator<Item = (usize, &'w Layer)> {
        configuration
            .layers
            .iter()
            .map(|index| (*index, &self.layers[*index]))
            .filter(move |(_, layer)| layer.config.role() == role && layer.config.in_force)
    }

    /// Whether no file of a configuration is there, or about to be.
    pub fn is_silent(&self, configuration: &Configuration) -> bool {
        let mut layers = configuration.layers.iter();
        layers.all(|index| self.layers[*index].is_silent())
    }

    /// What the tool sees after merging the layers of a role.
    pub fn effective(&self, configuration: &Configuration, role: &str) -> Effective<'_> {
        if let Some(known) = configuration.effective.borrow().get(role) {
            return Effective::Merged(Rc::clone(known));
        }
        let values = || {
            let layers = configuration
                .layers
                .iter()
                .map(|index| &self.layers[*index]);
            layers
                .filter(|layer| layer.config.role() == role && layer.config.in_force)
                .filter_map(Layer::value)
                .filter(|value| value.as_object().is_none_or(|members| !members.is_empty()))
        };
        let (mut first, mut others) = (values(), values().skip(1));
        if let (Some(only), None) = (first.next(), others.next()) {
            return Effective::One(only);
        }
        let mut merged = Value::Object(Map::new());
        values().for_each(|value| merge(&mut merged, value));
        let merged = Rc::new(merged);
        configuration
            .effective
            .borrow_mut()
            .insert(role.to_owned(), Rc::clone(&merged));
        Effective::Merged(merged)
    }
}

/// The nodes of a configuration that meet one of the conditions, layer by layer; for `uses-zai` and credentials.
pub fn matching_nodes<'w>(
    conditions: &NodeConditions,
    workspace: &'w Workspace,
    configuration: &'w Configuration,
    facts: &FactSet<'_>,
) -> Vec<(usize, Pointer, &'w Value)> {
    let mut found = Vec::new();
    // Most tools of the catalogue are not there, and their conditions need not be compiled.
    if workspace.is_silent(configuration) {
        return found;
    }
    for node in conditions.nodes() {
        let role = node
            .role
            .clone()
            .unwrap_or_else(|| configuration.tool.main_role().to_owned());
        for index in &configuration.layers {
            let layer = &workspace.layers[*index];
            if layer.config.role() != role || !layer.config.in_force {
                continue;
            }
            let Some(value) = layer.value() else { continue };
            for (pointer, value) in meeting(node, value, facts).unwrap_or_default() {
                found.push((*index, layer.root.join(&pointer), value));
            }
        }
    }
    found
}

/// What a tool sees: one layer's value, which may be large, or what several make together.
#[derive(Debug, Clone)]
pub enum Effective<'w> {
    /// No other layer adds anything.
    One(&'w Value),
    /// The outcome of merging.
    Merged(Rc<Value>),
}

impl Deref for Effective<'_> {
    type Target = Value;

    fn deref(&self) -> &Value {
        match self {
            Self::One(value) => value,
            Self::Merged(value) => value,
        }
    }
}

/// What of a value another one has not, each with the name of the member that it is or is in.
fn differences(name: &str, before: &Value, after: &Value, found: &mut Vec<(String, Value)>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            // Most members are where they were, and those need not be looked up.
            let mut there = after.iter();
            for (name, value) in before {
                let same = there.next().filter(|(other, _)| *other == name);
                match same.map(|(_, value)| value).or_else(|| after.get(name)) {
                    Some(after) => differences(name, value, after, found),
                    None => found.push((name.clone(), value.clone())),
                }
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (before, after) in before.iter().zip(after) {
                differences(name, before, after, found);
            }
        }
        _ if before == after => {}
        _ => found.push((name.to_owned(), before.clone())),
    }
}

/// Objects are merged member by member; everything else is replaced.
fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                match into.get_mut(key) {
                    Some(known) => merge(known, value),
                    None => {
                        into.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (into, from) => *into = from.clone(),
    }
}
