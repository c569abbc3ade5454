//! Where a rule looks: RFC 9535 JSONPath, behind one small interface so that the library can be exchanged.

use std::sync::OnceLock;

use serde_json::Value;
use serde_json_path::{JsonPath, PathElement};

use super::steps::{Keep, Located, Steps, has_children, plain_name};
use crate::document::{Pointer, Token};

/// Any query; it is parsed when it is first used, since most rules of a catalogue never run.
#[derive(Debug, Clone)]
pub struct Query {
    text: String,
    parts: OnceLock<Box<QueryParts>>,
}

/// A query in three parts, each of which may be empty. What the first one doesn't find, the others need not look for; and
/// the library is asked only for what the simple steps can't say.
#[derive(Debug, Clone)]
struct QueryParts {
    /// The simple steps at the beginning.
    first: Steps,
    /// These and what follows up to the last step that is not simple.
    library: Option<Library>,
    /// The simple steps at the end.
    last: Steps,
}

/// What the library reads, when it is first needed.
#[derive(Debug, Clone)]
struct Library {
    text: String,
    path: OnceLock<Option<JsonPath>>,
}

impl QueryParts {
    fn parse(text: &str) -> Self {
        let (first, mut rest) = Steps::read(text.strip_prefix('$').unwrap_or_default());
        let (mut last, mut end) = (Steps::default(), text.len());
        let simple = text.starts_with('$') && rest.is_empty();
        while let Some(after) = past_brackets(rest) {
            end = text.len() - after.len();
            (last, rest) = Steps::read(after);
        }
        if !rest.is_empty() {
            (last, end) = (Steps::default(), text.len());
        }
        let library = Library {
            text: text[..end].to_owned(),
            path: OnceLock::new(),
        };
        Self {
            first,
            library: (!simple).then_some(library),
            last,
        }
    }
}

/// What follows a step in brackets of whatever kind.
fn past_brackets(text: &str) -> Option<&str> {
    let inside = text.strip_prefix("..").unwrap_or(text).strip_prefix('[')?;
    let (mut quote, mut escaped, mut open) = (None, false, 1);
    for (at, c) in inside.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(mark), _) => quote = quote.filter(|_| c != mark),
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => open += 1,
            (None, ']') => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(&inside[at + 1..]);
        }
    }
    None
}

impl Library {
    fn nodes<'v>(&self, value: &'v Value) -> Vec<Located<'v>> {
        let path = self.path.get_or_init(|| JsonPath::parse(&self.text).ok());
        let located = path.as_ref().map(|path| path.query_located(value));
        let nodes = located.iter().flat_map(|located| located.iter());
        nodes
            .map(|node| {
                let tokens = node.location().iter().map(|element| match element {
                    PathElement::Name(name) => Token::Key((*name).to_owned()),
                    PathElement::Index(index) => Token::Index(*index),
                });
                (Pointer(tokens.collect()), node.node())
            })
            .collect()
    }
}

impl Query {
    /// A query that has been checked, or will be by a test of the catalogue.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            parts: OnceLock::new(),
        }
    }

    /// Whether the text is a query.
    ///
    /// # Errors
    /// With what is wrong at which position.
    pub fn check(text: &str) -> Result<(), String> {
        within_limits(text)?;
        JsonPath::parse(text)
            .map(drop)
            .map_err(|error| format!("not a JSONPath query (RFC 9535): {error}"))
    }

    /// The nodes it selects that `keep` accepts, in document order, each with its place.
    pub fn nodes<'v>(&self, value: &'v Value, keep: Keep<'_>) -> Vec<(Pointer, &'v Value)> {
        // Where nothing has the first name nothing is selected, and the query need not be read: most are not.
        let first = self.text.strip_prefix("$.").and_then(plain_name);
        if first.is_some_and(|(name, _)| value.get(name).is_none()) {
            return Vec::new();
        }
        let parts = self
            .parts
            .get_or_init(|| Box::new(QueryParts::parse(&self.text)));
        let root = vec![(Pointer::root(), value)];
        let Some(library) = &parts.library else {
            return parts.first.nodes(root, keep);
        };
        match parts
            .first
            .nodes(root, &|_, node| has_children(node))
            .is_empty()
        {
            true => Vec::new(),
            false => parts.last.nodes(library.nodes(value), keep),
        }
    }
}

/// The longest query, in bytes.
const MAX_LENGTH: usize = 1024;
/// How deep brackets may be nested: the reader of queries is recursive.
const MAX_NESTING: usize = 32;
/// How often a query may say `..`: each one multiplies the nodes by the depth of the file.
const MAX_DESCENTS: usize = 2;

/// How many filters a query may have: reading them inside each other takes time that doubles with each.
const MAX_FILTERS: usize = 6;

fn within_length(text: &str) -> Result<(), String> {
    if text.len() > MAX_LENGTH {
        return Err(format!(
            "the query has {} bytes; the limit is {MAX_LENGTH}",
            text.len()
        ));
    }
    Ok(())
}

/// Refuses what would take too long, or more stack than there is.
fn within_limits(text: &str) -> Result<(), String> {
    within_length(text)?;
    let (mut quote, mut escaped, mut dot) = (None, false, false);
    let (mut nesting, mut descents) = (0_usize, 0_usize);
    if text.matches("[?").count() > MAX_FILTERS {
        return Err(format!("more than {MAX_FILTERS} filters"));
    }
    for c in text.chars() {
        if let Some(end) = quote {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                _ if c == end => quote = None,
                _ => {}
            }
            continue;
        }
        match c {
            '\'' | '"' => quote = Some(c),
            '[' | '(' => nesting += 1,
            ']' | ')' => nesting = nesting.saturating_sub(1),
            '.' if dot => descents += 1,
            _ => {}
        }
        dot = c == '.' && !dot;
        if nesting > MAX_NESTING {
            return Err(format!(
                "more than {MAX_NESTING} brackets inside each other"
            ));
        }
        if descents > MAX_DESCENTS {
            return Err(format!("more than {MAX_DESCENTS} times `..`"));
        }
    }
    Ok(())
}

/// Reads a singular query (RFC 9535, 2.3.5.1): names and indexes only, so that it can speak of an absent place.
///
/// # Errors
/// With what is wrong at which position.
pub fn singular(text: &str) -> Result<Pointer, String> {
    let bad = |position: usize, what: &str| {
        Err(format!(
            "not a singular query: {what} at position {}; write $.name, $['any name'] or $[0]",
            position + 1
        ))
    };
    within_length(text)?;
    let Some(rest) = text.strip_prefix('$') else {
        return bad(0, "it must begin with `$`");
    };
    let mut tokens = Vec::new();
    let mut rest = rest;
    while !rest.is_empty() {
        let position = text.len() - rest.len();
        if let Some(name) = rest.strip_prefix('.') {
            let end = name
                .find(|c: char| !(c.is_alphanumeric() || c == '_' || !c.is_ascii()))
                .unwrap_or(name.len());
            if end == 0 || name.starts_with(|c: char| c.is_ascii_digit()) {
                return bad(position + 1, "a name was expected");
            }
            tokens.push(Token::Key(name[..end].to_owned()));
            rest = &name[end..];
        } else if let Some(quoted) = rest.strip_prefix("['").or_else(|| rest.strip_prefix("[\"")) {
            let quote = &rest[1..2];
            let Some(end) = quoted.find(&format!("{quote}]")) else {
                return bad(position, "the name in brackets has no end");
            };
            if quoted[..end].contains(['\\', '\'', '"']) {
                return bad(
                    position,
                    "quotes and backslashes in names are not supported",
                );
            }
            tokens.push(Token::Key(quoted[..end].to_owned()));
            rest = &quoted[end + 2..];
        } else if let Some(index) = rest.strip_prefix('[') {
            let end = index.find(']').unwrap_or(0);
            let Ok(number) = index[..end].parse() else {
                return bad(position, "an index or a quoted name was expected");
            };
            tokens.push(Token::Index(number));
            rest = &index[end + 1..];
        } else {
            return bad(position, "`.` or `[` was expected");
        }
    }
    Ok(Pointer(tokens))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use serde_json::json;

    /// Nodes with their places as text.
    pub(in crate::condition) fn named(nodes: Vec<Located<'_>>) -> Vec<(String, &Value)> {
        let nodes = nodes.into_iter();
        nodes
            .map(|(pointer, node)| (pointer.to_string(), node))
            .collect()
    }

    /// What the library selects.
    pub(in crate::condition) fn of_the_library<'v>(
        query: &str,
        value: &'v Value,
    ) -> Vec<(String, &'v Value)> {
        let path = JsonPath::parse(query).unwrap();
        let located = path.query_located(value);
        located
            .iter()
            .map(|node| (node.location().to_json_pointer(), node.node()))
            .collect()
    }

    #[test]
    fn singular_queries_become_pointers() {
        for (text, pointer) in [
            ("$", ""),
            ("$.env.ANTHROPIC_BASE_URL", "/env/ANTHROPIC_BASE_URL"),
            ("$['[opencode]'].agents", "/[opencode]/agents"),
            ("$.a[0][\"b-c\"]", "/a/0/b-c"),
        ] {
            assert_eq!(singular(text).unwrap().to_string(), pointer);
        }
    }

    #[test]
    fn queries_in_parts_select_what_the_library_selects() {
        let value = json!({
            "list": [{ "on": true, "model": "m", "below": { "a": [1, { "b": 2 }] } }, { "model": "n" }, {}],
            "map": { "p": { "url": "u]", "x": ["]", "q"] }, "r": { "url": "u" } },
            "chosen": "u",
            "leaf": 7,
            "empty": {},
            "aä": { "x": 1 },
        });
        let mut some = 0;
        for query in [
            "$.list[?@.on].model",
            "$.list[?@.model]..*",
            "$.list[?@.on]..b",
            "$.map[?@.url == 'u]'].x[1]",
            "$.map[?@.url == \"u\"]['url']",
            "$.map[?@.url == $.chosen].url",
            "$.map[?@.x[?@ == ']']].x.*",
            "$[?@.p][?@.x].url",
            "$..[?@.url].x[0]",
            "$.list[-1:]",
            "$.list[0,1].model",
            "$.list[?@.on].below[\"a\"][1]",
            "$.map['p',\"r\"].url",
            "$.leaf[?@.x]",
            "$.empty[?@.x].y",
            "$.none[?@.x].y",
            "$.map[?match(@.url, 'u[]]')].x",
            "$.aä.x",
            "$.*.aä",
            "$..aä.*",
        ] {
            Query::check(query).unwrap();
            let ours = named(Query::new(query).nodes(&value, &|_, _| true));
            assert_eq!(ours, of_the_library(query, &value), "{query}");
            some += usize::from(!ours.is_empty());
        }
        assert_eq!(some, 16);
    }

    #[test]
    fn what_is_no_query_selects_nothing() {
        for query in ["", "list", "$.list[", "$.list[?@.on", "$.list]", "$[?]"] {
            assert_eq!(
                Query::new(query).nodes(&json!({"list": [1]}), &|_, _| true),
                [],
                "{query}"
            );
        }
    }

    #[test]
    fn other_queries_are_refused_with_the_position() {
        for (text, position) in [
            ("a.b", 1),
            ("$.a.*", 5),
            ("$..a", 3),
            ("$.b-c", 4),
            ("$['x", 2),
            ("$[?@.a]", 2),
        ] {
            let error = singular(text).unwrap_err();
            assert!(
                error.contains(&format!("at position {position};")),
                "{text}: {error}"
            );
        }
    }
}
