//! Edits of TOML texts, one after the other.

use std::ops::Range;

use serde_json::Value as Json;

use super::insert;
use super::outline::{Found, Inner, Kind, Outline, Pair, Statement, Value, is_name};
use super::print;
use crate::lines::{
    BOM, bom_len, lacks_line_end, line_ending, line_indent, line_start, starts_line,
};
use crate::splice::{self, Splice};
use crate::{Document, Edit, EditError, Pointer, Token};

/// Makes the edits, also in `value`: the document's at first, the expected outcome at last.
pub(crate) fn edit(
    document: &Document,
    edits: &[Edit],
    value: &mut Json,
) -> Result<String, EditError> {
    let mut text = document.text().to_owned();
    for edit in edits {
        // A table is spread over the text.
        for step in edit.member_by_member(value) {
            let mut after = value.clone();
            step.apply_to(&mut after)?;
            text = splice::apply(&text, splices(&text, &step, value)?);
            *value = after;
        }
    }
    if lacks_line_end(document.text()) {
        text.truncate(text.trim_end_matches(['\n', '\r']).len());
    }
    Ok(text)
}

fn splices(text: &str, edit: &Edit, value: &Json) -> Result<Vec<Splice>, EditError> {
    let at = edit.at();
    let outline = Outline::read(text);
    let before = at.get(value);
    match (edit, before) {
        (Edit::Set { value: new, .. }, Some(old)) if old == new => Ok(Vec::new()),
        (Edit::Set { value: new, .. }, Some(_)) => replace(text, &outline, at, new),
        (Edit::Set { value: new, .. }, None) => insert::create(text, &outline, at, new, value),
        (Edit::Append { value: new, .. }, Some(_)) => insert::element(text, &outline, at, new),
        (Edit::Append { value: new, .. }, None) => {
            insert::create(text, &outline, at, &Json::Array(vec![new.clone()]), value)
        }
        (Edit::Remove { .. }, _) => remove(text, &outline, at),
        (Edit::Rename { to, .. }, _) => Ok(rename(&outline, at, to)),
    }
}

pub(super) fn unsupported(at: &Pointer, reason: &str) -> EditError {
    EditError::Unsupported {
        at: at.clone(),
        reason: reason.to_owned(),
    }
}

fn replace(
    text: &str,
    outline: &Outline,
    at: &Pointer,
    new: &Json,
) -> Result<Vec<Splice>, EditError> {
    let Some(Found::Value { value: old, .. }) = outline.find(&at.0) else {
        return Err(unsupported(
            at,
            "a table that has headers can't be replaced by another type of value",
        ));
    };
    let new = match (&old.inner, new) {
        (Inner::Array(elements), Json::Array(new)) if !new.is_empty() => {
            lines(text, old, elements, new, at)?
        }
        _ => None,
    }
    .map_or_else(|| print::inline(new, at), Ok)?;
    Ok(vec![Splice {
        range: old.range.clone(),
        text: new,
    }])
}

/// An array with its elements on lines of their own, if the old one was like that.
fn lines(
    text: &str,
    array: &Value,
    old: &[Value],
    new: &[Json],
    at: &Pointer,
) -> Result<Option<String>, EditError> {
    let Some(first) = old
        .first()
        .filter(|first| starts_line(text, first.range.start))
    else {
        return Ok(None);
    };
    let newline = line_ending(text);
    let indent = line_indent(text, first.range.start);
    let mut out = "[".to_owned();
    for element in new {
        out.push_str(&format!(
            "{newline}{indent}{},",
            print::inline(element, at)?
        ));
    }
    out.push_str(newline);
    out.push_str(line_indent(text, array.range.start));
    out.push(']');
    Ok(Some(out))
}

fn remove(text: &str, outline: &Outline, at: &Pointer) -> Result<Vec<Splice>, EditError> {
    for statement in &outline.statements {
        if let Some(value) = statement.value()
            && let Some(rest) = at.0.strip_prefix(statement.path.as_slice())
            && !rest.is_empty()
        {
            return remove_in(text, value, rest)
                .ok_or_else(|| unsupported(at, "its inline table would have to be written anew"));
        }
    }
    let (beneath, parent): (Vec<usize>, _) = (
        (0..outline.statements.len())
            .filter(|&index| outline.statements[index].path.starts_with(&at.0))
            .collect(),
        &at.0[..at.0.len() - 1],
    );
    let Some(&first) = beneath.first() else {
        return Err(EditError::NotFound { at: at.clone() });
    };
    let mut splices: Vec<Splice> = beneath
        .chunk_by(|a, b| a + 1 == *b)
        .filter_map(|run| Some(section(text, outline, *run.first()?, *run.last()?)))
        .map(Splice::deletion)
        .collect();
    // Tables that only their members define would go with the last of these.
    let implies_parent = |(index, statement): (usize, &Statement)| {
        !beneath.contains(&index) && statement.path.starts_with(parent)
    };
    if !parent.is_empty() && !outline.statements.iter().enumerate().any(implies_parent) {
        let statement = &outline.statements[first];
        let depth = parent.len() - 1;
        let names = statement
            .key_at(depth)
            .zip(statement.keys.first())
            .map(|(last, first)| &text[first.range.start..last.range.end]);
        let kept = match (&statement.kind, names) {
            (Kind::Pair(_), Some(names)) => format!("{names} = {{}}"),
            (Kind::Header, Some(names)) => format!("[{names}]"),
            _ => {
                return Err(unsupported(
                    at,
                    "it is the last element of an array of tables",
                ));
            }
        };
        let start = statement.lines.start;
        splices.push(Splice::insertion(
            start,
            format!("{kept}{}", line_ending(text)),
        ));
    }
    Ok(splices)
}

/// The lines of neighbouring statements. A section that starts with a header takes the blank lines before it along.
fn section(text: &str, outline: &Outline, first: usize, last: usize) -> Range<usize> {
    let (first, last) = (&outline.statements[first], &outline.statements[last]);
    let mut start = first.lines.start;
    if !matches!(first.kind, Kind::Pair(_)) {
        let bom = bom_len(text);
        while start > bom {
            let line = text[..start - 1].rfind('\n').map_or(bom, |at| at + 1);
            if !text[line..start].trim().is_empty() {
                break;
            }
            start = line;
        }
    }
    let mut end = last.lines.end;
    if text[..start].trim_start_matches(BOM).is_empty() && !matches!(first.kind, Kind::Pair(_)) {
        let blank = text[end..]
            .split_inclusive('\n')
            .take_while(|line| line.trim().is_empty());
        end += blank.map(str::len).sum::<usize>();
    }
    start..end
}

fn remove_in(text: &str, value: &Value, at: &[Token]) -> Option<Vec<Splice>> {
    let (first, rest) = at.split_first()?;
    match (&value.inner, first) {
        (Inner::Array(elements), Token::Index(index)) if rest.is_empty() => {
            let items: Vec<_> = elements
                .iter()
                .map(|element| element.range.clone())
                .collect();
            Some(remove_item(text, &value.range, &items, *index, true))
        }
        (Inner::Array(elements), Token::Index(index)) => {
            remove_in(text, elements.get(*index)?, rest)
        }
        (Inner::Table(pairs), Token::Key(_)) => {
            let leads = |pair: &Pair| {
                pair.keys
                    .iter()
                    .zip(at)
                    .all(|(key, token)| is_name(token, &key.name))
            };
            let index = pairs.iter().position(leads)?;
            let pair = &pairs[index];
            if pair.keys.len() < at.len() {
                return remove_in(text, &pair.value, &at[pair.keys.len()..]);
            }
            // A dotted key defines tables that would have to stay.
            if at.len() > 1 || pair.keys.len() > 1 {
                return None;
            }
            let items: Vec<_> = pairs.iter().map(Pair::range).collect();
            Some(remove_item(text, &value.range, &items, index, false))
        }
        _ => None,
    }
}

/// Removes an item of a list on one or more lines. Arrays may end with a comma, inline tables may not.
fn remove_item(
    text: &str,
    list: &Range<usize>,
    items: &[Range<usize>],
    index: usize,
    comma: bool,
) -> Vec<Splice> {
    let item = items[index].clone();
    let line_end = text[item.end..]
        .find('\n')
        .map_or(text.len(), |at| item.end + at + 1);
    let next = items.get(index + 1).map_or(list.end - 1, |next| next.start);
    if comma
        && starts_line(text, item.start)
        && line_end <= next
        && text[item.end..line_end]
            .trim_start_matches([' ', '\t'])
            .starts_with([',', '#', '\r', '\n'])
    {
        return vec![Splice::deletion(line_start(text, item.start)..line_end)];
    }
    let range = match (items.get(index + 1), index.checked_sub(1)) {
        (Some(next), _) => item.start..next.start,
        (None, Some(previous)) => items[previous].end..item.end,
        (None, None) => list.start + 1..list.end - 1,
    };
    vec![Splice::deletion(range)]
}

fn rename(outline: &Outline, at: &Pointer, to: &str) -> Vec<Splice> {
    let depth = at.0.len() - 1;
    let mut splices = Vec::new();
    let mut rename = |range: &Range<usize>| {
        splices.push(Splice {
            range: range.clone(),
            text: print::key(to),
        })
    };
    for statement in &outline.statements {
        if statement.path.starts_with(&at.0) {
            if let Some(key) = statement.key_at(depth) {
                rename(&key.range);
            }
        } else if let Some(value) = statement.value()
            && let Some(rest) = at.0.strip_prefix(statement.path.as_slice())
        {
            rename_in(value, rest, &mut rename);
        }
    }
    splices
}

fn rename_in(value: &Value, at: &[Token], rename: &mut impl FnMut(&Range<usize>)) {
    match (&value.inner, at.split_first()) {
        (Inner::Array(elements), Some((Token::Index(index), rest))) => {
            if let Some(element) = elements.get(*index) {
                rename_in(element, rest, rename);
            }
        }
        (Inner::Table(pairs), Some((Token::Key(_), _))) => {
            for pair in pairs {
                if !pair
                    .keys
                    .iter()
                    .zip(at)
                    .all(|(key, token)| is_name(token, &key.name))
                {
                    continue;
                }
                match pair.keys.get(at.len() - 1) {
                    Some(key) => rename(&key.range),
                    None => rename_in(&pair.value, &at[pair.keys.len()..], rename),
                }
            }
        }
        _ => {}
    }
}
