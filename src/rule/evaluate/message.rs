//! What a finding says.

use serde_json::Value;

use super::Evaluation;
use crate::condition::predicate::{Violation, resolve};
use crate::document::{Pointer, Token};
use crate::rule::compile::{Check, FixOp};

impl Evaluation<'_, '_> {
    /// Fills a message's placeholders.
    pub(super) fn message(
        &self,
        check: &Check,
        pointer: &Pointer,
        value: Option<&Value>,
        violation: &Violation,
        error: Option<&str>,
    ) -> String {
        let facts = self.subject.facts;
        let show = |value: &Value| match value {
            Value::String(text) if text.is_empty() => "\"\"".to_owned(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let fix_value = || {
            let fix = check.fix()?;
            match &fix.op {
                FixOp::Set { value, .. } => resolve(value, facts).ok(),
                _ => None,
            }
        };
        let mut text = String::new();
        let mut rest = check.message.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                break;
            };
            match name {
                "value" => text.push_str(&value.map_or_else(|| "not set".to_owned(), show)),
                "limit" => text.push_str(
                    &violation
                        .limit
                        .clone()
                        .or_else(fix_value)
                        .map_or_else(String::new, |limit| show(&limit)),
                ),
                "pointer" => text.push_str(&pointer.to_string()),
                "key" => text.push_str(&match pointer.0.last() {
                    Some(Token::Key(key)) => key.clone(),
                    Some(Token::Index(index)) => index.to_string(),
                    None => String::new(),
                }),
                "profile" => text.push_str(&facts.profile.id),
                "region" => text.push_str(&facts.region.to_string()),
                "kind" => text.push_str(violation.kind.as_deref().unwrap_or("something else")),
                "tool" => text.push_str(&self.subject.configuration.tool.name),
                // Filled in where the connection is known.
                "entry" => text.push_str("{entry}"),
                "error" => text.push_str(error.unwrap_or_default()),
                // Loading has refused all others.
                _ => {}
            }
            rest = after;
        }
        text.push_str(rest);
        text
    }
}
