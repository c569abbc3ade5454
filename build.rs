//! Embeds the files under `rules/` and `demo/`: writes tables of names and contents for `src/embedded.rs`.
//!
//! Each file of the catalogue is there twice: as text, for `rules show`, `explain` and the tests, and compiled to
//! MessagePack without what only people read, since parsing TOML would take most of a short run's time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use serde::{Serialize, Serializer};

/// Tables that evaluation doesn't need: of a rule, and of a facts pack.
const PROSE: [&str; 4] = ["evidence", "docs", "case", "error"];
/// Tables of a tool that are read when they are first asked for: what is `Deferred` in its descriptor.
const DEFERRED: [&str; 6] = [
    "credential",
    "log",
    "provider",
    "refuse",
    "uses-zai",
    "variable",
];

/// A value in a compiled file.
enum Part {
    Plain(toml::Value),
    /// MessagePack of its own.
    Packed(Vec<u8>),
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(value) => value.serialize(serializer),
            Self::Packed(bytes) => serializer.serialize_bytes(bytes),
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
            let (bytes, setup) = compile(file, &name)?;
            fs::write(&compiled, bytes)?;
            let row = format!(
                "    File {{ name: {name:?}, text: include_str!({file:?}), compiled: include_bytes!({compiled:?}), setup: {setup} }},"
            );
            writeln!(rows, "{row}").map_err(io::Error::other)?;
        }
        writeln!(code, "pub(crate) static {table}: &[File] = &[\n{rows}];")
            .map_err(io::Error::other)?;
    }
    fs::write(out.join("embedded.rs"), code)
}

/// A TOML file as MessagePack, and whether it is a rule for `apply` alone; nothing for any other file.
fn compile(file: &Path, name: &str) -> io::Result<(Vec<u8>, bool)> {
    if file.extension().is_none_or(|extension| extension != "toml") || !name.starts_with("rules/") {
        return Ok((Vec::new(), false));
    }
    let text = fs::read_to_string(file)?;
    let mut table: toml::Table =
        toml::from_str(&text).map_err(|error| io::Error::other(format!("{name}: {error}")))?;
    for key in PROSE {
        table.remove(key);
    }
    let setup = table.get("purpose").and_then(toml::Value::as_str) == Some("setup");
    let tool = name.starts_with("rules/tools/");
    let part = |(key, value): (String, toml::Value)| {
        let part = match tool && DEFERRED.contains(&&*key) {
            true => Part::Packed(packed(&value)?),
            false => Part::Plain(value),
        };
        io::Result::Ok((key, part))
    };
    let parts: BTreeMap<String, Part> = table.into_iter().map(part).collect::<Result<_, _>>()?;
    Ok((packed(&parts)?, setup))
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
