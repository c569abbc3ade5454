//! What is ignored, and what becomes of ignores that hide nothing.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::context::Context;
use super::{Planner, selected};
use crate::document::{Pointer, line_column};
use crate::finding::{Finding, FixState, Severity};
use crate::ignore::{
    BaselineEntry, IgnoreComment, IgnoredBy, Ignores, Suppression, below, comments_in, matches,
};
use crate::load::nearest;
use crate::plural::counted;
use crate::rule::Rule;
use crate::rule::catalogue::{ANY_TOOL, CatalogueError};
use crate::rule::compile::{Builtin, CheckPlace};
use crate::rule::evaluate::{FindingFile, RawFinding, Subject};
use crate::rule::schema::{Applies, Purpose};
use crate::tool::Workspace;

/// What becomes of a hit.
pub(super) enum Decision {
    /// The rule takes no part here.
    Off,
    /// It is ignored.
    Ignore(Suppression),
    /// It is a finding.
    Report(Severity),
}

/// Which ignores have hidden something.
#[derive(Default)]
pub(super) struct Ledger {
    /// The comments of each layer, of its present text.
    comments: HashMap<usize, Vec<IgnoreComment>>,
    /// Layer, comment, rule within the comment.
    used_comments: HashSet<(usize, usize, usize)>,
    used_entries: HashSet<usize>,
    used_known: HashSet<usize>,
    /// What was said of a rule in a file, and why it was ignored: a later round may see it at another place.
    ignored: HashMap<(String, PathBuf, String), Suppression>,
}

impl Ledger {
    /// A layer's text has changed.
    pub(super) fn forget(&mut self, layer: usize) {
        self.comments.remove(&layer);
    }

    pub(super) fn decide(
        &mut self,
        ignores: Option<&Ignores>,
        finding: &Finding,
        hit: &RawFinding<'_>,
        subject: Subject<'_>,
        round: usize,
    ) -> Decision {
        let Some(ignores) = ignores else {
            return Decision::Report(finding.severity);
        };
        let Some(severity) = ignores.level(&finding.rule, &finding.file, finding.severity) else {
            return Decision::Off;
        };
        let sighting = || {
            let (rule, file) = (finding.rule.clone(), finding.file.clone());
            (rule, file, finding.message.clone())
        };
        let found = self
            .by_comment(finding, hit, subject)
            .or_else(|| self.by_entry(ignores, finding))
            .or_else(|| self.by_baseline(ignores, finding, hit, subject))
            .or_else(|| self.ignored.get(&sighting()).filter(|_| round > 0).cloned());
        match found {
            Some(suppression) => {
                self.ignored.insert(sighting(), suppression.clone());
                Decision::Ignore(suppression)
            }
            None => Decision::Report(severity),
        }
    }

    fn by_comment(
        &mut self,
        finding: &Finding,
        hit: &RawFinding<'_>,
        subject: Subject<'_>,
    ) -> Option<Suppression> {
        let FindingFile::Layer(layer) = hit.file else {
            return None;
        };
        let document = &subject.workspace.layers[layer].document;
        let comments = self
            .comments
            .entry(layer)
            .or_insert_with(|| comments_in(document));
        let here = comments.iter().enumerate();
        let here = here.filter(|(_, comment)| comment.line == finding.position.0);
        for (index, comment) in here.filter(|(_, comment)| comment.counts()) {
            let mut rules = comment.rules.iter();
            if let Some(rule) = rules.position(|rule| matches(rule, &finding.rule)) {
                self.used_comments.insert((layer, index, rule));
                return Some(Suppression {
                    by: IgnoredBy::Comment,
                    reason: comment.reason.clone(),
                    file: finding.file.clone(),
                    line: line_column(document.text(), comment.span.start).0,
                });
            }
        }
        None
    }

    fn by_entry(&mut self, ignores: &Ignores, finding: &Finding) -> Option<Suppression> {
        let pointer = finding.pointer.to_string();
        let (index, entry) = ignores.entry(&finding.rule, &finding.file, &pointer)?;
        self.used_entries.insert(index);
        Some(entry.suppression())
    }

    fn by_baseline(
        &mut self,
        ignores: &Ignores,
        finding: &Finding,
        hit: &RawFinding<'_>,
        subject: Subject<'_>,
    ) -> Option<Suppression> {
        let baseline = ignores.baseline()?;
        let scope = baseline.scope.as_deref();
        if scope.is_some_and(|folder| below(folder, &finding.file).is_none()) {
            return None;
        }
        let value = match hit.file {
            FindingFile::Layer(layer) => {
                let document = &subject.workspace.layers[layer].document;
                finding.pointer.get(document.value())
            }
            FindingFile::Unreadable(_) => None,
        };
        let (path, home) = (&baseline.path, &ignores.home);
        let wanted = BaselineEntry::new(
            path,
            home,
            &finding.rule,
            &finding.file,
            &finding.pointer,
            value,
        );
        let index = baseline.find(&wanted)?;
        self.used_known.insert(index);
        Some(Suppression {
            by: IgnoredBy::Baseline,
            reason: "it was there when the baseline was written".to_owned(),
            file: baseline.path.clone(),
            line: baseline.line(index),
        })
    }
}

/// Where something is wrong with an ignore.
struct Fault<'a> {
    kind: Builtin,
    file: &'a Path,
    tool: &'a str,
    text: &'a str,
    at: usize,
    pointer: Pointer,
    /// The rule that is meant to be ignored.
    value: &'a str,
    limit: String,
    error: String,
}

impl Planner<'_> {
    /// Adds the findings about ignores themselves; only `lint` asks for them.
    pub(super) fn judge_ignores(
        &mut self,
        contexts: &[Context],
        workspace: &Workspace,
    ) -> Result<(), CatalogueError> {
        let ignored = self.plan.ignored.len();
        if self.request.setup && ignored > 0 {
            let note = format!(
                "{} ignored, so it stays as it is; `glm-setup lint -v` lists what is",
                counted(ignored, "finding")
            );
            self.plan.notes.push(note);
        }
        let Some(ignores) = self
            .request
            .ignores
            .clone()
            .filter(|ignores| ignores.judges)
        else {
            return Ok(());
        };
        let rules = self.catalogue.rules_of(ANY_TOOL, self.request.setup)?;
        let mut found = Vec::new();
        let mut add = |fault: Fault<'_>| {
            for rule in rules.iter().filter(|rule| selected(self.request, rule)) {
                for check in &rule.checks {
                    let CheckPlace::Builtin(kind) = check.place else {
                        continue;
                    };
                    let severity = ignores.level(&rule.id, fault.file, check.severity);
                    if let (true, Some(severity)) = (kind == fault.kind, severity) {
                        found.push(fault.finding(rule, &check.message, severity));
                    }
                }
            }
        };
        self.judge_comments(contexts, workspace, &mut add)?;
        self.judge_entries(&ignores, workspace, &mut add)?;
        let gone = self.judge_baseline(&ignores, workspace, &mut add)?;
        self.plan.unused_known = gone;
        self.plan.findings.extend(found);
        Ok(())
    }

    fn judge_comments(
        &self,
        contexts: &[Context],
        workspace: &Workspace,
        add: &mut dyn FnMut(Fault<'_>),
    ) -> Result<(), CatalogueError> {
        for (layer, read) in workspace.layers.iter().enumerate() {
            let comments = comments_in(&read.document);
            for (index, comment) in comments.iter().enumerate() {
                let all = comment.rules.join(", ");
                let fault = |kind: Builtin, value| Fault {
                    kind,
                    file: &read.config.path,
                    tool: &read.config.tool.id,
                    text: read.document.text(),
                    at: comment.span.start,
                    pointer: Pointer::root(),
                    value,
                    limit: String::new(),
                    error: String::new(),
                };
                if let Some(message) = &comment.malformed {
                    add(Fault {
                        error: message.clone(),
                        ..fault(Builtin::IgnoreMalformed, "")
                    });
                    continue;
                }
                if comment.reason.is_empty() {
                    add(fault(Builtin::IgnoreWithoutReason, &all));
                }
                for (at, rule) in comment.rules.iter().enumerate() {
                    if let Some(error) = self.unknown_rule(rule) {
                        add(Fault {
                            error,
                            ..fault(Builtin::IgnoreUnknownRule, rule)
                        });
                    } else if comment.counts()
                        && !self.ledger.used_comments.contains(&(layer, index, at))
                        && self.looked_at(rule, Some(&read.config.path))?
                        && self.concerns(contexts, workspace, layer, rule)?
                    {
                        add(fault(Builtin::IgnoreUnused, rule));
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether rules are evaluated on a layer at all: on files that have nothing to do with Z.ai most are not.
    fn concerns(
        &self,
        contexts: &[Context],
        workspace: &Workspace,
        layer: usize,
        rule: &str,
    ) -> Result<bool, CatalogueError> {
        let uses =
            contexts
                .iter()
                .zip(&workspace.configurations)
                .any(|(context, configuration)| {
                    configuration.layers.contains(&layer)
                        && context.uses_zai
                        && !context.rules.is_empty()
                });
        Ok(uses
            || (!rule.contains('*')
                && self.catalogue.rule(rule)?.applies == Applies::Always
                && self.request.tools.is_empty()))
    }

    fn judge_entries(
        &self,
        ignores: &Ignores,
        workspace: &Workspace,
        add: &mut dyn FnMut(Fault<'_>),
    ) -> Result<(), CatalogueError> {
        for (index, entry) in ignores.entries().iter().enumerate() {
            let text = ignores.sources.get(&entry.file).map_or("", String::as_str);
            let pointer = Pointer::root().key("ignore").index(entry.index);
            let fault = |kind: Builtin| Fault {
                kind,
                file: &entry.file,
                tool: ANY_TOOL,
                text,
                at: entry.at,
                pointer: pointer.clone(),
                value: &entry.rule,
                limit: entry.until.map(|day| day.to_string()).unwrap_or_default(),
                error: String::new(),
            };
            if let Some(error) = self.unknown_rule(&entry.rule) {
                add(Fault {
                    error,
                    ..fault(Builtin::IgnoreUnknownRule)
                });
                continue;
            }
            if entry.reason().is_none() {
                add(fault(Builtin::IgnoreWithoutReason));
            }
            if entry.expired(ignores.today) {
                add(fault(Builtin::IgnoreExpired));
            }
            let covered = entry
                .folder
                .as_ref()
                .is_some_and(|folder| is_covered(ignores, folder));
            let named = || {
                entry.has_path() && files(workspace).any(|file| entry.covers(file, &ignores.home))
            };
            if entry.counts(ignores.today)
                && !self.ledger.used_entries.contains(&index)
                && self.looked_at(&entry.rule, None)?
                && (covered || named())
            {
                add(fault(Builtin::IgnoreUnused));
            }
        }
        Ok(())
    }

    /// The indexes of entries that no finding needs any more.
    fn judge_baseline(
        &self,
        ignores: &Ignores,
        workspace: &Workspace,
        add: &mut dyn FnMut(Fault<'_>),
    ) -> Result<Vec<usize>, CatalogueError> {
        let Some(baseline) = ignores.baseline() else {
            return Ok(Vec::new());
        };
        let mut gone = Vec::new();
        let looked: BTreeSet<&Path> = files(workspace).collect();
        for (index, entry) in baseline.entries.iter().enumerate() {
            let file = baseline.file(entry, &ignores.home);
            let known = self.unknown_rule(&entry.rule).is_none();
            if self.ledger.used_known.contains(&index)
                || (known && !self.looked_at(&entry.rule, Some(&file))?)
                || !(looked.contains(file.as_path())
                    || is_covered(ignores, &file)
                    || file.symlink_metadata().is_err())
            {
                continue;
            }
            gone.push(index);
            let line = baseline.line(index);
            let lines = baseline.text.split_inclusive('\n');
            add(Fault {
                kind: Builtin::BaselineUnused,
                file: &baseline.path,
                tool: ANY_TOOL,
                text: &baseline.text,
                at: lines.take(line - 1).map(str::len).sum(),
                pointer: Pointer::root().key("findings").index(index),
                value: &entry.rule,
                limit: entry.path.clone(),
                error: entry.pointer.clone(),
            });
        }
        Ok(gone)
    }

    /// What to say of a word that means no rule; `None` when it means one.
    fn unknown_rule(&self, word: &str) -> Option<String> {
        if self.catalogue.rule_ids().any(|id| matches(word, id)) {
            return None;
        }
        let near = nearest(word, self.catalogue.rule_ids());
        Some(
            near.map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_default(),
        )
    }

    /// Whether a run like this one evaluates a rule: it is selected, not off, and no setup rule.
    fn looked_at(&self, word: &str, file: Option<&Path>) -> Result<bool, CatalogueError> {
        let request = self.request;
        if word.contains('*') {
            let all = [&request.select, &request.ignore, &request.tools];
            return Ok(all.iter().all(|words| words.is_empty()));
        }
        let rule = self.catalogue.rule(word)?;
        let wanted = request.tools.is_empty() || request.tools.contains(&rule.tool);
        let off = match (&request.ignores, file) {
            (Some(ignores), Some(file)) => ignores.level(word, file, rule.severity).is_none(),
            _ => false,
        };
        Ok(rule.purpose == Purpose::Policy && wanted && !off && selected(request, &rule))
    }
}

/// Whether the run looks at a folder or file as a part of something that it looks at as a whole.
fn is_covered(ignores: &Ignores, path: &Path) -> bool {
    ignores
        .covers
        .iter()
        .any(|folder| below(folder, path).is_some())
}

/// The files that were read.
fn files(workspace: &Workspace) -> impl Iterator<Item = &Path> {
    let layers = workspace.layers.iter().map(|layer| &layer.config);
    let unreadable = workspace.unreadable.iter().map(|file| &file.config);
    layers
        .chain(unreadable)
        .filter(|config| config.exists)
        .map(|config| config.path.as_path())
}

impl Fault<'_> {
    fn finding(&self, rule: &Rule, message: &str, severity: Severity) -> Finding {
        let message = message
            .replace("{value}", self.value)
            .replace("{limit}", &self.limit)
            .replace("{error}", &self.error);
        let end = self.text[self.at..]
            .find(['\n', '\r'])
            .map_or(self.text.len(), |length| self.at + length);
        Finding {
            rule: rule.id.clone(),
            tool: self.tool.to_owned(),
            severity,
            category: rule.category,
            message,
            file: self.file.to_owned(),
            pointer: self.pointer.clone(),
            span: Some(self.at..end),
            position: line_column(self.text, self.at),
            fix: FixState::None,
            edits: Vec::new(),
        }
    }
}
