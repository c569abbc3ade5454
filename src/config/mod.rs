//! Configuration files of our own: `.glm-setup.toml` of a repository and the user's `config.toml`.
//!
//! Layers, later wins: built-in < user < repository < environment < flags. A repository's file is somebody else's text: `apply` never
//! reads it, `lint` does for the files below its folder, and it can't name a place outside that folder.

mod check;
mod effective;
mod find;
mod schema;
mod variables;

use std::path::{Path, PathBuf};

use crate::load::{LoadError, Source};
use crate::rule::catalogue::{self, CatalogueError};

pub use effective::{EffectiveSetting, EffectiveSettings, SettingOrigin, SettingsLayer};
pub use find::nearest_folder;
pub use schema::{IgnoreEntry, RuleLevel, RuleSettings, SettingsFile, ToolSettings};
pub use variables::VariableError;

/// The name of a repository's file.
pub const REPOSITORY_FILE: &str = ".glm-setup.toml";
/// The name of the user's file, in the user's configuration folder.
pub const USER_FILE: &str = "config.toml";

/// Whose a configuration file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigOwner {
    /// The user's own: trusted as the command line is.
    User,
    /// A repository's: it speaks of files below its folder only.
    Repository,
}

/// A configuration file that was read.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where it is; absolute.
    pub path: PathBuf,
    /// Whose it is.
    pub owner: ConfigOwner,
    /// Its text.
    pub text: String,
    /// What it says.
    pub file: SettingsFile,
}

impl Config {
    /// Reads the user's file; `None` when there is none.
    ///
    /// # Errors
    /// When it can't be read or is broken.
    pub fn user(config_dir: &Path) -> Result<Option<Self>, CatalogueError> {
        let path = config_dir.join(USER_FILE);
        if path.symlink_metadata().is_err() {
            return Ok(None);
        }
        Self::read(path, ConfigOwner::User).map(Some)
    }

    /// Reads a repository's file from a folder that has one.
    ///
    /// # Errors
    /// When it can't be read, is broken, or names a place outside its folder.
    pub fn repository(folder: &Path) -> Result<Self, CatalogueError> {
        Self::read(folder.join(REPOSITORY_FILE), ConfigOwner::Repository)
    }

    fn read(path: PathBuf, owner: ConfigOwner) -> Result<Self, CatalogueError> {
        let text = catalogue::read(&path)?;
        Ok(Self::parse(path, owner, text)?)
    }

    /// A configuration file from its text.
    ///
    /// # Errors
    /// When the text is not TOML or not of the wanted shape, with the place and what was expected.
    pub fn parse(path: PathBuf, owner: ConfigOwner, text: String) -> Result<Self, LoadError> {
        let name = path.display().to_string();
        let source = Source::new(&name, &text);
        let file: SettingsFile = source.parse().map_err(schema::helped)?;
        check::shape(&source, &file, owner)?;
        let config = Self {
            path,
            owner,
            text,
            file,
        };
        check::inside(&config)?;
        Ok(config)
    }

    /// Refuses words that name no profile, facts pack, tool or rule.
    ///
    /// # Errors
    /// With the place and the nearest known word, or when a rule file is broken.
    pub fn check_words(&self, catalogue: &catalogue::Catalogue) -> Result<(), CatalogueError> {
        check::words(self, catalogue)
    }

    /// The folder it lies in.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    /// A path that it names: relative to its folder.
    pub fn resolve(&self, path: &str) -> PathBuf {
        self.folder().join(path)
    }

    /// The folders with rules that it adds.
    pub fn rules_dirs(&self) -> impl Iterator<Item = PathBuf> {
        let named = self.file.rules_dir.iter().flatten();
        named.map(|folder| self.resolve(folder.get_ref()))
    }

    /// The same file without what speaks of a whole run, and the names of what was left out: for a run that looks at
    /// more than the file's own folder.
    pub fn for_own_files(&self) -> (Self, Vec<&'static str>) {
        let SettingsFile {
            profile,
            region,
            facts,
            tool,
            select,
            skip,
            strict,
            rules_dir,
            baseline,
            rules,
            tools,
            ignore,
        } = self.file.clone();
        let left_out = [
            ("profile", profile.is_some()),
            ("region", region.is_some()),
            ("facts", facts.is_some()),
            ("tool", tool.is_some()),
            ("select", select.is_some()),
            ("skip", skip.is_some()),
            ("strict", strict.is_some()),
            ("rules-dir", rules_dir.is_some()),
            ("tools", !tools.is_empty()),
        ];
        let left_out = left_out.into_iter().filter(|(_, said)| *said);
        let file = SettingsFile {
            baseline,
            rules,
            ignore,
            ..SettingsFile::default()
        };
        let config = Self {
            file,
            ..self.clone()
        };
        (config, left_out.map(|(name, _)| name).collect())
    }

    /// The line of a byte of its text, counted from 1.
    pub fn line(&self, at: usize) -> usize {
        crate::document::line_column(&self.text, at).0
    }
}
