//! From a rule file to a rule: every word of it is checked before it is used.

use std::path::PathBuf;
use std::rc::Rc;

use semver::VersionReq;

use super::near::Near;
use super::predicate::{Pattern, Predicates};
use super::query::{Query, singular};
use super::schema::{self, Absent, Applies, NodeCondition, Operand, Purpose, RuleFile};
use crate::document::Pointer;
use crate::finding::{Category, Safety, Severity};
use crate::load::{LoadError, Source, Spanned, nearest};

/// The placeholders that a message may hold.
pub const PLACEHOLDERS: [&str; 9] = [
    "value", "limit", "pointer", "key", "profile", "region", "kind", "tool", "error",
];

/// How much of a rule is checked when it is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Embedded: the tests have compiled every query and expression; they are compiled when used.
    Embedded,
    /// A user's: everything is compiled at once.
    Foreign,
}

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
    pub when: Conditions,
    /// What must hold.
    pub checks: Vec<Check>,
    /// As written: title, evidence, docs, cases.
    pub file: RuleFile,
    /// Where it comes from.
    pub origin: RuleOrigin,
}

/// Compiled conditions.
#[derive(Debug, Clone)]
pub struct Conditions {
    /// What needs no compiling, as written; the rest is below.
    pub when: schema::When,
    /// The tool's versions.
    pub tool_version: Option<VersionReq>,
    /// Facts, by name.
    pub facts: Vec<(String, Predicates)>,
    /// Nodes.
    pub nodes: Vec<Node>,
}

/// A compiled filter on member names.
#[derive(Debug, Clone)]
pub struct KeyFilter {
    /// What the node's own name must match.
    pub pattern: Option<Pattern>,
    /// What it must not match.
    pub not_match: Option<Pattern>,
    /// Whether some name on the way must be the tool's name of the endpoint in use.
    pub provider: bool,
    /// Whether some name on the way must be one of the tool's names of the region's endpoints.
    pub region: bool,
}

/// A compiled condition on nodes.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where.
    pub place: Place,
    /// The role of the files to look in.
    pub role: Option<String>,
    /// Only these members.
    pub key: Option<Box<KeyFilter>>,
    /// Only nodes around which these hold.
    pub near: Vec<Near>,
    /// What must hold.
    pub expect: Predicates,
    /// Whether no node may meet it.
    pub none: bool,
}

/// Where a check or a condition looks.
#[derive(Debug, Clone)]
pub enum Place {
    /// One place, which may be absent.
    At(Pointer),
    /// Existing nodes.
    Each(Query),
    /// A check written in Rust.
    Builtin(Builtin),
}

/// The checks that are written in Rust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builtin {
    /// The tool can't read the file.
    Unreadable,
    /// A member stands twice; only the last one counts.
    DuplicateKey,
    /// Another file of the same group is in force.
    NotInForce,
    /// The first place that points the tool at Z.ai.
    PointsAtZai,
    /// An ignore that hides nothing. This one and those below look at ignores, after everything else.
    IgnoreUnused,
    /// An ignore whose last day is over.
    IgnoreExpired,
    /// An ignore without a reason.
    IgnoreWithoutReason,
    /// An ignore of a rule that there isn't.
    IgnoreUnknownRule,
    /// A comment for us that can't be read.
    IgnoreMalformed,
    /// An entry of the baseline that no finding needs any more.
    BaselineUnused,
}

/// A compiled check.
#[derive(Debug, Clone)]
pub struct Check {
    /// Where.
    pub place: Place,
    /// Only these members.
    pub key: Option<Box<KeyFilter>>,
    /// Only nodes that meet these.
    pub only: Option<Predicates>,
    /// Only nodes around which these hold.
    pub near: Vec<Near>,
    /// Whether the place is counted from the file's root.
    pub whole_file: bool,
    /// What absence means.
    pub absent: Absent,
    /// What must hold.
    pub expect: Predicates,
    /// Further conditions.
    pub when: Conditions,
    /// How bad it is.
    pub severity: Severity,
    /// What to say.
    pub message: String,
    /// How to mend it.
    pub fix: Option<Fix>,
}

/// A compiled fix.
#[derive(Debug, Clone)]
pub struct Fix {
    /// What to do.
    pub op: FixOp,
    /// Where, if not at the finding.
    pub at: Option<FixPlace>,
    /// Whether it is applied unasked.
    pub safety: Safety,
    /// What it takes away.
    pub consequence: Option<String>,
}

/// Another place than the finding's.
#[derive(Debug, Clone)]
pub enum FixPlace {
    /// Counted from where the tool's settings begin (`$…`).
    Settings(Pointer),
    /// Counted from the finding (`@…`).
    Finding(Pointer),
}

/// The closed list of fix operations.
#[derive(Debug, Clone)]
pub enum FixOp {
    /// Write a value; missing parents are created.
    Set {
        /// The value.
        value: Operand,
        /// A scalar parent becomes an object with itself under this name.
        wrap: Option<String>,
    },
    /// Bring a number between `min` and `max`.
    Clamp,
    /// Take the node away.
    Remove,
    /// Give the member another name.
    Rename(String),
    /// Put the value elsewhere; `into` keeps the member's name.
    Move {
        /// The new place, or the new parent.
        to: Pointer,
        /// Whether `to` is the parent.
        into: bool,
    },
    /// Add an element to a list.
    Append(Operand),
    /// Write the nearest address that meets the `endpoint` predicate.
    NearestEndpoint,
    /// Write the nearest id that meets the `model` predicate.
    NearestModel,
}

const OPERATIONS: [&str; 8] = [
    "set",
    "clamp",
    "remove",
    "rename",
    "move",
    "append",
    "builtin:nearest-endpoint",
    "builtin:nearest-model",
];
const BUILTINS: [(&str, Builtin); 10] = [
    ("unreadable", Builtin::Unreadable),
    ("duplicate-key", Builtin::DuplicateKey),
    ("not-in-force", Builtin::NotInForce),
    ("points-at-zai", Builtin::PointsAtZai),
    ("ignore-unused", Builtin::IgnoreUnused),
    ("ignore-expired", Builtin::IgnoreExpired),
    ("ignore-without-reason", Builtin::IgnoreWithoutReason),
    ("ignore-unknown-rule", Builtin::IgnoreUnknownRule),
    ("ignore-malformed", Builtin::IgnoreMalformed),
    ("baseline-unused", Builtin::BaselineUnused),
];

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
        let mut file: RuleFile = match part {
            Part::Checks => source.brief()?,
            Part::Whole => source.parse()?,
        };
        source.check_schema(file.schema)?;
        source.check_id(file.id.get_ref())?;
        let compiler = Compiler { source, trust };
        // Of the right size: a collected `Result` is given room for four.
        let mut checks = Vec::with_capacity(file.check.len());
        for check in &file.check {
            checks.push(compiler.check(check, file.severity)?);
        }
        if checks.is_empty() {
            return Err(source.error(file.id.span(), "the rule has no [[check]]", None));
        }
        let when = compiler.conditions(&file.when)?;
        match part {
            Part::Whole => compiler.prose(&file)?,
            // Nothing reads them as written then, and some hundred rules are loaded for a run.
            Part::Checks => {
                file.check = Vec::new();
                file.when = schema::When::default();
            }
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
        })
    }

    /// The facts that the rule names, each with its place in the file.
    pub fn facts_named(&self) -> Vec<String> {
        fn of_expect(expect: &schema::Expect, names: &mut Vec<String>) {
            let single = [&expect.equals, &expect.not, &expect.min, &expect.max];
            let many = [&expect.one_of, &expect.not_one_of];
            let operands = single
                .into_iter()
                .flatten()
                .chain(many.into_iter().flatten().flatten());
            names.extend(operands.filter_map(|operand| match operand {
                Operand::Fact(key) => Some(key.clone()),
                Operand::Literal(_) => None,
            }));
        }
        fn of_near(near: &[schema::NearCondition], names: &mut Vec<String>) {
            near.iter().for_each(|one| of_expect(&one.expect, names));
        }
        fn of_when(when: &schema::When, names: &mut Vec<String>) {
            for fact in &when.fact {
                names.push(fact.key.get_ref().clone());
                of_expect(&fact.expect, names);
            }
            for node in &when.node {
                of_expect(&node.expect, names);
                of_near(&node.near, names);
            }
        }
        let mut names = Vec::new();
        of_when(&self.file.when, &mut names);
        for check in &self.file.check {
            of_when(&check.when, &mut names);
            of_expect(&check.expect, &mut names);
            if let Some(only) = &check.only {
                of_expect(only, &mut names);
            }
            of_near(&check.near, &mut names);
            if let Some(Operand::Fact(key)) = check.fix.as_ref().and_then(|fix| fix.value.as_ref())
            {
                names.push(key.clone());
            }
        }
        names.sort();
        names.dedup();
        names
    }
}

struct Compiler<'a> {
    source: &'a Source<'a>,
    trust: Trust,
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

    fn at(&self, text: &Spanned<String>) -> Result<Pointer, LoadError> {
        singular(text.get_ref()).map_err(|message| self.source.error(text.span(), message, None))
    }

    fn query(&self, text: &Spanned<String>) -> Result<Query, LoadError> {
        if self.trust == Trust::Foreign {
            Query::check(text.get_ref())
                .map_err(|message| self.source.error(text.span(), message, None))?;
        }
        Ok(Query::new(text.get_ref()))
    }

    fn pattern(&self, text: &Spanned<String>, pattern: Pattern) -> Result<Pattern, LoadError> {
        if self.trust == Trust::Foreign {
            pattern
                .check()
                .map_err(|message| self.source.error(text.span(), message, None))?;
        }
        Ok(pattern)
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

    fn predicates(&self, expect: &Rc<schema::Expect>) -> Result<Predicates, LoadError> {
        if let Some(text) = &expect.matches {
            self.pattern(text, Pattern::whole(text.get_ref()))?;
        }
        if let Some(text) = &expect.not_match {
            self.pattern(text, Pattern::anywhere(text.get_ref()))?;
        }
        if let Some(declared) = expect
            .model
            .as_ref()
            .and_then(|model| model.declared.as_ref())
        {
            self.at(declared)?;
        }
        Ok(Predicates::new(expect))
    }

    fn key(&self, filter: Option<&schema::KeyFilter>) -> Result<Option<Box<KeyFilter>>, LoadError> {
        let Some(filter) = filter else {
            return Ok(None);
        };
        let whole = |text: &Option<Spanned<String>>| {
            let pattern = text
                .as_ref()
                .map(|text| self.pattern(text, Pattern::whole(text.get_ref())));
            pattern.transpose()
        };
        Ok(Some(Box::new(KeyFilter {
            pattern: whole(&filter.pattern)?,
            not_match: whole(&filter.not_match)?,
            provider: filter.provider,
            region: filter.region,
        })))
    }

    fn near(&self, conditions: &[schema::NearCondition]) -> Result<Vec<Near>, LoadError> {
        let mut near = Vec::with_capacity(conditions.len());
        for condition in conditions {
            let expect = self.predicates(&condition.expect)?;
            let compiled = Near::new(condition.at.get_ref(), expect);
            near.push(
                compiled
                    .map_err(|message| self.source.error(condition.at.span(), message, None))?,
            );
        }
        Ok(near)
    }

    fn node(&self, condition: &NodeCondition) -> Result<Node, LoadError> {
        let place = match (&condition.at, &condition.each) {
            (Some(at), None) => Place::At(self.at(at)?),
            (None, Some(each)) => Place::Each(self.query(each)?),
            (Some(both), Some(_)) => {
                return Err(self.source.error(
                    both.span(),
                    "a condition has either `at` or `each`, not both",
                    None,
                ));
            }
            (None, None) => {
                return Err(self
                    .source
                    .error_at_text("node", "a condition needs `at` or `each`"));
            }
        };
        Ok(Node {
            place,
            role: condition.file.as_ref().map(|role| role.get_ref().clone()),
            key: self.key(condition.key.as_ref())?,
            near: self.near(&condition.near)?,
            expect: self.predicates(&condition.expect)?,
            none: condition.none,
        })
    }

    fn conditions(&self, when: &schema::When) -> Result<Conditions, LoadError> {
        let tool_version = when
            .tool_version
            .as_ref()
            .map(|text| {
                VersionReq::parse(text.get_ref()).map_err(|error| {
                    let message =
                        format!("not a version range: {error}; write for example \">=2.1.217\"");
                    self.source.error(text.span(), message, None)
                })
            })
            .transpose()?;
        let mut nodes = Vec::with_capacity(when.node.len());
        for node in &when.node {
            nodes.push(self.node(node)?);
        }
        Ok(Conditions {
            tool_version,
            facts: when
                .fact
                .iter()
                .map(|fact| Ok((fact.key.get_ref().clone(), self.predicates(&fact.expect)?)))
                .collect::<Result<_, LoadError>>()?,
            nodes,
            when: schema::When {
                billing: when.billing.clone(),
                profile: when.profile.clone(),
                region: when.region.clone(),
                scope: when.scope.clone(),
                entry: when.entry.clone(),
                tool_version: None,
                fact: Vec::new(),
                node: Vec::new(),
                ..*when
            },
        })
    }

    fn check(&self, check: &schema::Check, severity: Severity) -> Result<Check, LoadError> {
        let place = match (&check.at, &check.each, &check.builtin) {
            (Some(at), None, None) => Place::At(self.at(at)?),
            (None, Some(each), None) => Place::Each(self.query(each)?),
            (None, None, Some(name)) => {
                let known = BUILTINS.map(|(name, _)| name);
                let word = self.word(name, &known, "builtin check")?;
                let found = BUILTINS.iter().find(|(name, _)| *name == word);
                Place::Builtin(found.map_or(Builtin::Unreadable, |(_, builtin)| *builtin))
            }
            _ => {
                return Err(self.source.error(
                    check.message.span(),
                    "a check needs exactly one of `at`, `each` and `builtin`",
                    None,
                ));
            }
        };
        if check.whole_file && check.absent == Absent::Violation {
            let message =
                "`absent` is judged on the merged settings, so it does not go with `whole-file`";
            return Err(self.source.error(check.message.span(), message, None));
        }
        if check.absent == Absent::Violation && !matches!(place, Place::At(_)) {
            let message = "`absent` goes with `at`: a query never selects a node that isn't there";
            return Err(self.source.error(check.message.span(), message, None));
        }
        if check.absent == Absent::Violation
            && let Some(near) = check.near.first()
        {
            let message = "`absent` is judged on the merged settings, so it does not go with `where`; put the condition into `when.node`";
            return Err(self.source.error(near.at.span(), message, None));
        }
        self.message(&check.message)?;
        Ok(Check {
            place,
            key: self.key(check.key.as_ref())?,
            only: check
                .only
                .as_ref()
                .map(|only| self.predicates(only))
                .transpose()?,
            near: self.near(&check.near)?,
            whole_file: check.whole_file,
            absent: check.absent,
            expect: self.predicates(&check.expect)?,
            when: self.conditions(&check.when)?,
            severity: check.severity.unwrap_or(severity),
            message: check.message.get_ref().clone(),
            fix: check
                .fix
                .as_ref()
                .map(|fix| self.fix(fix, check))
                .transpose()?,
        })
    }

    fn fix_place(&self, text: &Spanned<String>) -> Result<FixPlace, LoadError> {
        match text.get_ref().strip_prefix('@') {
            Some(rest) => singular(&format!("${rest}"))
                .map(FixPlace::Finding)
                .map_err(|message| self.source.error(text.span(), message, None)),
            None => self.at(text).map(FixPlace::Settings),
        }
    }

    fn message(&self, message: &Spanned<String>) -> Result<(), LoadError> {
        let mut rest = message.get_ref().as_str();
        while let Some(start) = rest.find('{') {
            let Some(length) = rest[start..].find('}') else {
                break;
            };
            let name = &rest[start + 1..start + length];
            if !PLACEHOLDERS.contains(&name) {
                let help =
                    nearest(name, PLACEHOLDERS).map(|near| format!("did you mean `{{{near}}}`?"));
                let known = PLACEHOLDERS.map(|known| format!("{{{known}}}")).join(", ");
                let text = format!("unknown placeholder {{{name}}}, expected one of {known}");
                return Err(self.source.error(message.span(), text, help));
            }
            rest = &rest[start + length + 1..];
        }
        Ok(())
    }

    fn fix(&self, fix: &schema::Fix, check: &schema::Check) -> Result<Fix, LoadError> {
        let needs = |what: &str| {
            Err(self.source.error(
                fix.op.span(),
                format!("the operation `{}` needs {what}", fix.op.get_ref()),
                None,
            ))
        };
        let op = match self.word(&fix.op, &OPERATIONS, "fix operation")? {
            "set" => match &fix.value {
                Some(value) => FixOp::Set {
                    value: value.clone(),
                    wrap: fix.wrap.clone(),
                },
                None => return needs("`value`"),
            },
            "append" => match &fix.value {
                Some(value) => FixOp::Append(value.clone()),
                None => return needs("`value`"),
            },
            "clamp" if check.expect.min.is_none() && check.expect.max.is_none() => {
                return needs("`min` or `max` in `expect`");
            }
            "clamp" => FixOp::Clamp,
            "remove" => FixOp::Remove,
            "rename" => match &fix.to {
                Some(to) => FixOp::Rename(to.get_ref().clone()),
                None => return needs("`to`, the new name"),
            },
            "move" => match &fix.to {
                Some(to) => match to.get_ref().strip_suffix(".*") {
                    Some(parent) => FixOp::Move {
                        to: singular(parent)
                            .map_err(|message| self.source.error(to.span(), message, None))?,
                        into: true,
                    },
                    None => FixOp::Move {
                        to: self.at(to)?,
                        into: false,
                    },
                },
                None => return needs("`to`, the new place as a singular query"),
            },
            "builtin:nearest-endpoint" if check.expect.endpoint.is_none() => {
                return needs("`endpoint` in `expect`");
            }
            "builtin:nearest-endpoint" => FixOp::NearestEndpoint,
            _ if check.expect.model.is_none() => return needs("`model` in `expect`"),
            _ => FixOp::NearestModel,
        };
        if fix.safety == Safety::Unsafe && fix.consequence.is_none() {
            return Err(self.source.error(
                fix.op.span(),
                "an unsafe fix needs `consequence`: what it takes away, in one sentence",
                None,
            ));
        }
        Ok(Fix {
            op,
            at: fix.at.as_ref().map(|at| self.fix_place(at)).transpose()?,
            safety: fix.safety,
            consequence: fix.consequence.clone(),
        })
    }
}

impl NodeCondition {
    /// Checks the condition's query and expressions.
    ///
    /// # Errors
    /// With file, line and column.
    pub fn check(&self, source: &Source<'_>) -> Result<(), LoadError> {
        self.compile(source).map(drop)
    }

    /// Compiles the condition.
    ///
    /// # Errors
    /// With file, line and column.
    pub fn compile(&self, source: &Source<'_>) -> Result<Node, LoadError> {
        Compiler {
            source,
            trust: Trust::Embedded,
        }
        .node(self)
    }
}
