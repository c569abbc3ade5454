//! Embeds the files under `rules/` and `demo/`: writes tables of names and contents for `src/embedded.rs`.
//!
//! Each file of the catalogue is there twice: as text, for `rules show`, `explain` and the tests, and compiled to
//! MessagePack without what only people read, since parsing TOML would take most of a short run's time.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use serde::{Serialize, Serializer};
use toml::Value;

/// Tables that evaluation doesn't need: of a rule, and of a facts pack.
const PROSE: [&str; 4] = ["evidence", "docs", "case", "error"];
/// Parts of a tool that are read when they are first asked for: what is `Deferred` in its descriptor.
const OF_TOOL: [&str; 9] = [
    "cap",
    "connection",
    "credential",
    "log",
    "provider",
    "refuse",
    "set-up",
    "uses-zai",
    "variable",
];
/// The same of a facts pack. A path leads through the elements of lists.
const OF_FACTS: [&str; 6] = [
    "catalogue.models",
    "catalogue.origin",
    "endpoint.origin",
    "fact.origin",
    "model.origin",
    "policy.origin",
];
/// The same of a rule.
const OF_RULE: [&str; 1] = ["check.fix"];

/// A value in a compiled file.
enum Part {
    Plain(Value),
    /// MessagePack of its own.
    Packed(Vec<u8>),
    List(Vec<Part>),
    Table(Vec<(String, Part)>),
}

impl Part {
    /// The value at `path`, with what is deferred below it packed.
    fn of(value: Value, path: &str, deferred: &[&str]) -> io::Result<Self> {
        if deferred.contains(&path) {
            return packed(&value).map(Self::Packed);
        }
        let below = |name: &str| match path {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        };
        Ok(match value {
            Value::Table(members) => {
                let member = |(name, value): (String, Value)| {
                    let part = Self::of(value, &below(&name), deferred)?;
                    Ok((name, part))
                };
                let members = members.into_iter().map(member);
                Self::Table(members.collect::<io::Result<_>>()?)
            }
            Value::Array(items) => {
                let items = items.into_iter();
                let items = items.map(|item| Self::of(item, path, deferred));
                Self::List(items.collect::<io::Result<_>>()?)
            }
            value => Self::Plain(value),
        })
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(value) => value.serialize(serializer),
            Self::Packed(bytes) => serializer.serialize_bytes(bytes),
            Self::List(items) => serializer.collect_seq(items),
            Self::Table(members) => {
                serializer.collect_map(members.iter().map(|(name, part)| (name, part)))
            }
        }
    }
}

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    let mut code = String::new();
    for (table, folder) in [("RULES", "rules"), ("DEMO", "demo")] {
        let mut files = Vec::new();
        collect(&root.join(folder), &mut files)?;
        files.sort();
        let mut rows = String::new();
        for (index, file) in files.iter().enumerate() {
            let name = file.strip_prefix(&root).map_err(io::Error::other)?;
            let name = name.to_string_lossy().replace('\\', "/");
            let compiled = out.join(format!("{folder}-{index}.mp"));
            let Compiled {
                bytes,
                setup,
                extends,
            } = compile(file, &name)?;
            fs::write(&compiled, bytes)?;
            let row = format!(
                "    File {{ name: {name:?}, text: include_str!({file:?}), compiled: include_bytes!({compiled:?}), setup: {setup}, extends: {extends:?} }},"
            );
            writeln!(rows, "{row}").map_err(io::Error::other)?;
        }
        writeln!(code, "pub(crate) static {table}: &[File] = &[\n{rows}];")
            .map_err(io::Error::other)?;
    }
    fs::write(out.join("embedded.rs"), code)
}

/// A compiled file, and what is asked of it before it is read.
#[derive(Default)]
struct Compiled {
    bytes: Vec<u8>,
    /// Whether it is a rule for `apply` alone.
    setup: bool,
    /// The family of rules that it extends; empty for none.
    extends: String,
}

/// A TOML file as MessagePack; nothing for any other file.
fn compile(file: &Path, name: &str) -> io::Result<Compiled> {
    if file.extension().is_none_or(|extension| extension != "toml") || !name.starts_with("rules/") {
        return Ok(Compiled::default());
    }
    let text = fs::read_to_string(file)?;
    let mut table: toml::Table =
        toml::from_str(&text).map_err(|error| io::Error::other(format!("{name}: {error}")))?;
    for key in PROSE {
        table.remove(key);
    }
    let text_of = |key: &str| table.get(key).and_then(Value::as_str);
    let setup = text_of("purpose") == Some("setup");
    let extends = text_of("extends").unwrap_or_default().to_owned();
    let deferred: &[&str] = match name.split('/').nth(1) {
        Some("tools") => &OF_TOOL,
        Some("facts") => &OF_FACTS,
        Some("profiles") => &[],
        _ => &OF_RULE,
    };
    let part = Part::of(Value::Table(table), "", deferred)?;
    Ok(Compiled {
        bytes: packed(&part)?,
        setup,
        extends,
    })
}

fn packed(value: &impl Serialize) -> io::Result<Vec<u8>> {
    rmp_serde::to_vec_named(value).map_err(io::Error::other)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            println!("cargo::rerun-if-changed={}", path.display());
            files.push(path);
        }
    }
    Ok(())
}
