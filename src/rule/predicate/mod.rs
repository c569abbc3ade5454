//! The closed list of predicates: what can be said of a value.

mod endpoint;
mod model;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::OnceLock;

pub use endpoint::nearest_endpoint;
pub use model::nearest_model;

use endpoint::judge_endpoint;
use model::judge_model;
use regex::bytes::{Regex, RegexBuilder};
use serde_json::Value;

use super::schema::{Expect, Operand, Type};
use crate::document::Pointer;
use crate::facts::FactSet;

/// The largest compiled regular expression that a rule may have, in bytes.
const REGEX_LIMIT: usize = 1 << 20;

/// A regular expression that is compiled when it is first used.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    whole: bool,
    short: OnceLock<Option<regex_lite::Regex>>,
    long: OnceLock<Option<Regex>>,
}

/// Texts up to this many bytes are matched by `regex-lite`, which compiles ten times as fast; longer ones by `regex`,
/// which matches faster and is not slowed down by a hostile expression.
const SHORT: usize = 1024;

thread_local! {
    /// Expressions that were compiled before: rules share many of them.
    static COMPILED: RefCell<HashMap<String, Option<regex_lite::Regex>>> = RefCell::default();
}

impl Pattern {
    /// A pattern that must match the whole text.
    pub fn whole(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            whole: true,
            short: OnceLock::new(),
            long: OnceLock::new(),
        }
    }

    /// A pattern that may match anywhere.
    pub fn anywhere(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            whole: false,
            short: OnceLock::new(),
            long: OnceLock::new(),
        }
    }

    /// Whether the text is a regular expression within the size limit.
    ///
    /// # Errors
    /// With what is wrong.
    pub fn check(&self) -> Result<(), String> {
        let wrong = |text: String| {
            let last = text.lines().last().unwrap_or(&text).to_owned();
            format!(
                "not a regular expression: {}",
                last.trim_start_matches("error: ")
            )
        };
        self.long().map_err(|error| wrong(error.to_string()))?;
        self.short().map_err(|error| wrong(error.to_string()))?;
        Ok(())
    }

    /// The expression as it is compiled.
    fn anchored(&self) -> String {
        if self.whole {
            format!("^(?:{})$", self.text)
        } else {
            self.text.clone()
        }
    }

    fn short(&self) -> Result<regex_lite::Regex, regex_lite::Error> {
        regex_lite::RegexBuilder::new(&self.anchored())
            .size_limit(REGEX_LIMIT)
            .build()
    }

    fn long(&self) -> Result<Regex, regex::Error> {
        // Names, ids and URLs need no Unicode classes, and the other engine has none.
        RegexBuilder::new(&self.anchored())
            .unicode(false)
            .size_limit(REGEX_LIMIT)
            .build()
    }

    /// Whether `text` matches.
    pub fn matches(&self, text: &str) -> bool {
        // Most patterns are lists of names, and compiling those would take most of a short run's time.
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '|');
        if self.whole && self.text.chars().all(plain) {
            return self.text.split('|').any(|name| name == text);
        }
        if text.len() > SHORT {
            let regex = self.long.get_or_init(|| self.long().ok());
            return regex
                .as_ref()
                .is_some_and(|regex| regex.is_match(text.as_bytes()));
        }
        self.short
            .get_or_init(|| {
                let known = |cache: &RefCell<HashMap<_, _>>| {
                    let mut cache = cache.borrow_mut();
                    cache
                        .entry(self.anchored())
                        .or_insert_with(|| self.short().ok())
                        .clone()
                };
                COMPILED.with(known)
            })
            .as_ref()
            .is_some_and(|regex| regex.is_match(text))
    }
}

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
    /// As written.
    pub expect: Rc<Expect>,
    matches: Option<Box<Pattern>>,
    not_match: Option<Box<Pattern>>,
    declared: Option<Pointer>,
}

impl Predicates {
    /// Compiles what a rule expects.
    pub fn new(expect: &Rc<Expect>) -> Self {
        Self {
            matches: expect
                .matches
                .as_ref()
                .map(|text| Box::new(Pattern::whole(text.get_ref()))),
            not_match: expect
                .not_match
                .as_ref()
                .map(|text| Box::new(Pattern::anywhere(text.get_ref()))),
            declared: expect.model.as_ref().and_then(|model| {
                crate::rule::query::singular(model.declared.as_ref()?.get_ref()).ok()
            }),
            expect: Rc::clone(expect),
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
            && e.matches.is_none()
            && e.not_match.is_none()
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
            expect: Rc::new(Expect {
                types: None,
                ..Expect::clone(&self.expect)
            }),
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
            if !wanted.iter().any(|one| same(value, one)) {
                return limit(Value::Array(wanted));
            }
        }
        if let Some(operands) = &expect.not_one_of {
            for operand in operands {
                if same(value, &resolve(operand)?) {
                    return Ok(Some(Violation::default()));
                }
            }
        }
        if let Some(pattern) = &self.matches
            && !value.as_str().is_some_and(|text| pattern.matches(text))
        {
            return Ok(Some(Violation::default()));
        }
        if let Some(pattern) = &self.not_match
            && value.as_str().is_some_and(|text| pattern.matches(text))
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
                    .as_ref()
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
            && let Some(kind) = judge_model(wanted, self.declared.as_ref(), value, judge)
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
    match operand {
        Operand::Literal(value) => Ok(value.clone()),
        Operand::Fact(key) => facts.lookup(key).ok_or_else(|| key.clone()),
    }
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

/// Equality that compares numbers by value: `1` and `1.0` are the same.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}
