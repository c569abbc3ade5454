//! Connections that disagree about who pays: one of them is not what its user thinks.

use serde_json::Value;

use super::{Evaluation, RawFinding};
use crate::condition::predicate::Violation;
use crate::document::Pointer;
use crate::rule::compile::Check;
use crate::tool::{Connection, Origin, Setting};
use crate::vocabulary::Billing;

/// Where a connection shows who pays, and which.
struct Payer<'c> {
    connection: &'c Connection,
    layer: usize,
    pointer: &'c Pointer,
    billing: Billing,
}

impl<'r> Evaluation<'r, '_> {
    /// A metered connection beside one to the plan in the same tool.
    pub(super) fn billing_disagrees(&self, check: &'r Check, hits: &mut Vec<RawFinding<'r>>) {
        let payers: Vec<Payer<'_>> = self.payers(self.subject.connections).collect();
        let of = |billing: Billing| payers.iter().filter(move |one| one.billing == billing);
        let Some(plan) = of(Billing::CodingPlan).max_by_key(|one| one.connection.in_use) else {
            return;
        };
        for metered in of(Billing::Metered) {
            let used = match (metered.connection.in_use, plan.connection.in_use) {
                (true, _) => "in use",
                (false, true) => "not in use",
                (false, false) => "there as well",
            };
            let kind = format!(
                "the metered address ({used}), while {} is the plan's",
                name(plan)
            );
            self.disagreement(check, metered, &kind, hits);
        }
    }

    /// A metered connection in use with the key that another tool uses for the plan.
    pub(super) fn same_key_disagrees(&self, check: &'r Check, hits: &mut Vec<RawFinding<'r>>) {
        let tool = &self.subject.configuration.tool;
        for metered in self.payers(self.subject.connections) {
            if metered.billing != Billing::Metered || !metered.connection.in_use {
                continue;
            }
            let Some(key) = metered.connection.key_in_force() else {
                continue;
            };
            let shares = |other: &&(String, Vec<Connection>)| {
                let mut plan = self.payers(&other.1);
                other.0 != tool.name
                    && plan.any(|one| {
                        let used = one.billing == Billing::CodingPlan && one.connection.in_use;
                        used && one
                            .connection
                            .key_in_force()
                            .is_some_and(|own| same_key(key, own))
                    })
            };
            if let Some((other, _)) = self.subject.everywhere.iter().find(shares) {
                let kind =
                    format!("the metered address, with the key that {other} uses for the plan");
                self.disagreement(check, &metered, &kind, hits);
            }
        }
    }

    /// The connections to Z.ai whose address or name stands in a file.
    fn payers<'c>(&self, connections: &'c [Connection]) -> impl Iterator<Item = Payer<'c>> {
        let facts = self.subject.facts;
        connections.iter().filter_map(move |connection| {
            let parts = [&connection.address, &connection.model, &connection.key];
            let mut settings = parts.into_iter().flatten().filter(|one| one.in_force);
            let place = settings.find_map(|setting| match &setting.origin {
                Origin::File { layer, pointer } => Some((*layer, pointer)),
                Origin::Variable(_) | Origin::Default => None,
            });
            let (layer, pointer) = place?;
            let billing = connection
                .billing(facts)
                .filter(|_| connection.is_zai(facts))?;
            Some(Payer {
                connection,
                layer,
                pointer,
                billing,
            })
        })
    }

    fn disagreement(
        &self,
        check: &'r Check,
        at: &Payer<'_>,
        kind: &str,
        hits: &mut Vec<RawFinding<'r>>,
    ) {
        let layer = &self.subject.workspace.layers[at.layer];
        let value = at.pointer.get(layer.document.value());
        // A key is not shown: its connection's name says as much.
        let name = Value::from(at.connection.name.as_str());
        let is_key = at.connection.key.iter().any(
            |key| matches!(&key.origin, Origin::File { pointer, .. } if pointer == at.pointer),
        );
        let value = if is_key { Some(&name) } else { value };
        let violation = Violation {
            limit: None,
            kind: Some(kind.to_owned()),
        };
        hits.push(self.hit_at(
            check,
            at.layer,
            layer,
            at.pointer.clone(),
            value,
            &violation,
        ));
    }
}

fn name(payer: &Payer<'_>) -> String {
    match payer.connection.name.as_str() {
        "" => payer.pointer.name().to_owned(),
        name => name.to_owned(),
    }
}

/// Whether two settings are certainly the same key: the same text, or the same variable.
fn same_key(one: &Setting, other: &Setting) -> bool {
    let literal = one.text().is_some() && one.text() == other.text();
    match (&one.origin, &other.origin) {
        (Origin::Variable(one), Origin::Variable(other)) => one == other,
        _ => literal,
    }
}
