//! Conditions: when a rule or a check speaks, and of which nodes.

use std::mem;

use semver::VersionReq;

use super::{Compiler, Place, Trust};
use crate::load::{LoadError, Source, Spanned};
use crate::rule::near::Near;
use crate::rule::predicate::{Expression, Pattern, Predicates};
use crate::rule::schema::{self, NodeCondition, Operand};

/// Compiled conditions.
#[derive(Debug, Clone)]
pub struct Conditions {
    /// What needs no compiling, as written; the rest is below.
    pub when: Box<schema::When>,
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

impl KeyFilter {
    /// Whether a node's own name fits.
    pub fn fits(&self, name: &str) -> bool {
        let matches = |pattern: &Pattern| pattern.matches(name);
        self.pattern.as_ref().is_none_or(matches) && !self.not_match.as_ref().is_some_and(matches)
    }
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

impl Compiler<'_> {
    pub(super) fn predicates(&self, expect: schema::Expect) -> Result<Predicates, LoadError> {
        if self.trust == Trust::Foreign {
            self.expression(expect.matches.as_deref(), Pattern::whole)?;
            self.expression(expect.not_match.as_deref(), Pattern::anywhere)?;
            let model = expect.model.as_ref();
            if let Some(declared) = model.and_then(|model| model.declared.as_ref()) {
                self.at(declared)?;
            }
        }
        Ok(Predicates::new(expect))
    }

    /// Checks an expression that the rule writes; those of facts the catalogue's tests check.
    fn expression(
        &self,
        written: Option<&Spanned<Operand>>,
        kind: fn(String) -> Pattern,
    ) -> Result<(), LoadError> {
        let Some(written) = written else {
            return Ok(());
        };
        match Expression::new(written.get_ref().clone(), kind) {
            Some(Expression::Written(pattern)) => self.pattern(written.span(), &pattern),
            Some(Expression::Fact(..)) => Ok(()),
            None => {
                let message = "a regular expression was expected, or { fact = \"…\" }";
                Err(self.source.error(written.span(), message, None))
            }
        }
    }

    pub(super) fn key(&self, filter: schema::KeyFilter) -> Result<Box<KeyFilter>, LoadError> {
        let whole = |text: Option<Spanned<String>>| {
            let Some(text) = text else { return Ok(None) };
            let span = text.span();
            let pattern = Pattern::whole(text.into_inner());
            self.pattern(span, &pattern)?;
            Ok(Some(pattern))
        };
        Ok(Box::new(KeyFilter {
            pattern: whole(filter.pattern)?,
            not_match: whole(filter.not_match)?,
            provider: filter.provider,
            region: filter.region,
        }))
    }

    pub(super) fn near(
        &self,
        conditions: Vec<schema::NearCondition>,
    ) -> Result<Vec<Near>, LoadError> {
        let mut near = Vec::with_capacity(conditions.len());
        for condition in conditions {
            let expect = self.predicates(condition.expect)?;
            let compiled = Near::new(condition.at.get_ref(), expect);
            near.push(
                compiled
                    .map_err(|message| self.source.error(condition.at.span(), message, None))?,
            );
        }
        Ok(near)
    }

    pub(super) fn node(&self, condition: NodeCondition) -> Result<Node, LoadError> {
        let place = match (condition.at, condition.each) {
            (Some(at), None) => Place::At(self.at(&at)?),
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
            role: condition.file.map(Spanned::into_inner),
            key: condition.key.map(|key| self.key(*key)).transpose()?,
            near: self.near(condition.near)?,
            expect: self.predicates(condition.expect)?,
            none: condition.none,
        })
    }

    pub(super) fn conditions(
        &self,
        when: Option<Box<schema::When>>,
    ) -> Result<Option<Box<Conditions>>, LoadError> {
        let Some(mut when) = when else {
            return Ok(None);
        };
        let version = |text: Spanned<String>| {
            VersionReq::parse(text.get_ref()).map_err(|error| {
                let message =
                    format!("not a version range: {error}; write for example \">=2.1.217\"");
                self.source.error(text.span(), message, None)
            })
        };
        let tool_version = when.tool_version.take().map(version).transpose()?;
        let mut facts = Vec::with_capacity(when.fact.len());
        for fact in mem::take(&mut when.fact) {
            facts.push((fact.key.into_inner(), self.predicates(fact.expect)?));
        }
        let mut nodes = Vec::with_capacity(when.node.len());
        for node in mem::take(&mut when.node) {
            nodes.push(self.node(node)?);
        }
        Ok(Some(Box::new(Conditions {
            when,
            tool_version,
            facts,
            nodes,
        })))
    }
}

impl NodeCondition {
    /// Checks the condition's query and expressions.
    ///
    /// # Errors
    /// With file, line and column.
    pub fn check(&self, source: &Source<'_>) -> Result<(), LoadError> {
        let trust = Trust::Foreign;
        Compiler { source, trust }.node(self.clone()).map(drop)
    }

    /// Compiles a condition that was checked.
    ///
    /// # Errors
    /// With file, line and column.
    pub fn compile(self, source: &Source<'_>) -> Result<Node, LoadError> {
        let trust = Trust::Embedded;
        Compiler { source, trust }.node(self)
    }
}
