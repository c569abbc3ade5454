//! JSON, JSONC and JSON5: three sets of options for one reader and one way to edit.
//!
//! Edits are splices: the bytes of a node are replaced, or a member is put between its neighbours,
//! and no other byte is touched. `jsonc-parser`'s syntax tree tells where the nodes lie. (Its own
//! editable tree costs eight times as much, and turns inline objects into multi-line ones.)

mod insert;
mod parse;
mod print;
mod remove;
mod strict;
mod trivia;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use super::edit::walk;
use super::splice::{self, Splice};
use super::tree::{Children, Node};
use super::{Document, Edit, EditError, Format, Layout, Pointer, Token};

pub(super) use parse::{paired, parse, parse_as};
pub(super) use trivia::comments;

/// A text on its way through a list of edits.
struct Editor<'d> {
    format: Format,
    text: Cow<'d, str>,
    /// Where things lie in `text`; `None` after a splice, until somebody asks.
    tree: Option<Tree<'d>>,
    /// New texts for existing scalars. They leave the tree usable, so they are made together.
    pending: BTreeMap<usize, Splice>,
}

/// The tree of a text, or nothing for a text without a value.
type Tree<'d> = Option<Cow<'d, Node>>;

/// Makes the edits, also in `value`: the document's at first, the expected outcome at last.
pub(super) fn edit(
    document: &Document,
    edits: &[Edit],
    value: &mut Value,
) -> Result<String, EditError> {
    let mut editor = Editor {
        format: document.format,
        text: Cow::Borrowed(&document.text),
        tree: Some(match &document.parsed.layout {
            Layout::Tree(root) => Some(Cow::Borrowed(root)),
            _ => None,
        }),
        pending: BTreeMap::new(),
    };
    for edit in edits {
        editor.apply(edit, value)?;
    }
    editor.splice_pending();
    Ok(editor.text.into_owned())
}

impl Editor<'_> {
    fn apply(&mut self, edit: &Edit, value: &mut Value) -> Result<(), EditError> {
        let before = edit.at().get(value);
        match edit {
            Edit::Set { at, value: new } => match before {
                Some(old) if old == new => Ok(()),
                Some(old) => {
                    let scalar = !is_container(old) && !is_container(new);
                    edit.apply_to(value)?;
                    self.locate()?;
                    if self.root().is_none() {
                        self.fill(value);
                        Ok(())
                    } else if scalar {
                        self.set_scalar(at, new)
                    } else {
                        self.splice(|text, root| replace(text, root, at, new))
                    }
                }
                None => self.create(edit, new, value),
            },
            Edit::Append { at, value: new } => match before {
                Some(_) => {
                    edit.apply_to(value)?;
                    self.splice(|text, root| insert::splices(text, root, at, None, new))
                }
                None => self.create(edit, &Value::Array(vec![new.clone()]), value),
            },
            Edit::Remove { at } => {
                edit.apply_to(value)?;
                self.splice(|text, root| remove(text, root, at))
            }
            Edit::Rename { at, to } => {
                edit.apply_to(value)?;
                if matches!(at.0.last(), Some(Token::Key(name)) if name == to) {
                    return Ok(());
                }
                self.splice(|text, root| rename(text, root, at, to))
            }
        }
    }

    /// Inserts a value that isn't there, inside the first parent that is.
    fn create(&mut self, edit: &Edit, new: &Value, value: &mut Value) -> Result<(), EditError> {
        let at = edit.at();
        let (depth, missing) = walk(value, at)?;
        let parent = Pointer(at.0[..depth].to_vec());
        edit.apply_to(value)?;
        self.locate()?;
        if self.root().is_none() {
            self.fill(value);
            return Ok(());
        }
        let Some((Token::Key(name), rest)) = missing.split_first() else {
            return Err(lost(at));
        };
        let new = rest
            .iter()
            .rev()
            .fold(new.clone(), |inner, token| match token {
                Token::Key(name) => Value::Object([(name.clone(), inner)].into_iter().collect()),
                Token::Index(_) => inner,
            });
        self.splice(|text, root| insert::splices(text, root, &parent, Some(name), &new))
    }

    /// Gives a text without a value its first one.
    fn fill(&mut self, value: &Value) {
        self.text = Cow::Owned(insert::into_empty(&self.text, value));
        self.tree = None;
    }

    fn set_scalar(&mut self, at: &Pointer, new: &Value) -> Result<(), EditError> {
        self.locate()?;
        let node = self.root().and_then(|root| root.find(&self.text, at));
        let range = node.ok_or_else(|| lost(at))?.range();
        self.pending.insert(
            range.start,
            Splice {
                range,
                text: new.to_string(),
            },
        );
        Ok(())
    }

    fn splice(
        &mut self,
        splices: impl FnOnce(&str, &Node) -> Option<Vec<Splice>>,
    ) -> Result<(), EditError> {
        self.splice_pending();
        self.locate()?;
        let splices = self.root().and_then(|root| splices(&self.text, root));
        self.apply_splices(splices.ok_or_else(|| lost(&Pointer::root()))?);
        Ok(())
    }

    fn splice_pending(&mut self) {
        if !self.pending.is_empty() {
            let pending = std::mem::take(&mut self.pending);
            self.apply_splices(pending.into_values().collect());
        }
    }

    fn apply_splices(&mut self, splices: Vec<Splice>) {
        self.text = Cow::Owned(splice::apply(&self.text, splices));
        self.tree = None;
    }

    /// Makes sure that `tree` belongs to `text`.
    fn locate(&mut self) -> Result<(), EditError> {
        if self.tree.is_none() {
            let tree =
                parse::tree(&self.text, self.format).map_err(|error| EditError::CheckFailed {
                    reason: format!("between two edits, {error}"),
                })?;
            self.tree = Some(tree.map(Cow::Owned));
        }
        Ok(())
    }

    /// The root, if the text has a value at all.
    fn root(&self) -> Option<&Node> {
        self.tree.as_ref()?.as_deref()
    }
}

/// The value says that a node exists, but the tree has none: the two readers of the text disagree.
fn lost(at: &Pointer) -> EditError {
    EditError::CheckFailed {
        reason: format!("`{at}` is not where it should be in the text"),
    }
}

fn is_container(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Object(_))
}

/// Gives the existing value at `at` a new text.
fn replace(text: &str, root: &Node, at: &Pointer, new: &Value) -> Option<Vec<Splice>> {
    let place = insert::Place::find(text, root, at)?;
    let range = place.node.range();
    let new = place.replacement(new);
    Some(vec![Splice { range, text: new }])
}

/// Removes an element, or all members of a name: without the last one, an earlier one would count.
fn remove(text: &str, root: &Node, at: &Pointer) -> Option<Vec<Splice>> {
    let (parent, last) = at.split_last()?;
    let parent = root.find(text, &parent)?;
    let removed = match (&parent.children, last) {
        (Children::Object(object), Token::Key(name)) => object.named(text, name).collect(),
        (Children::Array(_), Token::Index(index)) => vec![*index],
        _ => return None,
    };
    Some(remove::splices(text, parent, &removed))
}

fn rename(text: &str, root: &Node, at: &Pointer, to: &str) -> Option<Vec<Splice>> {
    let (parent, Token::Key(name)) = at.split_last()? else {
        return None;
    };
    let parent = root.find(text, &parent)?;
    let Children::Object(object) = &parent.children else {
        return None;
    };
    let mut members: Vec<usize> = object.named(text, name).collect();
    let effective = members.pop()?;
    let mut splices = remove::splices(text, parent, &members);
    splices.push(Splice {
        range: object.members[effective].key(),
        text: print::quoted(to),
    });
    Some(splices)
}
