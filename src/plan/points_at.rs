//! What a configuration points at: read from its connections.

use super::Planner;
use crate::condition::node_holds;
use crate::facts::FactSet;
use crate::tool::{
    Configuration, Connection, KeyKind, Origin, Setting, SettingKind, Workspace, connections,
    matching_nodes,
};
use crate::vocabulary::{Billing, Region};

/// What a configuration points at.
#[derive(Default)]
pub(super) struct PointsAt {
    /// The texts that show it: addresses, names and models.
    pub(super) texts: Vec<String>,
    pub(super) billing: Option<Billing>,
    pub(super) region: Option<Region>,
    pub(super) gate: Option<String>,
}

/// What is known of a configuration's keys.
pub(super) struct Keys {
    /// Whether it has one that would be sent to Z.ai.
    pub(super) some: bool,
    /// Whether it holds one that may be another vendor's, and that would be sent to Z.ai if the tool were pointed there.
    pub(super) of_another: bool,
}

impl Planner<'_> {
    /// The connections to Z.ai that say something of a tool: those in use first.
    fn to_zai(
        &self,
        workspace: &Workspace,
        configuration: &Configuration,
        facts: &FactSet<'_>,
    ) -> Vec<Connection> {
        let mut found = connections(workspace, configuration, facts, self.vars);
        found.retain(|one| one.is_zai(facts) && one.counts(&configuration.tool) && one.in_files());
        found.sort_by_key(|one| !one.in_use);
        found
    }

    pub(super) fn points_at(
        &self,
        workspace: &Workspace,
        configuration: &Configuration,
        facts: &FactSet<'_>,
    ) -> PointsAt {
        let mut shown = PointsAt::default();
        for connection in self.to_zai(workspace, configuration, facts) {
            shown.billing = shown.billing.or(connection.intended_billing(facts));
            shown.region = shown.region.or(connection.region(facts));
            let mut add = |text: &str| {
                if !text.is_empty() && !shown.texts.iter().any(|known| known == text) {
                    shown.texts.push(text.to_owned());
                }
            };
            let address = connection.address_in_force();
            let literal =
                address.filter(|one| one.kind != SettingKind::Word && one.layer().is_some());
            match literal.and_then(Setting::text) {
                Some(url) => {
                    let gate = facts.classify(url).gate().map(str::to_owned);
                    shown.gate = shown.gate.or(gate);
                    add(url);
                }
                None => add(&connection.name),
            }
            if let Some(model) = connection.main_setting() {
                add(&format!(
                    "{}{}",
                    model.before,
                    model.text().unwrap_or_default()
                ));
            }
        }
        match shown.texts.is_empty() {
            true => self.points_at_by_nodes(workspace, configuration, facts),
            false => shown,
        }
    }

    /// The same by the nodes that the descriptor names beside its connections, such as settings in the wrong place.
    fn points_at_by_nodes(
        &self,
        workspace: &Workspace,
        configuration: &Configuration,
        facts: &FactSet<'_>,
    ) -> PointsAt {
        let mut shown = PointsAt::default();
        if workspace.is_silent(configuration) {
            return shown;
        }
        let effective = workspace.effective(configuration, configuration.tool.main_role());
        let elsewhere = configuration.tool.uses_zai.unless.nodes();
        if elsewhere
            .iter()
            .any(|node| node_holds(node, &effective, facts) == Ok(true))
        {
            return shown;
        }
        for (_, pointer, value) in matching_nodes(
            &configuration.tool.uses_zai.any,
            workspace,
            configuration,
            facts,
        ) {
            let name = pointer.name();
            let text = value.as_str().unwrap_or(name);
            let class = facts.classify(text);
            shown.gate = shown.gate.or(class.gate().map(str::to_owned));
            let provider = configuration.tool.provider.iter().find(|provider| {
                name == provider.id
                    || text == provider.id
                    || text
                        .split_once('/')
                        .is_some_and(|(first, _)| first == provider.id)
            });
            let billing = class
                .billing()
                .or(provider.map(|provider| provider.billing));
            let region = class
                .region()
                .or(provider.and_then(|provider| provider.region));
            shown.billing = shown.billing.or(billing);
            shown.region = shown.region.or(region);
            if !shown.texts.iter().any(|known| known == text) {
                shown.texts.push(text.to_owned());
            }
        }
        shown
    }

    /// What is known of a configuration's keys, for what the profile pays with.
    pub(super) fn keys(
        &self,
        workspace: &Workspace,
        configuration: &Configuration,
        facts: &FactSet<'_>,
    ) -> Keys {
        let Some(credential) = &configuration.tool.credential else {
            return Keys {
                some: true,
                of_another: false,
            };
        };
        let optional = credential.optional_for.contains(&facts.profile.billing);
        if !credential.any.is_empty() {
            let found = matching_nodes(&credential.any, workspace, configuration, facts);
            let certain = matching_nodes(&credential.certain, workspace, configuration, facts);
            return Keys {
                some: optional || !found.is_empty() || self.exported(credential),
                of_another: !credential.certain.is_empty() && found.len() > certain.len(),
            };
        }
        let tool = &configuration.tool;
        let all = connections(workspace, configuration, facts, self.vars);
        let written = |one: &&Setting| one.layer().is_some();
        let of_zai = |one: &&Setting| {
            let key = one.sent_key(tool);
            key.kind == KeyKind::Literal && one.text().is_some_and(|text| facts.is_key(text))
        };
        // A connection that has no name of its own is moved as it is, with the key that it has.
        let moved = |one: &&Connection| one.described(tool).each.is_none();
        let usable_here = |one: &Connection| {
            let provider = one.provider(facts).filter(|_| !one.name.is_empty());
            let same_region =
                |region: Option<Region>| region.is_none_or(|region| region == facts.region);
            let own = provider.is_none_or(|provider| {
                provider.billing == facts.profile.billing && same_region(provider.region)
            });
            let moves = provider.is_some_and(|provider| same_region(provider.region));
            let mut keys = one.key.iter().filter(written);
            one.is_zai(facts) && keys.any(|key| own || (moves && key.moves))
        };
        let keys_there = all.iter().any(usable_here);
        let mut others = all.iter().filter(moved).filter(|one| !one.is_zai(facts));
        let keys_of_others = || {
            let there = all.iter().filter(moved).filter(|one| !one.is_zai(facts));
            there
                .flat_map(|one| one.key.iter().filter(written))
                .collect::<Vec<_>>()
        };
        let held = keys_of_others();
        let usable = others.any(|one| one.key.iter().filter(written).any(|key| of_zai(&key)));
        Keys {
            some: optional || keys_there || usable || self.exported(credential),
            of_another: held.iter().any(|key| !of_zai(key)),
        }
    }
}

impl Connection {
    /// Whether one of its values stands in a file.
    fn in_files(&self) -> bool {
        let parts = [&self.address, &self.key, &self.model];
        let mut settings = parts.into_iter().flatten();
        self.written || settings.any(|one| matches!(one.origin, Origin::File { .. }))
    }
}
