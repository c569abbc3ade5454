//! Regular expressions that a rule writes, or that it takes from the facts.

use serde_json::Value;

use super::pattern::Pattern;
use crate::condition::Operand;
use crate::facts::FactSet;

/// What makes a pattern of a text: [`Pattern::whole`] or [`Pattern::anywhere`].
type Kind = fn(String) -> Pattern;

/// A regular expression.
#[derive(Debug, Clone)]
pub enum Expression {
    /// Written in the rule.
    Written(Pattern),
    /// The value of a fact.
    Fact(String, Kind),
}

impl Expression {
    /// An expression; `None` when the operand is neither a text nor a fact.
    pub fn new(operand: Operand, kind: Kind) -> Option<Self> {
        match operand {
            Operand::Literal(Value::String(text)) => Some(Self::Written(kind(text))),
            Operand::Fact(key) => Some(Self::Fact(key, kind)),
            _ => None,
        }
    }

    /// Whether a text matches.
    ///
    /// # Errors
    /// With the name of a fact that is unknown, or no text.
    pub fn matches(&self, text: &str, facts: &FactSet<'_>) -> Result<bool, String> {
        match self {
            Self::Written(pattern) => Ok(pattern.matches(text)),
            Self::Fact(key, kind) => match facts.lookup(key) {
                Some(Value::String(expression)) => Ok(kind(expression).matches(text)),
                _ => Err(key.clone()),
            },
        }
    }
}
