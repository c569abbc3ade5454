//! The simple steps of a query: names, lists of names, indexes, wildcards and descents, without filters.
//!
//! Nearly every rule's query consists of these, and reading them by the general library would take a third of a short
//! run's time. The outcome is the same; a test compares.

use serde_json::Value;

use crate::document::Pointer;

/// A place, and what is there.
pub(super) type Located<'v> = (Pointer, &'v Value);

/// Whether a node is wanted: its name as [`Pointer::name`] gives it, and its value.
pub(super) type Keep<'k> = &'k dyn Fn(&str, &Value) -> bool;

/// Which children of a node a step selects.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Children {
    Names(Vec<String>),
    Index(usize),
    Every,
}

/// One step of a simple query.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    children: Children,
    /// Whether it selects below every node below, too (`..`).
    descends: bool,
}

/// Simple steps, one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Steps(Vec<Step>);

impl Steps {
    /// Reads as many simple steps as there are, and says what follows them.
    pub(super) fn read(text: &str) -> (Self, &str) {
        let (mut steps, mut rest) = (Vec::new(), text);
        while let Some((step, after)) = step(rest) {
            steps.push(step);
            rest = after;
        }
        (Self(steps), rest)
    }

    /// The nodes that the steps lead to from some others, each with its place; of those at their end only the ones that
    /// `keep` accepts.
    pub(super) fn nodes<'v>(
        &self,
        mut nodes: Vec<Located<'v>>,
        keep: Keep<'_>,
    ) -> Vec<Located<'v>> {
        let Some((last, steps)) = self.0.split_last() else {
            nodes.retain(|(pointer, value)| keep(pointer.name(), value));
            return nodes;
        };
        for step in steps {
            nodes = step.nodes(&nodes, &|_, _| true);
        }
        last.nodes(&nodes, keep)
    }
}

impl Step {
    fn nodes<'v>(&self, from: &[Located<'v>], keep: Keep<'_>) -> Vec<Located<'v>> {
        let mut found = Vec::new();
        for node in from {
            match self.descends {
                true => self.children.below(node, keep, &mut found),
                false => self.children.of(node, keep, &mut found),
            }
        }
        found
    }
}

impl Children {
    /// The children of a node that are selected.
    fn of<'v>(&self, (pointer, value): &Located<'v>, keep: Keep<'_>, found: &mut Vec<Located<'v>>) {
        match (self, value) {
            (Self::Names(names), Value::Object(members)) => {
                let named = names
                    .iter()
                    .filter_map(|name| Some((name, members.get(name)?)));
                let kept = named.filter(|(name, value)| keep(name, value));
                found.extend(kept.map(|(name, value)| (pointer.key(name), value)));
            }
            (Self::Index(index), Value::Array(items)) => {
                let item = items.get(*index).filter(|value| keep("", value));
                found.extend(item.map(|value| (pointer.index(*index), value)));
            }
            (Self::Every, _) => found.extend(children(pointer, value, keep)),
            _ => {}
        }
    }

    /// The same of a node and of everything below it, from the outside in.
    fn below<'v>(&self, node: &Located<'v>, keep: Keep<'_>, found: &mut Vec<Located<'v>>) {
        self.of(node, keep, found);
        for child in children(&node.0, node.1, &|_, child| has_children(child)) {
            self.below(&child, keep, found);
        }
    }
}

/// Whether a step can lead on from a node.
pub(super) fn has_children(value: &Value) -> bool {
    match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    }
}

/// The children of a node that `keep` accepts. A place is some allocations, so only they get theirs.
fn children<'a, 'v>(
    pointer: &'a Pointer,
    value: &'v Value,
    keep: Keep<'a>,
) -> impl Iterator<Item = Located<'v>> + 'a
where
    'v: 'a,
{
    let members = value.as_object().into_iter().flatten();
    let items = value.as_array().into_iter().flatten().enumerate();
    let members = members.filter(|(name, value)| keep(name, value));
    let items = items.filter(|(_, value)| keep("", value));
    members
        .map(|(name, value)| (pointer.key(name), value))
        .chain(items.map(|(index, value)| (pointer.index(index), value)))
}

/// One step, and what follows it; `None` when it is not a simple one.
fn step(text: &str) -> Option<(Step, &str)> {
    let descent = text.strip_prefix("..");
    let (children, rest) = match descent {
        Some(below) if below.starts_with('[') => bracketed(&below[1..])?,
        Some(below) => dotted(below)?,
        None => match text.strip_prefix('.') {
            Some(named) => dotted(named)?,
            None => bracketed(text.strip_prefix('[')?)?,
        },
    };
    let descends = descent.is_some();
    Some((Step { children, descends }, rest))
}

/// What follows a dot: a plain ASCII name, or `*`.
fn dotted(text: &str) -> Option<(Children, &str)> {
    if let Some(rest) = text.strip_prefix('*') {
        return Some((Children::Every, rest));
    }
    let (name, rest) = plain_name(text)?;
    Some((Children::Names(vec![name.to_owned()]), rest))
}

/// A name of ASCII letters, digits and `_`, and the next step.
pub(super) fn plain_name(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    // Another character may belong to the name.
    let ends = rest.is_empty() || rest.starts_with(['.', '[']);
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (ends && plain).then_some((name, rest))
}

/// What follows a bracket: `*]`, an index, or names in single quotes without escapes.
fn bracketed(text: &str) -> Option<(Children, &str)> {
    if let Some(rest) = text.strip_prefix("*]") {
        return Some((Children::Every, rest));
    }
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    if digits > 0 {
        let number = &text[..digits];
        if number != "0" && number.starts_with('0') {
            return None;
        }
        return Some((
            Children::Index(number.parse().ok()?),
            text[digits..].strip_prefix(']')?,
        ));
    }
    let mut names = Vec::new();
    let mut rest = text;
    loop {
        let quoted = rest.strip_prefix('\'')?;
        let end = quoted.find('\'')?;
        if quoted[..end].contains('\\') {
            return None;
        }
        names.push(quoted[..end].to_owned());
        rest = &quoted[end + 1..];
        match rest.strip_prefix(',') {
            Some(more) => rest = more.trim_start_matches(' '),
            None => return Some((Children::Names(names), rest.strip_prefix(']')?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::query::tests::{named, of_the_library};
    use serde_json::json;

    #[test]
    fn simple_queries_select_what_the_library_selects() {
        let value = json!({
            "env": { "B": "2", "A": "1", "a-b": [1, { "x": null }] },
            "agent": { "one": { "model": "m" }, "two": { "model": ["p", "q"] }, "three": 3 },
            "list": [["p", {}], "q", { "model": 1 }],
            "": { "A": 0 },
        });
        let mut simple = 0;
        for query in [
            "$",
            "$.env",
            "$.env.*",
            "$.*",
            "$.*.*",
            "$[*]",
            "$['env','agent'].*.model",
            "$.env['A', 'B','none']",
            "$['']",
            "$.list[*][0]",
            "$.list[1]",
            "$.list.*",
            "$.list[9]",
            "$.env['a-b'][1].x",
            "$.agent.*.model[*]",
            "$.none.*",
            "$['list','list'][0]",
            "$.agent[*]['model']",
            "$..*",
            "$..model",
            "$.agent..*",
            "$..['x','model']",
            "$..[0]",
            "$.list..*.model",
            "$..agent..model",
        ] {
            let (steps, rest) = Steps::read(&query[1..]);
            assert_eq!(rest, "", "{query} is simple");
            let ours = named(steps.nodes(vec![(Pointer::root(), &value)], &|_, _| true));
            assert_eq!(ours, of_the_library(query, &value), "{query}");
            simple += usize::from(!ours.is_empty());
        }
        assert!(simple > 17);
    }

    #[test]
    fn others_are_left_to_the_library() {
        for (query, rest) in [
            ("$[?@.a]", "[?@.a]"),
            ("$.a[-1]", "[-1]"),
            ("$.a[0:2].b", "[0:2].b"),
            ("$['a\\'b']", "['a\\'b']"),
            ("$[\"a\"]", "[\"a\"]"),
            ("$.a[01]", "[01]"),
            ("$.ä", ".ä"),
            ("$[0,1]", "[0,1]"),
            ("$.a b", ".a b"),
            ("$.b.aä.c", ".aä.c"),
            ("$['a'", "['a'"),
            ("$...a", "...a"),
            ("$..", ".."),
        ] {
            assert_eq!(Steps::read(&query[1..]).1, rest, "{query}");
        }
    }
}
