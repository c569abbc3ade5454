//! TOML. `toml_edit` reads the value; an [`Outline`](outline::Outline) of the text's lines tells where things lie.
//!
//! Edits are splices, as for JSON: `toml_edit`'s own editable document drops comments on
//! assignment, and loses CRLF line endings and the byte order mark when it is printed.

mod edit;
mod insert;
mod outline;
mod print;
mod read;
mod second;

use serde_json::{Map, Number, Value};
use toml_edit::{Item, TableLike};

use super::lines::bom_len;
use super::{Layout, MAX_DEPTH, ParseError, Parsed};

pub(super) use edit::edit;
pub(super) use outline::Outline;
pub(super) use second::check as check_again;

/// Reads a TOML text.
pub(super) fn parse(text: &str) -> Result<Parsed, ParseError> {
    let bom = bom_len(text);
    let outline = Outline::read(text);
    if let Some(offset) = outline.too_deep {
        return Err(ParseError::at(
            text,
            offset,
            format!("more than {MAX_DEPTH} levels of tables and arrays"),
        ));
    }
    let document = toml_edit::Document::parse(&text[bom..]).map_err(|error| {
        let offset = error.span().map_or(text.len(), |span| bom + span.start);
        let message = error.message().lines().next().unwrap_or("not valid TOML");
        ParseError::at(text, offset, message)
    })?;
    if outline.is_empty() {
        return Ok(Parsed::empty());
    }
    let value = table(document.as_table());
    Ok(Parsed {
        value,
        layout: Layout::Outline(outline),
        duplicates: Vec::new(),
    })
}

fn table(table: &dyn TableLike) -> Value {
    let members = table.iter();
    let mut values = Map::with_capacity(table.len());
    values.extend(members.map(|(name, item)| (name.to_owned(), item_value(item))));
    Value::Object(values)
}

fn item_value(item: &Item) -> Value {
    match item {
        Item::None => Value::Null,
        Item::Value(inner) => value(inner),
        Item::Table(inner) => table(inner),
        Item::ArrayOfTables(tables) => {
            Value::Array(tables.iter().map(|inner| table(inner)).collect())
        }
    }
}

fn value(value: &toml_edit::Value) -> Value {
    use toml_edit::Value as Toml;
    match value {
        Toml::String(string) => Value::from(string.value().as_str()),
        Toml::Integer(integer) => Value::from(*integer.value()),
        Toml::Float(float) => self::float(*float.value()),
        Toml::Boolean(boolean) => Value::Bool(*boolean.value()),
        Toml::Datetime(datetime) => Value::from(datetime.value().to_string()),
        Toml::Array(array) => Value::Array(array.iter().map(self::value).collect()),
        Toml::InlineTable(inner) => table(inner),
    }
}

/// As for JSON5: infinity is a number too large for any type, and what is not a number is null.
fn float(float: f64) -> Value {
    let number = match float {
        f64::INFINITY => "1e999".parse().ok(),
        f64::NEG_INFINITY => "-1e999".parse().ok(),
        _ => Number::from_f64(float),
    };
    number.map_or(Value::Null, Value::Number)
}
