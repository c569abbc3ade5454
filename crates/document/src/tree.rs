//! Where every value and member name of a document lies in its text.

use std::ops::Range;

use super::{Pointer, Token};

/// A value's place in the text. Offsets are `u32` because documents are limited to 16 MiB.
#[derive(Debug, Clone)]
pub(super) struct Node {
    start: u32,
    end: u32,
    pub(super) children: Children,
}

/// What lies inside a value.
#[derive(Debug, Clone)]
pub(super) enum Children {
    None,
    Array(Vec<Node>),
    Object(Object),
}

/// The members of an object, in the order of the text.
#[derive(Debug, Clone, Default)]
pub(super) struct Object {
    pub(super) members: Vec<Member>,
    /// Positions in `members`, sorted by name and then by position.
    by_name: Vec<u32>,
}

/// A member of an object.
#[derive(Debug, Clone)]
pub(super) struct Member {
    start: u32,
    end: u32,
    /// The decoded name, where it is not just the key's bytes without their quotes.
    name: Option<Box<str>>,
    pub(super) value: Node,
}

impl Node {
    pub(super) fn new(span: Range<usize>, children: Children) -> Self {
        Self {
            start: offset(span.start),
            end: offset(span.end),
            children,
        }
    }

    /// The value's bytes.
    pub(super) fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The bytes of the name of a member of this object.
    pub(super) fn key(&self, text: &str, name: &str) -> Option<Range<usize>> {
        match &self.children {
            Children::Object(object) => Some(object.members[object.effective(text, name)?].key()),
            _ => None,
        }
    }

    /// One step further in; of members with the same name the effective one.
    pub(super) fn child(&self, text: &str, token: &Token) -> Option<&Node> {
        match (&self.children, token) {
            (Children::Array(elements), Token::Index(index)) => elements.get(*index),
            (Children::Object(object), Token::Key(name)) => object
                .effective(text, name)
                .map(|at| &object.members[at].value),
            _ => None,
        }
    }

    /// The value at a place below this one.
    pub(super) fn find(&self, text: &str, at: &Pointer) -> Option<&Node> {
        at.0.iter()
            .try_fold(self, |node, token| node.child(text, token))
    }
}

impl Object {
    pub(super) fn new(text: &str, members: Vec<Member>) -> Self {
        let mut by_name: Vec<u32> = (0..offset(members.len())).collect();
        // Stable: members of the same name stay in the order of the text.
        by_name.sort_by(|&a, &b| {
            members[a as usize]
                .name(text)
                .cmp(members[b as usize].name(text))
        });
        Self { members, by_name }
    }

    /// Positions of all members with this name, in the order of the text.
    pub(super) fn named<'a>(
        &'a self,
        text: &'a str,
        name: &'a str,
    ) -> impl DoubleEndedIterator<Item = usize> + 'a {
        let first = self
            .by_name
            .partition_point(|&at| self.members[at as usize].name(text) < name);
        let len = self.by_name[first..]
            .partition_point(|&at| self.members[at as usize].name(text) == name);
        self.by_name[first..first + len]
            .iter()
            .map(|&at| at as usize)
    }

    /// The position of the member that counts: the last one with this name.
    pub(super) fn effective(&self, text: &str, name: &str) -> Option<usize> {
        self.named(text, name).next_back()
    }

    /// Pairs of positions: a member without effect, and the later one of the same name that counts.
    pub(super) fn shadowed<'a>(
        &'a self,
        text: &'a str,
    ) -> impl Iterator<Item = (usize, usize)> + 'a {
        let same = move |a: &u32, b: &u32| {
            self.members[*a as usize].name(text) == self.members[*b as usize].name(text)
        };
        self.by_name
            .chunk_by(same)
            .filter_map(|run| run.split_last())
            .flat_map(|(last, earlier)| earlier.iter().map(|&at| (at as usize, *last as usize)))
    }
}

impl Member {
    pub(super) fn new(text: &str, key: Range<usize>, name: &str, value: Node) -> Self {
        let name = (unquoted(&text[key.clone()]) != name).then(|| name.into());
        Self {
            name,
            ..Self::plain(key, value)
        }
    }

    /// A member whose name is just the key's bytes without their quotes.
    pub(super) fn plain(key: Range<usize>, value: Node) -> Self {
        Self {
            start: offset(key.start),
            end: offset(key.end),
            name: None,
            value,
        }
    }

    /// The bytes of the name, quotes included.
    pub(super) fn key(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The decoded name.
    pub(super) fn name<'a>(&'a self, text: &'a str) -> &'a str {
        self.name
            .as_deref()
            .unwrap_or_else(|| unquoted(&text[self.key()]))
    }
}

fn unquoted(key: &str) -> &str {
    match key.as_bytes() {
        [b'"', .., b'"'] | [b'\'', .., b'\''] => &key[1..key.len() - 1],
        _ => key,
    }
}

/// Offsets fit: `Document::parse` refuses longer texts before any offset is taken.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
