//! From a hit to edits.

use serde_json::Value;

use super::compile::{Fix, FixOp, FixPlace};
use super::evaluate::{FindingFile, RawFinding, Subject, Writes, better_model, nearest_word};
use crate::condition::Operand;
use crate::condition::predicate::{nearest_endpoint, nearest_model, resolve};
use crate::document::{Edit, Pointer, Token};

/// The edits that mend a hit.
///
/// # Errors
/// With the reason why it can't be mended here, for people.
pub fn edits(hit: &RawFinding<'_>, fix: &Fix, subject: Subject<'_>) -> Result<Vec<Edit>, String> {
    let FindingFile::Layer(index) = hit.file else {
        return Err("the file can't be read".to_owned());
    };
    let layer = &subject.workspace.layers[index];
    if !layer.config.in_force {
        return Err("another file is in force".to_owned());
    }
    if !layer.writable() {
        return Err(
            "the file is managed elsewhere (by an administrator, or as a template)".to_owned(),
        );
    }
    let document = layer.document.value();
    let at = match &fix.at {
        None => hit.pointer.clone(),
        Some(FixPlace::Settings(at)) => layer.root.join(at),
        Some(FixPlace::Finding(at)) => hit.pointer.join(at),
    };
    let within = hit.within.as_deref();
    let of_connection = within.map(|within| within.facts(subject.facts));
    let facts = of_connection.as_ref().unwrap_or(subject.facts);
    let expect = within.map_or(&hit.check.expect.expect, |within| &within.expect.expect);
    let before = within.map_or("", |within| within.before.as_str());
    let known = |operand: &Operand| {
        resolve(operand, facts).map_err(|fact| format!("the fact {fact} is unknown here"))
    };
    if within.is_some_and(|within| within.joined) {
        return Err("the address is made of two settings; change them by hand".to_owned());
    }
    match &fix.op {
        FixOp::Set { value, wrap } => set(document, at, known(value)?, wrap.as_deref()),
        FixOp::Append(value) => Ok(vec![Edit::Append {
            at,
            value: known(value)?,
        }]),
        FixOp::Clamp => {
            let bound = |operand: &Option<Box<Operand>>| operand.as_deref().map(known).transpose();
            let (least, most) = (bound(&expect.min)?, bound(&expect.max)?);
            Ok(vec![Edit::Set {
                value: clamp(hit.value.as_ref(), least.as_ref(), most.as_ref())?,
                at,
            }])
        }
        FixOp::Remove => Ok(vec![Edit::Remove { at }]),
        FixOp::Rename(to) => Ok(vec![Edit::Rename { at, to: to.clone() }]),
        FixOp::Move { to, into } => {
            let mut target = layer.root.join(to);
            if *into {
                let Some(Token::Key(key)) = at.0.last() else {
                    return Err("only a named member can be moved".to_owned());
                };
                target = target.key(key.clone());
            }
            let value = at.get(document).ok_or("there is nothing to move")?;
            match target.get(document) {
                Some(present) if present == value => Ok(vec![Edit::Remove { at }]),
                Some(_) => Err(format!(
                    "{target} is already there with another value; keep the one you mean"
                )),
                None => Ok(vec![
                    Edit::Set {
                        at: target,
                        value: value.clone(),
                    },
                    Edit::Remove { at },
                ]),
            }
        }
        FixOp::NearestEndpoint => {
            if let Some(within) = within.filter(|within| within.word) {
                let word = nearest_word(within, facts).ok_or("the tool has no name for it")?;
                let value = Value::from(format!("{before}{word}"));
                return Ok(vec![Edit::Set { at, value }]);
            }
            let wanted = expect.endpoint.as_ref();
            let value = wanted
                .zip(hit.value.as_ref())
                .and_then(|(wanted, value)| nearest_endpoint(wanted, value, facts));
            let value = value.ok_or("the facts know no such address")?;
            Ok(vec![Edit::Set {
                at,
                value: Value::String(format!("{before}{value}")),
            }])
        }
        FixOp::SetUp => match hit.writes.clone() {
            Some(Writes::Set(value)) => set(document, at, value, None),
            Some(Writes::Append(value)) => Ok(vec![Edit::Append { at, value }]),
            None => Err("the descriptor has no step for it".to_owned()),
        },
        FixOp::NearestModel => {
            let value = match (within, &hit.value) {
                (Some(within), Some(value)) => better_model(within, value, facts),
                (None, Some(value)) => {
                    let wanted = expect.model.as_ref();
                    wanted.and_then(|wanted| nearest_model(wanted, value, facts))
                }
                (_, None) => None,
            };
            let value = value.ok_or("the facts know no model to put in its place")?;
            Ok(vec![Edit::Set {
                at,
                value: Value::String(format!("{before}{value}")),
            }])
        }
    }
}

fn set(
    document: &Value,
    at: Pointer,
    value: Value,
    wrap: Option<&str>,
) -> Result<Vec<Edit>, String> {
    let Some((parent, Token::Key(key))) = at.split_last() else {
        return Ok(vec![Edit::Set { at, value }]);
    };
    match (parent.get(document), wrap) {
        (Some(scalar), Some(wrap)) if !scalar.is_object() && !scalar.is_array() => {
            let mut members = serde_json::Map::new();
            members.insert(wrap.to_owned(), scalar.clone());
            members.insert(key.clone(), value);
            Ok(vec![Edit::Set {
                at: parent,
                value: Value::Object(members),
            }])
        }
        (Some(other), _) if !other.is_object() => Err(format!(
            "{parent} is not an object, so {key} can't be set in it; that has to be done by hand"
        )),
        _ => Ok(vec![Edit::Set { at, value }]),
    }
}

/// Brings a number between the bounds. A value below `min` goes to `max` where there is one: a rule has a `min` beside
/// a `max` because the small value means "no limit". A number written as a text stays a text.
fn clamp(
    value: Option<&Value>,
    least: Option<&Value>,
    most: Option<&Value>,
) -> Result<Value, String> {
    let number = |value: &Value| match value {
        Value::String(text) => text.trim().parse::<f64>().ok(),
        other => other.as_f64(),
    };
    let bound = match (value.and_then(number), most, least) {
        (Some(present), _, Some(least))
            if most.is_none() && number(least).is_some_and(|least| present >= least) =>
        {
            return Err("the value is within its bounds already".to_owned());
        }
        (_, Some(most), _) => most,
        (_, None, Some(least)) => least,
        (_, None, None) => return Err("the rule gives no bound".to_owned()),
    };
    Ok(match (value, bound) {
        (Some(Value::String(_)), bound) if !bound.is_string() => Value::String(bound.to_string()),
        (_, bound) => bound.clone(),
    })
}
