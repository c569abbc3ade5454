//! Documents: parsed config files that can be located in and edited without disturbing the rest.
//!
//! A [`Document`] holds a file's text, its value, and where in the text each part of the value lies.
//! [`Document::edit`] gives the text with some [`Edit`]s made; every other byte stays as it was. The
//! edited text is read again, and must have exactly the value that the edits ask for.

mod check;
mod edit;
mod error;
mod json;
mod lines;
mod pointer;
mod splice;
mod text;
mod toml;
mod tree;
mod yaml;

use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use serde::Deserialize;
use serde_json::{Map, Value};

pub use edit::Edit;
pub use error::{EditError, ParseError};
pub use lines::line_column;
pub use pointer::{Pointer, Token};
pub use yaml::MAX_YAML_BYTES;

use tree::{Children, Node};

/// The largest file that is read, in bytes: 16 MiB. The largest known config file has a quarter of that.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// How deep objects and arrays may be nested.
///
/// Config files stay below 20. The limit keeps every recursive reader far from the end of its stack,
/// and `serde_json`, which checks strict JSON, stops at 127 by itself.
pub const MAX_DEPTH: usize = 120;

/// The syntax of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// JSON as in RFC 8259, and nothing else.
    Json,
    /// JSON with comments and trailing commas.
    Jsonc,
    /// JSON with comments, where a trailing comma is an error.
    JsoncNoTrailingComma,
    /// JSON5: also unquoted keys, single quotes, hexadecimal numbers and more.
    Json5,
    /// TOML.
    Toml,
    /// YAML, a single document.
    Yaml,
    /// YAML between `---` lines at the start of a Markdown file.
    FrontMatter,
    /// Any text: only addresses and lines are seen in it, and it is never edited.
    Text,
}

impl Format {
    /// The name used in rules and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Jsonc => "jsonc",
            Self::JsoncNoTrailingComma => "jsonc-no-trailing-comma",
            Self::Json5 => "json5",
            Self::Toml => "toml",
            Self::Yaml => "yaml",
            Self::FrontMatter => "front-matter",
            Self::Text => "text",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A member that has no effect, because a later one in the same object has the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The place both claim.
    pub pointer: Pointer,
    /// The name of the member without effect.
    pub shadowed: Range<usize>,
    /// The name of the member that counts.
    pub effective: Range<usize>,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The comment's bytes, markers included.
    pub span: Range<usize>,
    /// The comment without its markers and the spaces around it.
    pub text: String,
}

/// A parsed file. All spans are byte offsets in the file, byte order mark included.
#[derive(Debug, Clone)]
pub struct Document {
    format: Format,
    /// Shared with the plan, which keeps it when the document is edited: it may have megabytes.
    text: Rc<String>,
    parsed: Parsed,
}

/// What a format's reader makes of a text.
#[derive(Debug, Clone)]
struct Parsed {
    value: Value,
    layout: Layout,
    duplicates: Vec<Duplicate>,
}

/// Where things lie in a text.
#[derive(Debug, Clone)]
enum Layout {
    /// The text holds no value at all.
    Empty,
    /// Every value is one piece of text: JSON.
    Tree(Node),
    /// Lines add to values that earlier lines began: TOML.
    Outline(toml::Outline),
}

impl Parsed {
    /// A text of only whitespace and comments: an empty object, so that members can be set in it.
    fn empty() -> Self {
        Self {
            value: Value::Object(Map::new()),
            layout: Layout::Empty,
            duplicates: Vec::new(),
        }
    }

    fn new(text: &str, value: Value, tree: Node) -> Self {
        let mut duplicates = Vec::new();
        collect_duplicates(text, &tree, &mut Vec::new(), &mut duplicates);
        Self {
            value,
            layout: Layout::Tree(tree),
            duplicates,
        }
    }
}

impl Document {
    /// Reads a file's bytes.
    pub fn parse(bytes: &[u8], format: Format) -> Result<Self, ParseError> {
        Self::of(bytes.to_vec(), format).map_err(|(error, _)| error)
    }

    /// Reads a file's bytes, which the document keeps; with an error they are given back.
    pub fn of(bytes: Vec<u8>, format: Format) -> Result<Self, (ParseError, Vec<u8>)> {
        let text = decoded(bytes)?;
        match read(&text, format) {
            Ok(parsed) => Ok(Self {
                format,
                text: Rc::new(text),
                parsed,
            }),
            Err(error) => Err((error, text.into_bytes())),
        }
    }

    /// The syntax the document was read as.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The text it was read from, byte order mark included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The document's value. Of members with the same name the last one counts; an empty document is an empty object.
    pub fn value(&self) -> &Value {
        &self.parsed.value
    }

    /// The text, to be kept.
    pub fn shared_text(&self) -> Rc<String> {
        Rc::clone(&self.text)
    }

    /// Whether the text holds no value at all, at most comments.
    pub fn is_empty(&self) -> bool {
        matches!(self.parsed.layout, Layout::Empty)
    }

    /// The bytes of the value at a place. (Of a TOML table, those of its header's name; a table
    /// without a header of its own has none.)
    pub fn span(&self, at: &Pointer) -> Option<Range<usize>> {
        match &self.parsed.layout {
            Layout::Empty => None,
            Layout::Tree(root) => root.find(&self.text, at).map(Node::range),
            Layout::Outline(outline) => outline.span(at),
        }
    }

    /// The bytes of the name of the member at a place, quotes included.
    pub fn key_span(&self, at: &Pointer) -> Option<Range<usize>> {
        let (parent, Token::Key(name)) = at.split_last()? else {
            return None;
        };
        match &self.parsed.layout {
            Layout::Empty => None,
            Layout::Tree(root) => root.find(&self.text, &parent)?.key(&self.text, name),
            Layout::Outline(outline) => outline.key_span(at),
        }
    }

    /// Members without effect, in the order in which their objects appear.
    pub fn duplicates(&self) -> &[Duplicate] {
        &self.parsed.duplicates
    }

    /// All comments, in order.
    pub fn comments(&self) -> Vec<Comment> {
        match self.format {
            Format::Json | Format::Text => Vec::new(),
            Format::Jsonc | Format::JsoncNoTrailingComma | Format::Json5 => {
                json::comments(&self.text)
            }
            Format::Toml => match &self.parsed.layout {
                Layout::Outline(outline) => outline.comments(&self.text),
                _ => toml::Outline::read(&self.text).comments(&self.text),
            },
            Format::Yaml => yaml::comments(&self.text, 0..self.text.len()),
            Format::FrontMatter => match yaml::FrontMatter::find(&self.text) {
                Ok(matter) => yaml::comments(&self.text, matter.yaml),
                Err(_) => Vec::new(),
            },
        }
    }

    /// The text with `edits` made, in order, each against the outcome of the one before.
    ///
    /// The result has been read again and has exactly the value that the edits ask for; what no edit
    /// names is byte-identical.
    pub fn edit(&self, edits: &[Edit]) -> Result<String, EditError> {
        match self.edited(edits)? {
            Some(document) => Ok(Rc::unwrap_or_clone(document.text)),
            None => Ok(self.text().to_owned()),
        }
    }

    /// The document that [`edit`](Self::edit) leads to; `None` when the text stays as it is.
    pub fn edited(&self, edits: &[Edit]) -> Result<Option<Self>, EditError> {
        let mut expected = self.parsed.value.clone();
        let text = match self.format {
            Format::Json | Format::Jsonc | Format::JsoncNoTrailingComma | Format::Json5 => {
                json::edit(self, edits, &mut expected)?
            }
            Format::Toml => toml::edit(self, edits, &mut expected)?,
            Format::Yaml => yaml::edit(&self.text, edits, &mut expected)?,
            Format::FrontMatter => self.edit_front_matter(edits, &mut expected)?,
            Format::Text => match edits.first() {
                None => return Ok(None),
                Some(edit) => {
                    return Err(EditError::Unsupported {
                        at: edit.at().clone(),
                        reason: "texts of programs are never edited".to_owned(),
                    });
                }
            },
        };
        if text == *self.text {
            return Ok(None);
        }
        let parsed = check::read_again(&text, self.format, expected)?;
        match self.format {
            Format::Toml => toml::check_again(&self.text, &text, &parsed.value)?,
            Format::Yaml => yaml::check_again(&self.text, &text, edits)?,
            Format::FrontMatter => {
                yaml::check_again(matter(&self.text)?, matter(&text)?, edits)?;
            }
            _ => {}
        }
        Ok(Some(Self {
            format: self.format,
            text: Rc::new(text),
            parsed,
        }))
    }

    fn edit_front_matter(&self, edits: &[Edit], value: &mut Value) -> Result<String, EditError> {
        let matter = find_matter(&self.text)?;
        let before = &self.text[matter.yaml.clone()];
        let after = yaml::edit(before, edits, value)?;
        Ok(if after == before {
            self.text().to_owned()
        } else {
            matter.replace(&self.text, &after)
        })
    }
}

fn find_matter(text: &str) -> Result<yaml::FrontMatter, EditError> {
    yaml::FrontMatter::find(text).map_err(|error| EditError::CheckFailed {
        reason: error.to_string(),
    })
}

/// The front matter of a text that has been read.
fn matter(text: &str) -> Result<&str, EditError> {
    find_matter(text).map(|matter| &text[matter.yaml])
}

/// Reads a text that has passed [`decoded`].
fn read(text: &str, format: Format) -> Result<Parsed, ParseError> {
    match format {
        Format::Json | Format::Jsonc | Format::JsoncNoTrailingComma | Format::Json5 => {
            json::parse(text, format)
        }
        Format::Toml => toml::parse(text),
        Format::Yaml => yaml::parse(text, 0..text.len()),
        Format::FrontMatter => yaml::parse(text, yaml::FrontMatter::find(text)?.yaml),
        Format::Text => Ok(text::parse(text)),
    }
}

/// The text in a file's bytes: UTF-8 of a reasonable size. With an error the bytes are given back.
fn decoded(bytes: Vec<u8>) -> Result<String, (ParseError, Vec<u8>)> {
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if bytes.len() > MAX_BYTES {
        let message = format!(
            "the file has {} bytes; the limit is {MAX_BYTES}",
            bytes.len()
        );
        return Err((ParseError::at("", 0, message), bytes));
    }
    if utf16 {
        let error = ParseError::at("", 0, "the file is UTF-16, which glm-setup does not edit");
        return Err((error.expecting("UTF-8"), bytes));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let (end, bytes) = (error.utf8_error().valid_up_to(), error.into_bytes());
        let valid = String::from_utf8_lossy(&bytes[..end]);
        let error = ParseError::at(&valid, end, "the file is not valid UTF-8");
        (error.expecting("UTF-8"), bytes)
    })?;
    match no_nul(&text) {
        Ok(()) => Ok(text),
        Err(error) => Err((error, text.into_bytes())),
    }
}

/// Refuses a text with a NUL byte, which no tool's config has.
fn no_nul(text: &str) -> Result<(), ParseError> {
    let at = memchr::memchr(0, text.as_bytes());
    at.map_or(Ok(()), |at| {
        let error = ParseError::at(text, at, "the file contains a NUL byte");
        Err(error.expecting("a text file in UTF-8"))
    })
}

fn collect_duplicates(text: &str, node: &Node, path: &mut Vec<Token>, found: &mut Vec<Duplicate>) {
    match &node.children {
        Children::None => {}
        Children::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                if !matches!(element.children, Children::None) {
                    path.push(Token::Index(index));
                    collect_duplicates(text, element, path, found);
                    path.pop();
                }
            }
        }
        Children::Object(object) => {
            let known = found.len();
            for (shadowed, effective) in object.shadowed(text) {
                let (shadowed, effective) = (&object.members[shadowed], &object.members[effective]);
                found.push(Duplicate {
                    pointer: Pointer(path.clone()).key(effective.name(text)),
                    shadowed: shadowed.key(),
                    effective: effective.key(),
                });
            }
            let all_count = found.len() == known;
            for (index, member) in object.members.iter().enumerate() {
                let name = member.name(text);
                // What lies inside a member without effect has no place of its own.
                if !matches!(member.value.children, Children::None)
                    && (all_count || object.effective(text, name) == Some(index))
                {
                    path.push(Token::Key(name.to_owned()));
                    collect_duplicates(text, &member.value, path, found);
                    path.pop();
                }
            }
        }
    }
}

/// Runs the README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
