//! The world around the program, injected: home, working folder, operating system, variables.
//!
//! Tools disagree about where their files lie (some follow XDG on every system, some never), so candidate paths are
//! templates in the descriptors and are expanded here against an [`Environment`]. Nothing else in the crate reads the
//! process environment, which keeps every test hermetic.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

/// The operating systems whose paths the descriptors know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Os {
    /// Linux and other Unix systems.
    Linux,
    /// macOS.
    Macos,
    /// Windows.
    Windows,
}

impl Os {
    /// The system this program runs on.
    pub fn current() -> Self {
        if cfg!(target_os = "windows") {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::Macos
        } else {
            Self::Linux
        }
    }

    /// The templates for this system: its own of `[linux, macos, windows]`, then those for every system.
    pub fn templates<'t>(
        self,
        [linux, macos, windows]: [&'t [String]; 3],
        every: &'t [String],
    ) -> impl Iterator<Item = &'t str> {
        let own = match self {
            Self::Linux => linux,
            Self::Macos => macos,
            Self::Windows => windows,
        };
        own.iter().chain(every).map(String::as_str)
    }
}

/// Everything that is read from the surroundings.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The user's home folder, or the folder given by `--home`.
    pub home: PathBuf,
    /// The folder the program was started in.
    pub cwd: PathBuf,
    /// The operating system whose candidate paths apply.
    pub os: Os,
    /// Environment variables. Empty under `--home`, since they speak of another home.
    pub vars: BTreeMap<String, String>,
    /// Where backups and journals lie.
    pub state_dir: PathBuf,
    /// Where the user's own rules and `config.toml` lie.
    pub config_dir: PathBuf,
    /// Where files that belong to the machine lie; `/`, except in tests and under `--home`.
    pub system_root: PathBuf,
}

/// Why the surroundings could not be read.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// No home folder.
    #[error("no home folder is known; set HOME, or name one with --home DIR")]
    NoHome,
    /// The folder given by `--home` is not there.
    #[error("--home {0}: there is no such folder")]
    NoSuchHome(PathBuf),
    /// The working folder is gone.
    #[error("the working folder can't be read: {0}")]
    NoCwd(#[from] std::io::Error),
}

/// The day, in UTC: that of `SOURCE_DATE_EPOCH` where it is set, as programs do whose outcome must not depend on the
/// clock.
pub fn today() -> Date {
    let given = std::env::var("SOURCE_DATE_EPOCH").ok();
    let given = given.and_then(|seconds| Timestamp::from_second(seconds.parse().ok()?).ok());
    let now = given.unwrap_or_else(Timestamp::now);
    now.to_zoned(TimeZone::UTC).date()
}

impl Environment {
    /// Reads the process's surroundings; `home` is the value of `--home`.
    ///
    /// # Errors
    /// When there is no home folder, or the one given is not a folder.
    pub fn from_process(home: Option<&Path>) -> Result<Self, EnvironmentError> {
        let cwd = std::env::current_dir()?;
        let os = Os::current();
        let user_home = dirs::home_dir();
        let state = dirs::state_dir().or_else(dirs::data_local_dir);
        let config = dirs::config_dir();
        let own = |base: Option<PathBuf>, fallback: &str| {
            base.or_else(|| user_home.as_ref().map(|home| home.join(fallback)))
                .map(|base| base.join("glm-setup"))
                .ok_or(EnvironmentError::NoHome)
        };
        let state_dir = own(state, ".local/state")?;
        let config_dir = own(config, ".config")?;
        let Some(named) = home else {
            return Ok(Self {
                home: user_home.ok_or(EnvironmentError::NoHome)?,
                cwd,
                os,
                vars: std::env::vars_os()
                    .filter_map(|(key, value)| {
                        Some((key.into_string().ok()?, value.into_string().ok()?))
                    })
                    .collect(),
                state_dir,
                config_dir,
                system_root: PathBuf::from("/"),
            });
        };
        let named = std::path::absolute(named)?;
        if !named.is_dir() {
            return Err(EnvironmentError::NoSuchHome(named));
        }
        // Each named home has a history of its own, kept out of the home itself: it may be a repository.
        let tag = crate::transaction::hash(named.as_os_str().as_encoded_bytes()).to_string();
        Ok(Self {
            cwd: if cwd.starts_with(&named) {
                cwd
            } else {
                named.clone()
            },
            os,
            vars: BTreeMap::new(),
            state_dir: state_dir.join(format!("home-{}", &tag[..12])),
            config_dir,
            system_root: named.join(".glm-setup-no-system-root"),
            home: named,
        })
    }

    /// A variable's value; empty counts as unset, as it does for the tools.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.vars
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Expands a path template: `~` at the start, and `${NAME}` or `${NAME:-default}` anywhere.
    ///
    /// The outcome is `None` when a variable without a default is unset, so that a candidate path that depends on it
    /// does not exist. An absolute template lies under [`Environment::system_root`].
    pub fn expand(&self, template: &str) -> Option<PathBuf> {
        if !template.contains('$') {
            return Some(self.placed(template));
        }
        let mut text = String::new();
        let mut rest = template;
        let mut from_variable = false;
        while let Some(start) = rest.find("${") {
            let end = start + rest[start..].find('}')?;
            let (name, default) = match rest[start + 2..end].split_once(":-") {
                Some((name, default)) => (name, Some(default)),
                None => (&rest[start + 2..end], None),
            };
            text.push_str(&rest[..start]);
            match self.var(name) {
                Some(value) => {
                    from_variable |= text.is_empty();
                    text.push_str(value);
                }
                None => text.push_str(default?),
            }
            rest = &rest[end + 1..];
        }
        text.push_str(rest);
        if from_variable && !text.starts_with('~') {
            // A relative value of a variable is relative to where the tool was started.
            return Some(self.cwd.join(text));
        }
        Some(self.placed(&text))
    }

    /// A path without variables; a relative one counts from the current folder.
    fn placed(&self, text: &str) -> PathBuf {
        self.rooted(text).unwrap_or_else(|| self.cwd.join(text))
    }

    /// A path that begins with `~`, or an absolute one, which lies under [`Environment::system_root`]; `None` for a
    /// relative one.
    pub fn rooted(&self, text: &str) -> Option<PathBuf> {
        if let Some(below_home) = text.strip_prefix('~') {
            return Some(below(
                &self.home,
                below_home.trim_start_matches(['/', '\\']),
            ));
        }
        let below_root = text.strip_prefix('/')?;
        Some(below(&self.system_root, below_root.trim_start_matches('/')))
    }

    /// A path as a person would write it: `~/…` below the home folder.
    pub fn display(&self, path: &Path) -> String {
        match path.strip_prefix(&self.home) {
            Ok(below) if below.as_os_str().is_empty() => "~".to_owned(),
            Ok(below) => format!("~/{}", below.display()),
            Err(_) => path.display().to_string(),
        }
    }
}

/// A path below a folder, made at once: a run makes some hundreds.
fn below(folder: &Path, rest: &str) -> PathBuf {
    let mut path = PathBuf::with_capacity(folder.as_os_str().len() + rest.len() + 1);
    path.push(folder);
    path.push(rest);
    path
}
