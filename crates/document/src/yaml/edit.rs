//! Edits of YAML documents, one after the other.

use std::collections::BTreeMap;

use serde_json::Value;
use yaml_edit::{Document, ScalarValue, YamlFile, YamlNode, YamlValue};

use super::read::root;
use super::{EditError, bom_len, second};
use crate::edit::walk;
use crate::lines::{lacks_line_end, line_ending, line_start, starts_line};
use crate::{Edit, Pointer, Token};

const IN_THE_WAY: &str = "an alias, a tag or a merge is in the way";

/// Makes the edits in a YAML text, and in `value`: the text's at first, the expected outcome at last.
pub(crate) fn edit(yaml: &str, edits: &[Edit], value: &mut Value) -> Result<String, EditError> {
    let mut text = yaml.to_owned();
    for edit in edits {
        for step in edit
            .member_by_member(value)
            .into_iter()
            .flat_map(one_by_one)
        {
            let mut after = value.clone();
            step.apply_to(&mut after)?;
            if after != *value {
                text = apply(&text, &step, value)?;
            }
            *value = after;
        }
    }
    // A missing line end stays missing, unless it belongs to the last value now.
    let last_line = text.trim_end_matches(['\n', '\r']);
    if lacks_line_end(yaml) && last_line.len() < text.len() && !second::is_open(last_line) {
        text.truncate(last_line.len());
    }
    Ok(text)
}

/// `yaml-edit` sorts the members of a new mapping. Setting them one after the other keeps their order.
fn one_by_one(edit: Edit) -> Vec<Edit> {
    let Edit::Set {
        at,
        value: Value::Object(members),
    } = &edit
    else {
        return vec![edit];
    };
    let mut steps = Vec::new();
    for (name, value) in members {
        steps.extend(one_by_one(Edit::Set {
            at: at.key(name),
            value: value.clone(),
        }));
    }
    // The first step makes the mapping, also where something else stands.
    match steps.first_mut() {
        None => return vec![edit],
        Some(Edit::Set { at: leaf, value }) => {
            let wrapped = leaf.0[at.0.len()..]
                .iter()
                .rev()
                .fold(value.take(), |inner, token| match token {
                    Token::Key(name) => {
                        Value::Object([(name.clone(), inner)].into_iter().collect())
                    }
                    Token::Index(_) => inner,
                });
            (*leaf, *value) = (at.clone(), wrapped);
        }
        Some(_) => {}
    }
    steps
}

fn unsupported(at: &Pointer, reason: &str) -> EditError {
    EditError::Unsupported {
        at: at.clone(),
        reason: reason.to_owned(),
    }
}

fn apply(text: &str, edit: &Edit, value: &Value) -> Result<String, EditError> {
    let file = YamlFile::parse(text).tree();
    let document = file.ensure_document();
    let last = last_sibling(&document, edit, value);
    match edit {
        Edit::Set { at, value: new } => set(&document, at, new, value)?,
        Edit::Append { at, value: new } if at.get(value).is_none() => {
            set(&document, at, &Value::Array(vec![new.clone()]), value)?;
        }
        Edit::Append { at, value: new } => match node(&document, at)? {
            YamlNode::Sequence(sequence) => sequence.push(convert(new, at)?),
            _ => return Err(unsupported(at, IN_THE_WAY)),
        },
        Edit::Remove { at } => return remove(text, &document, at, value, || file.to_string()),
        Edit::Rename { at, to } => {
            let (YamlNode::Mapping(mapping), Token::Key(name)) = parent(&document, at)? else {
                return Err(unsupported(at, IN_THE_WAY));
            };
            if !mapping.rename_key(name.as_str(), to.as_str()) {
                return Err(unsupported(at, "its name is not written as a plain key"));
            }
        }
    }
    let edited = file.to_string();
    // A block at the end would take the line break before the new lines into its value.
    if matches!(edit, Edit::Set { .. } | Edit::Append { .. })
        && let Some(appended) = edited.strip_prefix(text)
        && second::is_open(text)
    {
        let reason = "the file ends in a block text without a line end";
        let last = last.ok_or_else(|| unsupported(edit.at(), reason))?;
        return Ok(before_member(text, last, appended));
    }
    if text[bom_len(text)..].trim().is_empty() && !edited.ends_with('\n') {
        return Ok(edited + line_ending(text));
    }
    Ok(edited)
}

/// Where the name of the last member lies in the mapping that gets a new one.
fn last_sibling(document: &Document, edit: &Edit, value: &Value) -> Option<usize> {
    let (depth, missing) = walk(value, edit.at()).ok()?;
    let parent = Pointer(edit.at().0[..depth].to_vec());
    let mapping = match missing {
        [] => None,
        _ if depth == 0 => root(document),
        _ => node(document, &parent).ok(),
    };
    let last = mapping?.as_mapping()?.entries().last()?;
    Some(last.key_node()?.byte_range().start as usize)
}

/// The text with what would come at its end before its last member instead, and before the comments of that.
fn before_member(text: &str, name: usize, appended: &str) -> String {
    let newline = line_ending(text);
    let lines = appended.trim_start_matches(['\r', '\n']);
    let start = line_start(text, name);
    if !starts_line(text, name) {
        let column = text[start..name].chars().map(|_| ' ');
        let indent: String = column.collect();
        let lines = lines.trim_start_matches(' ');
        return format!("{}{lines}{newline}{indent}{}", &text[..name], &text[name..]);
    }
    let is_comment = |start: &usize| text[*start..].trim_start_matches(' ').starts_with('#');
    let above = std::iter::successors(Some(start), |&start| {
        (start > bom_len(text)).then(|| line_start(text, start - newline.len()))
    });
    let start = above.skip(1).take_while(is_comment).last().unwrap_or(start);
    format!("{}{lines}{newline}{}", &text[..start], &text[start..])
}

fn set(document: &Document, at: &Pointer, new: &Value, value: &Value) -> Result<(), EditError> {
    let (depth, missing) = walk(value, at)?;
    // A missing value is set in its first existing parent, wrapped in the mappings between them.
    let (place, new) = match missing.split_first() {
        None => (at.clone(), new.clone()),
        Some((first, rest)) => {
            let wrapped = rest
                .iter()
                .rev()
                .fold(new.clone(), |inner, token| match token {
                    Token::Key(name) => {
                        Value::Object([(name.clone(), inner)].into_iter().collect())
                    }
                    Token::Index(_) => inner,
                });
            (Pointer(at.0[..depth].to_vec()).with(first.clone()), wrapped)
        }
    };
    let converted = convert(&new, at)?;
    if root(document).is_none() {
        return match (place.0.as_slice(), new) {
            ([Token::Key(name)], _) => done(document.set(name.as_str(), converted), at),
            ([], Value::Object(members)) => {
                for (name, value) in &members {
                    done(document.set(name.as_str(), convert(value, at)?), at)?;
                }
                Ok(())
            }
            _ => Err(unsupported(
                at,
                "an empty document can only become a mapping",
            )),
        };
    }
    if place.0.is_empty() {
        return Err(unsupported(at, "the whole document can't be replaced"));
    }
    match parent(document, &place)? {
        (YamlNode::Mapping(mapping), Token::Key(name)) => {
            mapping.set(name.as_str(), converted);
            Ok(())
        }
        (YamlNode::Sequence(sequence), Token::Index(index)) => {
            done(sequence.set(*index, converted), at)
        }
        _ => Err(unsupported(at, IN_THE_WAY)),
    }
}

fn done(done: bool, at: &Pointer) -> Result<(), EditError> {
    if done {
        Ok(())
    } else {
        Err(unsupported(at, "its surroundings are too unusual"))
    }
}

fn remove(
    text: &str,
    document: &Document,
    at: &Pointer,
    value: &Value,
    edited: impl FnOnce() -> String,
) -> Result<String, EditError> {
    let Some((container, _)) = at.split_last() else {
        return Err(EditError::NotAMember {
            at: at.clone(),
            wanted: "removed",
        });
    };
    // A block without members would be null.
    let emptied = match container.get(value) {
        Some(Value::Object(members)) if members.len() == 1 => {
            Some(Value::Object(Default::default()))
        }
        Some(Value::Array(elements)) if elements.len() == 1 => Some(Value::Array(Vec::new())),
        _ => None,
    };
    if let Some(empty) = emptied.filter(|_| !container.0.is_empty()) {
        return apply(
            text,
            &Edit::Set {
                at: container,
                value: empty,
            },
            value,
        );
    }
    match parent(document, at)? {
        (YamlNode::Mapping(mapping), Token::Key(name)) => {
            done(mapping.remove(name.as_str()).is_some(), at)?
        }
        (YamlNode::Sequence(sequence), Token::Index(index)) => {
            done(sequence.remove(*index).is_some(), at)?
        }
        _ => {
            return Err(unsupported(at, IN_THE_WAY));
        }
    }
    Ok(edited())
}

/// The container that holds the value at `at`, and the last step to it.
fn parent<'p>(document: &Document, at: &'p Pointer) -> Result<(YamlNode, &'p Token), EditError> {
    let (parent, last) = at
        .split_last()
        .ok_or_else(|| unsupported(at, "it is the whole document"))?;
    Ok((node(document, &parent)?, last))
}

/// The node at `at`. An alias or a tag on the way is not followed: an edit there would mean more than it says.
fn node(document: &Document, at: &Pointer) -> Result<YamlNode, EditError> {
    let missing = || unsupported(at, IN_THE_WAY);
    let mut node = root(document).ok_or_else(missing)?;
    for token in &at.0 {
        node = match (&node, token) {
            (YamlNode::Mapping(mapping), Token::Key(name)) => mapping.get(name.as_str()),
            (YamlNode::Sequence(sequence), Token::Index(index)) => sequence.get(*index),
            _ => None,
        }
        .ok_or_else(missing)?;
    }
    Ok(node)
}

fn convert(value: &Value, at: &Pointer) -> Result<YamlValue, EditError> {
    Ok(match value {
        Value::Null => YamlValue::Scalar(ScalarValue::null()),
        Value::Bool(value) => YamlValue::scalar(*value),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => YamlValue::scalar(integer),
            (None, Some(float)) => YamlValue::scalar(float),
            (None, None) => return Err(unsupported(at, "the number is too large")),
        },
        // As a block, lines would have to be kept apart from what follows them.
        Value::String(string) if string.contains(['\n', '\r']) => {
            YamlValue::Scalar(ScalarValue::double_quoted(string.as_str()))
        }
        Value::String(string) => YamlValue::scalar(string.as_str()),
        Value::Array(elements) => YamlValue::Sequence(
            elements
                .iter()
                .map(|element| convert(element, at))
                .collect::<Result<_, _>>()?,
        ),
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| Ok((name.clone(), convert(value, at)?)));
            YamlValue::Mapping(members.collect::<Result<BTreeMap<_, _>, EditError>>()?)
        }
    })
}
