//! Installed versions of the tools, seen without running them, against what the rules were verified on.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use semver::Version;
use serde::Serialize;

use crate::paths::{Environment, Os};
use crate::tool::{self, Descriptor, read_config};

/// How far above the program its `package.json` is looked for.
const ABOVE: usize = 4;

/// Installed versions.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Versions {
    /// Why nothing was looked at, if so.
    pub skipped: Option<String>,
    /// The tools that were found on PATH.
    pub tools: Vec<Installed>,
}

/// A tool on PATH.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Installed {
    /// The tool's id.
    pub tool: String,
    /// Its name.
    pub name: String,
    /// The program, as PATH names it.
    pub program: PathBuf,
    /// Its version, where it can be seen.
    #[serde(serialize_with = "as_text")]
    pub version: Option<Version>,
    /// What the rules were verified on.
    pub verified: String,
    /// How the two compare.
    pub relation: Relation,
}

fn as_text<S: serde::Serializer>(
    version: &Option<Version>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    version
        .as_ref()
        .map(Version::to_string)
        .serialize(serializer)
}

/// How an installed version compares with the verified one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// They are the same.
    Same,
    /// The installed one is newer: a rule may be outdated.
    Newer,
    /// The installed one is older.
    Older,
    /// The version can't be seen without running the program.
    Unknown,
}

/// Looks for the tools' programs on PATH.
pub(super) fn look(tools: &[Rc<Descriptor>], environment: &Environment) -> Vec<Installed> {
    tools
        .iter()
        .filter_map(|tool| installed(tool, environment))
        .collect()
}

/// A tool's first program on PATH, and its version.
pub fn installed(tool: &Descriptor, environment: &Environment) -> Option<Installed> {
    let program = tool
        .programs
        .iter()
        .find_map(|program| on_path(program, environment))?;
    let version = version_of(&program, &tool.version);
    let relation = match (&version, Version::parse(&tool.verified_version)) {
        (Some(ours), Ok(verified)) => match ours.cmp(&verified) {
            std::cmp::Ordering::Less => Relation::Older,
            std::cmp::Ordering::Equal => Relation::Same,
            std::cmp::Ordering::Greater => Relation::Newer,
        },
        _ => Relation::Unknown,
    };
    Some(Installed {
        tool: tool.id.clone(),
        name: tool.name.clone(),
        program,
        version,
        verified: tool.verified_version.clone(),
        relation,
    })
}

fn on_path(program: &str, environment: &Environment) -> Option<PathBuf> {
    let endings: &[&str] = match environment.os {
        Os::Windows => &[".exe", ".cmd"],
        Os::Linux | Os::Macos => &[""],
    };
    std::env::split_paths(environment.var("PATH")?)
        .filter(|folder| folder.is_absolute())
        .flat_map(|folder| {
            endings
                .iter()
                .map(move |ending| folder.join(format!("{program}{ending}")))
        })
        .find(|path| path.is_file())
}

fn version_of(program: &Path, seen: &tool::Version) -> Option<Version> {
    let resolved = std::fs::canonicalize(program).ok()?;
    let above = resolved
        .ancestors()
        .skip(1)
        .take(ABOVE)
        .map(Path::to_path_buf);
    // npm on Windows: a script, and the package beside it.
    let beside = program.parent().into_iter();
    let beside = beside.flat_map(|folder| {
        let packages = seen.packages.iter();
        packages.map(|package| folder.join("node_modules").join(package))
    });
    above
        .chain(beside)
        .find_map(|folder| packaged(&folder.join("package.json"), &seen.packages))
        .or_else(|| {
            seen.paths
                .iter()
                .find_map(|pattern| in_path(&resolved, pattern))
        })
}

/// The version in a `package.json`, if it is one of these packages'.
fn packaged(file: &Path, packages: &[String]) -> Option<Version> {
    let bytes = read_config(file).ok()??;
    let package: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    let name = package["name"].as_str()?;
    packages.iter().any(|known| known == name).then_some(())?;
    Version::parse(package["version"].as_str()?).ok()
}

/// The version in a path, where a pattern such as `claude/versions/{version}` matches whole names.
fn in_path(path: &Path, pattern: &str) -> Option<Version> {
    let wanted: Vec<&str> = pattern.split('/').collect();
    let names: Vec<_> = path.iter().map(|name| name.to_string_lossy()).collect();
    names.windows(wanted.len()).find_map(|names| {
        let mut version = None;
        for (name, wanted) in names.iter().zip(&wanted) {
            if *wanted == "{version}" {
                version = Some(Version::parse(name.trim_end_matches(".exe")).ok()?);
            } else if name != wanted {
                return None;
            }
        }
        version
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_may_be_a_part_of_the_path() {
        let version = |path: &str| {
            in_path(Path::new(path), "claude/versions/{version}").map(|version| version.to_string())
        };
        let found = Some("2.1.330".to_owned());
        assert_eq!(
            version("/home/user/.local/share/claude/versions/2.1.330"),
            found
        );
        assert_eq!(version("/x/claude/versions/2.1.330/bin/claude"), found);
        assert_eq!(version("/x/claude/versions/current"), None);
        assert_eq!(version("/x/other/versions/2.1.330"), None);
    }
}
