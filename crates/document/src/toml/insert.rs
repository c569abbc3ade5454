//! New pairs, sections and elements in TOML texts.

use serde_json::{Map, Value as Json};

use super::edit::unsupported;
use super::outline::{Found, Inner, Outline, Pair, Statement, Value};
use super::print;
use crate::edit::walk;
use crate::lines::{bom_len, line_ending, line_indent, starts_line};
use crate::splice::Splice;
use crate::{EditError, Pointer, Token};

/// Creates a value that isn't there, inside the first parent that is.
pub(super) fn create(
    text: &str,
    outline: &Outline,
    at: &Pointer,
    new: &Json,
    value: &Json,
) -> Result<Vec<Splice>, EditError> {
    let (depth, missing) = walk(value, at)?;
    let parent = &at.0[..depth];
    let names: Vec<&str> = missing
        .iter()
        .filter_map(|token| match token {
            Token::Key(name) => Some(name.as_str()),
            Token::Index(_) => None,
        })
        .collect();
    let Some((&name, rest)) = names.split_first() else {
        return Err(unsupported(at, "an element can't be created"));
    };
    let new = rest.iter().rev().fold(new.clone(), |inner, name| {
        Json::Object(Map::from_iter([((*name).to_owned(), inner)]))
    });
    match outline.find(parent) {
        Some(Found::Value { value: table, .. }) => {
            let pair = print::pair(name, &new, at)?;
            match &table.inner {
                Inner::Table(pairs) => Ok(vec![after_last_pair(text, table, pairs, &pair)]),
                _ => Err(unsupported(at, "its parent is not a table")),
            }
        }
        Some(Found::Dotted {
            within:
                table @ Value {
                    inner: Inner::Table(pairs),
                    ..
                },
            keys: keys @ [first, ..],
        }) => {
            let end = keys.last().map_or(first.range.end, |last| last.range.end);
            let names = &text[first.range.start..end];
            let pair = format!("{names}.{}", print::pair(name, &new, at)?);
            Ok(vec![after_last_pair(text, table, pairs, &pair)])
        }
        _ => in_statements(text, outline, parent, name, &new, at),
    }
}

fn after_last_pair(text: &str, table: &Value, pairs: &[Pair], pair: &str) -> Splice {
    match pairs.last() {
        None => Splice {
            range: table.range.clone(),
            text: format!("{{ {pair} }}"),
        },
        Some(last) if starts_line(text, last.range().start) => {
            let indent = line_indent(text, last.range().start);
            Splice::insertion(
                last.range().end,
                format!(",{}{indent}{pair}", line_ending(text)),
            )
        }
        Some(last) => Splice::insertion(last.range().end, format!(", {pair}")),
    }
}

/// Adds a member to a table that headers or dotted keys define.
fn in_statements(
    text: &str,
    outline: &Outline,
    parent: &[Token],
    name: &str,
    new: &Json,
    at: &Pointer,
) -> Result<Vec<Splice>, EditError> {
    let newline = line_ending(text);
    let statements = &outline.statements;
    let beneath = |statement: &&Statement| statement.path.starts_with(parent);
    let header = statements
        .iter()
        .position(|s| s.value().is_none() && s.path == parent);
    let last_beneath = statements.iter().rfind(beneath);
    let dotted = statements
        .iter()
        .rfind(|s| beneath(s) && s.value().is_some() && s.table < parent.len());
    if let (None, Some(dotted), false) = (header, dotted, parent.is_empty()) {
        // `a.b = 1` has a sibling `a.c = 2`.
        let last = dotted
            .key_at(parent.len() - 1)
            .ok_or_else(|| unsupported(at, "its parent has no name"))?;
        let names = &text[dotted.keys[0].range.start..last.range.end];
        let line = format!("{names}.{}", print::pair(name, new, at)?);
        return Ok(vec![line_after(text, dotted, &line, newline)]);
    }
    if let Json::Object(members) = new {
        let mut path: Vec<&str> = parent.iter().filter_map(key).collect();
        path.push(name);
        let mut section = String::new();
        sections(&path, members, newline, at, &mut section)?;
        // The header of an array's element speaks about the last one so far.
        let inside_element = parent.iter().any(|token| matches!(token, Token::Index(_)));
        let after = last_beneath.filter(|_| !parent.is_empty() || inside_element);
        return Ok(vec![section_after(text, after, &section, newline)]);
    }
    let pair = print::pair(name, new, at)?;
    if header.is_none() && !parent.is_empty() {
        // Only subtables have headers: `[a.b]`. The table gets its own.
        let path: Vec<String> = parent.iter().filter_map(key).map(print::key).collect();
        let section = format!("[{}]{newline}{pair}{newline}", path.join("."));
        return Ok(vec![section_after(text, last_beneath, &section, newline)]);
    }
    let start = header.map_or(0, |header| header + 1);
    let own = statements[start..]
        .iter()
        .take_while(|statement| statement.value().is_some());
    match own.last().or(header.map(|header| &statements[header])) {
        Some(statement) => Ok(vec![line_after(text, statement, &pair, newline)]),
        None if statements.is_empty() => Ok(vec![section_after(
            text,
            None,
            &format!("{pair}{newline}"),
            newline,
        )]),
        None => {
            let start = after_opening_comment(text);
            Ok(vec![Splice::insertion(
                start,
                format!("{pair}{newline}{newline}"),
            )])
        }
    }
}

fn key(token: &Token) -> Option<&str> {
    match token {
        Token::Key(name) => Some(name),
        Token::Index(_) => None,
    }
}

/// A table as sections: a header and pairs, then the tables inside it.
fn sections(
    path: &[&str],
    members: &Map<String, Json>,
    newline: &str,
    at: &Pointer,
    out: &mut String,
) -> Result<(), EditError> {
    let is_table = |value: &Json| matches!(value, Json::Object(members) if !members.is_empty());
    let (tables, pairs): (Vec<_>, Vec<_>) = members.iter().partition(|(_, value)| is_table(value));
    if !pairs.is_empty() || tables.is_empty() {
        if !out.is_empty() {
            out.push_str(newline);
        }
        let names: Vec<String> = path.iter().map(|name| print::key(name)).collect();
        out.push_str(&format!("[{}]{newline}", names.join(".")));
        for (name, value) in pairs {
            out.push_str(&print::pair(name, value, at)?);
            out.push_str(newline);
        }
    }
    for (name, value) in tables {
        if let Json::Object(members) = value {
            let path: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
            sections(&path, members, newline, at, out)?;
        }
    }
    Ok(())
}

/// A line of its own below a statement, indented like it.
fn line_after(text: &str, statement: &Statement, line: &str, newline: &str) -> Splice {
    let indent = line_indent(
        text,
        statement
            .keys
            .first()
            .map_or(statement.lines.start, |key| key.range.start),
    );
    let at = statement.lines.end;
    let text = if text[..at].ends_with('\n') {
        format!("{indent}{line}{newline}")
    } else {
        format!("{newline}{indent}{line}")
    };
    Splice::insertion(at, text)
}

/// A section below a statement, or at the end of the text, with a blank line around it.
fn section_after(
    text: &str,
    statement: Option<&Statement>,
    section: &str,
    newline: &str,
) -> Splice {
    let at = statement.map_or(text.len(), |statement| statement.lines.end);
    let before = &text[bom_len(text)..at];
    let apart = ["\n\n", "\n\r\n"]
        .iter()
        .any(|blank| before.ends_with(blank));
    let separator = if apart || before.trim().is_empty() {
        String::new()
    } else if before.ends_with('\n') {
        newline.to_owned()
    } else {
        format!("{newline}{newline}")
    };
    let rest = &text[at..];
    let blank = if rest.is_empty() || rest.starts_with(['\n', '\r']) {
        ""
    } else {
        newline
    };
    Splice::insertion(at, format!("{separator}{section}{blank}"))
}

/// Where the first statement may go: after a comment at the very start that a blank line sets apart.
fn after_opening_comment(text: &str) -> usize {
    let start = bom_len(text);
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        if !line.starts_with('#') {
            return if line.trim().is_empty() && at > start {
                at + line.len()
            } else {
                start
            };
        }
        at += line.len();
    }
    start
}

/// Adds an element to an array.
pub(super) fn element(
    text: &str,
    outline: &Outline,
    at: &Pointer,
    new: &Json,
) -> Result<Vec<Splice>, EditError> {
    let newline = line_ending(text);
    if let Some(Found::Value { value: array, .. }) = outline.find(&at.0) {
        let Inner::Array(elements) = &array.inner else {
            return Err(unsupported(at, "it is not an array"));
        };
        let new = print::inline(new, at)?;
        let Some(last) = elements.last().map(|last| last.range.clone()) else {
            return Ok(vec![Splice::insertion(array.range.start + 1, new)]);
        };
        let comma = comma_after(text, last.end, array.range.end);
        if !starts_line(text, last.start) {
            return Ok(vec![match comma {
                Some(comma) => Splice::insertion(comma + 1, format!(" {new},")),
                None => Splice::insertion(last.end, format!(", {new}")),
            }]);
        }
        let indent = line_indent(text, last.start);
        return Ok(match comma {
            Some(comma) => {
                let line = text[comma..]
                    .find(['\r', '\n'])
                    .map_or(comma + 1, |end| comma + end);
                vec![Splice::insertion(
                    line.min(array.range.end - 1),
                    format!("{newline}{indent}{new},"),
                )]
            }
            None => vec![Splice::insertion(
                last.end,
                format!(",{newline}{indent}{new}"),
            )],
        });
    }
    let last = outline
        .statements
        .iter()
        .rfind(|statement| statement.path.starts_with(&at.0));
    let Json::Object(members) = new else {
        return Err(unsupported(
            at,
            "an array of tables can only get another table",
        ));
    };
    let names: Vec<String> = at.0.iter().filter_map(key).map(print::key).collect();
    let mut section = format!("[[{}]]{newline}", names.join("."));
    for (name, value) in members {
        section.push_str(&print::pair(name, value, at)?);
        section.push_str(newline);
    }
    match last {
        Some(last) => Ok(vec![section_after(text, Some(last), &section, newline)]),
        None => Err(unsupported(at, "the array was not found")),
    }
}

/// The comma after an element, past comments.
fn comma_after(text: &str, start: usize, end: usize) -> Option<usize> {
    let mut at = start;
    for line in text[start..end].split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or_default();
        if let Some(comma) = code.find([',', ']']) {
            return code[comma..].starts_with(',').then_some(at + comma);
        }
        at += line.len();
    }
    None
}
