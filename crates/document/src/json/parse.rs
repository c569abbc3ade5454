//! Reading JSON, JSONC and JSON5.

use std::borrow::Cow;

use jsonc_parser::ast::{ObjectPropName, Value as Ast};
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions, ParseStringErrorKind};
use memchr::memchr;
use serde::de::IgnoredAny;
use serde_json::{Map, Number, Value};

use super::strict::{self, Order};
use super::trivia::comments;
use crate::lines::bom_len;
use crate::tree::{Children, Member, Node, Object};
use crate::{Comment, Format, MAX_DEPTH, ParseError, Parsed};

/// The line breaks that JSON5 has and JSON has not.
const SEPARATORS: [char; 2] = ['\u{2028}', '\u{2029}'];

/// Reads a text of one of the three dialects.
pub(crate) fn parse(text: &str, format: Format) -> Result<Parsed, ParseError> {
    let spelled = paired(text);
    if let Some(tree) = strict_tree(text, &spelled, format)
        && let Some(value) = strict::value(&spelled, &tree)
    {
        return Ok(Parsed::new(text, value, tree));
    }
    let Some((ast, tree)) = syntax_tree(text, &spelled, format)? else {
        return Ok(Parsed::empty());
    };
    second_opinion(&spelled, format)?;
    Ok(Parsed::new(text, value(ast), tree))
}

/// Reads strict JSON that another reader has accepted and that is to have a certain value; nothing when it has another one.
/// `spelled` is the text with its surrogates [`paired`].
pub(crate) fn parse_as(text: &str, spelled: &str, expected: Value) -> Option<Parsed> {
    let tree = strict::tree(spelled, bom_len(text))?;
    if strict::is(spelled, &tree, &expected, Order::Same) {
        return Some(Parsed::new(text, expected, tree));
    }
    if !strict::is(spelled, &tree, &expected, Order::Any) {
        return None;
    }
    // In the order of the text. Of a large file, both values would be much at once.
    drop(expected);
    let value = strict::value(spelled, &tree)?;
    Some(Parsed::new(text, value, tree))
}

/// Where things lie in a text that is known to be well-formed.
pub(super) fn tree(text: &str, format: Format) -> Result<Option<Node>, ParseError> {
    let spelled = paired(text);
    if let Some(tree) = strict_tree(text, &spelled, format) {
        return Ok(Some(tree));
    }
    let syntax = syntax_tree(text, &spelled, format)?;
    Ok(syntax.map(|(_, tree)| tree))
}

/// Where things lie in strict JSON; `None` for anything else, of which a syntax tree tells what is wrong.
fn strict_tree(text: &str, spelled: &str, format: Format) -> Option<Node> {
    let bom = bom_len(text);
    let whole =
        format == Format::Json && serde_json::from_str::<IgnoredAny>(&spelled[bom..]).is_ok();
    whole.then(|| strict::tree(spelled, bom)).flatten()
}

/// The syntax tree of a text, and where things lie in it; nothing for a text without a value.
pub(super) fn syntax_tree<'t>(
    text: &str,
    spelled: &'t str,
    format: Format,
) -> Result<Option<(Ast<'t>, Node)>, ParseError> {
    let Some(ast) = ast(spelled, format)? else {
        return Ok(None);
    };
    let builder = Builder {
        text,
        format,
        bom: bom_len(text),
    };
    let tree = builder.node(&ast, 0)?;
    Ok(Some((ast, tree)))
}

/// The text with each unpaired surrogate (`\ud83d` alone) spelled as `\ufffd`, which has as many bytes. JavaScript
/// writes and reads such strings, and the programs that these files belong to are mostly written in it; the file's own
/// bytes are not touched.
pub(crate) fn paired(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let unit = |at: usize| {
        let digits = text.get(at + 2..at + 6)?;
        let escape = bytes.get(at) == Some(&b'\\') && bytes.get(at + 1) == Some(&b'u');
        u16::from_str_radix(digits, 16).ok().filter(|_| escape)
    };
    let mut unpaired = Vec::new();
    let mut at = 0;
    while let Some(offset) = memchr(b'\\', &bytes[at..]) {
        at += offset;
        at += match unit(at) {
            Some(0xd800..=0xdbff) if matches!(unit(at + 6), Some(0xdc00..=0xdfff)) => 12,
            Some(0xd800..=0xdfff) => {
                unpaired.push(at);
                6
            }
            _ => 2,
        }
        .min(bytes.len() - at);
    }
    if unpaired.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut spelled = text.to_owned();
    for at in unpaired {
        spelled.replace_range(at + 2..at + 6, "fffd");
    }
    Cow::Owned(spelled)
}

fn options(format: Format) -> ParseOptions {
    let json5 = format == Format::Json5;
    ParseOptions {
        allow_comments: format != Format::Json,
        allow_trailing_commas: matches!(format, Format::Jsonc | Format::Json5),
        // No tool reads such a file, and splices between such elements could join them.
        allow_missing_commas: false,
        allow_loose_object_property_names: json5,
        allow_single_quoted_strings: json5,
        allow_hexadecimal_numbers: json5,
        allow_unary_plus_numbers: json5,
        allow_bare_decimal_point_numbers: json5,
        allow_non_finite_numbers: json5,
        allow_extended_string_escapes: json5,
    }
}

fn ast(text: &str, format: Format) -> Result<Option<Ast<'_>>, ParseError> {
    let bom = bom_len(text);
    jsonc_parser::parse_to_ast(&text[bom..], &CollectOptions::default(), &options(format))
        .map(|result| result.value)
        .map_err(|error| explain(text, bom, &error))
}

/// `jsonc-parser` accepts some things that strict JSON and JSON5 do not, such as Unicode whitespace.
fn second_opinion(text: &str, format: Format) -> Result<(), ParseError> {
    let bom = bom_len(text);
    match format {
        Format::Json => {
            let Err(error) = serde_json::from_str::<IgnoredAny>(&text[bom..]) else {
                return Ok(());
            };
            let lines = text[bom..]
                .split_inclusive('\n')
                .take(error.line().saturating_sub(1));
            let offset =
                bom + lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
            let message = error.to_string();
            let message = message
                .rsplit_once(" at line ")
                .map_or(message.as_str(), |(message, _)| message);
            Err(ParseError::at(text, offset, message))
        }
        Format::Json5 => {
            if text.contains(SEPARATORS) {
                // JSON5 ends a line comment there, most readers don't.
                let separated = |comment: &Comment| text[comment.span.clone()].contains(SEPARATORS);
                if let Some(comment) = comments(text).into_iter().find(separated) {
                    let message = "a comment contains a Unicode line separator, which may end it";
                    return Err(ParseError::at(text, comment.span.start, message));
                }
            }
            let Err(error) = json5::from_str::<IgnoredAny>(&text[bom..]) else {
                return Ok(());
            };
            let offset = error.position().map_or(text.len(), |position| {
                let lines = text[bom..]
                    .split_inclusive(['\n', '\u{2028}', '\u{2029}'])
                    .take(position.line);
                let start = bom + lines.map(str::len).sum::<usize>();
                text[start..]
                    .char_indices()
                    .nth(position.column)
                    .map_or(text.len(), |(at, _)| start + at)
            });
            let message = error
                .code()
                .map_or_else(|| "not a JSON5 number".to_owned(), |code| code.to_string());
            Err(ParseError::at(text, offset, message))
        }
        _ => Ok(()),
    }
}

struct Builder<'t> {
    text: &'t str,
    format: Format,
    bom: usize,
}

impl Builder<'_> {
    fn node(&self, ast: &Ast<'_>, depth: usize) -> Result<Node, ParseError> {
        let span = self.span(ast);
        if depth > MAX_DEPTH {
            return Err(too_deep(self.text, span.start));
        }
        let children = match ast {
            Ast::Array(array) => {
                let elements = array
                    .elements
                    .iter()
                    .map(|element| self.node(element, depth + 1));
                Children::Array(elements.collect::<Result<_, _>>()?)
            }
            Ast::Object(object) => {
                let members = object.properties.iter().map(|property| {
                    let value = self.node(&property.value, depth + 1)?;
                    let key = self.span(&property.name);
                    self.check_string(&key)?;
                    Ok(Member::new(self.text, key, property.name.as_str(), value))
                });
                Children::Object(Object::new(self.text, members.collect::<Result<_, _>>()?))
            }
            Ast::StringLit(_) => {
                self.check_string(&span)?;
                Children::None
            }
            _ => Children::None,
        };
        Ok(Node::new(span, children))
    }

    fn span(&self, node: &impl Ranged) -> std::ops::Range<usize> {
        self.bom + node.start()..self.bom + node.end()
    }

    /// JSON and JSONC have no control characters in strings.
    fn check_string(&self, span: &std::ops::Range<usize>) -> Result<(), ParseError> {
        if self.format == Format::Json5 {
            return Ok(());
        }
        match self.text[span.clone()].bytes().position(|byte| byte < 0x20) {
            Some(at) => {
                let message = "a control character (such as a tab or a line break) inside a string";
                Err(ParseError::at(self.text, span.start + at, message)
                    .expecting("an escape such as \\t or \\n"))
            }
            None => Ok(()),
        }
    }
}

fn too_deep(text: &str, offset: usize) -> ParseError {
    ParseError::at(
        text,
        offset,
        format!("more than {MAX_DEPTH} levels of objects and arrays"),
    )
}

pub(super) fn value(ast: Ast<'_>) -> Value {
    match ast {
        Ast::NullKeyword(_) => Value::Null,
        Ast::BooleanLit(literal) => Value::Bool(literal.value),
        Ast::NumberLit(literal) => number(literal.value),
        Ast::StringLit(literal) => Value::String(literal.value.into_owned()),
        Ast::Array(array) => Value::Array(array.elements.into_iter().map(value).collect()),
        Ast::Object(object) => {
            let members = object.properties.into_iter().map(|property| {
                let name = match property.name {
                    ObjectPropName::String(name) => name.value.into_owned(),
                    ObjectPropName::Word(name) => name.value.to_owned(),
                };
                (name, value(property.value))
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
    }
}

/// A number, spelled as JSON spells it. Infinity becomes a number that is too large for any type; NaN is null, as in JavaScript.
fn number(literal: &str) -> Value {
    let (sign, digits) = match literal.as_bytes().first() {
        Some(b'-') => ("-", &literal[1..]),
        Some(b'+') => ("", &literal[1..]),
        _ => ("", literal),
    };
    let spelled = if digits == "NaN" {
        return Value::Null;
    } else if digits == "Infinity" {
        format!("{sign}1e999")
    } else if let Some(hex) = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"))
    {
        match u128::from_str_radix(hex, 16) {
            Ok(integer) => format!("{sign}{integer}"),
            Err(_) => hex
                .bytes()
                .fold(0.0, |sum, digit| {
                    sum * 16.0 + f64::from((digit as char).to_digit(16).unwrap_or(0))
                })
                .to_string(),
        }
    } else if let Some(dot) = digits.find('.') {
        let (integer, fraction) = (&digits[..dot], &digits[dot + 1..]);
        let integer = if integer.is_empty() { "0" } else { integer };
        let zero = if fraction.starts_with(|c: char| c.is_ascii_digit()) {
            ""
        } else {
            "0"
        };
        format!("{sign}{integer}.{zero}{fraction}")
    } else {
        format!("{sign}{digits}")
    };
    spelled.parse::<Number>().map_or(Value::Null, Value::Number)
}

/// `jsonc-parser`'s error in our words. Its own may repeat a part of the text.
fn explain(text: &str, bom: usize, error: &jsonc_parser::errors::ParseError) -> ParseError {
    use ParseErrorKind::*;
    let start = bom + error.range().start;
    let at_end = text[start.min(text.len())..].trim().is_empty();
    let unclosed = |what: &str| {
        let line = crate::line_column(text, start).0;
        let message =
            format!("unexpected end of file: the {what} opened at line {line} is not closed");
        ParseError::at(text, text.trim_end().len(), message)
    };
    let (message, expected) = match error.kind() {
        UnterminatedObject => return unclosed("object").expecting("`}`"),
        UnterminatedArray => return unclosed("array").expecting("`]`"),
        UnterminatedCommentBlock => return unclosed("comment").expecting("`*/`"),
        String(ParseStringErrorKind::UnterminatedStringLiteral) => {
            return unclosed("string").expecting("`\"`");
        }
        String(ParseStringErrorKind::InvalidUnicodeEscapeSequence(_)) => (
            "a \\u escape that is not a character",
            "a pair of surrogates, or one escape for a whole character",
        ),
        String(ParseStringErrorKind::ExpectedFourHexDigits) => {
            ("incomplete \\u escape", "four hexadecimal digits")
        }
        String(ParseStringErrorKind::ExpectedTwoHexDigits) => {
            ("incomplete \\x escape", "two hexadecimal digits")
        }
        String(_) => (
            "an escape that this format does not know",
            "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u",
        ),
        CommentsNotAllowed => ("comments are not allowed in strict JSON", ""),
        TrailingCommasNotAllowed => ("trailing comma", "no comma after the last one"),
        SingleQuotedStringsNotAllowed => {
            ("strings can't be in single quotes here", "double quotes")
        }
        ExpectedStringObjectProperty => (
            "the member's name is not in quotes",
            "a name in double quotes",
        ),
        HexadecimalNumbersNotAllowed => (
            "hexadecimal numbers are not allowed here",
            "a decimal number",
        ),
        UnaryPlusNumbersNotAllowed => ("a number can't start with `+` here", ""),
        BareDecimalPointNumbersNotAllowed => {
            ("a number needs digits on both sides of its point", "")
        }
        NonFiniteNumbersNotAllowed => ("Infinity and NaN are not allowed here", "a number"),
        ExpectedComma => ("missing comma", "`,`"),
        ExpectedColonAfterObjectKey => ("missing colon after the member's name", "`:`"),
        MultipleRootJsonValues => ("text after the end of the document", "the end of the file"),
        NestingDepthExceeded => return too_deep(text, start),
        _ if at_end => ("unexpected end of file", "a value"),
        ExpectedObjectValue => ("the member has no value", "a value"),
        UnexpectedCloseBrace => ("unexpected `}`", "a value"),
        UnexpectedCloseBracket => ("unexpected `]`", "a value"),
        UnexpectedColon => ("unexpected `:`", "a value"),
        UnexpectedComma => ("unexpected `,`", "a value"),
        UnexpectedWord => ("a word that is not in quotes", "a value"),
        UnexpectedTokenInObject => (
            "unexpected character in an object",
            "a member's name or `}`",
        ),
        ExpectedDigit
        | ExpectedDigitFollowingNegativeSign
        | ExpectedPlusMinusOrDigitInNumberLiteral => ("incomplete number", "a digit"),
        _ => ("unexpected character", ""),
    };
    let error = ParseError::at(text, start, message);
    if expected.is_empty() {
        error
    } else {
        error.expecting(expected)
    }
}
