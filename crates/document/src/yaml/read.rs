//! The value of a YAML document, and where its parts lie.

use std::ops::Range;

use serde_json::{Map, Number, Value};
use yaml_edit::validator::{Severity, Validator};
use yaml_edit::{
    AnchorRegistry, CoreScalarType, Document, Mapping, Scalar, ScalarValue, YamlFile, YamlNode,
};

use super::{MAX_DEPTH, ParseError, Parsed, check_size, simple, too_deep};
use crate::Layout;
use crate::tree::{Children, Member, Node, Object};

/// How many values the aliases of a document may stand for.
const MAX_VALUES: usize = 100_000;

/// Reads the YAML in a part of a text.
pub(crate) fn parse(text: &str, part: Range<usize>) -> Result<Parsed, ParseError> {
    check_size(text, &part)?;
    match simple::read(text, part.clone()) {
        Some(parsed) => Ok(parsed),
        None => tree(text, part),
    }
}

/// Reads any YAML by its syntax tree.
pub(super) fn tree(text: &str, part: Range<usize>) -> Result<Parsed, ParseError> {
    let parsed = YamlFile::parse(&text[part.clone()]);
    if let Some(error) = parsed.positioned_errors().first() {
        return Err(ParseError::at(
            text,
            part.start + error.range.start as usize,
            plain(&error.message),
        ));
    }
    let file = parsed.tree();
    let mut documents = file.documents();
    let Some(document) = documents.next() else {
        return Ok(Parsed::empty());
    };
    if let Some(second) = documents.next() {
        let offset = part.start + second.byte_range().start as usize;
        return Err(
            ParseError::at(text, offset, "a second document").expecting("a single YAML document")
        );
    }
    let violations = Validator::new().validate(&document);
    if let Some(violation) = violations
        .iter()
        .find(|violation| violation.severity == Severity::Error)
    {
        let offset = part.start + violation.text_range.map_or(0, |range| range.start as usize);
        return Err(ParseError::at(text, offset, plain(&violation.message)));
    }
    let Some(root) = root(&document) else {
        return Ok(Parsed::empty());
    };
    let mut reader = Reader {
        text,
        start: part.start,
        anchors: AnchorRegistry::from_document(&document),
        values: 0,
    };
    let (value, node) = reader.read(&root, 0)?;
    Ok(Parsed {
        value,
        layout: Layout::Tree(node),
        duplicates: Vec::new(),
    })
}

/// The document's value.
pub(super) fn root(document: &Document) -> Option<YamlNode> {
    let mapping = document.as_mapping().map(YamlNode::Mapping);
    let sequence = || document.as_sequence().map(YamlNode::Sequence);
    let tagged = || document.as_tagged().map(YamlNode::TaggedNode);
    let scalar = || document.as_scalar().map(YamlNode::Scalar);
    mapping.or_else(sequence).or_else(tagged).or_else(scalar)
}

/// `yaml-edit`'s message without what it quotes from the text.
fn plain(message: &str) -> String {
    let end = message.find([':', '"', '\'', '.']).unwrap_or(message.len());
    let mut message = message[..end].trim_end().to_owned();
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    message
}

struct Reader<'t> {
    text: &'t str,
    start: usize,
    anchors: AnchorRegistry,
    values: usize,
}

impl Reader<'_> {
    fn read(&mut self, node: &YamlNode, depth: usize) -> Result<(Value, Node), ParseError> {
        let range = self.range(node);
        self.values += 1;
        if depth > MAX_DEPTH {
            return Err(too_deep(self.text, range.start));
        }
        if self.values > MAX_VALUES {
            let message = format!("more than {MAX_VALUES} values, aliases included");
            return Err(ParseError::at(self.text, range.start, message));
        }
        let (value, children) = match node {
            YamlNode::Scalar(scalar) => (self::scalar(scalar), Children::None),
            YamlNode::Mapping(mapping) => self.mapping(mapping, depth)?,
            YamlNode::Sequence(sequence) => {
                let mut values = Vec::new();
                let mut nodes = Vec::new();
                for element in sequence.values() {
                    let (value, node) = self.read(&element, depth + 1)?;
                    values.push(value);
                    nodes.push(node);
                }
                (Value::Array(values), Children::Array(nodes))
            }
            YamlNode::Alias(alias) => {
                let target = self.anchors.resolve(&alias.name()).cloned();
                let target = target.and_then(|target| {
                    let inner = target.children().next().and_then(YamlNode::from_syntax);
                    YamlNode::from_syntax(target).or(inner)
                });
                let Some(target) = target else {
                    return Err(ParseError::at(
                        self.text,
                        range.start,
                        "an alias without an anchor",
                    ));
                };
                // What it stands for lies elsewhere.
                (self.read(&target, depth + 1)?.0, Children::None)
            }
            YamlNode::TaggedNode(tagged) => {
                let inner = tagged.as_mapping().map(YamlNode::Mapping);
                let inner = inner.or_else(|| tagged.as_sequence().map(YamlNode::Sequence));
                match (inner, tagged.value()) {
                    (Some(inner), _) => {
                        let (value, node) = self.read(&inner, depth + 1)?;
                        (value, node.children)
                    }
                    (None, Some(scalar)) if tagged.tag().as_deref() == Some("!!str") => {
                        (Value::from(scalar.as_string()), Children::None)
                    }
                    (None, Some(scalar)) => (self::scalar(&scalar), Children::None),
                    (None, None) => (Value::Null, Children::None),
                }
            }
        };
        Ok((value, Node::new(range, children)))
    }

    fn mapping(
        &mut self,
        mapping: &Mapping,
        depth: usize,
    ) -> Result<(Value, Children), ParseError> {
        let mut values = Map::new();
        let mut members = Vec::new();
        let mut merged = Map::new();
        for entry in mapping.entries() {
            let Some(key) = entry.key_node() else {
                continue;
            };
            let key_range = self.range(&key);
            let YamlNode::Scalar(name) = &key else {
                let message = "a key that is not a plain name";
                return Err(ParseError::at(self.text, key_range.start, message)
                    .expecting("a scalar as key"));
            };
            let (value, node) = match entry.value_node() {
                Some(value) => self.read(&value, depth + 1)?,
                None => (
                    Value::Null,
                    Node::new(key_range.end..key_range.end, Children::None),
                ),
            };
            if name.value() == "<<" {
                merge(value, &mut merged);
                continue;
            }
            let name = name.as_string();
            members.push(Member::new(self.text, key_range, &name, node));
            values.insert(name, value);
        }
        for (name, value) in merged {
            values.entry(name).or_insert(value);
        }
        Ok((
            Value::Object(values),
            Children::Object(Object::new(self.text, members)),
        ))
    }

    /// The node's bytes, without the line breaks after a block.
    fn range(&self, node: &YamlNode) -> Range<usize> {
        let range = node.byte_range();
        let (start, end) = (
            self.start + range.start as usize,
            self.start + range.end as usize,
        );
        start..start + self.text[start..end].trim_end().len()
    }
}

/// Members that `<<` takes from another mapping, or from several, of which the first wins.
fn merge(value: Value, merged: &mut Map<String, Value>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                merged.entry(name).or_insert(value);
            }
        }
        Value::Array(elements) => elements
            .into_iter()
            .for_each(|element| merge(element, merged)),
        _ => {}
    }
}

/// A scalar by the rules of YAML 1.2: only a few plain ones are not strings.
fn scalar(scalar: &Scalar) -> Value {
    let text = scalar.as_string();
    if scalar.is_quoted() || scalar.is_block() {
        return Value::from(text);
    }
    match ScalarValue::classify_plain(&text) {
        _ if scalar.is_null() => Value::Null,
        CoreScalarType::Null => Value::Null,
        CoreScalarType::Boolean => Value::Bool(text.eq_ignore_ascii_case("true")),
        CoreScalarType::Integer => match (
            scalar.as_i64(),
            text.trim_start_matches('+').parse::<Number>(),
        ) {
            (Some(integer), _) => Value::from(integer),
            (None, Ok(large)) => Value::Number(large),
            (None, Err(_)) => Value::from(text),
        },
        CoreScalarType::Float => match scalar.as_f64() {
            Some(f64::INFINITY) => "1e999".parse().map_or(Value::Null, Value::Number),
            Some(f64::NEG_INFINITY) => "-1e999".parse().map_or(Value::Null, Value::Number),
            Some(float) => Number::from_f64(float).map_or(Value::Null, Value::Number),
            None => Value::from(text),
        },
        CoreScalarType::String => Value::from(text),
    }
}
