//! Finding the files of a tool.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::descriptor::{Descriptor, FileEntry, Scope, Search};
use super::installation::{self, NAMED, expand};
use super::listing::{matching, split};
use super::read::ReadError;
use crate::document::Format;
use crate::paths::Environment;

/// One detected file, or one that `apply` may create.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    /// The tool.
    pub tool: Rc<Descriptor>,
    /// Index of the entry in the descriptor.
    pub(super) entry: usize,
    /// Where it is.
    pub path: PathBuf,
    /// For project files found by walking up: how many folders above the project; for the order of layers.
    pub distance: usize,
    /// Whether it is there.
    pub exists: bool,
    /// Whether the tool reads it; of a group of alternatives only the first is in force.
    pub in_force: bool,
    /// Whether somebody else manages it: an administrator, or a program that a variable tells of.
    pub managed: bool,
}

impl ConfigFile {
    /// A file of a tool at a place; for cases and explicit paths.
    pub fn new(tool: &Rc<Descriptor>, entry: usize, path: PathBuf, exists: bool) -> Self {
        Self {
            tool: Rc::clone(tool),
            entry,
            path,
            distance: 0,
            exists,
            in_force: true,
            managed: tool.file[entry].scope == Scope::Managed,
        }
    }

    /// What the descriptor says of it.
    pub fn entry(&self) -> &FileEntry {
        &self.tool.file[self.entry]
    }

    /// Whether a text of this file is the tool's own, or shows that the tool is used.
    pub(super) fn is_shown_by(&self, text: &[u8]) -> bool {
        let mark = self.entry().shown_by.as_ref();
        mark.is_none_or(|mark| memchr::memmem::find(text, mark.as_bytes()).is_some())
    }

    /// What the tool accepts in it.
    pub fn format(&self) -> Format {
        self.entry().format
    }

    /// How far it reaches.
    pub fn scope(&self) -> Scope {
        self.entry().scope
    }

    /// Its role.
    pub fn role(&self) -> &str {
        &self.entry().role
    }

    /// The order among the layers of a role: higher wins.
    pub fn rank(&self) -> (u32, isize) {
        let distance = isize::try_from(self.distance).unwrap_or(isize::MAX);
        let depth = if self.entry().search == Search::UpOutermost {
            distance
        } else {
            -distance
        };
        (self.entry().precedence, depth)
    }
}

/// What is there of a tool.
#[derive(Debug, Default)]
pub struct Detected {
    /// Its files, and the ones that may be created.
    pub files: Vec<ConfigFile>,
    /// What could not be listed.
    pub problems: Vec<ReadError>,
}

/// Looks for the files of `tool`; `project` is a folder whose files count too, `installation` the folder that holds this
/// configuration.
pub fn detect(
    tool: &Rc<Descriptor>,
    environment: &Environment,
    project: Option<&Path>,
    installation: Option<&Path>,
) -> Detected {
    let mut files: Vec<ConfigFile> = Vec::new();
    let mut problems = Vec::new();
    for (index, entry) in tool.file.iter().enumerate() {
        let set = |name: &String| environment.var(name).is_some();
        if entry.unless_env.as_ref().is_some_and(set) {
            continue;
        }
        let managed = entry.scope == Scope::Managed || entry.managed_env.iter().any(set);
        let mut named = None;
        for template in entry.templates(environment.os) {
            let (template, pattern) = split(template);
            let places = match entry.scope {
                Scope::Project | Scope::Local => {
                    project_places(entry, template, project, environment)
                }
                Scope::User | Scope::Managed | Scope::Side => {
                    let path = match (template.strip_prefix(NAMED), &entry.named_by) {
                        (Some(rest), Some(by)) => named
                            .get_or_insert_with(|| by.path(environment, installation))
                            .as_ref()
                            .map(|path| match rest.trim_start_matches('/') {
                                "" => path.clone(),
                                below => path.join(below),
                            }),
                        _ => expand(template, environment, installation),
                    };
                    path.into_iter().map(|path| (path, 0)).collect()
                }
            };
            for (path, distance) in places {
                let found = |path: PathBuf, exists: bool| ConfigFile {
                    distance,
                    managed,
                    ..ConfigFile::new(tool, index, path, exists)
                };
                if !pattern.is_empty() {
                    match matching_files(path, pattern) {
                        Ok(paths) => files.extend(paths.into_iter().map(|path| found(path, true))),
                        Err(problem) => problems.push(problem),
                    }
                } else if path.symlink_metadata().is_ok() {
                    files.push(found(path, true));
                } else if entry.create && entry.scope == Scope::User {
                    files.push(found(path, false));
                }
            }
        }
    }
    // One path may be reached by several entries, for example a project that is the home folder: the first one counts.
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| seen.insert(file.path.clone()));
    choose_in_force(&mut files);
    Detected { files, problems }
}

/// The folders that hold a configuration of `tool` each; one `None` for a tool without such folders.
pub fn installations(tool: &Descriptor, environment: &Environment) -> Vec<Option<PathBuf>> {
    let folders = installation::folders(&tool.installation, environment);
    if folders.is_empty() {
        return vec![None];
    }
    folders.into_iter().map(Some).collect()
}

/// Of each group only the first existing file is in force; a file that may be created only when no other is there.
pub fn choose_in_force(files: &mut Vec<ConfigFile>) {
    files.sort_by_key(|file| file.entry);
    let mut taken = std::collections::HashSet::new();
    for file in files.iter_mut().filter(|file| file.exists) {
        if let Some(group) = file.entry().group.clone() {
            file.in_force = taken.insert((group, file.distance));
        }
    }
    let existing: Vec<(String, Scope)> = files
        .iter()
        .filter(|file| file.exists)
        .map(|file| (file.role().to_owned(), file.scope()))
        .collect();
    let mut created = std::collections::HashSet::new();
    files.retain(|file| {
        file.exists
            || (!existing
                .iter()
                .any(|(role, scope)| role == file.role() && *scope == file.scope())
                && created.insert(file.role().to_owned()))
    });
}

fn project_places(
    entry: &FileEntry,
    template: &str,
    project: Option<&Path>,
    environment: &Environment,
) -> Vec<(PathBuf, usize)> {
    let Some(project) = project else {
        return Vec::new();
    };
    let git_root = project
        .ancestors()
        .find(|folder| folder.join(".git").exists());
    let folders: Vec<&Path> = match entry.search {
        Search::Tree => Vec::new(),
        Search::Here => vec![project],
        Search::GitRoot => vec![git_root.unwrap_or(project)],
        Search::UpNearest | Search::UpOutermost => {
            let last = git_root.unwrap_or(&environment.home);
            let inside = project.starts_with(last);
            project
                .ancestors()
                .take_while(|folder| !inside || folder.starts_with(last))
                .collect()
        }
    };
    folders
        .into_iter()
        // What lies in the home folder itself is the user's, and the user's entries speak of it.
        .filter(|folder| *folder != environment.home)
        .enumerate()
        .map(|(distance, folder)| (folder.join(template), distance))
        .collect()
}

/// The files of a log, of every installation.
pub fn log_files(
    tool: &Descriptor,
    log: &super::Log,
    environment: &Environment,
) -> std::collections::BTreeSet<PathBuf> {
    let mut files = std::collections::BTreeSet::new();
    for installation in installations(tool, environment) {
        for template in &log.paths {
            let (folder, pattern) = split(template);
            if let Some(folder) = expand(folder, environment, installation.as_deref()) {
                files.extend(matching_files(folder, pattern).unwrap_or_default());
            }
        }
    }
    files
}

/// What a pattern matches beside folders. A dangling link or a pipe is told of when it is read.
fn matching_files(folder: PathBuf, pattern: &str) -> Result<Vec<PathBuf>, ReadError> {
    let mut paths = matching(folder, pattern)?;
    paths.retain(|path| !path.is_dir());
    Ok(paths)
}
