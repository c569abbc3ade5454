//! Setting a tool up: what its descriptor says is written where it has no connection for the profile yet.

use serde_json::Value;

use super::{Evaluation, RawFinding, Writes};
use crate::condition::Operand;
use crate::condition::predicate::Violation;
use crate::condition::query::singular;
use crate::facts::FactSet;
use crate::rule::compile::Check;
use crate::tool::{Connection, SetUp};
use crate::vocabulary::Billing;

impl<'r> Evaluation<'r, '_> {
    /// Each step of the set-up that is not there yet, unless the tool is connected already.
    pub(super) fn set_up(&self, check: &'r Check, hits: &mut Vec<RawFinding<'r>>) {
        let subject = self.subject;
        let tool = &subject.configuration.tool;
        let facts = subject.facts;
        let mut connections = subject.connections.iter();
        if tool.refusal(facts.profile.billing).is_some()
            || connections.any(|one| serves_profile(one, facts))
        {
            return;
        }
        for step in tool.set_up.iter() {
            let wanted = step.billing.as_ref();
            if wanted.is_none_or(|wanted| wanted.contains(&facts.profile.billing)) {
                self.step(check, step, hits);
            }
        }
    }

    /// Whether a connection that would be used goes to Z.ai, is not one that a name ties to another billing, and has a key.
    pub(super) fn connected(&self) -> bool {
        let facts = self.subject.facts;
        let mut connections = self.subject.connections.iter();
        connections.any(|one| {
            let named = one.provider(facts).filter(|_| !one.name.is_empty());
            let fits = named.is_none_or(|provider| provider.billing == facts.profile.billing);
            one.in_use && one.is_zai(facts) && fits && !one.key.is_empty()
        })
    }

    fn step(&self, check: &'r Check, step: &SetUp, hits: &mut Vec<RawFinding<'r>>) {
        let subject = self.subject;
        let role = step.file.as_deref();
        let role = role.unwrap_or(subject.configuration.tool.main_role());
        // What can't be said here, such as a key without --key-env, is left out.
        let (Some(value), Ok(place)) = (
            known_part(&step.value, subject.facts),
            singular(step.at.get_ref()),
        ) else {
            return;
        };
        let effective = subject.workspace.effective(subject.configuration, role);
        let present = place.get(&effective);
        let done = match step.append {
            true => present
                .and_then(Value::as_array)
                .is_some_and(|all| all.contains(&value)),
            false => present.is_some_and(|present| step.keep || *present == value),
        };
        let Some(index) = self.anchor(role).filter(|_| !done) else {
            return;
        };
        let layer = &subject.workspace.layers[index];
        let violation = Violation {
            limit: Some(value.clone()),
            kind: None,
        };
        let own = layer.value().and_then(|settings| place.get(settings));
        let mut hit = self.hit(check, index, layer, &place, own, &violation);
        hit.writes = Some(match step.append {
            true => Writes::Append(value),
            false => Writes::Set(value),
        });
        hits.push(hit);
    }
}

/// Whether the tool is set up for the profile by this connection; its address, model and key are other rules' matter.
fn serves_profile(connection: &Connection, facts: &FactSet<'_>) -> bool {
    if !connection.in_use {
        return false;
    }
    if facts.profile.billing == Billing::SelfHosted {
        let wanted = facts.lookup(&format!("endpoint.{}", connection.protocol));
        let url = connection.url(facts);
        return wanted.is_some() && wanted.as_ref().and_then(Value::as_str) == url.as_deref();
    }
    // A name that stands for an endpoint can't be moved to another one; an address can.
    let named = connection
        .provider(facts)
        .filter(|_| !connection.name.is_empty());
    connection.is_zai(facts)
        && named.is_none_or(|provider| {
            provider.billing == facts.profile.billing
                && provider.region.is_none_or(|region| region == facts.region)
        })
}

/// The value of an operand; members of a table that name an unknown fact are left out, and a value that is nothing but
/// one is none.
fn known_part(operand: &Operand, facts: &FactSet<'_>) -> Option<Value> {
    match operand {
        Operand::Table(members) => {
            let known = members
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), known_part(value, facts)?)));
            Some(Value::Object(known.collect()))
        }
        Operand::List(items) => {
            let known = items.iter().map(|item| known_part(item, facts));
            known.collect::<Option<Vec<_>>>().map(Value::Array)
        }
        Operand::Literal(_) | Operand::Fact(_) => operand.resolve(&|key| facts.lookup(key)).ok(),
    }
}
