//! Conditions on what stands around a node, in the same file: `where = [{ at = "^.baseUrl", … }]`.

use serde_json::Value;

use super::predicate::{Judge, Predicates, Verdict};
use super::query::singular;
use crate::document::Pointer;

/// A place that is counted from a file's settings or from a node in them.
#[derive(Debug, Clone)]
pub struct RelativePlace {
    from: Anchor,
    at: Pointer,
}

/// Where counting begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Anchor {
    /// `$`: where the tool's settings begin in the file.
    Settings,
    /// `@`: the node itself; `^`: what it is a member of, and one further out for each more.
    Outwards(usize),
}

impl RelativePlace {
    /// Compiles a place.
    ///
    /// # Errors
    /// With what is wrong with it.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
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
        Ok(Self { from, at })
    }

    /// The place, counted from the settings, for the node at `node`; `None` where nothing is so far out.
    pub(crate) fn of(&self, node: &Pointer) -> Option<Pointer> {
        Some(match self.from {
            Anchor::Settings => self.at.clone(),
            Anchor::Outwards(out) => {
                let length = node.0.len().checked_sub(out)?;
                Pointer(node.0[..length].to_vec()).join(&self.at)
            }
        })
    }
}

/// A compiled condition on such a place.
#[derive(Debug, Clone)]
pub struct Where {
    place: RelativePlace,
    expect: Predicates,
}

impl Where {
    /// Compiles a condition.
    ///
    /// # Errors
    /// With what is wrong with the place.
    pub(crate) fn new(text: &str, expect: Predicates) -> Result<Self, String> {
        let place = RelativePlace::new(text)?;
        Ok(Self { place, expect })
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
        let place = self.place.of(pointer);
        let found = place.and_then(|place| place.get(settings));
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
