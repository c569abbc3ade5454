//! Predicates as they are written.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, MapAccess, Visitor};
use serde_json::Value;

use crate::load::Spanned;
use crate::vocabulary::{Billing, Protocol, Region};

/// A type of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Type {
    /// A text.
    String,
    /// A number without a fraction.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list.
    Array,
    /// A table of members.
    Object,
    /// `null`.
    Null,
}

/// The closed list of predicates. All that are given must hold. Some hundreds are loaded for a run, and few say much, so
/// what takes room is boxed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expect {
    /// The value's type, or one of several.
    #[serde(default, rename = "type", deserialize_with = "one_or_many")]
    pub types: Option<Vec<Type>>,
    /// The same value (numbers by value).
    #[serde(default)]
    pub equals: Option<Box<Operand>>,
    /// Any other value.
    #[serde(default)]
    pub not: Option<Box<Operand>>,
    /// One of these values.
    #[serde(default)]
    pub one_of: Option<Vec<Operand>>,
    /// None of these values.
    #[serde(default)]
    pub not_one_of: Option<Vec<Operand>>,
    /// A text that the whole regular expression, written here or a fact's, matches.
    #[serde(default, rename = "match")]
    pub matches: Option<Box<Spanned<Operand>>>,
    /// A text that the regular expression doesn't match; holds for values that aren't texts.
    #[serde(default)]
    pub not_match: Option<Box<Spanned<Operand>>>,
    /// A number (or a text that is one) of at least this.
    #[serde(default)]
    pub min: Option<Box<Operand>>,
    /// A number (or a text that is one) of at most this.
    #[serde(default)]
    pub max: Option<Box<Operand>>,
    /// The node is not there.
    #[serde(default)]
    pub absent: Option<bool>,
    /// The node is there.
    #[serde(default)]
    pub present: Option<bool>,
    /// The value is a URL of a certain kind. Other people's addresses hold, unless `foreign = false`.
    #[serde(default)]
    pub endpoint: Option<EndpointExpect>,
    /// The value is a model id of a certain kind. Other people's models hold, unless `foreign = false`.
    #[serde(default)]
    pub model: Option<Box<ModelExpect>>,
}

/// What a URL must be.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EndpointExpect {
    /// Who pays; `profile` for the profile's way.
    #[serde(default)]
    pub billing: Option<ProfileOr<Billing>>,
    /// What it speaks.
    #[serde(default)]
    pub protocol: Option<Protocol>,
    /// Whose service; `profile` for the one named with `--region` (without it, each address keeps its own).
    #[serde(default)]
    pub region: Option<ProfileOr<Region>>,
    /// In a check of connections: it is what this connection needs, in protocol and path, and nothing is missing around it.
    #[serde(default)]
    pub connection: bool,
    /// What stands between Z.ai's address and what the tool appends, for the connection in question.
    #[serde(skip)]
    pub tail: Option<String>,
    /// Whether a path behind the base URL is allowed; it is not unless said.
    #[serde(default)]
    pub suffix: bool,
    /// Whether addresses that aren't Z.ai's hold (the default).
    #[serde(default = "yes")]
    pub foreign: bool,
    /// Whether it is one of Z.ai's at all (any endpoint, any suffix); the other fields are not looked at.
    #[serde(default)]
    pub zai: Option<bool>,
}

/// A way of billing to judge a model by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelOn {
    /// The coding plan.
    Plan,
    /// The metered API.
    Metered,
    /// What the profile pays with.
    Profile,
}

/// What a model id must be.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ModelExpect {
    /// Served under this way of billing.
    #[serde(default)]
    pub on: Option<ModelOn>,
    /// Whether an id that is accepted but answered by another model holds (the default).
    #[serde(default = "yes")]
    pub routed: bool,
    /// Whether an id that the facts don't know holds: it may be newer than they are (not unless said).
    #[serde(default)]
    pub unknown: bool,
    /// Whether Claude Code's `[1m]` suffix holds (the default).
    #[serde(default = "yes")]
    pub one_million: bool,
    /// The value is `provider/model`, with the tool's own providers of Z.ai.
    #[serde(default)]
    pub with_provider: bool,
    /// With `with-provider`: the provider is the one for the profile and the region.
    #[serde(default)]
    pub provider: bool,
    /// With `with-provider`: the tool's catalogue has the model, or the object of providers at this place declares it.
    #[serde(default)]
    pub declared: Option<Spanned<String>>,
    /// In a check of connections: the tool's list has the model for this connection, or the configuration declares it.
    #[serde(default)]
    pub offered: bool,
    /// What the configuration declares for the connection in question.
    #[serde(skip)]
    pub declared_ids: Option<(String, Vec<String>)>,
    /// The id is spelt like one that there is, or looks newer than the facts.
    #[serde(default)]
    pub spelling: bool,
    /// The context window is at least this many tokens, when it is known.
    #[serde(default)]
    pub context_min: Option<u64>,
    /// Whether other people's models hold (the default).
    #[serde(default = "yes")]
    pub foreign: bool,
    /// Whether it is one of Z.ai's at all; the other fields are not looked at.
    #[serde(default)]
    pub zai: Option<bool>,
}

/// Serde's default for fields that are on.
pub(crate) fn yes() -> bool {
    true
}

/// A fixed choice, or the profile's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileOr<T> {
    /// What the profile (or the configuration's region) says.
    Profile,
    /// This.
    Fixed(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ProfileOr<T> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "profile" {
            return Ok(Self::Profile);
        }
        T::deserialize(de::value::StringDeserializer::new(text)).map(Self::Fixed)
    }
}

/// A literal, or a reference to a fact; also a list or a table of them.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// The value itself.
    Literal(Value),
    /// The value of a fact.
    Fact(String),
    /// A list with facts in it.
    List(Vec<Self>),
    /// A table with facts in it.
    Table(Vec<(String, Self)>),
}

impl Operand {
    /// The value, with each fact replaced by what `lookup` knows of it.
    ///
    /// # Errors
    /// With the name of a fact that it doesn't know.
    pub fn resolve(&self, lookup: &dyn Fn(&str) -> Option<Value>) -> Result<Value, String> {
        Ok(match self {
            Self::Literal(value) => value.clone(),
            Self::Fact(key) => lookup(key).ok_or_else(|| key.clone())?,
            Self::List(items) => {
                let items = items.iter().map(|item| item.resolve(lookup));
                Value::Array(items.collect::<Result<_, _>>()?)
            }
            Self::Table(members) => {
                let member = |(name, value): &(String, Self)| {
                    let value = value.resolve(lookup)?;
                    Ok((name.clone(), value))
                };
                let members = members.iter().map(member);
                Value::Object(members.collect::<Result<_, String>>()?)
            }
        })
    }

    /// A literal, if no fact is in it.
    fn simplified(self) -> Self {
        self.resolve(&|_| None).map_or(self, Self::Literal)
    }

    /// Adds the names of its facts.
    pub fn facts(&self, names: &mut Vec<String>) {
        match self {
            Self::Literal(_) => {}
            Self::Fact(key) => names.push(key.clone()),
            Self::List(items) => items.iter().for_each(|item| item.facts(names)),
            Self::Table(members) => members.iter().for_each(|(_, value)| value.facts(names)),
        }
    }
}

impl<'de> Deserialize<'de> for Operand {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OperandVisitor;

        impl<'de> Visitor<'de> for OperandVisitor {
            type Value = Operand;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, a string, a boolean, a list, a table, or { fact = \"…\" }")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Operand, E> {
                Ok(Operand::Literal(Value::from(value)))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Operand, E> {
                Ok(Operand::Literal(Value::from(value)))
            }

            // The compiled catalogue has unsigned numbers.
            fn visit_u64<E>(self, value: u64) -> Result<Operand, E> {
                Ok(Operand::Literal(Value::from(value)))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Operand, E> {
                Ok(Operand::Literal(Value::from(value)))
            }

            fn visit_str<E>(self, value: &str) -> Result<Operand, E> {
                Ok(Operand::Literal(Value::from(value)))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Operand, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element::<Operand>()? {
                    items.push(item);
                }
                Ok(Operand::List(items).simplified())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Operand, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry::<String, Operand>()? {
                    members.push(member);
                }
                match members.as_slice() {
                    [(name, Operand::Literal(Value::String(key)))] if name == "fact" => {
                        Ok(Operand::Fact(key.clone()))
                    }
                    [(name, _)] if name == "fact" => Err(de::Error::custom(
                        "`fact` takes the name of a fact, a string",
                    )),
                    _ => Ok(Operand::Table(members).simplified()),
                }
            }
        }

        deserializer.deserialize_any(OperandVisitor)
    }
}

/// Reads `"string"` or `["string", "number"]`.
fn one_or_many<'de, D: de::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<Type>>, D::Error> {
    struct TypesVisitor;

    impl<'de> Visitor<'de> for TypesVisitor {
        type Value = Vec<Type>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a type's name, or a list of them")
        }

        fn visit_str<E: de::Error>(self, value: &str) -> Result<Vec<Type>, E> {
            Type::deserialize(de::value::StrDeserializer::new(value)).map(|one| vec![one])
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<Type>, A::Error> {
            let mut types = Vec::new();
            while let Some(one) = seq.next_element()? {
                types.push(one);
            }
            Ok(types)
        }
    }

    deserializer.deserialize_any(TypesVisitor).map(Some)
}
