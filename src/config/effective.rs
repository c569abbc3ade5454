//! What is in force, and where each setting comes from.

use std::path::PathBuf;

use super::{Config, RuleLevel, SettingsFile};
use crate::facts::Region;
use crate::load::Spanned;

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingOrigin {
    /// Nobody said anything.
    Default,
    /// A file.
    File {
        /// Which.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// The environment.
    Variable(&'static str),
    /// The command line.
    Flag(&'static str),
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectiveSetting<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: SettingOrigin,
}

impl<T> EffectiveSetting<T> {
    fn unset(value: T) -> Self {
        Self {
            value,
            origin: SettingOrigin::Default,
        }
    }
}

/// What the command line or the environment says; empty and `None` where it says nothing.
#[derive(Debug, Clone, Default)]
pub struct SettingsLayer {
    /// `--profile`, `GLM_SETUP_PROFILE`
    pub profile: Option<String>,
    /// `--region`, `GLM_SETUP_REGION`
    pub region: Option<Region>,
    /// `--facts`, `GLM_SETUP_FACTS`
    pub facts: Option<String>,
    /// `--tool`, `GLM_SETUP_TOOL`
    pub tool: Vec<String>,
    /// `--select`, `GLM_SETUP_SELECT`
    pub select: Vec<String>,
    /// `--ignore`, `GLM_SETUP_SKIP`
    pub skip: Vec<String>,
    /// `--strict`, `GLM_SETUP_STRICT`
    pub strict: bool,
    /// `--rules-dir`, `GLM_SETUP_RULES_DIR`
    pub rules_dir: Vec<PathBuf>,
    /// `--baseline`, `GLM_SETUP_BASELINE`
    pub baseline: Option<PathBuf>,
}

/// The settings in force.
#[derive(Debug, Clone)]
pub struct EffectiveSettings {
    /// The profile to judge by; without one each configuration is judged by what it points at.
    pub profile: EffectiveSetting<Option<String>>,
    /// The region; without one each configuration keeps its own.
    pub region: EffectiveSetting<Option<Region>>,
    /// The facts pack; the newest without one.
    pub facts: EffectiveSetting<Option<String>>,
    /// Only these tools; all when empty.
    pub tool: EffectiveSetting<Vec<String>>,
    /// Only these rules; all when empty.
    pub select: EffectiveSetting<Vec<String>>,
    /// Not these rules.
    pub skip: EffectiveSetting<Vec<String>>,
    /// Whether warnings fail too.
    pub strict: EffectiveSetting<bool>,
    /// Folders with further rules; those of all layers.
    pub rules_dir: Vec<EffectiveSetting<PathBuf>>,
    /// The baseline file; absolute when a file names it.
    pub baseline: EffectiveSetting<Option<PathBuf>>,
    /// `[rules.<id>]`, in the order of the ids; where two files speak of one, both, the user's first.
    pub rules: Vec<(String, EffectiveSetting<RuleLevel>)>,
    /// `[tools.<id>]`
    pub tools: Vec<(String, EffectiveSetting<String>)>,
    /// How many `[[ignore]]` each file has.
    pub ignores: Vec<EffectiveSetting<usize>>,
}

impl EffectiveSettings {
    /// Merges what is said, later layers over earlier ones: the user's file first, then repositories', the environment, and
    /// the command line.
    pub fn new(layers: &[&Config], variables: &SettingsLayer, flags: &SettingsLayer) -> Self {
        let text = |pick: fn(&SettingsFile) -> &Option<Spanned<String>>,
                    said: fn(&SettingsLayer) -> &Option<String>,
                    names| {
            let found = last(layers, pick, Clone::clone);
            over(
                found,
                [variables, flags].map(|one| said(one).clone()),
                names,
            )
        };
        let words = |pick: fn(&SettingsFile) -> &Option<Vec<Spanned<String>>>,
                     said: fn(&SettingsLayer) -> &Vec<String>,
                     names| {
            let said = |one| Some(said(one).clone()).filter(|words| !words.is_empty());
            let found = over(last_list(layers, pick), [variables, flags].map(said), names);
            EffectiveSetting {
                value: found.value.unwrap_or_default(),
                origin: found.origin,
            }
        };
        let strict = over(
            last(layers, |file| &file.strict, |strict| *strict),
            [variables, flags].map(|said| said.strict.then_some(true)),
            ["GLM_SETUP_STRICT", "--strict"],
        );
        let baseline = layers.iter().rev().find_map(|config| {
            let named = config.file.baseline.as_ref()?;
            Some(EffectiveSetting {
                value: Some(config.resolve(named.get_ref())),
                origin: config.origin(named.span().start),
            })
        });
        Self {
            profile: text(
                |file| &file.profile,
                |said| &said.profile,
                ["GLM_SETUP_PROFILE", "--profile"],
            ),
            region: over(
                last(layers, |file| &file.region, |region| *region),
                [variables, flags].map(|said| said.region),
                ["GLM_SETUP_REGION", "--region"],
            ),
            facts: text(
                |file| &file.facts,
                |said| &said.facts,
                ["GLM_SETUP_FACTS", "--facts"],
            ),
            tool: words(
                |file| &file.tool,
                |said| &said.tool,
                ["GLM_SETUP_TOOL", "--tool"],
            ),
            select: words(
                |file| &file.select,
                |said| &said.select,
                ["GLM_SETUP_SELECT", "--select"],
            ),
            skip: words(
                |file| &file.skip,
                |said| &said.skip,
                ["GLM_SETUP_SKIP", "--ignore"],
            ),
            strict: EffectiveSetting {
                value: strict.value.unwrap_or_default(),
                origin: strict.origin,
            },
            rules_dir: rules_dirs(layers, variables, flags),
            baseline: over(
                baseline.unwrap_or_else(|| EffectiveSetting::unset(None)),
                [variables, flags].map(|said| said.baseline.clone()),
                ["GLM_SETUP_BASELINE", "--baseline"],
            ),
            rules: layers
                .iter()
                .flat_map(|config| {
                    config.file.rules.iter().map(|(id, settings)| {
                        let setting = EffectiveSetting {
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
                        let setting = EffectiveSetting {
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
                    Some(EffectiveSetting {
                        value: config.file.ignore.len(),
                        origin: config.origin(first.span().start),
                    })
                })
                .collect(),
        }
    }
}

impl Config {
    fn origin(&self, at: usize) -> SettingOrigin {
        SettingOrigin::File {
            path: self.path.clone(),
            line: self.line(at),
        }
    }
}

fn last<T, U>(
    layers: &[&Config],
    pick: fn(&SettingsFile) -> &Option<Spanned<T>>,
    value: impl Fn(&T) -> U,
) -> EffectiveSetting<Option<U>> {
    let found = layers.iter().rev().find_map(|config| {
        let said = pick(&config.file).as_ref()?;
        Some(EffectiveSetting {
            value: Some(value(said.get_ref())),
            origin: config.origin(said.span().start),
        })
    });
    found.unwrap_or_else(|| EffectiveSetting::unset(None))
}

fn last_list(
    layers: &[&Config],
    pick: fn(&SettingsFile) -> &Option<Vec<Spanned<String>>>,
) -> EffectiveSetting<Option<Vec<String>>> {
    let found = layers.iter().rev().find_map(|config| {
        let said = pick(&config.file).as_ref()?;
        let first = said.first().map_or(0, |word| word.span().start);
        Some(EffectiveSetting {
            value: Some(said.iter().map(|word| word.get_ref().clone()).collect()),
            origin: config.origin(first),
        })
    });
    found.unwrap_or_else(|| EffectiveSetting::unset(None))
}

/// What a variable says over what the files say, and what a flag says over both.
fn over<T>(
    found: EffectiveSetting<Option<T>>,
    [variable, flag]: [Option<T>; 2],
    [variables_name, flags_name]: [&'static str; 2],
) -> EffectiveSetting<Option<T>> {
    let (value, origin) = match (variable, flag) {
        (_, Some(value)) => (value, SettingOrigin::Flag(flags_name)),
        (Some(value), None) => (value, SettingOrigin::Variable(variables_name)),
        (None, None) => return found,
    };
    EffectiveSetting {
        value: Some(value),
        origin,
    }
}

fn rules_dirs(
    layers: &[&Config],
    variables: &SettingsLayer,
    flags: &SettingsLayer,
) -> Vec<EffectiveSetting<PathBuf>> {
    let of_files = layers.iter().flat_map(|config| {
        let named = config.file.rules_dir.iter().flatten();
        named.map(|folder| EffectiveSetting {
            value: config.resolve(folder.get_ref()),
            origin: config.origin(folder.span().start),
        })
    });
    let said = [
        (variables, SettingOrigin::Variable("GLM_SETUP_RULES_DIR")),
        (flags, SettingOrigin::Flag("--rules-dir")),
    ];
    let of_said = said.into_iter().flat_map(|(said, origin)| {
        said.rules_dir.iter().map(move |folder| EffectiveSetting {
            value: folder.clone(),
            origin: origin.clone(),
        })
    });
    of_files.chain(of_said).collect()
}
