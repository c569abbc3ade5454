//! From a rule file to a rule: every word of it is checked before it is used.

mod check;
mod fix;
mod when;

use std::mem;
use std::path::PathBuf;

pub use check::{Builtin, Check, CheckPlace};
pub use fix::{Fix, FixOp, FixPlace};
pub use when::Conditions;

use serde::de::DeserializeOwned;

use super::schema::{self, Applies, ExtensionFile, Purpose, RuleFile};
pub use crate::condition::Trust;
use crate::condition::{Compiler, Expect, WhereCondition};
use crate::load::{LoadError, Source, Spanned, nearest};
use crate::vocabulary::{Category, Severity};

/// The placeholders that a message may hold.
pub const PLACEHOLDERS: [&str; 10] = [
    "value", "limit", "pointer", "key", "entry", "profile", "region", "kind", "tool", "error",
];

/// How much of a rule file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All that evaluation needs.
    Checks,
    /// Everything, with evidence, docs and cases.
    Whole,
}

/// Where a rule comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleOrigin {
    /// Part of the program.
    BuiltIn,
    /// A user's file.
    File(PathBuf),
}

/// A rule, ready to be evaluated.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// The tool's id, or `any`.
    pub tool: String,
    /// Which commands use it.
    pub purpose: Purpose,
    /// What it is about.
    pub category: Category,
    /// How bad a finding is.
    pub severity: Severity,
    /// Which configurations it speaks of.
    pub applies: Applies,
    /// Roles of the files it looks at; empty for the tool's first.
    pub files: Vec<String>,
    /// Conditions for the whole rule.
    pub when: Option<Box<Conditions>>,
    /// What must hold.
    pub checks: Vec<Check>,
    /// As written: title, evidence, docs, cases.
    pub file: RuleFile,
    /// Where it comes from.
    pub origin: RuleOrigin,
    /// Whether it is a family's rule, whose own cases are of other tools.
    pub of_family: bool,
}

impl Rule {
    /// Reads and checks a rule file.
    ///
    /// # Errors
    /// With file, line, column, what was expected and, for a misspelt word, the nearest known one.
    pub fn load(
        source: &Source<'_>,
        part: Part,
        trust: Trust,
        origin: RuleOrigin,
    ) -> Result<Self, LoadError> {
        let file: RuleFile = read(source, part)?;
        source.check_schema(file.schema)?;
        if trust == Trust::User {
            source.check_id(file.id.get_ref())?;
        }
        Self::of_file(file, source, part, trust, origin)
    }

    /// A family's rule for one tool, with what the tool adds in a file of its own.
    ///
    /// # Errors
    /// As [`Rule::load`].
    pub fn of_family(
        (family, family_trust, family_origin): (&Source<'_>, Trust, RuleOrigin),
        added: Option<(&Source<'_>, Trust, RuleOrigin)>,
        id: &str,
        tool: &str,
        part: Part,
    ) -> Result<Self, LoadError> {
        let file: RuleFile = read(family, part)?;
        let place = |text: &str| Spanned::without_place(text.to_owned());
        let (id, tool) = (place(id), place(tool));
        let Some((source, trust, origin)) = added else {
            let file = file.of_tool(id, tool, None);
            let rule = Self::of_file(file, family, part, family_trust, family_origin)?;
            return Ok(Self {
                of_family: true,
                ..rule
            });
        };
        let mut added: ExtensionFile = read(source, part)?;
        source.check_schema(added.schema)?;
        if trust == Trust::User {
            source.check_id(added.id.get_ref())?;
        }
        let severity = added.severity.unwrap_or(file.severity);
        let checks = mem::take(&mut added.check);
        let file = file.of_tool(id, tool, Some(added));
        let mut rule = Self::of_file(file, family, part, family_trust, origin)?;
        rule.of_family = true;
        let compiler = Compiler { source, trust };
        for check in checks {
            rule.checks.push(compiler.check(check.clone(), severity)?);
            if part == Part::Whole {
                rule.file.check.push(check);
            }
        }
        Ok(rule)
    }

    fn of_file(
        mut file: RuleFile,
        source: &Source<'_>,
        part: Part,
        trust: Trust,
        origin: RuleOrigin,
    ) -> Result<Self, LoadError> {
        let compiler = Compiler { source, trust };
        let (check, when) = match part {
            Part::Whole => (file.check.clone(), file.when.clone()),
            // Nothing reads them as written then, and some hundred rules are loaded for a run.
            Part::Checks => (mem::take(&mut file.check), file.when.take()),
        };
        // Of the right size: a collected `Result` is given room for four.
        let mut checks = Vec::with_capacity(check.len());
        for check in check {
            checks.push(compiler.check(check, file.severity)?);
        }
        if checks.is_empty() {
            return Err(source.error(file.id.span(), "the rule has no [[check]]", None));
        }
        let when = compiler.conditions(when)?;
        if part == Part::Whole {
            compiler.prose(&file)?;
        }
        Ok(Self {
            id: file.id.get_ref().clone(),
            tool: file.tool.get_ref().clone(),
            purpose: file.purpose,
            category: file.category,
            severity: file.severity,
            applies: file.applies,
            files: file
                .files
                .iter()
                .map(|role| role.get_ref().clone())
                .collect(),
            when,
            checks,
            file,
            origin,
            of_family: false,
        })
    }

    /// The facts that the rule names, each with its place in the file.
    pub fn facts_named(&self) -> Vec<String> {
        fn of_expect(expect: &Expect, names: &mut Vec<String>) {
            let single = [&expect.equals, &expect.not, &expect.min, &expect.max];
            let many = [&expect.one_of, &expect.not_one_of];
            let operands = single
                .into_iter()
                .flat_map(Option::as_deref)
                .chain(many.into_iter().flatten().flatten());
            operands.for_each(|operand| operand.facts(names));
            let expressions = [&expect.matches, &expect.not_match];
            let expressions = expressions.into_iter().flatten();
            expressions.for_each(|expression| expression.get_ref().facts(names));
        }
        fn of_where(around: &[WhereCondition], names: &mut Vec<String>) {
            around.iter().for_each(|one| of_expect(&one.expect, names));
        }
        fn of_when(when: Option<&schema::When>, names: &mut Vec<String>) {
            let Some(when) = when else { return };
            for fact in &when.fact {
                names.push(fact.key.get_ref().clone());
                of_expect(&fact.expect, names);
            }
            for node in &when.node {
                of_expect(&node.expect, names);
                of_where(&node.around, names);
            }
        }
        let mut names = Vec::new();
        of_when(self.file.when.as_deref(), &mut names);
        for check in &self.file.check {
            of_when(check.when.as_deref(), &mut names);
            of_expect(&check.expect, &mut names);
            if let Some(only) = &check.only {
                of_expect(only, &mut names);
            }
            of_where(&check.around, &mut names);
            if let Some(value) = check.fix.as_deref().and_then(|fix| fix.value.as_ref()) {
                value.facts(&mut names);
            }
        }
        names.sort();
        names.dedup();
        names
    }
}

fn read<T: DeserializeOwned>(source: &Source<'_>, part: Part) -> Result<T, LoadError> {
    match part {
        Part::Checks => source.brief(),
        Part::Whole => source.parse(),
    }
}

impl Compiler<'_> {
    /// What people read: evidence and docs.
    fn prose(&self, file: &RuleFile) -> Result<(), LoadError> {
        if file.evidence.is_empty() {
            return Err(self.source.error(
                file.id.span(),
                "the rule has no [[evidence]]",
                Some(
                    "say where the fact comes from: kind, url and the day you verified it"
                        .to_owned(),
                ),
            ));
        }
        if file.docs.fix_safety.is_none() && file.check.iter().any(|check| check.fix.is_some()) {
            return Err(self.source.error(
                file.id.span(),
                "the rule has a fix, but [docs] has no `fix-safety`",
                Some("say in a sentence what the fix may take away".to_owned()),
            ));
        }
        if file.docs.why.is_empty() {
            return Err(self.source.error(
                file.id.span(),
                "the rule has no [docs] with a `why`",
                Some("say why it matters, for people".to_owned()),
            ));
        }
        Ok(())
    }

    fn word<'w>(
        &self,
        word: &Spanned<String>,
        known: &[&'w str],
        what: &str,
    ) -> Result<&'w str, LoadError> {
        known
            .iter()
            .find(|known| **known == word.get_ref().as_str())
            .copied()
            .ok_or_else(|| {
                let help = nearest(word.get_ref(), known.iter().copied())
                    .map(|near| format!("did you mean `{near}`?"));
                let list = known
                    .iter()
                    .map(|known| format!("`{known}`"))
                    .collect::<Vec<_>>()
                    .join(", ");
                let message = format!(
                    "unknown {what} `{}`, expected one of {list}",
                    word.get_ref()
                );
                self.source.error(word.span(), message, help)
            })
    }
}
