//! What each configuration is and whether it may be edited, decided before the first edit.

use std::collections::HashSet;
use std::rc::Rc;

use super::{BYPASS, Planner, Target};
use crate::condition::NodeConditions;
use crate::facts::{Billing, FactSet, Pack, Region, ToolNames as _, Via};
use crate::finding::FixState;
use crate::profile::Profile;
use crate::rule::Rule;
use crate::rule::catalogue::{ANY_TOOL, CatalogueError};
use crate::tool::{Configuration, Credential, Layer, Workspace, matching_nodes};

/// What is fixed for one configuration before the first edit.
pub(super) struct Context {
    pub(super) profile: Profile,
    pub(super) region: Region,
    pub(super) uses_zai: bool,
    /// Whether it is to be edited.
    pub(super) edit: bool,
    pub(super) key_exported: bool,
    /// Whether it holds a key that may be another vendor's.
    pub(super) key_of_another: bool,
    pub(super) rules: Vec<Rc<Vec<Rule>>>,
}
impl Planner<'_> {
    /// The coding plan that is assumed where no profile was asked for.
    pub(super) fn plan_profile(&self) -> Result<Profile, CatalogueError> {
        let plan = self.request.plan.as_deref().unwrap_or("lite");
        self.catalogue.profile(plan)
    }

    pub(super) fn named(&self, tool: &str) -> bool {
        self.request.tools.iter().any(|named| named == tool)
    }

    pub(super) fn contexts(
        &mut self,
        pack: &Pack,
        workspace: &Workspace,
    ) -> Result<Vec<Context>, CatalogueError> {
        let asked = self
            .request
            .profile
            .as_deref()
            .map(|id| self.catalogue.profile(id))
            .transpose()?;
        let lite = self.plan_profile()?;
        let mut contexts = Vec::new();
        for configuration in &workspace.configurations {
            let probe = self.request.facts(pack, &lite, Region::Intl, configuration);
            let shown = self.points_at(workspace, configuration, &probe);
            let own = !shown.texts.is_empty();
            let uses_zai = self
                .in_host(workspace, configuration, &probe, own)
                .unwrap_or(own);
            let profile = match (&asked, shown.billing) {
                (Some(profile), _) => profile.clone(),
                // Where the tool can't be metered, the address is a mistake, not a choice.
                (None, Some(Billing::Metered))
                    if configuration.tool.refusal(Billing::Metered).is_none() =>
                {
                    self.catalogue.profile("metered")?
                }
                (None, _) => lite.clone(),
            };
            let hosts = || {
                let host = self.host_of(workspace, configuration)?;
                let probe = self.request.facts(pack, &lite, Region::Intl, host);
                self.points_at(workspace, host, &probe).region
            };
            let seen = shown.region.or_else(hosts);
            let region = self.request.region.or(seen).unwrap_or(Region::Intl);
            let target = self.request.facts(pack, &profile, region, configuration);
            let keys = self.keys(workspace, configuration, &target);
            let layers = configuration
                .layers
                .iter()
                .map(|index| &workspace.layers[*index].config);
            let unreadable = configuration
                .unreadable
                .iter()
                .map(|index| &workspace.unreadable[*index].config);
            self.plan.targets.push(Target {
                tool: configuration.tool.id.clone(),
                files: layers
                    .chain(unreadable)
                    .filter(|file| file.exists && file.in_force)
                    .map(|file| file.path.clone())
                    .collect(),
                uses_zai,
                billing: shown.billing,
                region: seen,
                gate: shown.gate,
                points_at: shown.texts,
                profile: profile.id.clone(),
                has_key: keys.some,
            });
            let wanted = self.request.tools.is_empty() || self.named(&configuration.tool.id);
            let there = configuration
                .layers
                .iter()
                .any(|index| workspace.layers[*index].config.exists);
            let concerns = there
                || uses_zai
                || self.request.assume_set_up
                || !configuration.unreadable.is_empty()
                || self.named(&configuration.tool.id);
            let setup = self.request.setup;
            let mut rules = Vec::new();
            if wanted && concerns {
                rules.push(self.catalogue.rules_of(ANY_TOOL, setup)?);
                rules.push(self.catalogue.rules_of(&configuration.tool.id, setup)?);
            }
            contexts.push(Context {
                region,
                profile,
                uses_zai: uses_zai || self.request.assume_set_up,
                edit: self.request.fix && wanted,
                key_of_another: keys.of_another,
                key_exported: configuration
                    .tool
                    .credential
                    .as_ref()
                    .is_some_and(|credential| self.exported(credential)),
                rules,
            });
        }
        Ok(contexts)
    }

    /// The configuration of the tool that this one runs inside.
    fn host_of<'w>(
        &self,
        workspace: &'w Workspace,
        configuration: &Configuration,
    ) -> Option<&'w Configuration> {
        let host = configuration.tool.uses_zai.host.as_ref()?;
        workspace
            .configurations
            .iter()
            .find(|other| other.tool.id == *host)
    }

    /// Whether the environment has a key for a tool.
    pub(super) fn exported(&self, credential: &Credential) -> bool {
        let set = |name: &String| self.vars.get(name).is_some_and(|value| !value.is_empty());
        credential.env.iter().any(set)
    }

    /// For a tool that runs inside another one: whether it is switched on there, and uses Z.ai itself (`own`) or by the
    /// other's settings. `None` when the other one has no files here, as when a single file is checked.
    fn in_host(
        &self,
        workspace: &Workspace,
        configuration: &Configuration,
        facts: &FactSet<'_>,
        own: bool,
    ) -> Option<bool> {
        let uses = &configuration.tool.uses_zai;
        let host = uses.host.as_ref()?;
        let there = |other: &&Configuration| {
            let exists = |index: &usize| workspace.layers[*index].config.exists;
            other.tool.id == *host
                && (other.layers.iter().any(exists) || !other.unreadable.is_empty())
        };
        let mut hosts = workspace.configurations.iter().filter(there).peekable();
        hosts.peek()?;
        Some(hosts.any(|other| {
            let facts = FactSet {
                tool: &*other.tool,
                ..*facts
            };
            let shows = |conditions: &NodeConditions| {
                !matching_nodes(conditions, workspace, other, &facts).is_empty()
            };
            let switched_on = uses.host_has.is_empty() || shows(&uses.host_has);
            let host_uses = || !self.points_at(workspace, other, &facts).texts.is_empty();
            switched_on && (own || host_uses())
        }))
    }

    /// Decides which tools are edited, and records why others are not.
    pub(super) fn refuse(&mut self, contexts: &[Context], workspace: &Workspace) {
        if !self.request.fix {
            return;
        }
        for (index, (context, configuration)) in
            contexts.iter().zip(&workspace.configurations).enumerate()
        {
            let tool = &configuration.tool;
            let Some(reason) = self.refusal(context, workspace, configuration, index) else {
                continue;
            };
            self.plan.refuse(&tool.id, reason);
        }
        self.refuse_guests(contexts, workspace);
        self.note_moving_keys(contexts, workspace);
    }

    /// A key goes wherever the address goes, and is good at one service only.
    fn note_moving_keys(&mut self, contexts: &[Context], workspace: &Workspace) {
        for (index, (context, configuration)) in
            contexts.iter().zip(&workspace.configurations).enumerate()
        {
            let target = &self.plan.targets[index];
            if !self.edits(context, configuration) || !target.uses_zai || !target.has_key {
                continue;
            }
            let to_server = context.profile.billing == Billing::SelfHosted;
            let other_region = target.region.is_some_and(|region| region != context.region);
            let name = &configuration.tool.name;
            if to_server {
                self.plan.notes.push(format!("the key that {name} has for Z.ai goes to your own server from now on; replace it there"));
            } else if other_region
                && configuration
                    .tool
                    .provider
                    .iter()
                    .all(|provider| provider.region.is_none())
            {
                self.plan.notes.push(format!("{name} moves to the other service, where its present key is not valid; set that service's key"));
            }
        }
    }

    /// A tool that runs inside another one is left alone with it.
    fn refuse_guests(&mut self, contexts: &[Context], workspace: &Workspace) {
        for (context, configuration) in contexts.iter().zip(&workspace.configurations) {
            let tool = &configuration.tool;
            let Some(host) = tool
                .uses_zai
                .host
                .as_deref()
                .filter(|_| context.edit && context.uses_zai)
            else {
                continue;
            };
            if self.plan.refuses(host) && !self.plan.refuses(&tool.id) {
                let reason = format!("it runs inside {host}, which is left alone");
                self.plan.refuse(&tool.id, reason);
            }
        }
    }

    /// With `--via-gate`: names the tools that still reach Z.ai directly on the edited files.
    pub(super) fn note_bypasses(
        &mut self,
        pack: &Pack,
        contexts: &[Context],
        workspace: &Workspace,
    ) {
        let Some(origin) = self.request.via.gate() else {
            return;
        };
        let mut bypass: Vec<&str> = Vec::new();
        for (context, configuration) in contexts.iter().zip(&workspace.configurations) {
            let tool = &configuration.tool;
            // A tool that sends no requests of its own goes where its host goes.
            if !context.uses_zai || context.rules.is_empty() || tool.credential.is_none() {
                continue;
            }
            let facts = self
                .request
                .facts(pack, &context.profile, context.region, configuration);
            let shown = self.points_at(workspace, configuration, &facts);
            if shown.gate.as_deref() != Some(origin) && !bypass.contains(&tool.name.as_str()) {
                bypass.push(&tool.name);
            }
        }
        for name in bypass {
            self.plan.notes.push(format!("{name} {BYPASS}: glm-setup knows no address of its configuration that leads there, or a file of it is left alone"));
        }
    }

    /// Refuses tools whose planned edits would be lost, or would meet a file that the tool drops as a whole.
    pub(super) fn withhold(&mut self, contexts: &[Context], workspace: &Workspace) {
        // Without edits, as for `lint`, there is nothing to withhold.
        if !workspace.layers.iter().any(Layer::changed) {
            return;
        }
        let guards = contexts
            .iter()
            .flat_map(|context| &context.rules)
            .flat_map(|rules| rules.iter().filter(|rule| rule.file.guard))
            .map(|rule| rule.id.clone())
            .collect::<HashSet<_>>();
        for layer in workspace.layers.iter().filter(|layer| layer.changed()) {
            let tool = &layer.config.tool;
            let role = layer.config.role();
            let overwritten = tool
                .running
                .as_ref()
                .filter(|running| running.files.iter().any(|known| known == role))
                .and(self.request.busy.get(&tool.id));
            let guarded = self.plan.findings.iter().find(|finding| {
                finding.tool == tool.id
                    && guards.contains(&finding.rule)
                    && !matches!(finding.fix, FixState::Planned(_) | FixState::FixedByOther)
            });
            let reason = match (overwritten, guarded) {
                (Some(busy), _) => busy.clone(),
                (None, Some(finding)) => format!(
                    "{} would drop the whole file: {}. Mend it first (see `glm-setup lint`)",
                    tool.name, finding.message
                ),
                (None, None) => continue,
            };
            self.plan.refuse(&tool.id, reason);
        }
    }

    fn refusal(
        &mut self,
        context: &Context,
        workspace: &Workspace,
        configuration: &Configuration,
        index: usize,
    ) -> Option<String> {
        let tool = &configuration.tool;
        if !context.edit {
            return None;
        }
        // What an unreadable file says is unknown, so the tool is left alone whatever the others say.
        let unreadable = |index: &usize| &workspace.unreadable[*index].config;
        let blocks = |index: &usize| !unreadable(index).entry().skips_unreadable;
        if configuration.unreadable.iter().any(blocks) {
            return Some(format!(
                "{} can't read one of its files; mend it first (see `glm-setup lint`)",
                tool.name
            ));
        }
        if !(context.uses_zai || (self.request.setup && self.named(&tool.id))) {
            return None;
        }
        if self.request.setup
            && let Some(reason) = tool.refusal(context.profile.billing)
        {
            return Some(reason.to_owned());
        }
        let target = &self.plan.targets[index];
        if self.request.via == Via::Direct
            && target.gate.is_some()
            && target.region.is_none()
            && self.request.region.is_none()
        {
            return Some("the gate's address doesn't tell whose service stands behind it; name it with --region intl or --region cn".to_owned());
        }
        let moves = target
            .billing
            .is_some_and(|billing| billing != context.profile.billing)
            || target.region.is_some_and(|region| region != context.region);
        let lacks = |what: &str| {
            let name = tool
                .provider(context.profile.billing, context.region)
                .unwrap_or(&tool.id);
            format!("{} {what} ({name})", tool.name)
        };
        if self.request.setup && !context.uses_zai && context.key_of_another {
            return Some(format!(
                "{} and it would be sent to Z.ai. Remove it first, then name the variable that holds Z.ai's with --key-env NAME",
                lacks("holds a key that may be another vendor's")
            ));
        }
        let keyless = self.request.setup
            && !self.request.assume_set_up
            && (moves || !context.uses_zai)
            && !target.has_key
            && !self.request.brings_key(tool);
        if keyless && let Some(credential) = &tool.credential {
            let how = match credential.reference {
                Some(_) => ". Name the variable that holds it with --key-env NAME",
                None => "",
            };
            let reason = format!(
                "{}: {}{how}",
                lacks("has no key for Z.ai"),
                credential.without
            );
            if !self.plan.keyless.contains(&tool.id) {
                self.plan.keyless.push(tool.id.clone());
            }
            return Some(reason);
        }
        None
    }
}
