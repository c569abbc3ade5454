//! A part of a file that is read when it is first asked for.

use std::cell::OnceCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{DeserializeOwned, Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A part of a file. From TOML it is read at once, so that a mistake in it is told with the others; `build.rs` packs it in
/// the compiled catalogue, since of most tools nothing but their paths is wanted, and of most checks no fix.
#[derive(Clone, Default)]
pub struct Deferred<T> {
    packed: Box<[u8]>,
    value: OnceCell<T>,
}

impl<T> From<T> for Deferred<T> {
    fn from(value: T) -> Self {
        Self {
            packed: Box::default(),
            value: OnceCell::from(value),
        }
    }
}

impl<T: DeserializeOwned + Default> Deref for Deferred<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // A test reads all that is packed, so nothing is passed over here.
        self.value
            .get_or_init(|| rmp_serde::from_slice(&self.packed).unwrap_or_default())
    }
}

impl<T: DeserializeOwned + Default + fmt::Debug> fmt::Debug for Deferred<T> {
    /// Shows what it says, whether it was read before or not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Deferred<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return T::deserialize(deserializer).map(Self::from);
        }
        deserializer.deserialize_bytes(Packed(PhantomData))
    }
}

impl<T: DeserializeOwned + Default + Serialize> Serialize for Deferred<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

struct Packed<T>(PhantomData<T>);

impl<T> Visitor<'_> for Packed<T> {
    type Value = Deferred<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a packed part")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Deferred<T>, E> {
        Ok(Deferred {
            packed: bytes.into(),
            value: OnceCell::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::embedded;
    use crate::facts::Pack;
    use crate::load::Source;
    use crate::rule::Rule;
    use crate::rule::compile::{Check, Part, RuleOrigin, Trust};
    use crate::rule::schema::ExtensionFile;
    use crate::tool::Descriptor;

    /// Compares what `show` makes of the compiled form and of the text of all files in a folder, but for places in the
    /// text, which the former doesn't keep.
    fn the_same(of: fn(&str) -> bool, least: usize, show: fn(&Source<'_>) -> String) {
        let span = regex::Regex::new(r"span: \d+\.\.\d+").unwrap();
        let mut seen = 0;
        for file in embedded::RULES {
            let folder = file.name.split('/').nth(1).unwrap_or_default();
            if !file.name.ends_with(".toml") || !of(folder) {
                continue;
            }
            let text = Source::new(file.name, file.text);
            let compiled = Source {
                compiled: Some(file.compiled),
                ..text
            };
            let [compiled, text] = [compiled, text].map(|source| show(&source));
            let plain = |shown: &str| span.replace_all(shown, "span").into_owned();
            assert_eq!(plain(&compiled), plain(&text), "{}", file.name);
            seen += 1;
        }
        assert!(seen >= least, "{seen}");
    }

    #[test]
    fn compiled_descriptors_say_what_their_texts_say() {
        let show = |source: &Source<'_>| format!("{:#?}", Descriptor::load(source).unwrap());
        the_same(|folder| folder == "tools", 20, show);
    }

    #[test]
    fn compiled_facts_say_what_their_texts_say() {
        the_same(
            |folder| folder == "facts",
            2,
            |source| {
                let mut pack = Pack::brief(source).unwrap();
                pack.error.clear();
                format!("{pack:#?}")
            },
        );
    }

    #[test]
    fn compiled_rules_say_what_their_texts_say() {
        the_same(
            |folder| !["tools", "facts", "profiles"].contains(&folder),
            200,
            |source| {
                let (part, trust) = (Part::Checks, Trust::Embedded);
                // What a tool adds to a family is read with that family.
                if source.text.lines().any(|line| line.starts_with("extends")) {
                    let added: ExtensionFile = match source.compiled {
                        Some(_) => source.brief().unwrap(),
                        None => source.parse().unwrap(),
                    };
                    return format!("{:#?} {:#?}", added.id, added.check);
                }
                let rule = Rule::load(source, part, trust, RuleOrigin::BuiltIn).unwrap();
                let fixes: Vec<_> = rule.checks.iter().map(Check::fix).collect();
                format!("{fixes:#?} {:#?} {:#?}", rule.checks, rule.when)
            },
        );
    }
}
