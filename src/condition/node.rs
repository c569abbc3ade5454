//! Nodes at a place, and conditions on them.

use std::cell::OnceCell;

use serde::Deserialize;
use serde_json::Value;

use super::predicate::{Judge, Verdict};
use super::{NameFilter, Node, NodeCondition, Place, Where};
use crate::document::{Pointer, Token};
use crate::facts::FactSet;
use crate::load::{LoadError, Source};

/// The nodes at a place that `keep` accepts and around which all conditions hold, with their places; `Err` names an unknown
/// fact.
pub(crate) fn select<'v>(
    place: &Place,
    key: Option<&NameFilter>,
    around: &[Where],
    value: &'v Value,
    judge: Judge<'_>,
    keep: &dyn Fn(&Value) -> bool,
) -> Result<Vec<(Pointer, &'v Value)>, String> {
    let nodes = at_place(place, key, value, judge.facts, keep);
    let mut kept = Vec::with_capacity(nodes.len());
    for (pointer, node) in nodes {
        if Where::all_hold(around, value, &pointer, judge)? {
            kept.push((pointer, node));
        }
    }
    Ok(kept)
}

fn at_place<'v>(
    place: &Place,
    key: Option<&NameFilter>,
    value: &'v Value,
    facts: &FactSet<'_>,
    keep: &dyn Fn(&Value) -> bool,
) -> Vec<(Pointer, &'v Value)> {
    match place {
        Place::At(pointer) => pointer
            .get(value)
            .filter(|node| keep(node))
            .map(|node| (pointer.clone(), node))
            .into_iter()
            .collect(),
        Place::Each(query) => {
            let Some(filter) = key else {
                return query.nodes(value, &|_, node| keep(node));
            };
            let mut nodes = query.nodes(value, &|name, node| filter.fits(name) && keep(node));
            let provider = facts.tool.provider(facts.profile.billing, facts.region);
            let named =
                |token: &Token| matches!(token, Token::Key(key) if Some(key.as_str()) == provider);
            let of_region = |token: &Token| {
                let Token::Key(key) = token else { return false };
                let mut known = facts.tool.providers().iter();
                known.any(|one| {
                    one.id == *key && one.region.is_none_or(|region| region == facts.region)
                })
            };
            nodes.retain(|(pointer, _)| {
                (!filter.provider || pointer.0.iter().any(named))
                    && (!filter.region || pointer.0.iter().any(of_region))
            });
            nodes
        }
    }
}

/// The nodes that meet a condition's predicates.
pub(crate) fn meeting<'v>(
    node: &Node,
    value: &'v Value,
    facts: &FactSet<'_>,
) -> Result<Vec<(Pointer, &'v Value)>, String> {
    let judge = Judge {
        facts,
        effective: value,
    };
    let verdict = |found: &Value| match node.expect.is_empty() {
        true => Verdict::Holds,
        false => node.expect.judge(Some(found), judge),
    };
    let concerned = |found: &Value| !matches!(verdict(found), Verdict::Violated(_));
    let key = node.key.as_deref();
    let met = select(&node.place, key, &node.around, value, judge, &concerned)?;
    for (_, found) in &met {
        if let Verdict::UnknownFact(fact) = verdict(found) {
            return Err(fact);
        }
    }
    Ok(met)
}

/// Whether a condition holds; `Err` names an unknown fact.
pub fn node_holds(node: &Node, value: &Value, facts: &FactSet<'_>) -> Result<bool, String> {
    let mut some = !meeting(node, value, facts)?.is_empty();
    if let Place::At(pointer) = &node.place
        && pointer.get(value).is_none()
    {
        let judge = Judge {
            facts,
            effective: value,
        };
        some = !node.expect.is_empty()
            && node.expect.judge(None, judge) == Verdict::Holds
            && Where::all_hold(&node.around, value, pointer, judge)?;
    }
    Ok(some != node.none)
}

/// A descriptor's conditions; they are compiled once, since several steps of a run ask for them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct NodeConditions {
    written: Vec<NodeCondition>,
    #[serde(skip)]
    compiled: OnceCell<Vec<Node>>,
}

impl NodeConditions {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty()
    }

    /// Checks every query and expression.
    ///
    /// # Errors
    /// With file, line and column.
    pub fn check(&self, source: &Source<'_>) -> Result<(), LoadError> {
        self.written
            .iter()
            .try_for_each(|condition| condition.check(source))
    }

    /// The compiled conditions; loading has checked them.
    pub fn nodes(&self) -> &[Node] {
        self.compiled.get_or_init(|| {
            let source = Source::new("descriptor", "");
            let compiled = self
                .written
                .iter()
                .map(|condition| condition.clone().compile(&source));
            compiled.filter_map(Result::ok).collect()
        })
    }
}
