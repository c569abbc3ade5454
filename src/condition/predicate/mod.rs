//! The closed list of predicates: what can be said of a value.

mod endpoint;
mod expression;
mod model;
mod pattern;
mod wildcard;

pub use endpoint::nearest_endpoint;
pub use expression::Expression;
pub use model::nearest_model;
pub use pattern::Pattern;

use endpoint::judge_endpoint;
use model::judge_model;
use serde_json::Value;

use super::query::singular;
use super::{Expect, Operand, Type};
use crate::document::Pointer;
use crate::facts::FactSet;
use crate::load::Spanned;

/// What judging needs to know beside the value.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    /// The facts as this configuration sees them.
    pub facts: &'a FactSet<'a>,
    /// The effective configuration (the tool's main role), for `declared`.
    pub effective: &'a Value,
}

/// The outcome of judging a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// All predicates hold.
    Holds,
    /// One does not.
    Violated(Violation),
    /// It can't be said, because a fact is unknown here.
    UnknownFact(String),
}

/// Details of a violation, for messages.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Violation {
    /// The limit or value that was wanted.
    pub limit: Option<Value>,
    /// What the value turned out to be, in words (endpoints and models).
    pub kind: Option<String>,
}

/// Compiled predicates.
#[derive(Debug, Clone)]
pub struct Predicates {
    /// As written, but for the patterns.
    pub expect: Expect,
    matches: Option<Box<Expression>>,
    not_match: Option<Box<Expression>>,
    declared: Option<Box<Pointer>>,
}

impl Predicates {
    /// Compiles what a rule expects.
    pub fn new(mut expect: Expect) -> Self {
        let declared = expect.model.as_ref().and_then(|model| {
            let declared = singular(model.declared.as_ref()?.get_ref());
            declared.ok().map(Box::new)
        });
        let (whole, part) = (expect.matches.take(), expect.not_match.take());
        let compiled = |written: Option<Box<Spanned<Operand>>>, kind| {
            let expression = Expression::new(written?.into_inner(), kind)?;
            Some(Box::new(expression))
        };
        Self {
            matches: compiled(whole, Pattern::whole),
            not_match: compiled(part, Pattern::anywhere),
            declared,
            expect,
        }
    }

    /// Whether nothing is expected.
    pub fn is_empty(&self) -> bool {
        let e = &self.expect;
        e.types.is_none()
            && e.equals.is_none()
            && e.not.is_none()
            && e.one_of.is_none()
            && e.not_one_of.is_none()
            && self.matches.is_none()
            && self.not_match.is_none()
            && e.min.is_none()
            && e.max.is_none()
            && e.absent.is_none()
            && e.present.is_none()
            && e.endpoint.is_none()
            && e.model.is_none()
    }

    /// Judges a value, or its absence.
    pub fn judge(&self, value: Option<&Value>, judge: Judge<'_>) -> Verdict {
        let wants_absence = self.expect.absent == Some(true) || self.expect.present == Some(false);
        let Some(value) = value else {
            return if wants_absence {
                Verdict::Holds
            } else {
                Verdict::Violated(Violation::default())
            };
        };
        if wants_absence {
            return Verdict::Violated(Violation::default());
        }
        match self.judge_present(value, judge) {
            Ok(None) => Verdict::Holds,
            Ok(Some(violation)) => Verdict::Violated(violation),
            Err(fact) => Verdict::UnknownFact(fact),
        }
    }

    /// Judges an absent value that should be there: what is wanted in its place, for the message.
    pub fn judge_wanted(&self, judge: Judge<'_>) -> Verdict {
        let untyped = Self {
            expect: Expect {
                types: None,
                ..self.expect.clone()
            },
            ..self.clone()
        };
        match untyped.judge(Some(&Value::Null), judge) {
            Verdict::Holds => Verdict::Violated(Violation::default()),
            other => other,
        }
    }

    /// `Ok(None)` when all hold; `Err` with the name of a fact that is unknown.
    fn judge_present(&self, value: &Value, judge: Judge<'_>) -> Result<Option<Violation>, String> {
        let expect = &self.expect;
        let resolve = |operand: &Operand| resolve(operand, judge.facts);
        let limit = |limit: Value| {
            Ok(Some(Violation {
                limit: Some(limit),
                kind: None,
            }))
        };
        if let Some(types) = &expect.types
            && !types.iter().any(|wanted| is_type(value, *wanted))
        {
            let names: Vec<String> = types
                .iter()
                .map(|one| format!("{one:?}").to_lowercase())
                .collect();
            return limit(Value::from(names.join(" or ")));
        }
        if let Some(operand) = &expect.equals {
            let wanted = resolve(operand)?;
            if !same(value, &wanted) {
                return limit(wanted);
            }
        }
        if let Some(operand) = &expect.not
            && same(value, &resolve(operand)?)
        {
            return Ok(Some(Violation::default()));
        }
        if let Some(operands) = &expect.one_of {
            let wanted = operands
                .iter()
                .map(resolve)
                .collect::<Result<Vec<_>, _>>()?;
            if !wanted
                .iter()
                .any(|one| same(value, one) || lists(one, value))
            {
                return limit(Value::Array(wanted));
            }
        }
        if let Some(operands) = &expect.not_one_of {
            for operand in operands {
                let unwanted = resolve(operand)?;
                if same(value, &unwanted) || lists(&unwanted, value) {
                    return Ok(Some(Violation::default()));
                }
            }
        }
        let matches = |expression: &Expression| match value.as_str() {
            Some(text) => expression.matches(text, judge.facts),
            None => Ok(false),
        };
        if let Some(expression) = &self.matches
            && !matches(expression)?
        {
            return Ok(Some(Violation::default()));
        }
        if let Some(expression) = &self.not_match
            && matches(expression)?
        {
            return Ok(Some(Violation::default()));
        }
        if let Some(operand) = &expect.max {
            let most = resolve(operand)?;
            if !matches!((number(value), number(&most)), (Some(value), Some(most)) if value <= most)
            {
                return limit(most);
            }
        }
        if let Some(operand) = &expect.min {
            let least = resolve(operand)?;
            if !matches!((number(value), number(&least)), (Some(value), Some(least)) if value >= least)
            {
                // With a cap beside it, the cap is what a message wants to name.
                let shown = expect
                    .max
                    .as_deref()
                    .map(resolve)
                    .transpose()?
                    .unwrap_or(least);
                return limit(shown);
            }
        }
        if let Some(wanted) = &expect.endpoint
            && let Some(kind) = judge_endpoint(wanted, value, judge.facts)
        {
            return Ok(Some(Violation {
                limit: nearest_endpoint(wanted, value, judge.facts).map(Value::from),
                kind: Some(kind),
            }));
        }
        if let Some(wanted) = &expect.model
            && let Some(kind) = judge_model(wanted, self.declared.as_deref(), value, judge)
        {
            return Ok(Some(Violation {
                limit: nearest_model(wanted, value, judge.facts).map(Value::from),
                kind: Some(kind),
            }));
        }
        Ok(None)
    }
}

/// The value of an operand, or the name of the fact that is unknown.
pub fn resolve(operand: &Operand, facts: &FactSet<'_>) -> Result<Value, String> {
    operand.resolve(&|key| facts.lookup(key))
}

fn is_type(value: &Value, wanted: Type) -> bool {
    match wanted {
        Type::String => value.is_string(),
        Type::Integer => value.as_i64().is_some() || value.as_u64().is_some(),
        Type::Number => value.is_number(),
        Type::Boolean => value.is_boolean(),
        Type::Array => value.is_array(),
        Type::Object => value.is_object(),
        Type::Null => value.is_null(),
    }
}

/// A number, or a text that is one: tools take caps from environment-like settings, where all values are texts.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Whether a list, as a fact may be, has a value.
fn lists(list: &Value, value: &Value) -> bool {
    let items = list.as_array().into_iter().flatten();
    items.into_iter().any(|item| same(item, value))
}

/// Equality that compares numbers by value: `1` and `1.0` are the same.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}
