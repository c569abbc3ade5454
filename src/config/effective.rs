//! What is in force, and where each setting comes from.

use std::path::{Path, PathBuf};

use super::{Config, ConfigFile, Level};
use crate::facts::Region;
use crate::load::Spanned;

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// A file.
    File {
        /// Which.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// The command line.
    Flag(&'static str),
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

impl<T> Setting<T> {
    fn unset(value: T) -> Self {
        Self {
            value,
            origin: Origin::Default,
        }
    }
}

/// What the command line says; empty and `None` where it says nothing.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--profile`
    pub profile: Option<String>,
    /// `--region`
    pub region: Option<Region>,
    /// `--facts`
    pub facts: Option<String>,
    /// `--tool`
    pub tool: Vec<String>,
    /// `--select`
    pub select: Vec<String>,
    /// `--ignore`
    pub skip: Vec<String>,
    /// `--strict`
    pub strict: bool,
    /// `--rules-dir`
    pub rules_dir: Vec<PathBuf>,
    /// `--baseline`
    pub baseline: Option<PathBuf>,
}

/// The settings in force.
#[derive(Debug, Clone)]
pub struct Effective {
    /// The profile to judge by; without one each configuration is judged by what it points at.
    pub profile: Setting<Option<String>>,
    /// The region; without one each configuration keeps its own.
    pub region: Setting<Option<Region>>,
    /// The facts pack; the newest without one.
    pub facts: Setting<Option<String>>,
    /// Only these tools; all when empty.
    pub tool: Setting<Vec<String>>,
    /// Only these rules; all when empty.
    pub select: Setting<Vec<String>>,
    /// Not these rules.
    pub skip: Setting<Vec<String>>,
    /// Whether warnings fail too.
    pub strict: Setting<bool>,
    /// Folders with further rules; those of all layers.
    pub rules_dir: Vec<Setting<PathBuf>>,
    /// The baseline file; absolute when a file names it.
    pub baseline: Setting<Option<PathBuf>>,
    /// `[rules.<id>]`, in the order of the ids; where two files speak of one, both, the user's first.
    pub rules: Vec<(String, Setting<Level>)>,
    /// `[tools.<id>]`
    pub tools: Vec<(String, Setting<String>)>,
    /// How many `[[ignore]]` each file has.
    pub ignores: Vec<Setting<usize>>,
}

impl Effective {
    /// Merges what is said, later layers over earlier ones, and the command line over all: the user's file first, then
    /// repositories'.
    pub fn new(layers: &[&Config], flags: &Flags) -> Self {
        let text =
            |pick: fn(&ConfigFile) -> &Option<Spanned<String>>, flag: &Option<String>, name| {
                over(last(layers, pick, Clone::clone), flag.clone(), name)
            };
        let words =
            |pick: fn(&ConfigFile) -> &Option<Vec<Spanned<String>>>, flag: &[String], name| {
                let flag = (!flag.is_empty()).then(|| flag.to_vec());
                let found = over(last_list(layers, pick), flag, name);
                Setting {
                    value: found.value.unwrap_or_default(),
                    origin: found.origin,
                }
            };
        let strict = over(
            last(layers, |file| &file.strict, |strict| *strict),
            flags.strict.then_some(true),
            "--strict",
        );
        let baseline = layers.iter().rev().find_map(|config| {
            let named = config.file.baseline.as_ref()?;
            Some(Setting {
                value: Some(config.resolve(named.get_ref())),
                origin: config.origin(named.span().start),
            })
        });
        Self {
            profile: text(|file| &file.profile, &flags.profile, "--profile"),
            region: over(
                last(layers, |file| &file.region, |region| *region),
                flags.region,
                "--region",
            ),
            facts: text(|file| &file.facts, &flags.facts, "--facts"),
            tool: words(|file| &file.tool, &flags.tool, "--tool"),
            select: words(|file| &file.select, &flags.select, "--select"),
            skip: words(|file| &file.skip, &flags.skip, "--ignore"),
            strict: Setting {
                value: strict.value.unwrap_or_default(),
                origin: strict.origin,
            },
            rules_dir: rules_dirs(layers, &flags.rules_dir),
            baseline: over(
                baseline.unwrap_or_else(|| Setting::unset(None)),
                flags.baseline.clone(),
                "--baseline",
            ),
            rules: layers
                .iter()
                .flat_map(|config| {
                    config.file.rules.iter().map(|(id, settings)| {
                        let setting = Setting {
                            value: *settings.severity.get_ref(),
                            origin: config.origin(settings.severity.span().start),
                        };
                        (id.get_ref().clone(), setting)
                    })
                })
                .collect(),
            tools: layers
                .iter()
                .flat_map(|config| {
                    config.file.tools.iter().map(|(id, settings)| {
                        let setting = Setting {
                            value: settings.version.get_ref().clone(),
                            origin: config.origin(settings.version.span().start),
                        };
                        (id.get_ref().clone(), setting)
                    })
                })
                .collect(),
            ignores: layers
                .iter()
                .filter_map(|config| {
                    let first = config.file.ignore.first()?;
                    Some(Setting {
                        value: config.file.ignore.len(),
                        origin: config.origin(first.span().start),
                    })
                })
                .collect(),
        }
    }
}

impl Config {
    fn origin(&self, at: usize) -> Origin {
        Origin::File {
            path: self.path.clone(),
            line: self.line(at),
        }
    }
}

fn last<T, U>(
    layers: &[&Config],
    pick: fn(&ConfigFile) -> &Option<Spanned<T>>,
    value: impl Fn(&T) -> U,
) -> Setting<Option<U>> {
    let found = layers.iter().rev().find_map(|config| {
        let said = pick(&config.file).as_ref()?;
        Some(Setting {
            value: Some(value(said.get_ref())),
            origin: config.origin(said.span().start),
        })
    });
    found.unwrap_or_else(|| Setting::unset(None))
}

fn last_list(
    layers: &[&Config],
    pick: fn(&ConfigFile) -> &Option<Vec<Spanned<String>>>,
) -> Setting<Option<Vec<String>>> {
    let found = layers.iter().rev().find_map(|config| {
        let said = pick(&config.file).as_ref()?;
        let first = said.first().map_or(0, |word| word.span().start);
        Some(Setting {
            value: Some(said.iter().map(|word| word.get_ref().clone()).collect()),
            origin: config.origin(first),
        })
    });
    found.unwrap_or_else(|| Setting::unset(None))
}

/// A flag over what the files say.
fn over<T>(found: Setting<Option<T>>, flag: Option<T>, name: &'static str) -> Setting<Option<T>> {
    match flag {
        Some(value) => Setting {
            value: Some(value),
            origin: Origin::Flag(name),
        },
        None => found,
    }
}

fn rules_dirs(layers: &[&Config], flags: &[PathBuf]) -> Vec<Setting<PathBuf>> {
    let of_files = layers.iter().flat_map(|config| {
        let named = config.file.rules_dir.iter().flatten();
        named.map(|folder| Setting {
            value: config.resolve(folder.get_ref()),
            origin: config.origin(folder.span().start),
        })
    });
    let of_flags = flags.iter().map(|folder: &PathBuf| Setting {
        value: Path::new(folder).to_owned(),
        origin: Origin::Flag("--rules-dir"),
    });
    of_files.chain(of_flags).collect()
}
