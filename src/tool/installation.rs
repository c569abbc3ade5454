//! Places that another file or the user's choice of an editor decides: installations, and files named by a value.

use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::listing::{matching, split};
use super::read::read_config;
use crate::condition::query::singular;
use crate::document::{Document, Format};
use crate::load::{LoadError, Source, Spanned};
use crate::paths::{Environment, Os};

/// What stands for the installation's folder at the start of a path.
pub(super) const INSTALLATION: &str = "{installation}";
/// What stands for the path that another file names.
pub(super) const NAMED: &str = "{named}";

/// What a relative path in a file counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beside {
    /// The file's own folder.
    #[default]
    File,
    /// The home folder.
    Home,
}

/// A path that stands in another file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NamedBy {
    /// That file (a template).
    pub file: String,
    /// Its format.
    pub format: Format,
    /// Where the path stands in it, a singular query.
    pub at: Spanned<String>,
    /// What a relative path counts from.
    #[serde(default)]
    pub beside: Beside,
}

impl NamedBy {
    /// Checks the query.
    ///
    /// # Errors
    /// With file, line and column.
    pub fn check(&self, source: &Source<'_>) -> Result<(), LoadError> {
        singular(self.at.get_ref())
            .map(drop)
            .map_err(|message| source.error(self.at.span(), message, None))
    }

    /// The path, if the file is there, can be read and has a text at the place. A file that can't be read is reported
    /// where it is a file of the tool; here it names nothing.
    pub(super) fn path(
        &self,
        environment: &Environment,
        installation: Option<&Path>,
    ) -> Option<PathBuf> {
        let file = expand(&self.file, environment, installation)?;
        let bytes = read_config(&file).ok()??;
        let document = Document::of(bytes, self.format).ok()?;
        let text = singular(self.at.get_ref())
            .ok()?
            .get(document.value())?
            .as_str()?
            .trim();
        if text.is_empty() {
            return None;
        }
        if let Some(rooted) = environment.rooted(text) {
            return Some(rooted);
        }
        let base = match self.beside {
            Beside::File => file.parent()?,
            Beside::Home => &environment.home,
        };
        Some(plain(&base.join(text)))
    }
}

/// A path without `.` and `..`, so that one folder has one name.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// Folders, each of which holds a configuration of its own: several editors, several users of one program.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Installation {
    /// Candidate folders on every system (templates, may hold `*`).
    #[serde(default)]
    pub paths: Vec<String>,
    /// Candidate folders on Linux, beside `paths`.
    #[serde(default)]
    pub linux: Vec<String>,
    /// Candidate folders on macOS, beside `paths`.
    #[serde(default)]
    pub macos: Vec<String>,
    /// Candidate folders on Windows, beside `paths`.
    #[serde(default)]
    pub windows: Vec<String>,
    /// Names of folders that `*` passes over (may hold `*`).
    #[serde(default)]
    pub except: Vec<String>,
    /// The file that names `{named}` in the paths.
    #[serde(default)]
    pub named_by: Option<NamedBy>,
    /// Whether `apply` may create the first of the paths where no installation is there.
    #[serde(default)]
    pub create: bool,
}

impl Installation {
    /// The path templates that apply on a system.
    pub(super) fn templates(&self, os: Os) -> impl Iterator<Item = &str> {
        os.templates([&self.linux, &self.macos, &self.windows], &self.paths)
    }

    /// The path templates of all systems.
    pub(super) fn all_paths(&self) -> impl Iterator<Item = &String> {
        let lists = [&self.paths, &self.linux, &self.macos, &self.windows];
        lists.into_iter().flatten()
    }

    /// The folders that are there.
    fn folders(&self, environment: &Environment) -> Vec<PathBuf> {
        let named = self
            .named_by
            .as_ref()
            .and_then(|named| named.path(environment, None));
        let mut folders = Vec::new();
        for template in self.templates(environment.os) {
            let (template, pattern) = split(template);
            let path = match template.strip_prefix(NAMED) {
                Some(rest) => named
                    .as_ref()
                    .map(|named| named.join(rest.trim_start_matches('/'))),
                None => environment.expand(template),
            };
            let Some(path) = path else { continue };
            let passed_over = |folder: &Path| {
                let name = folder.file_name().unwrap_or_default().to_string_lossy();
                self.except.iter().any(|pattern| {
                    glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches(&name))
                })
            };
            let found = matching(path, pattern).unwrap_or_default().into_iter();
            let found = found.filter(|folder| pattern.is_empty() || !passed_over(folder));
            folders.extend(found.filter(|folder| folder.is_dir()));
        }
        folders
    }
}

/// The folders of all installations that are there, each once; without any, the one that may be created.
pub(super) fn folders(installations: &[Installation], environment: &Environment) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = Vec::new();
    for folder in installations
        .iter()
        .flat_map(|installation| installation.folders(environment))
        .map(|folder| plain(&folder))
    {
        if !all.contains(&folder) {
            all.push(folder);
        }
    }
    if all.is_empty() {
        let created = installations
            .iter()
            .filter(|installation| installation.create);
        let mut paths = created.flat_map(|installation| installation.templates(environment.os));
        all.extend(paths.find_map(|template| environment.expand(template)));
    }
    all
}

/// Expands a template that may begin with `{installation}`.
pub(super) fn expand(
    template: &str,
    environment: &Environment,
    installation: Option<&Path>,
) -> Option<PathBuf> {
    match template.strip_prefix(INSTALLATION) {
        Some(rest) => Some(installation?.join(rest.trim_start_matches('/'))),
        None => environment.expand(template),
    }
}
