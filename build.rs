//! Embeds the files under `rules/` and `demo/`: writes tables of names and contents for `src/embedded.rs`.
//!
//! Each file of the catalogue is there twice: as text, for `rules show`, `explain` and the tests, and compiled to
//! MessagePack without what only people read, since parsing TOML would take most of a short run's time.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Tables that evaluation doesn't need: of a rule, and of a facts pack.
const PROSE: [&str; 4] = ["evidence", "docs", "case", "error"];

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
    let bytes = rmp_serde::to_vec_named(&table).map_err(io::Error::other)?;
    Ok((bytes, setup))
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
