//! Evaluating a rule on a configuration: where it does not hold.

mod billing;
mod connections;
mod message;
mod set_up;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

pub use connections::{ConnectionProfiles, Within, better_model, nearest_word};

use serde_json::Value;

use super::compile::{Builtin, Check, CheckPlace, Conditions, Rule};
use super::schema::Absent;
use crate::condition::predicate::{Judge, Verdict, Violation};
use crate::condition::{Place, node_holds, select};
use crate::document::Pointer;
use crate::facts::FactSet;
use crate::tool::{Configuration, Connection, Layer, Origin, Setting, Workspace, matching_nodes};

/// In a rule's `files`: every role that the tool has.
pub const EVERY_ROLE: &str = "*";

/// What evaluation needs to know beside the rule.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// All files.
    pub workspace: &'a Workspace,
    /// The configuration in question.
    pub configuration: &'a Configuration,
    /// The facts as it sees them.
    pub facts: &'a FactSet<'a>,
    /// Installed versions of tools, where they are known.
    pub tool_versions: &'a BTreeMap<String, semver::Version>,
    /// Says whether a file belongs to a repository.
    pub in_repository: &'a dyn Fn(&Path) -> bool,
    /// Its connections.
    pub connections: &'a [Connection],
    /// Those of every configuration, with the names of their tools.
    pub everywhere: &'a [(String, Vec<Connection>)],
    /// The profiles that they are judged by.
    pub profiles: &'a ConnectionProfiles,
    /// Whether the configuration uses Z.ai, or is about to.
    pub uses_zai: bool,
    /// Whether it has a key.
    pub has_key: bool,
    /// Whether the environment has a key for it.
    pub key_exported: bool,
    /// Whether the tool was named.
    pub named: bool,
}

/// Where a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingFile {
    /// A readable file: its index among the workspace's layers.
    Layer(usize),
    /// A file that doesn't parse: its index among the unreadable ones.
    Unreadable(usize),
}

/// What a step of a tool's set-up writes.
#[derive(Debug, Clone)]
pub enum Writes {
    /// This value, at the place.
    Set(Value),
    /// This element, at the end of the list at the place.
    Append(Value),
}

/// One place where a check does not hold.
#[derive(Debug, Clone)]
pub struct RawFinding<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// The check.
    pub check: &'r Check,
    /// The file.
    pub file: FindingFile,
    /// The place in the file, with the tool's root.
    pub pointer: Pointer,
    /// The value that is there.
    pub value: Option<Value>,
    /// The bytes to point at.
    pub span: Option<Range<usize>>,
    /// What is wrong, in words.
    pub message: String,
    /// What a step of the set-up writes.
    pub writes: Option<Writes>,
    /// What it was judged by, for a value of a connection.
    pub within: Option<Box<Within>>,
}

/// What became of a rule.
#[derive(Debug, Default)]
pub struct Evaluated<'r> {
    /// Where it does not hold.
    pub hits: Vec<RawFinding<'r>>,
    /// Facts that are unknown here; the checks that need them were passed over.
    pub unknown: Vec<String>,
}

/// Evaluates a rule on a configuration.
pub fn evaluate<'r>(rule: &'r Rule, subject: Subject<'_>) -> Evaluated<'r> {
    Evaluation { rule, subject }.run()
}

struct Evaluation<'r, 's> {
    rule: &'r Rule,
    subject: Subject<'s>,
}

impl<'r, 's> Evaluation<'r, 's> {
    fn run(&self) -> Evaluated<'r> {
        let mut outcome = Evaluated::default();
        match self.holds(self.rule.when.as_deref()) {
            Ok(true) => {}
            Ok(false) => return outcome,
            Err(fact) => {
                outcome.unknown.push(fact);
                return outcome;
            }
        }
        for check in &self.rule.checks {
            let known = outcome.hits.len();
            let evaluated = self.holds(check.when.as_deref()).and_then(|holds| {
                if holds {
                    self.check(check, &mut outcome.hits)
                } else {
                    Ok(())
                }
            });
            if let Err(fact) = evaluated {
                outcome.hits.truncate(known);
                outcome.unknown.push(fact);
            }
        }
        outcome
    }

    /// The roles of the files that the rule looks at.
    fn roles(&self) -> Vec<&str> {
        let tool = &self.subject.configuration.tool;
        match self.rule.files.as_slice() {
            [] => vec![tool.main_role()],
            [every] if every == EVERY_ROLE => {
                let mut roles: Vec<&str> = Vec::new();
                for entry in &tool.file {
                    if !roles.contains(&entry.role.as_str()) {
                        roles.push(&entry.role);
                    }
                }
                roles
            }
            named => named.iter().map(String::as_str).collect(),
        }
    }

    /// Whether the conditions that don't depend on one file hold; `Err` names an unknown fact.
    fn holds(&self, conditions: Option<&Conditions>) -> Result<bool, String> {
        let Some(conditions) = conditions else {
            return Ok(true);
        };
        let facts = self.subject.facts;
        let when = &conditions.when;
        if when
            .billing
            .as_ref()
            .is_some_and(|wanted| !wanted.contains(&facts.profile.billing))
            || when
                .profile
                .as_ref()
                .is_some_and(|wanted| wanted.iter().all(|id| *id.get_ref() != facts.profile.id))
            || when
                .region
                .as_ref()
                .is_some_and(|wanted| !wanted.contains(&facts.region))
        {
            return Ok(false);
        }
        let said = [
            (when.credential, self.subject.has_key),
            (when.connected, when.connected.is_some() && self.connected()),
            (when.key_exported, self.subject.key_exported),
            (when.named, self.subject.named),
        ];
        if said
            .iter()
            .any(|(wanted, is)| wanted.is_some_and(|wanted| wanted != *is))
        {
            return Ok(false);
        }
        if let Some(range) = &conditions.tool_version {
            let tool = &self.subject.configuration.tool;
            let verified = semver::Version::parse(&tool.verified_version).ok();
            let version = self
                .subject
                .tool_versions
                .get(&tool.id)
                .or(verified.as_ref());
            if version.is_some_and(|version| !range.matches(version)) {
                return Ok(false);
            }
        }
        for (key, expect) in &conditions.facts {
            let Some(value) = facts.lookup(key) else {
                return Err(key.clone());
            };
            let judge = Judge {
                facts,
                effective: &Value::Null,
            };
            match expect.judge(Some(&value), judge) {
                Verdict::Holds => {}
                Verdict::Violated(_) => return Ok(false),
                Verdict::UnknownFact(fact) => return Err(fact),
            }
        }
        for node in &conditions.nodes {
            let role = node
                .role
                .as_deref()
                .unwrap_or_else(|| self.subject.configuration.tool.main_role());
            let effective = self
                .subject
                .workspace
                .effective(self.subject.configuration, role);
            if !node_holds(node, &effective, facts)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the conditions on the file itself hold.
    fn file_matches(&self, check: &Check, layer: &Layer) -> bool {
        [&self.rule.when, &check.when]
            .into_iter()
            .flatten()
            .all(|conditions| {
                let scope = conditions
                    .when
                    .scope
                    .as_ref()
                    .is_none_or(|wanted| wanted.contains(&layer.config.scope()));
                let wanted = conditions.when.in_repository;
                let entry = &layer.config.entry().id;
                let entry = conditions
                    .when
                    .entry
                    .as_ref()
                    .is_none_or(|known| known.iter().any(|id| id.get_ref() == entry));
                scope
                    && entry
                    && wanted.is_none_or(|wanted| {
                        (self.subject.in_repository)(&layer.config.path) == wanted
                    })
            })
    }

    fn check(&self, check: &'r Check, hits: &mut Vec<RawFinding<'r>>) -> Result<(), String> {
        let place = match &check.place {
            CheckPlace::Nodes(place) => place,
            CheckPlace::Connection(wanted) => return self.of_connections(check, wanted, hits),
            CheckPlace::Builtin(builtin) => {
                self.builtin(*builtin, check, hits);
                return Ok(());
            }
        };
        let workspace = self.subject.workspace;
        let configuration = self.subject.configuration;
        let effective = workspace.effective(configuration, configuration.tool.main_role());
        for role in self.roles() {
            let judge = Judge {
                facts: self.subject.facts,
                effective: &effective,
            };
            for (index, layer) in workspace.layers_of(self.subject.configuration, role) {
                if !self.file_matches(check, layer) {
                    continue;
                }
                let whole = check.whole_file.then(|| layer.document.value());
                let Some(value) = whole.or_else(|| layer.value()) else {
                    continue;
                };
                let concerned = |node: &Value| {
                    let only = check.only.as_ref();
                    only.is_none_or(|only| only.judge(Some(node), judge) == Verdict::Holds)
                        && check.expect.judge(Some(node), judge) != Verdict::Holds
                };
                let key = check.key.as_deref();
                let nodes = select(place, key, &check.around, value, judge, &concerned)?;
                for (pointer, node) in nodes {
                    match check.expect.judge(Some(node), judge) {
                        Verdict::Holds => {}
                        Verdict::Violated(violation) => {
                            hits.push(self.hit(
                                check,
                                index,
                                layer,
                                &pointer,
                                Some(node),
                                &violation,
                            ));
                        }
                        Verdict::UnknownFact(fact) => return Err(fact),
                    }
                }
            }
        }
        if let (Place::At(pointer), Absent::Violation) = (place, check.absent) {
            self.absent(check, pointer, hits)?;
        }
        Ok(())
    }

    /// An absent value is judged on the effective configuration, and reported where the tool is pointed at Z.ai.
    fn absent(
        &self,
        check: &'r Check,
        pointer: &Pointer,
        hits: &mut Vec<RawFinding<'r>>,
    ) -> Result<(), String> {
        let Some(role) = self.roles().first().copied() else {
            return Ok(());
        };
        let effective = self
            .subject
            .workspace
            .effective(self.subject.configuration, role);
        if pointer.get(&effective).is_some() {
            return Ok(());
        }
        // The predicates' facts must be known even though there is no value to compare them with.
        let judge = Judge {
            facts: self.subject.facts,
            effective: &effective,
        };
        let violation = match check.expect.judge_wanted(judge) {
            Verdict::UnknownFact(fact) => return Err(fact),
            Verdict::Violated(violation) => violation,
            Verdict::Holds => Violation::default(),
        };
        if let Some(index) = self.anchor(role) {
            let layer = &self.subject.workspace.layers[index];
            if self.file_matches(check, layer) {
                hits.push(self.hit(check, index, layer, pointer, None, &violation));
            }
        }
        Ok(())
    }

    /// The file that points the tool at Z.ai: the lowest layer that does, so that one edit serves all projects.
    fn anchor(&self, role: &str) -> Option<usize> {
        let Subject {
            workspace,
            configuration,
            facts,
            ..
        } = self.subject;
        let conditions = configuration.tool.uses_zai.any.nodes();
        let pointing = self.pointing();
        let mut fallback = None;
        for (index, layer) in workspace
            .layers_of(configuration, role)
            .filter(|(_, layer)| layer.writable())
        {
            let value = layer.value();
            let points = pointing.iter().any(|(known, _)| *known == index)
                || conditions.iter().any(|node| {
                    let role_fits = node
                        .role
                        .as_deref()
                        .unwrap_or(configuration.tool.main_role())
                        == role;
                    role_fits
                        && value.is_some_and(|value| node_holds(node, value, facts) == Ok(true))
                });
            if points {
                return Some(index);
            }
            // Nothing points at Z.ai yet: the user's own file, the strongest of several.
            if layer.config.scope() == crate::tool::Scope::User || fallback.is_none() {
                fallback = Some(index);
            }
        }
        fallback
    }

    /// The places in files that point the tool at Z.ai: addresses and models, those in use first.
    fn pointing(&self) -> Vec<(usize, &'s Pointer)> {
        let tool = &self.subject.configuration.tool;
        let facts = self.subject.facts;
        let zai = self.subject.connections.iter();
        let mut zai: Vec<&Connection> = zai
            .filter(|one| one.is_zai(facts) && one.counts(tool))
            .collect();
        zai.sort_by_key(|one| !one.in_use);
        let settings = zai
            .into_iter()
            .flat_map(|one| one.address.iter().chain(&one.model));
        let place = |setting: &'s Setting| match &setting.origin {
            Origin::File { layer, pointer } => Some((*layer, pointer)),
            Origin::Variable(_) | Origin::Default => None,
        };
        settings.filter_map(place).collect()
    }

    fn builtin(&self, builtin: Builtin, check: &'r Check, hits: &mut Vec<RawFinding<'r>>) {
        let Subject {
            workspace,
            configuration,
            ..
        } = self.subject;
        match builtin {
            Builtin::Unreadable => {
                for index in &configuration.unreadable {
                    let file = &workspace.unreadable[*index];
                    // Some tools read UTF-16, so nothing is said of the tool then.
                    let ours = file.error.message.contains("UTF-16");
                    let consequence = file
                        .config
                        .entry()
                        .on_unreadable
                        .as_deref()
                        .unwrap_or("it can't be read");
                    let error = match ours {
                        true => file.error.to_string(),
                        false => format!("{}; {consequence}", file.error),
                    };
                    hits.push(RawFinding {
                        rule: self.rule,
                        check,
                        file: FindingFile::Unreadable(*index),
                        pointer: Pointer::root(),
                        value: None,
                        span: Some(file.error.offset..file.error.offset),
                        message: self.message(
                            check,
                            &Pointer::root(),
                            None,
                            &Violation::default(),
                            Some(&error),
                        ),
                        writes: None,
                        within: None,
                    });
                }
            }
            Builtin::DuplicateKey => {
                for index in &configuration.layers {
                    let layer = &workspace.layers[*index];
                    for duplicate in layer.document.duplicates() {
                        let violation = Violation::default();
                        let mut hit =
                            self.hit(check, *index, layer, &Pointer::root(), None, &violation);
                        hit.message =
                            self.message(check, &duplicate.pointer, None, &violation, None);
                        hit.pointer = duplicate.pointer.clone();
                        hit.span = Some(duplicate.shadowed.clone());
                        hits.push(hit);
                    }
                }
            }
            Builtin::PointsAtZai => {
                let by_connection = self.pointing().into_iter().next();
                let first = by_connection.map(|(index, pointer)| (index, pointer.clone()));
                let by_node = || {
                    let conditions = &configuration.tool.uses_zai.any;
                    let nodes =
                        matching_nodes(conditions, workspace, configuration, self.subject.facts);
                    let first = nodes.into_iter().next();
                    first.map(|(index, pointer, _)| (index, pointer))
                };
                if let Some((index, pointer)) = first.or_else(by_node) {
                    let layer = &workspace.layers[index];
                    let value = pointer.get(layer.document.value());
                    let violation = Violation::default();
                    hits.push(self.hit_at(check, index, layer, pointer, value, &violation));
                }
            }
            Builtin::SetUp => self.set_up(check, hits),
            Builtin::BillingDisagrees => self.billing_disagrees(check, hits),
            Builtin::SameKeyDisagrees => self.same_key_disagrees(check, hits),
            // These are judged by the plan, when it is known what they hide.
            Builtin::IgnoreUnused
            | Builtin::IgnoreExpired
            | Builtin::IgnoreWithoutReason
            | Builtin::IgnoreUnknownRule
            | Builtin::IgnoreMalformed
            | Builtin::BaselineUnused => {}
            Builtin::NotInForce => {
                for index in &configuration.layers {
                    let layer = &workspace.layers[*index];
                    if !layer.config.in_force && layer.config.exists {
                        hits.push(self.hit(
                            check,
                            *index,
                            layer,
                            &Pointer::root(),
                            None,
                            &Violation::default(),
                        ));
                    }
                }
            }
        }
    }

    fn hit(
        &self,
        check: &'r Check,
        index: usize,
        layer: &Layer,
        pointer: &Pointer,
        value: Option<&Value>,
        violation: &Violation,
    ) -> RawFinding<'r> {
        let absolute = if check.whole_file {
            pointer.clone()
        } else {
            layer.root.join(pointer)
        };
        self.hit_at(check, index, layer, absolute, value, violation)
    }

    /// A hit at a value of a connection; the place is counted from the file's root.
    fn hit_within(
        &self,
        check: &'r Check,
        index: usize,
        absolute: Pointer,
        value: Option<&Value>,
        violation: &Violation,
        within: &Within,
    ) -> RawFinding<'r> {
        let layer = &self.subject.workspace.layers[index];
        let facts = within.facts(self.subject.facts);
        let subject = Subject {
            facts: &facts,
            ..self.subject
        };
        let rule = self.rule;
        let judged = Evaluation { rule, subject };
        let mut hit = judged.hit_at(check, index, layer, absolute, value, violation);
        let entry = match within.name.as_str() {
            "" => String::new(),
            name => format!(" of {name}"),
        };
        hit.message = hit.message.replace("{entry}", &entry);
        hit
    }

    /// A hit at a place that is counted from the file's root.
    fn hit_at(
        &self,
        check: &'r Check,
        index: usize,
        layer: &Layer,
        absolute: Pointer,
        value: Option<&Value>,
        violation: &Violation,
    ) -> RawFinding<'r> {
        let span = match value {
            Some(_) => layer.document.span(&absolute),
            None => None,
        };
        RawFinding {
            rule: self.rule,
            check,
            file: FindingFile::Layer(index),
            message: self.message(check, &absolute, value, violation, None),
            pointer: absolute,
            value: value.cloned(),
            span,
            writes: None,
            within: None,
        }
    }
}
