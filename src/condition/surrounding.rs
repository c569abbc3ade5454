//! Conditions on what stands around a node, in the same file: `where = [{ at = "^.baseUrl", … }]`.

use serde_json::Value;

use super::predicate::{Judge, Predicates, Verdict};
use super::query::singular;
use crate::document::Pointer;

/// A compiled condition on a place that is counted from the file's settings or from a node.
#[derive(Debug, Clone)]
pub struct Where {
    from: Anchor,
    at: Pointer,
    expect: Predicates,
}

/// Where counting begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Anchor {
    /// `$`: where the tool's settings begin in the file.
    Settings,
    /// `@`: the node itself; `^`: what it is a member of, and one further out for each more.
    Outwards(usize),
}

impl Where {
    /// Compiles a condition.
    ///
    /// # Errors
    /// With what is wrong with the place.
    pub(crate) fn new(text: &str, expect: Predicates) -> Result<Self, String> {
        let (from, steps) = match text.strip_prefix('@') {
            Some(steps) => (Anchor::Outwards(0), steps),
            None => {
                let steps = text.trim_start_matches('^');
                match text.len() - steps.len() {
                    0 => (Anchor::Settings, text),
                    out => (Anchor::Outwards(out), steps),
                }
            }
        };
        let at = match from {
            Anchor::Settings => singular(steps),
            Anchor::Outwards(_) => singular(&format!("${steps}")),
        };
        let at = at.map_err(|error| {
            format!("{error}; it may begin with `@` (the node) or `^` (around it), too")
        })?;
        Ok(Self { from, at, expect })
    }

    /// Whether all hold around the node at `pointer` in `settings`; `Err` names an unknown fact.
    pub(crate) fn all_hold(
        conditions: &[Self],
        settings: &Value,
        pointer: &Pointer,
        judge: Judge<'_>,
    ) -> Result<bool, String> {
        for one in conditions {
            if !one.holds(settings, pointer, judge)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether it holds around the node at `pointer` in `settings`; `Err` names an unknown fact.
    fn holds(&self, settings: &Value, pointer: &Pointer, judge: Judge<'_>) -> Result<bool, String> {
        let base = match self.from {
            Anchor::Settings => Some(settings),
            Anchor::Outwards(out) => pointer.0.len().checked_sub(out).and_then(|length| {
                let mut tokens = pointer.0[..length].iter();
                tokens.try_fold(settings, |value, token| token.of(value))
            }),
        };
        let found = base.and_then(|base| self.at.get(base));
        if self.expect.is_empty() {
            return Ok(found.is_some());
        }
        match self.expect.judge(found, judge) {
            Verdict::Holds => Ok(true),
            Verdict::Violated(_) => Ok(false),
            Verdict::UnknownFact(fact) => Err(fact),
        }
    }
}
