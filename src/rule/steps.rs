//! The simple queries: names, lists of names, indexes and wildcards, without filters and descents.
//!
//! Nearly every rule's query is one of these, and reading them by the general library would take a third of a short
//! run's time. The outcome is the same; a test compares.

use serde_json::Value;

use crate::document::Pointer;

/// One step of a simple query.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Names(Vec<String>),
    Index(usize),
    Every,
}

/// A simple query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Steps(Vec<Step>);

impl Steps {
    /// Reads a query; `None` when it is not a simple one (or not one at all).
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix('$')?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let step;
            (step, rest) = match rest.strip_prefix('.') {
                Some(named) => dotted(named)?,
                None => bracketed(rest.strip_prefix('[')?)?,
            };
            steps.push(step);
        }
        Some(Self(steps))
    }

    /// The nodes it selects, each with its place.
    pub(super) fn nodes<'v>(&self, value: &'v Value) -> Vec<(Pointer, &'v Value)> {
        let mut nodes = vec![(Pointer::root(), value)];
        for step in &self.0 {
            let mut next = Vec::new();
            for (pointer, value) in nodes {
                match (step, value) {
                    (Step::Names(names), Value::Object(members)) => {
                        let found = names
                            .iter()
                            .filter_map(|name| Some((name, members.get(name)?)));
                        next.extend(found.map(|(name, value)| (pointer.key(name), value)));
                    }
                    (Step::Every, Value::Object(members)) => {
                        next.extend(
                            members
                                .iter()
                                .map(|(name, value)| (pointer.key(name), value)),
                        );
                    }
                    (Step::Every, Value::Array(items)) => {
                        let items = items.iter().enumerate();
                        next.extend(items.map(|(index, value)| (pointer.index(index), value)));
                    }
                    (Step::Index(index), Value::Array(items)) => {
                        next.extend(
                            items
                                .get(*index)
                                .map(|value| (pointer.index(*index), value)),
                        );
                    }
                    _ => {}
                }
            }
            nodes = next;
        }
        nodes
    }
}

/// What follows a dot: a plain ASCII name, or `*`.
fn dotted(text: &str) -> Option<(Step, &str)> {
    if let Some(rest) = text.strip_prefix('*') {
        return Some((Step::Every, rest));
    }
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(text.len());
    let name = &text[..end];
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    plain.then(|| (Step::Names(vec![name.to_owned()]), &text[end..]))
}

/// What follows a bracket: `*]`, an index, or names in single quotes without escapes.
fn bracketed(text: &str) -> Option<(Step, &str)> {
    if let Some(rest) = text.strip_prefix("*]") {
        return Some((Step::Every, rest));
    }
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    if digits > 0 {
        let number = &text[..digits];
        if number != "0" && number.starts_with('0') {
            return None;
        }
        return Some((
            Step::Index(number.parse().ok()?),
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
            None => return Some((Step::Names(names), rest.strip_prefix(']')?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use serde_json_path::JsonPath;

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
        ] {
            let steps = Steps::parse(query).unwrap_or_else(|| panic!("{query} is simple"));
            let ours: Vec<(String, &Value)> = steps
                .nodes(&value)
                .into_iter()
                .map(|(pointer, node)| (pointer.to_string(), node))
                .collect();
            let path = JsonPath::parse(query).unwrap();
            let theirs = path.query_located(&value);
            let theirs: Vec<(String, &Value)> = theirs
                .iter()
                .map(|node| (node.location().to_json_pointer(), node.node()))
                .collect();
            assert_eq!(ours, theirs, "{query}");
            simple += usize::from(!ours.is_empty());
        }
        assert!(simple > 10);
    }

    #[test]
    fn others_are_left_to_the_library() {
        for query in [
            "",
            "env",
            "$..a",
            "$[?@.a]",
            "$.a[-1]",
            "$.a[0:2]",
            "$['a\\'b']",
            "$[\"a\"]",
            "$.a[01]",
            "$.ä",
            "$[0,1]",
            "$.a b",
            "$['a'",
        ] {
            assert_eq!(Steps::parse(query), None, "{query}");
        }
    }
}
