//! When a rule or a check speaks.

use std::mem;

use semver::VersionReq;

use crate::condition::predicate::Predicates;
use crate::condition::{Compiler, Node};
use crate::load::{LoadError, Spanned};
use crate::rule::schema;

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

impl Compiler<'_> {
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
