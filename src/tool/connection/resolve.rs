//! Finding a tool's connections in its files.

use std::collections::BTreeMap;

use serde_json::Value;

use super::compile::{CompiledConnection, CompiledPlace, CompiledSelection, CompiledUse, Nodes};
use super::key::variable_of;
use super::schema::ConnectionEntry;
use super::{Connection, Origin, Setting, SettingKind};
use crate::condition::predicate::{Judge, Verdict};
use crate::condition::{Trust, Where};
use crate::document::{Pointer, Token};
use crate::facts::FactSet;
use crate::load::Source;
use crate::tool::{Configuration, Workspace};
use crate::vocabulary::Billing;

/// The step of a place that stands for the connection's name.
const NAME: &str = "{name}";

/// The connections of a configuration, in the order of the descriptor and of the files; `vars` is the environment.
///
/// What is found does not depend on the profile: conditions in a descriptor speak of what the files hold.
pub fn connections(
    workspace: &Workspace,
    configuration: &Configuration,
    facts: &FactSet<'_>,
    vars: &BTreeMap<String, String>,
) -> Vec<Connection> {
    if workspace.is_silent(configuration) {
        return Vec::new();
    }
    let tool = &configuration.tool;
    let mut found = Vec::new();
    for (index, entry) in tool.connection.iter().enumerate() {
        let search = Finder {
            workspace,
            configuration,
            facts,
            vars,
            index,
            entry,
            role: entry.file.as_deref().unwrap_or(tool.main_role()),
            compiled: entry.compiled(),
        };
        search.run(&mut found);
    }
    found
}

impl ConnectionEntry {
    /// The compiled form; loading has checked it.
    pub(super) fn compiled(&self) -> &CompiledConnection {
        self.compiled.get_or_init(|| {
            let source = Source::new("descriptor", "");
            let empty = || CompiledConnection {
                each: None,
                around: Vec::new(),
                name: None,
                address: Vec::new(),
                protocol: None,
                key: Vec::new(),
                model: Vec::new(),
                in_use: None,
                one_million: None,
            };
            CompiledConnection::new(self, &source, Trust::Embedded).unwrap_or_else(|_| empty())
        })
    }
}

/// Where the values of one connection are looked for.
#[derive(Clone, Copy)]
enum Lookup {
    /// In all files of its role, merged.
    Merged,
    /// In one file alone.
    Layer(usize),
}

/// Looking for the connections of one entry.
struct Finder<'a> {
    workspace: &'a Workspace,
    configuration: &'a Configuration,
    facts: &'a FactSet<'a>,
    vars: &'a BTreeMap<String, String>,
    index: usize,
    entry: &'a ConnectionEntry,
    role: &'a str,
    compiled: &'a CompiledConnection,
}

/// The connection that values are looked up for.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    view: Lookup,
    node: &'a Pointer,
    name: &'a str,
    value: &'a Value,
}

impl Finder<'_> {
    fn run(&self, found: &mut Vec<Connection>) {
        if self.entry.every_file {
            for (layer, one) in self.workspace.layers_of(self.configuration, self.role) {
                if let Some(value) = one.value() {
                    self.nodes(Lookup::Layer(layer), value, found, &|_| true);
                }
            }
            return;
        }
        let merged = self.workspace.effective(self.configuration, self.role);
        let first = found.len();
        self.nodes(Lookup::Merged, &merged, found, &|_| true);
        // A list of a higher layer replaces this one's: its elements are there, but nothing uses them.
        for (layer, one) in self.workspace.layers_of(self.configuration, self.role) {
            let Some(value) = one.value().filter(|_| self.compiled.each.is_some()) else {
                continue;
            };
            self.nodes(Lookup::Layer(layer), value, found, &|node| {
                self.owner(node).is_some_and(|owner| owner != layer)
            });
        }
        self.add_builtin(&merged, first, found);
        self.settle(&merged, &mut found[first..]);
    }

    /// Adds the nodes of a view that are connections and that `wanted` accepts.
    fn nodes(
        &self,
        view: Lookup,
        value: &Value,
        found: &mut Vec<Connection>,
        wanted: &dyn Fn(&Pointer) -> bool,
    ) {
        let nodes = match &self.compiled.each {
            Some(each) => each.nodes(value, &|_, _| true),
            None => vec![(Pointer::root(), value)],
        };
        let judge = Judge {
            facts: self.facts,
            effective: value,
        };
        for (node, _) in nodes {
            if !wanted(&node)
                || Where::all_hold(&self.compiled.around, value, &node, judge) != Ok(true)
            {
                continue;
            }
            let name = match &self.compiled.name {
                Some(place) => place
                    .of(&node)
                    .and_then(|place| Some(place.get(value)?.as_str()?.to_owned()))
                    .unwrap_or_default(),
                None => node.name().to_owned(),
            };
            let subject = Candidate {
                view,
                node: &node,
                name: &name,
                value,
            };
            let connection = self.connection(subject, true);
            let parts = [&connection.address, &connection.key, &connection.model];
            let said = parts.into_iter().flatten().any(|one| one.layer().is_some());
            // The settings as a whole are a connection only where they say something of one.
            if self.compiled.each.is_some() || said {
                found.push(connection);
            }
        }
    }

    /// Adds the connections that the tool knows by name, and that the files use without an entry.
    fn add_builtin(&self, merged: &Value, first: usize, found: &mut Vec<Connection>) {
        if !self.entry.builtin {
            return;
        }
        let each = self.entry.each.as_ref().map(|each| each.get_ref().as_str());
        let parent = each
            .and_then(|each| crate::condition::query::singular(each.strip_suffix(".*")?).ok())
            .unwrap_or_default();
        let mut names: Vec<&str> = Vec::new();
        for provider in self.facts.tool.providers() {
            let written = found[first..].iter().any(|known| known.name == provider.id);
            if provider.billing == Billing::SelfHosted
                || written
                || names.contains(&provider.id.as_str())
            {
                continue;
            }
            names.push(&provider.id);
            let subject = Candidate {
                view: Lookup::Merged,
                node: &parent.key(&provider.id),
                name: &provider.id,
                value: merged,
            };
            let connection = self.connection(subject, false);
            let parts = [&connection.key, &connection.model];
            let said = parts.into_iter().flatten().any(|one| one.layer().is_some());
            if said {
                found.push(connection);
            }
        }
    }

    fn connection(&self, subject: Candidate<'_>, written: bool) -> Connection {
        let compiled = self.compiled;
        let mut connection = Connection {
            entry: self.index,
            name: subject.name.to_owned(),
            node: subject.node.clone(),
            layer: match subject.view {
                Lookup::Merged => None,
                Lookup::Layer(layer) => Some(layer),
            },
            written,
            in_use: true,
            one_million: false,
            protocol: self.entry.protocol.default,
            appends: String::new(),
            address: self.settings(&compiled.address, subject, false),
            key: self.settings(&compiled.key, subject, false),
            model: self.settings(&compiled.model, subject, true),
        };
        let scene = self.scene(subject);
        let long = compiled.one_million.as_ref();
        connection.one_million = long.is_some_and(|when| self.holds(when, &scene, subject));
        let shadowed = matches!(subject.view, Lookup::Layer(_)) && !self.entry.every_file;
        connection.in_use = !shadowed && self.in_use(&connection, subject);
        let spoken = &self.entry.protocol;
        let place = compiled.protocol.as_ref();
        let said = place.and_then(|place| place.of(subject.node)?.get(subject.value)?.as_str());
        let word = said.and_then(|said| spoken.when.iter().find(|word| word.is == said));
        let (protocol, appends) = match word {
            Some(word) => (word.protocol, &word.appends),
            None => (spoken.default, &spoken.appends),
        };
        connection.protocol = protocol;
        connection.appends = match appends {
            Some(appends) => appends.clone(),
            None => protocol.path().to_owned(),
        };
        connection
    }

    /// The settings of some places in their order; the first that is set is in force, or the first of each tier.
    fn settings(
        &self,
        places: &[CompiledPlace],
        subject: Candidate<'_>,
        by_tier: bool,
    ) -> Vec<Setting> {
        let mut settings: Vec<Setting> = Vec::new();
        for place in places {
            let judge = Judge {
                facts: self.facts,
                effective: subject.value,
            };
            if Where::all_hold(&place.around, subject.value, subject.node, judge) != Ok(true) {
                continue;
            }
            let tier = &place.written.tier;
            let taken = settings.iter().any(|known| {
                known.in_force && (!by_tier || (known.tier == *tier && tier.is_some()))
            });
            for mut setting in self.at_place(place, subject) {
                setting.in_force &= !taken;
                settings.push(setting);
            }
        }
        if !by_tier {
            settings.sort_by_key(|setting| !setting.in_force);
        }
        settings
    }

    fn at_place(&self, place: &CompiledPlace, subject: Candidate<'_>) -> Vec<Setting> {
        let written = &place.written;
        let providers = self.facts.tool.providers();
        let known = |word: &str| providers.iter().any(|provider| provider.id == word);
        let setting = |value: &str, origin: Origin, kind: SettingKind| Setting {
            value: value.into(),
            origin,
            kind,
            tier: written.tier.clone(),
            before: String::new(),
            in_force: true,
            joined: false,
            expanded: None,
            moves: written.moves,
        };
        if written.by_name && !known(subject.name) {
            return Vec::new();
        }
        if let Some(name) = &written.variable {
            let value = self.vars.get(name).filter(|value| !value.is_empty());
            let of = |value: &String| {
                setting(value, Origin::Variable(name.clone()), SettingKind::Literal)
            };
            return value.map(of).into_iter().collect();
        }
        if let Some(default) = &written.default {
            let kind = match known(default) {
                true => SettingKind::Word,
                false => SettingKind::Literal,
            };
            return vec![setting(default, Origin::Default, kind)];
        }
        if written.by_name && place.at.is_none() && place.each.is_none() {
            return vec![setting(subject.name, Origin::Default, SettingKind::Word)];
        }
        let mut settings = Vec::new();
        for (layer, pointer, value, in_force) in self.in_files(place, subject) {
            if let Some(setting) = self.setting(place, subject, layer, pointer, value, in_force) {
                settings.push(setting);
            }
        }
        settings
    }

    /// What a node that a place selects says, if it says something of this connection.
    fn setting(
        &self,
        place: &CompiledPlace,
        subject: Candidate<'_>,
        layer: usize,
        pointer: Pointer,
        value: &Value,
        in_force: bool,
    ) -> Option<Setting> {
        let written = &place.written;
        let root = &self.workspace.layers[layer].root;
        let named = Value::from(pointer.name());
        let value = if written.names { &named } else { value };
        let judge = Judge {
            facts: self.facts,
            effective: subject.value,
        };
        let only = place.only.as_ref();
        if only.is_some_and(|only| only.judge(Some(value), judge) != Verdict::Holds) {
            return None;
        }
        if let Some(same) = &place.same
            && same.of(subject.node).and_then(|at| at.get(subject.value)) != Some(value)
        {
            return None;
        }
        let mut value = value.clone();
        let mut before = String::new();
        if let Some(text) = value.as_str() {
            let mut rest = text;
            if let Some(after) = &written.after {
                rest = rest.strip_prefix(after.as_str())?;
            }
            if written.prefixed {
                let (name, model) = rest.split_once('/')?;
                if name != subject.name {
                    return None;
                }
                rest = model;
            }
            if rest.trim().is_empty() {
                return None;
            }
            before = text[..text.len() - rest.len()].to_owned();
            let mut rest = rest.to_owned();
            if let Some(then) = &place.then {
                let then = then.of(subject.node)?;
                let second = then.get(subject.value).and_then(Value::as_str);
                let second = second.unwrap_or_default().trim_start_matches('/');
                rest = format!("{}/{second}", rest.trim_end_matches('/'));
            }
            value = Value::from(rest);
        } else if written.prefixed || written.after.is_some() || value.is_null() {
            return None;
        }
        // A tool takes its default for a word that it doesn't know.
        let known = |word: &str| self.facts.tool.providers().iter().any(|one| one.id == word);
        if written.word && !value.as_str().is_some_and(known) {
            return None;
        }
        let kind = match written {
            place if place.word => SettingKind::Word,
            place if place.names_variable => SettingKind::VariableName,
            place if place.command => SettingKind::Command,
            place if place.login => SettingKind::Login,
            _ => SettingKind::Literal,
        };
        let text = value.as_str();
        let variable = text.and_then(|text| variable_of(text, &self.configuration.tool));
        let expanded = variable.and_then(|name| self.vars.get(name).cloned());
        Some(Setting {
            value,
            origin: Origin::File {
                layer,
                pointer: root.join(&pointer),
            },
            kind,
            tier: written.tier.clone(),
            before,
            in_force,
            joined: place.then.is_some(),
            expanded,
            moves: written.moves,
        })
    }

    /// The nodes of a place in the files, those in force first: layer, place counted from the settings, value.
    fn in_files<'s>(
        &'s self,
        place: &'s CompiledPlace,
        subject: Candidate<'s>,
    ) -> Vec<(usize, Pointer, &'s Value, bool)> {
        let role = place.written.file.as_deref().unwrap_or(self.role);
        let own = role == self.role;
        let mut nodes: Vec<(usize, Pointer, &Value, bool)> = Vec::new();
        for (layer, one) in self.workspace.layers_of(self.configuration, role).rev() {
            let alone = match subject.view {
                Lookup::Layer(only) if own => only == layer,
                _ => true,
            };
            let Some(value) = one.value().filter(|_| alone) else {
                continue;
            };
            let merged = matches!(subject.view, Lookup::Merged) || !own;
            let in_force = |pointer: &Pointer| {
                place.written.every_file || !merged || self.top(role, pointer) == Some(layer)
            };
            match (&place.at, &place.each) {
                (Some(at), _) => {
                    let pointer = at.of(subject.node).map(|at| with_name(at, subject.name));
                    if let Some(pointer) = pointer
                        && let Some(found) = pointer.get(value)
                    {
                        let in_force = in_force(&pointer);
                        nodes.push((layer, pointer, found, in_force));
                    }
                }
                (None, Some(Nodes::Settings(query))) => {
                    for (pointer, found) in query.nodes(value, &|_, _| true) {
                        let in_force = in_force(&pointer);
                        nodes.push((layer, pointer, found, in_force));
                    }
                }
                (None, Some(Nodes::Node(query))) => {
                    let Some(node) = subject.node.get(value) else {
                        continue;
                    };
                    for (pointer, found) in query.nodes(node, &|_, _| true) {
                        let pointer = subject.node.join(&pointer);
                        let in_force = in_force(&pointer);
                        nodes.push((layer, pointer, found, in_force));
                    }
                }
                (None, None) => {}
            }
        }
        nodes
    }

    /// The layer whose value counts at a place, after merging.
    fn top(&self, role: &str, pointer: &Pointer) -> Option<usize> {
        for (layer, one) in self.workspace.layers_of(self.configuration, role).rev() {
            let mut value = one.value();
            for token in &pointer.0 {
                match value.and_then(|value| token.of(value)) {
                    Some(next) => value = Some(next),
                    // What is no object here hides what lower layers have below it.
                    None if value.is_some_and(|value| !value.is_object()) => return Some(layer),
                    None => {
                        value = None;
                        break;
                    }
                }
            }
            if value.is_some() {
                return Some(layer);
            }
        }
        None
    }

    /// The layer that a node in a list comes from; `None` for one that is merged by names.
    fn owner(&self, node: &Pointer) -> Option<usize> {
        let index = node
            .0
            .iter()
            .position(|token| matches!(token, Token::Index(_)))?;
        self.top(self.role, &Pointer(node.0[..index].to_vec()))
    }

    fn scene<'s>(&'s self, subject: Candidate<'s>) -> Scene<'s> {
        Scene {
            workspace: self.workspace,
            configuration: self.configuration,
            facts: self.facts,
            role: self.role,
            value: subject.value,
        }
    }

    /// Whether the selections hold, without what depends on models.
    fn holds(&self, when: &CompiledUse, scene: &Scene<'_>, subject: Candidate<'_>) -> bool {
        let holds = |one: &CompiledSelection| scene.holds(one, subject.node, subject.name);
        when.all.iter().all(holds) && (when.any.is_empty() || when.any.iter().any(holds))
    }

    fn in_use(&self, connection: &Connection, subject: Candidate<'_>) -> bool {
        let Some(use_) = &self.compiled.in_use else {
            return true;
        };
        let scene = self.scene(subject);
        if !self.holds(use_, &scene, subject) {
            return false;
        }
        if use_.model_of.is_empty() {
            return true;
        }
        let of_tier = |tier: &Option<String>| {
            tier.as_ref()
                .is_some_and(|tier| use_.model_of.contains(tier))
        };
        if connection
            .model
            .iter()
            .any(|model| model.in_force && of_tier(&model.tier))
        {
            return true;
        }
        // Without a model the tool chooses by itself; see `settle`.
        self.names_no_model(use_, subject) && (connection.written || !connection.key.is_empty())
    }

    /// Whether no model of the tiers that choose a connection is set, of whatever vendor.
    fn names_no_model(&self, use_: &CompiledUse, subject: Candidate<'_>) -> bool {
        let of_tier = |tier: &Option<String>| {
            let tier = tier.as_ref();
            tier.is_some_and(|tier| use_.model_of.contains(tier))
        };
        let places = self.compiled.model.iter();
        let mut set = places.filter(|place| of_tier(&place.written.tier));
        !set.any(|place| !self.in_files(place, subject).is_empty())
    }

    /// Decides which connection is in use where the settings name none: the first, where the tool takes that one; the only
    /// one there is; or nobody knows which.
    fn settle(&self, merged: &Value, own: &mut [Connection]) {
        let Some(use_) = &self.compiled.in_use else {
            return;
        };
        let otherwise = self
            .entry
            .in_use
            .as_ref()
            .is_some_and(|when| when.else_first);
        if otherwise && own.iter().all(|one| !one.in_use) {
            own.iter_mut().take(1).for_each(|one| one.in_use = true);
        }
        let subject = Candidate {
            view: Lookup::Merged,
            node: &Pointer::root(),
            name: "",
            value: merged,
        };
        let used = own.iter().filter(|one| one.in_use).count();
        if !use_.model_of.is_empty() && used > 1 && self.names_no_model(use_, subject) {
            own.iter_mut().for_each(|one| one.in_use = false);
        }
    }
}

/// The merged settings that selections are judged on.
pub(super) struct Scene<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) configuration: &'a Configuration,
    pub(super) facts: &'a FactSet<'a>,
    pub(super) role: &'a str,
    pub(super) value: &'a Value,
}

impl Scene<'_> {
    /// Whether a selection holds for the connection `name`, whose node is at `node`.
    pub(super) fn holds(&self, one: &CompiledSelection, node: &Pointer, name: &str) -> bool {
        let at = one.at.of(node).map(|at| with_name(at, name));
        let other = one.file.as_deref().filter(|file| *file != self.role);
        let other = other.map(|file| self.workspace.effective(self.configuration, file));
        let settings = other.as_deref().unwrap_or(self.value);
        let found = at.and_then(|at| at.get(settings));
        if one.is_name && found.and_then(Value::as_str) != Some(name) {
            return false;
        }
        if let Some(same) = &one.same {
            let wanted = same.of(node).and_then(|place| place.get(self.value));
            if found.is_none() || found != wanted {
                return false;
            }
        }
        if one.expect.is_empty() {
            return found.is_some();
        }
        let judge = Judge {
            facts: self.facts,
            effective: settings,
        };
        one.expect.judge(found, judge) == Verdict::Holds
    }
}

/// A place with the connection's name for `{name}`.
fn with_name(at: Pointer, name: &str) -> Pointer {
    let tokens = at.0.into_iter().map(|token| match token {
        Token::Key(key) if key == NAME => Token::Key(name.to_owned()),
        token => token,
    });
    Pointer(tokens.collect())
}
