//! Places inside a document.

use std::fmt;

/// One step from a container to one of its members.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Token {
    /// A member of an object, by its name.
    Key(String),
    /// An element of an array, counted from 0.
    Index(usize),
}

/// The place of a value inside a document: an RFC 6901 JSON Pointer with typed steps.
///
/// The empty pointer is the document's root.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Pointer(pub Vec<Token>);

impl Pointer {
    /// The document's root.
    pub fn root() -> Self {
        Self::default()
    }

    /// The place of the member `key` inside the object at this place.
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.with(Token::Key(key.into()))
    }

    /// The place of the element `index` inside the array at this place.
    pub fn index(&self, index: usize) -> Self {
        self.with(Token::Index(index))
    }

    /// This place, one step further in.
    pub fn with(&self, token: Token) -> Self {
        let mut tokens = self.0.clone();
        tokens.push(token);
        Self(tokens)
    }

    /// This place followed by all the steps of `rest`.
    pub fn join(&self, rest: &Pointer) -> Self {
        let mut tokens = self.0.clone();
        tokens.extend(rest.0.iter().cloned());
        Self(tokens)
    }

    /// The container's place and the last step, or `None` for the root.
    pub fn split_last(&self) -> Option<(Pointer, &Token)> {
        let (last, parents) = self.0.split_last()?;
        Some((Self(parents.to_vec()), last))
    }

    /// The name of the member that it leads to; empty for an element of a list and for the root.
    pub fn name(&self) -> &str {
        match self.0.last() {
            Some(Token::Key(name)) => name,
            _ => "",
        }
    }

    /// Whether `other` lies at or below this place.
    pub fn contains(&self, other: &Pointer) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The value at this place, if there is one.
    pub fn get<'v>(&self, value: &'v serde_json::Value) -> Option<&'v serde_json::Value> {
        self.0
            .iter()
            .try_fold(value, |value, token| token.of(value))
    }
}

impl Token {
    /// What lies one step further in, if there is something.
    pub fn of<'v>(&self, value: &'v serde_json::Value) -> Option<&'v serde_json::Value> {
        match self {
            Self::Key(key) => value.as_object()?.get(key),
            Self::Index(index) => value.as_array()?.get(*index),
        }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for token in &self.0 {
            match token {
                Token::Key(key) => write!(f, "/{}", key.replace('~', "~0").replace('/', "~1"))?,
                Token::Index(index) => write!(f, "/{index}")?,
            }
        }
        Ok(())
    }
}
