//! Evaluating, and evaluating again on the edited text, until no rule wants to change anything.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use super::context::Context;
use super::ignored::{Decision, Ledger};
use super::{Plan, PlannedEdit, PlannedFile, Planner, Request, Sighting, Skipped, selected};
use crate::document::{Edit, EditError, Pointer, line_column};
use crate::facts::Pack;
use crate::finding::{Finding, FixState, Safety};
use crate::ignore::Ignored;
use crate::rule::catalogue::CatalogueError;
use crate::rule::evaluate::{ConnectionProfiles, FindingFile, RawFinding, Subject, evaluate};
use crate::rule::fix;
use crate::rule::schema::{Applies, Purpose};
use crate::tool::{Configuration, Connection, Workspace, connections};

/// How often rules are evaluated again on the edited text before they are said to disagree.
const MAX_ROUNDS: usize = 10;
impl Planner<'_> {
    pub(super) fn edits(&self, context: &Context, configuration: &Configuration) -> bool {
        let tool = &configuration.tool.id;
        context.edit && !self.plan.refuses(tool)
    }

    pub(super) fn rounds(
        &mut self,
        pack: &Pack,
        contexts: &[Context],
        workspace: &mut Workspace,
    ) -> Result<(), CatalogueError> {
        let profiles = ConnectionProfiles {
            asked: self.request.profile.is_some(),
            plan: self.plan_profile()?,
            metered: self.catalogue.profile("metered")?,
        };
        for round in 0..MAX_ROUNDS {
            let mut batch: BTreeMap<usize, Vec<(String, Vec<Edit>)>> = BTreeMap::new();
            let mut newly_superseded = HashSet::new();
            self.last.clear();
            let everywhere = self.everywhere(pack, contexts, workspace);
            for (index, context) in contexts.iter().enumerate() {
                let configuration = &workspace.configurations[index];
                let edits = self.edits(context, configuration);
                let pointed = context.uses_zai
                    || (edits && self.request.setup && self.named(&configuration.tool.id));
                let facts =
                    self.request
                        .facts(pack, &context.profile, context.region, configuration);
                let repositories = &self.repositories;
                let assumed = self.request.assume_in_repository;
                let in_repository = |path: &Path| {
                    if let Some(assumed) = assumed {
                        return assumed;
                    }
                    *repositories
                        .borrow_mut()
                        .entry(path.to_owned())
                        .or_insert_with(|| crate::tool::in_repository(path))
                };
                let subject = Subject {
                    workspace,
                    configuration,
                    facts: &facts,
                    tool_versions: &self.request.tool_versions,
                    in_repository: &in_repository,
                    connections: &everywhere[index].1,
                    everywhere: &everywhere,
                    profiles: &profiles,
                    uses_zai: pointed,
                    has_key: self.plan.targets[index].has_key
                        || self.request.brings_key(&configuration.tool),
                    key_exported: context.key_exported,
                    named: self.named(&configuration.tool.id),
                };
                for rule in context
                    .rules
                    .iter()
                    .flat_map(|rules| rules.iter())
                    .filter(|rule| selected(self.request, rule))
                    .filter(|rule| !self.superseded.contains(&rule.id))
                {
                    if (rule.purpose == Purpose::Setup && !(self.request.setup && edits))
                        || (rule.applies == Applies::UsesZai && !pointed)
                    {
                        continue;
                    }
                    let outcome = evaluate(rule, subject);
                    for fact in outcome.unknown {
                        let skipped = Skipped {
                            rule: rule.id.clone(),
                            fact,
                        };
                        if !self.plan.skipped.contains(&skipped) {
                            self.plan.skipped.push(skipped);
                        }
                    }
                    for hit in outcome.hits {
                        take_hit(
                            &mut Taking {
                                plan: &mut self.plan,
                                seen: &mut self.seen,
                                last: &mut self.last,
                                newly_superseded: &mut newly_superseded,
                                impossible: &self.impossible,
                                ledger: &mut self.ledger,
                                batch: &mut batch,
                                request: self.request,
                                edits,
                                round,
                            },
                            &hit,
                            subject,
                        );
                    }
                }
            }
            self.superseded.extend(newly_superseded);
            for fixes in batch.values_mut() {
                fixes.retain(|(rule, _)| !self.superseded.contains(rule));
            }
            batch.retain(|_, fixes| !fixes.is_empty());
            if batch.is_empty() {
                self.mark_mended();
                return Ok(());
            }
            if round + 1 == MAX_ROUNDS {
                self.plan.disagreement = batch
                    .into_values()
                    .flatten()
                    .map(|(rule, _)| rule)
                    .collect();
                return Ok(());
            }
            self.apply(batch, workspace);
        }
        Ok(())
    }

    /// The connections of all configurations, in their order, with the names of their tools.
    fn everywhere(
        &self,
        pack: &Pack,
        contexts: &[Context],
        workspace: &Workspace,
    ) -> Vec<(String, Vec<Connection>)> {
        let all = contexts.iter().zip(&workspace.configurations);
        let of = |(context, configuration): (&Context, &Configuration)| {
            let facts = self
                .request
                .facts(pack, &context.profile, context.region, configuration);
            let found = connections(workspace, configuration, &facts, self.vars);
            (configuration.tool.name.clone(), found)
        };
        all.map(of).collect()
    }

    /// Findings that the last round no longer saw were mended by the fixes of other rules.
    fn mark_mended(&mut self) {
        for finding in &mut self.plan.findings {
            let superseded = self.superseded.contains(&finding.rule);
            if matches!(finding.fix, FixState::Planned(_)) && !superseded {
                continue;
            }
            let still = sightings(finding)
                .iter()
                .any(|sighting| self.last.contains(sighting));
            if superseded || !still {
                finding.fix = FixState::FixedByOther;
            }
        }
    }

    /// Applies a round's edits file by file; where they don't go together, one fix after the other.
    fn apply(
        &mut self,
        batch: BTreeMap<usize, Vec<(String, Vec<Edit>)>>,
        workspace: &mut Workspace,
    ) {
        for (layer, fixes) in batch {
            let together: Vec<PlannedEdit> = fixes
                .iter()
                .flat_map(|(rule, edits)| edits.iter().map(|edit| planned(rule, edit)))
                .collect();
            if self.edit(layer, together, workspace).is_ok() {
                continue;
            }
            for (rule, edits) in fixes {
                let at = edits.first().map(|edit| edit.at().clone());
                let alone = edits.iter().map(|edit| planned(&rule, edit)).collect();
                if let Err(error) = self.edit(layer, alone, workspace) {
                    let reason = error.to_string();
                    self.give_up(&rule, layer, at.unwrap_or_default(), &reason, workspace);
                }
            }
        }
    }

    fn edit(
        &mut self,
        layer: usize,
        mut planned: Vec<PlannedEdit>,
        workspace: &mut Workspace,
    ) -> Result<(), EditError> {
        order(&mut planned, |one| &one.edit);
        let edits: Vec<Edit> = planned.iter().map(|one| one.edit.clone()).collect();
        workspace.edit(layer, &edits)?;
        self.ledger.forget(layer);
        self.edits_by_file.entry(layer).or_default().extend(planned);
        Ok(())
    }

    fn give_up(
        &mut self,
        rule: &str,
        layer: usize,
        pointer: Pointer,
        reason: &str,
        workspace: &Workspace,
    ) {
        let path = &workspace.layers[layer].config.path;
        for finding in &mut self.plan.findings {
            if finding.rule == rule
                && finding.file == *path
                && matches!(finding.fix, FixState::Planned(_))
            {
                finding.fix = FixState::Impossible(reason.to_owned());
            }
        }
        self.impossible.insert(
            (rule.to_owned(), FindingFile::Layer(layer), pointer),
            reason.to_owned(),
        );
    }

    pub(super) fn collect_files(&mut self, workspace: &Workspace) {
        for (index, layer) in workspace
            .layers
            .iter()
            .enumerate()
            .filter(|(_, layer)| layer.changed())
        {
            // Edits that were planned before something spoke against the tool.
            if self.plan.refuses(&layer.config.tool.id) {
                continue;
            }
            let edits = self.edits_by_file.remove(&index).unwrap_or_default();
            let mut rules: Vec<String> = edits.iter().map(|one| one.rule.clone()).collect();
            rules.sort();
            rules.dedup();
            self.plan.files.push(PlannedFile {
                tool: layer.config.tool.id.clone(),
                path: layer.config.path.clone(),
                before: layer.config.exists.then(|| layer.shared_before()),
                after: layer.document.shared_text(),
                edits,
                rules,
                rewritten_by: layer.config.entry().rewritten_by.clone(),
            });
        }
        self.plan.skipped.sort();
        let order = |a: &Finding, b: &Finding| {
            (&a.file, a.position, &a.rule).cmp(&(&b.file, b.position, &b.rule))
        };
        self.plan.findings.sort_by(order);
        let ignored = &mut self.plan.ignored;
        ignored.sort_by(|a, b| order(&a.finding, &b.finding));
    }
}

/// Where a hit's finding and edits go.
struct Taking<'t> {
    plan: &'t mut Plan,
    seen: &'t mut HashSet<Sighting>,
    last: &'t mut HashSet<Sighting>,
    newly_superseded: &'t mut HashSet<String>,
    impossible: &'t HashMap<(String, FindingFile, Pointer), String>,
    ledger: &'t mut Ledger,
    batch: &'t mut BTreeMap<usize, Vec<(String, Vec<Edit>)>>,
    request: &'t Request,
    edits: bool,
    round: usize,
}

fn take_hit(taking: &mut Taking<'_>, hit: &RawFinding<'_>, subject: Subject<'_>) {
    let mut state = match hit.check.fix() {
        None => FixState::None,
        Some(fix) if fix.safety == Safety::DisplayOnly => FixState::DisplayOnly,
        Some(fix) if fix.safety == Safety::Unsafe && !taking.request.takes_unsafe(hit.rule) => {
            FixState::NeedsUnsafe(fix.consequence.clone())
        }
        Some(fix) => FixState::Planned(fix.safety),
    };
    let mut planned = Vec::new();
    if let (FixState::Planned(_), Some(fix)) = (&state, hit.check.fix()) {
        match fix::edits(hit, fix, subject) {
            Err(reason) => state = FixState::Impossible(reason),
            // What the fix would write is there already, so this is how it should be.
            Ok(edits) if no_change(&edits, hit, subject) => return,
            Ok(edits) => planned = edits,
        }
    }
    let mut finding = finding(hit, state, subject, taking.round);
    let [by_place, by_message] = sightings(&finding);
    // Removing list elements moves the others, so a later round may see a known finding at another place.
    let new = !taking.seen.contains(&by_place)
        && (taking.round == 0 || !taking.seen.contains(&by_message));
    let ignores = taking.request.ignores.as_deref();
    match taking
        .ledger
        .decide(ignores, &finding, hit, subject, taking.round)
    {
        Decision::Off => return,
        Decision::Ignore(suppression) => {
            taking.seen.extend([by_place, by_message]);
            if new {
                finding.fix = FixState::None;
                taking.plan.ignored.push(Ignored {
                    finding,
                    suppression,
                });
            }
            return;
        }
        Decision::Report(severity) => finding.severity = severity,
    }
    if let (FixState::Planned(_), Some(fix)) = (&finding.fix, hit.check.fix()) {
        let at = planned
            .first()
            .map(|edit| edit.at().clone())
            .unwrap_or_default();
        let known = taking.impossible.get(&(hit.rule.id.clone(), hit.file, at));
        // Edits of later rounds speak of a text that nobody has seen.
        if taking.round == 0 {
            finding.edits.clone_from(&planned);
        }
        if let Some(reason) = known {
            finding.fix = FixState::Impossible(reason.clone());
        } else if let (true, FindingFile::Layer(layer)) = (taking.edits, hit.file) {
            schedule(
                taking.batch.entry(layer).or_default(),
                &hit.rule.id,
                planned,
            );
            if fix.safety == Safety::Unsafe {
                let others = hit.rule.file.alternatives.iter();
                taking
                    .newly_superseded
                    .extend(others.map(|other| other.get_ref().clone()));
            }
        }
    }
    taking.last.extend([by_place.clone(), by_message.clone()]);
    taking.seen.extend([by_place, by_message]);
    if new {
        taking.plan.findings.push(finding);
    }
}

/// How a finding is known again in another round.
fn sightings(finding: &Finding) -> [Sighting; 2] {
    let file = finding.file.as_os_str();
    let sighting = |what: String| (finding.rule.clone(), file.to_owned(), what);
    [
        sighting(finding.pointer.to_string()),
        sighting(finding.message.clone()),
    ]
}

/// Whether every edit writes the value that is there.
fn no_change(edits: &[Edit], hit: &RawFinding<'_>, subject: Subject<'_>) -> bool {
    let FindingFile::Layer(layer) = hit.file else {
        return false;
    };
    let document = subject.workspace.layers[layer].document.value();
    edits
        .iter()
        .all(|edit| matches!(edit, Edit::Set { at, value } if at.get(document) == Some(value)))
}

/// Adds a fix to a round, unless it touches what another one already touches: then it waits for the next round.
fn schedule(fixes: &mut Vec<(String, Vec<Edit>)>, rule: &str, edits: Vec<Edit>) {
    let overlaps = fixes.iter().flat_map(|(_, edits)| edits).any(|known| {
        edits.iter().any(|edit| {
            let both_elements = matches!((edit, known), (Edit::Remove { .. }, Edit::Remove { .. }))
                && edit.at() != known.at();
            !both_elements && (edit.at().contains(known.at()) || known.at().contains(edit.at()))
        })
    });
    if !overlaps {
        fixes.push((rule.to_owned(), edits));
    }
}

/// Puts removals last, and among them the later places first, so that no edit moves what another one names.
pub(super) fn order<T>(edits: &mut [T], edit: impl Fn(&T) -> &Edit) {
    edits.sort_by(|a, b| match (edit(a), edit(b)) {
        (Edit::Remove { at: a }, Edit::Remove { at: b }) => b.cmp(a),
        (Edit::Remove { .. }, _) => std::cmp::Ordering::Greater,
        (_, Edit::Remove { .. }) => std::cmp::Ordering::Less,
        _ => std::cmp::Ordering::Equal,
    });
}

fn planned(rule: &str, edit: &Edit) -> PlannedEdit {
    PlannedEdit {
        rule: rule.to_owned(),
        edit: edit.clone(),
    }
}

fn finding(hit: &RawFinding<'_>, fix: FixState, subject: Subject<'_>, round: usize) -> Finding {
    let (file, position) = match hit.file {
        FindingFile::Unreadable(index) => {
            let unreadable = &subject.workspace.unreadable[index];
            (
                unreadable.config.path.clone(),
                (unreadable.error.line, unreadable.error.column),
            )
        }
        FindingFile::Layer(index) => {
            let layer = &subject.workspace.layers[index];
            // An absent value is shown at the innermost object that is there.
            let mut place = Some(hit.pointer.clone());
            let mut offset = hit.span.as_ref().map(|span| span.start);
            while let (None, Some(at)) = (offset, &place) {
                offset = layer.document.span(at).map(|span| span.start);
                place = at.split_last().map(|(parent, _)| parent);
            }
            (
                layer.config.path.clone(),
                line_column(layer.document.text(), offset.unwrap_or_default()),
            )
        }
    };
    Finding {
        rule: hit.rule.id.clone(),
        tool: subject.configuration.tool.id.clone(),
        severity: hit.check.severity,
        category: hit.rule.category,
        message: hit.message.clone(),
        file,
        pointer: hit.pointer.clone(),
        // Spans of later rounds speak of a text that nobody has seen.
        span: hit.span.clone().filter(|_| round == 0),
        position,
        fix,
        edits: Vec::new(),
    }
}
