//! From conditions as they are written to what can be evaluated: every word is checked before it is used.

use std::ops::Range;

use super::predicate::{Expression, Pattern, Predicates};
use super::query::{Query, singular};
use super::schema;
use super::surrounding::Where;
use super::{Expect, NodeCondition, Operand};
use crate::document::Pointer;
use crate::load::{LoadError, Source, Spanned};

/// How much of a file of ours is checked when it is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Embedded: the tests have checked ids, messages, queries and expressions; the latter two are compiled when used.
    Embedded,
    /// A user's: everything is compiled at once.
    User,
}

/// Where a condition looks.
#[derive(Debug, Clone)]
pub enum Place {
    /// One place, which may be absent.
    At(Pointer),
    /// Existing nodes.
    Each(Query),
}

/// Compiles what stands in one file.
pub(crate) struct Compiler<'a> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) trust: Trust,
}

/// A compiled filter on member names.
#[derive(Debug, Clone)]
pub struct NameFilter {
    /// What the node's own name must match.
    pub pattern: Option<Pattern>,
    /// What it must not match.
    pub not_match: Option<Pattern>,
    /// Whether some name on the way must be the tool's name of the endpoint in use.
    pub provider: bool,
    /// Whether some name on the way must be one of the tool's names of the region's endpoints.
    pub region: bool,
}

impl NameFilter {
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
    pub key: Option<Box<NameFilter>>,
    /// Only nodes around which these hold.
    pub around: Vec<Where>,
    /// What must hold.
    pub expect: Predicates,
    /// Whether no node may meet it.
    pub none: bool,
}

impl Compiler<'_> {
    pub(crate) fn at(&self, text: &Spanned<String>) -> Result<Pointer, LoadError> {
        singular(text.get_ref()).map_err(|message| self.source.error(text.span(), message, None))
    }

    pub(crate) fn query(&self, text: Spanned<String>) -> Result<Query, LoadError> {
        if self.trust == Trust::User {
            Query::check(text.get_ref())
                .map_err(|message| self.source.error(text.span(), message, None))?;
        }
        Ok(Query::new(text.into_inner()))
    }

    /// Checks a pattern that stands in the file at `span`.
    pub(crate) fn pattern(&self, span: Range<usize>, pattern: &Pattern) -> Result<(), LoadError> {
        if self.trust == Trust::Embedded {
            return Ok(());
        }
        let checked = pattern.check();
        checked.map_err(|message| self.source.error(span, message, None))
    }

    pub(crate) fn predicates(&self, expect: Expect) -> Result<Predicates, LoadError> {
        if self.trust == Trust::User {
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

    pub(crate) fn key(&self, filter: schema::KeyFilter) -> Result<Box<NameFilter>, LoadError> {
        let whole = |text: Option<Spanned<String>>| {
            let Some(text) = text else { return Ok(None) };
            let span = text.span();
            let pattern = Pattern::whole(text.into_inner());
            self.pattern(span, &pattern)?;
            Ok(Some(pattern))
        };
        Ok(Box::new(NameFilter {
            pattern: whole(filter.pattern)?,
            not_match: whole(filter.not_match)?,
            provider: filter.provider,
            region: filter.region,
        }))
    }

    pub(crate) fn around(
        &self,
        conditions: Vec<schema::WhereCondition>,
    ) -> Result<Vec<Where>, LoadError> {
        let mut around = Vec::with_capacity(conditions.len());
        for condition in conditions {
            let expect = self.predicates(condition.expect)?;
            let compiled = Where::new(condition.at.get_ref(), expect);
            around.push(
                compiled
                    .map_err(|message| self.source.error(condition.at.span(), message, None))?,
            );
        }
        Ok(around)
    }

    pub(crate) fn node(&self, condition: NodeCondition) -> Result<Node, LoadError> {
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
            around: self.around(condition.around)?,
            expect: self.predicates(condition.expect)?,
            none: condition.none,
        })
    }
}

impl NodeCondition {
    /// Checks the condition's query and expressions.
    ///
    /// # Errors
    /// With file, line and column.
    pub fn check(&self, source: &Source<'_>) -> Result<(), LoadError> {
        let trust = Trust::User;
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
