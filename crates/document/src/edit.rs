//! Edits, and what they do to a plain value.

use serde_json::{Map, Value};

use super::{EditError, Pointer, Token};

/// One change to a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Replaces the value at a place, or creates it, together with missing parent objects.
    Set {
        /// The place.
        at: Pointer,
        /// The new value.
        value: Value,
    },
    /// Removes a member or an element.
    Remove {
        /// The place.
        at: Pointer,
    },
    /// Renames a member; its value and its position stay.
    Rename {
        /// The place.
        at: Pointer,
        /// The new name.
        to: String,
    },
    /// Adds an element at the end of an array, which is created when there is none.
    Append {
        /// The place of the array.
        at: Pointer,
        /// The new element.
        value: Value,
    },
}

impl Edit {
    /// The place the edit is about.
    pub fn at(&self) -> &Pointer {
        match self {
            Self::Set { at, .. }
            | Self::Remove { at }
            | Self::Rename { at, .. }
            | Self::Append { at, .. } => at,
        }
    }

    /// Makes the same change to a plain value: the outcome that the edited document must have.
    pub fn apply_to(&self, root: &mut Value) -> Result<(), EditError> {
        match self {
            Self::Set { at, value } => {
                *create(root, at, value)? = value.clone();
                Ok(())
            }
            Self::Append { at, value } => match create(root, at, &Value::Array(Vec::new()))? {
                Value::Array(elements) => {
                    elements.push(value.clone());
                    Ok(())
                }
                other => Err(EditError::NotAContainer {
                    at: at.clone(),
                    found: kind(other),
                    needed: "an array",
                }),
            },
            Self::Remove { at } => remove(root, at),
            Self::Rename { at, to } => rename(root, at, to),
        }
    }

    /// Edits to the same effect that never replace an object by an object, but change its members.
    pub(super) fn member_by_member(&self, root: &Value) -> Vec<Edit> {
        let Edit::Set {
            at,
            value: Value::Object(new),
        } = self
        else {
            return vec![self.clone()];
        };
        let Some(Value::Object(old)) = at.get(root) else {
            return vec![self.clone()];
        };
        // Set before removing, so that the object does not become empty on the way.
        let set = new.iter().flat_map(|(name, new)| {
            Edit::Set {
                at: at.key(name),
                value: new.clone(),
            }
            .member_by_member(root)
        });
        let removed = old.keys().filter(|name| !new.contains_key(*name));
        set.chain(removed.map(|name| Edit::Remove { at: at.key(name) }))
            .collect()
    }
}

/// The value at `at`, created as `initial` inside new objects when there is none.
///
/// Everything is looked at before anything is created, so that an error leaves `root` as it was.
fn create<'v>(
    root: &'v mut Value,
    at: &Pointer,
    initial: &Value,
) -> Result<&'v mut Value, EditError> {
    let (depth, missing) = walk(root, at)?;
    let existing = at.0[..depth].iter().try_fold(root, step);
    let Some(mut value) = existing else {
        return Err(EditError::NotFound { at: at.clone() });
    };
    for (index, token) in missing.iter().enumerate() {
        let Token::Key(name) = token else {
            return Err(EditError::OutOfRange {
                at: at.clone(),
                len: 0,
            });
        };
        let new = if index + 1 == missing.len() {
            initial.clone()
        } else {
            Value::Object(Map::new())
        };
        let Value::Object(members) = value else {
            return Err(EditError::NotAContainer {
                at: at.clone(),
                found: kind(value),
                needed: "an object",
            });
        };
        value = members.entry(name.clone()).or_insert(new);
    }
    Ok(value)
}

/// How many steps of `at` exist, and the steps that are missing and could be created.
pub(super) fn walk<'p>(root: &Value, at: &'p Pointer) -> Result<(usize, &'p [Token]), EditError> {
    let mut value = root;
    for (depth, token) in at.0.iter().enumerate() {
        let here = || Pointer(at.0[..depth].to_vec());
        let next = match (token, value) {
            (Token::Key(name), Value::Object(members)) => members.get(name),
            (Token::Index(index), Value::Array(elements)) => match elements.get(*index) {
                None => {
                    let at = here().index(*index);
                    return Err(EditError::OutOfRange {
                        at,
                        len: elements.len(),
                    });
                }
                some => some,
            },
            (Token::Key(_), other) => {
                return Err(EditError::NotAContainer {
                    at: here(),
                    found: kind(other),
                    needed: "an object",
                });
            }
            (Token::Index(_), other) => {
                return Err(EditError::NotAContainer {
                    at: here(),
                    found: kind(other),
                    needed: "an array",
                });
            }
        };
        match next {
            Some(next) => value = next,
            None => {
                let missing = &at.0[depth..];
                if let Some(index) = missing
                    .iter()
                    .position(|token| matches!(token, Token::Index(_)))
                {
                    return Err(EditError::OutOfRange {
                        at: Pointer(at.0[..=depth + index].to_vec()),
                        len: 0,
                    });
                }
                return Ok((depth, missing));
            }
        }
    }
    Ok((at.0.len(), &[]))
}

fn step<'v>(value: &'v mut Value, token: &Token) -> Option<&'v mut Value> {
    match token {
        Token::Key(name) => value.as_object_mut()?.get_mut(name),
        Token::Index(index) => value.as_array_mut()?.get_mut(*index),
    }
}

fn remove(root: &mut Value, at: &Pointer) -> Result<(), EditError> {
    let Some((parent, last)) = at.split_last() else {
        return Err(EditError::NotAMember {
            at: at.clone(),
            wanted: "removed",
        });
    };
    let parent = parent.0.iter().try_fold(root, step);
    let removed = match (parent, last) {
        // `remove` would move the last member into the gap.
        (Some(Value::Object(members)), Token::Key(name)) => members.shift_remove(name).is_some(),
        (Some(Value::Array(elements)), Token::Index(index)) if *index < elements.len() => {
            elements.remove(*index);
            true
        }
        _ => false,
    };
    if removed {
        Ok(())
    } else {
        Err(EditError::NotFound { at: at.clone() })
    }
}

fn rename(root: &mut Value, at: &Pointer, to: &str) -> Result<(), EditError> {
    let Some((parent, Token::Key(name))) = at.split_last() else {
        return Err(EditError::NotAMember {
            at: at.clone(),
            wanted: "renamed",
        });
    };
    match parent.0.iter().try_fold(root, step) {
        Some(Value::Object(members)) if members.contains_key(name) => {
            if name == to {
                return Ok(());
            }
            if members.contains_key(to) {
                return Err(EditError::NameTaken {
                    at: at.clone(),
                    to: to.to_owned(),
                });
            }
            // Rebuilt, because the member keeps its position.
            *members = std::mem::take(members)
                .into_iter()
                .map(|(key, value)| {
                    if key == *name {
                        (to.to_owned(), value)
                    } else {
                        (key, value)
                    }
                })
                .collect();
            Ok(())
        }
        _ => Err(EditError::NotFound { at: at.clone() }),
    }
}

/// A value's type with its article, for messages.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
