//! A folder that is linted: a dotfiles repository in one of the usual layouts, a project, or both.
//!
//! Config files of known tools are found by the ends of their paths. A file that only a home folder has shows that the
//! folder around it stands for one; where an end could be a home's or a project's, the surroundings decide. Other files
//! are looked at for Z.ai's hosts, and those that name one are files of the user's own programs.

mod layout;
mod search;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ignore::WalkBuilder;

use crate::document::Document;
use crate::tool::{
    ConfigFile, Descriptor, Recognised, Recogniser, Scope, choose_in_force, read_config,
};
use layout::{Layout, Target};
use search::TreeSearch;

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Tree {
    /// Files that make one configuration each.
    pub configurations: Vec<(Rc<Descriptor>, Vec<ConfigFile>)>,
    /// Folders whose project files are those of a tool.
    pub projects: Vec<(Rc<Descriptor>, PathBuf)>,
    /// Templates that don't parse as they stand.
    pub unread_templates: Vec<PathBuf>,
}

/// A config file, and what it may be.
struct Recognition {
    path: PathBuf,
    target: Target,
    known: Recognised,
}

/// Looks through a folder. `hosts` are the hosts that own programs are searched for; `.gitignore` files are respected,
/// hidden files are read, and links are not followed.
pub fn read(recogniser: &Recogniser<'_>, folder: &Path, hosts: &[String]) -> Tree {
    let layout = Layout::of(folder);
    let search = TreeSearch::new(hosts);
    let mut hits = Vec::new();
    let mut programs: Vec<(Rc<Descriptor>, usize, PathBuf)> = Vec::new();
    let mut beside: Vec<(Rc<Descriptor>, usize, PathBuf)> = Vec::new();
    for path in files(folder) {
        let relative = path.strip_prefix(folder).unwrap_or(&path);
        let Some(target) = layout.target(relative) else {
            continue;
        };
        let known = recogniser.recognise(&target.path);
        if known.is_empty() {
            if let Some((tool, entry)) = recogniser.in_tree(&target.path) {
                let main = tool.file[entry].role == tool.main_role();
                if !main {
                    beside.push((tool, entry, path));
                } else if search.found_in(&path) {
                    programs.push((tool, entry, path));
                }
            }
            continue;
        }
        hits.extend(known.into_iter().map(|known| Recognition {
            path: path.clone(),
            target: target.clone(),
            known,
        }));
    }
    let mut tree = Tree::default();
    tree.sort_out(folder, &layout, hits);
    tree.add_programs(programs, beside);
    tree
}

/// The regular files of a folder, in a fixed order.
fn files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    WalkBuilder::new(folder)
        .hidden(false)
        .git_global(false)
        .sort_by_file_name(Ord::cmp)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .map(ignore::DirEntry::into_path)
}

fn of_project(known: &Recognised) -> bool {
    matches!(
        known.tool.file[known.entry].scope,
        Scope::Project | Scope::Local
    )
}

impl Tree {
    /// Decides for each file whether it is a home's or a project's.
    fn sort_out(&mut self, folder: &Path, layout: &Layout, hits: Vec<Recognition>) {
        let mut may_be: HashMap<&Path, (bool, bool)> = HashMap::new();
        for hit in &hits {
            let (home, project) = may_be.entry(&hit.path).or_default();
            *project |= of_project(&hit.known);
            *home |= !of_project(&hit.known);
        }
        let only_home = |hit: &&Recognition| may_be.get(hit.path.as_path()) == Some(&(true, false));
        let mut homes: HashMap<PathBuf, bool> = hits
            .iter()
            .filter(only_home)
            .map(|hit| (hit.known.base.clone(), true))
            .collect();
        let mut of_homes: BTreeMap<(String, PathBuf), Vec<Recognition>> = BTreeMap::new();
        let mut decided: Vec<(usize, bool)> = Vec::new();
        for (index, hit) in hits.iter().enumerate() {
            let project = of_project(&hit.known);
            let both = may_be.get(hit.path.as_path()) == Some(&(true, true));
            let base = &hit.known.base;
            let home = both
                && *homes
                    .entry(base.clone())
                    .or_insert_with(|| layout.is_home(folder, base));
            if both && project == home {
                continue;
            }
            decided.push((index, project));
        }
        let mut hits: Vec<Option<Recognition>> = hits.into_iter().map(Some).collect();
        let mut projects = HashSet::new();
        for (index, project) in decided {
            let Some(hit) = hits[index].take() else {
                continue;
            };
            if project {
                let place = folder.join(&hit.known.base);
                if projects.insert((hit.known.tool.id.clone(), place.clone())) {
                    self.projects.push((hit.known.tool, place));
                }
            } else {
                let group = layout.group(folder, &hit.known.root);
                let key = (hit.known.tool.id.clone(), group);
                of_homes.entry(key).or_default().push(hit);
            }
        }
        for group in of_homes.into_values() {
            self.add_home(group);
        }
    }

    /// The configurations of one home. Files that would have the same name there (yadm's alternates, packages for
    /// several machines) are variants: each goes into a configuration of its own.
    fn add_home(&mut self, hits: Vec<Recognition>) {
        let mut variants: Vec<(Rc<Descriptor>, Vec<PathBuf>, Vec<ConfigFile>)> = Vec::new();
        for hit in hits {
            if hit.target.template && !parses(&hit) {
                self.unread_templates.push(hit.path);
                continue;
            }
            let tool = Rc::clone(&hit.known.tool);
            let mut file = ConfigFile::new(&tool, hit.known.entry, hit.path, true);
            file.managed |= hit.target.template;
            let below: PathBuf = hit
                .target
                .path
                .strip_prefix(&hit.known.root)
                .unwrap_or(&hit.target.path)
                .to_owned();
            match variants
                .iter_mut()
                .find(|(_, taken, _)| !taken.contains(&below))
            {
                Some((_, taken, files)) => {
                    taken.push(below);
                    files.push(file);
                }
                None => variants.push((tool, vec![below], vec![file])),
            }
        }
        for (tool, _, mut files) in variants {
            choose_in_force(&mut files);
            self.configurations.push((tool, files));
        }
    }

    /// Own programs: the files that name a host, with the manifests that lie in the same tree.
    fn add_programs(
        &mut self,
        programs: Vec<(Rc<Descriptor>, usize, PathBuf)>,
        beside: Vec<(Rc<Descriptor>, usize, PathBuf)>,
    ) {
        let Some((tool, ..)) = programs.first() else {
            return;
        };
        let tool = Rc::clone(tool);
        let files = programs
            .into_iter()
            .chain(beside)
            .filter(|(other, ..)| other.id == tool.id)
            .map(|(tool, entry, path)| ConfigFile::new(&tool, entry, path, true))
            .collect();
        self.configurations.push((tool, files));
    }
}

/// Whether a template can be read as it stands.
fn parses(hit: &Recognition) -> bool {
    let format = hit.known.tool.file[hit.known.entry].format;
    let bytes = read_config(&hit.path).ok().flatten();
    bytes.is_some_and(|bytes| Document::of(bytes, format).is_ok())
}
