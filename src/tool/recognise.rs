//! Knowing a config file by the end of its path, wherever the home folder lies.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::descriptor::{Descriptor, Search};
use super::detect::ConfigFile;
use super::installation::{INSTALLATION, NAMED};
use crate::paths::Os;

/// The ends of all tools' paths, on all systems.
pub struct Recogniser<'t> {
    tools: &'t [Rc<Descriptor>],
    ends: Vec<End>,
    /// Ends whose last part is a plain name.
    by_name: HashMap<String, Vec<usize>>,
    /// Ends whose last part is a pattern that ends with an extension.
    by_extension: HashMap<String, Vec<usize>>,
    /// The others.
    by_pattern: Vec<usize>,
}

/// The end of a path.
struct End {
    tool: usize,
    entry: usize,
    parts: Vec<PathPart>,
    /// How many of the parts lie below the folder that holds the configuration.
    below: usize,
    /// Whether it is looked for anywhere in a folder.
    tree: bool,
}

enum PathPart {
    Name(String),
    Pattern(glob::Pattern),
    /// `**`: any folders.
    Folders,
}

/// What a path may be.
#[derive(Debug, Clone)]
pub struct Recognised {
    /// The tool.
    pub tool: Rc<Descriptor>,
    /// Index of the entry in the descriptor.
    pub entry: usize,
    /// The folder that the end counts from: a home folder or a project.
    pub base: PathBuf,
    /// The folder that holds the configuration: the base, or an installation.
    pub root: PathBuf,
    /// How many parts of the path were known; the more, the surer.
    pub length: usize,
}

impl<'t> Recogniser<'t> {
    /// Collects the ends of the tools' paths.
    pub fn new(tools: &'t [Rc<Descriptor>]) -> Self {
        let mut ends = Vec::new();
        // Most paths are the same on all systems.
        let mut seen = HashSet::new();
        for (index, tool) in tools.iter().enumerate() {
            for (number, entry) in tool.file.iter().enumerate() {
                let tree = entry.search == Search::Tree;
                let mut add = |tail: String, below: Option<usize>| {
                    let parts = parts(&tail, tree);
                    if !parts.is_empty() && seen.insert((index, number, tail)) {
                        ends.push(End {
                            tool: index,
                            entry: number,
                            below: below.unwrap_or(parts.len()),
                            parts,
                            tree,
                        });
                    }
                };
                for os in [Os::Linux, Os::Macos, Os::Windows] {
                    for template in entry.templates(os) {
                        let Some(rest) = template.strip_prefix(INSTALLATION) else {
                            if let Some(tail) = tail(template) {
                                add(tail, None);
                            }
                            continue;
                        };
                        let below = rest.split('/').filter(|part| !part.is_empty()).count();
                        let folders = tool.installation.iter().flat_map(|one| one.templates(os));
                        for folder in folders.filter_map(tail) {
                            add(folder + rest, Some(below));
                        }
                    }
                }
            }
        }
        let mut recogniser = Self {
            tools,
            ends,
            by_name: HashMap::new(),
            by_extension: HashMap::new(),
            by_pattern: Vec::new(),
        };
        for (index, end) in recogniser.ends.iter().enumerate() {
            let list = match end.parts.last() {
                Some(PathPart::Name(name)) => recogniser.by_name.entry(name.clone()).or_default(),
                Some(PathPart::Pattern(pattern)) => match extension(pattern.as_str()) {
                    Some(plain) => recogniser.by_extension.entry(plain.to_owned()).or_default(),
                    None => &mut recogniser.by_pattern,
                },
                _ => &mut recogniser.by_pattern,
            };
            list.push(index);
        }
        recogniser
    }

    /// Whether `path` is a file that is looked for anywhere in a folder: the tool and its entry.
    pub fn in_tree(&self, path: &Path) -> Option<(Rc<Descriptor>, usize)> {
        let found = self.ends_of(path).find(|(end, _)| end.tree)?;
        Some((Rc::clone(&self.tools[found.0.tool]), found.0.entry))
    }

    /// What a file is: the surest thing that its path may be, or, as another program's, a file of each tool that it may
    /// show; files that are looked for anywhere come last.
    pub fn files(&self, path: &Path) -> Vec<ConfigFile> {
        let known = self.recognise(path).into_iter();
        let file = |(tool, entry)| ConfigFile::new(&tool, entry, path.to_owned(), true);
        let files = known.map(|known| file((known.tool, known.entry)));
        let of_another = |file: &ConfigFile| file.entry().shown_by.is_some();
        let (others, own): (Vec<_>, Vec<_>) = files.partition(of_another);
        match own.into_iter().next() {
            Some(surest) => vec![surest],
            None if others.is_empty() => self.in_tree(path).map(file).into_iter().collect(),
            None => others,
        }
    }

    /// What `path` may be: a tool's own file first, then the surest.
    pub fn recognise(&self, path: &Path) -> Vec<Recognised> {
        let parts: Vec<_> = path.components().collect();
        let without = |count: usize| -> PathBuf { parts[..parts.len() - count].iter().collect() };
        let mut found: Vec<Recognised> = Vec::new();
        for (end, matched) in self.ends_of(path).filter(|(end, _)| !end.tree) {
            let known = Recognised {
                tool: Rc::clone(&self.tools[end.tool]),
                entry: end.entry,
                base: without(matched),
                root: without(if end.below == end.parts.len() {
                    matched
                } else {
                    end.below
                }),
                length: matched,
            };
            let same =
                |other: &Recognised| other.tool.id == known.tool.id && other.entry == known.entry;
            if !found.iter().any(same) {
                found.push(known);
            }
        }
        found.sort_by_key(|known| {
            let borrowed = known.tool.file[known.entry].borrowed;
            (borrowed, std::cmp::Reverse(known.length))
        });
        found
    }

    /// The ends that a path has, each with the number of its parts.
    fn ends_of<'s>(&'s self, path: &Path) -> impl Iterator<Item = (&'s End, usize)> {
        let names: Vec<_> = path
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect();
        let name = names.last().map(AsRef::as_ref);
        let same = name.and_then(|name| self.by_name.get(name));
        let alike = name
            .and_then(extension)
            .and_then(|plain| self.by_extension.get(plain));
        let candidates = same.into_iter().chain(alike).flatten();
        candidates
            .chain(&self.by_pattern)
            .map(|index| &self.ends[*index])
            .filter_map(move |end| Some((end, matched(&end.parts, &names)?)))
    }
}

/// What follows the last dot of a name, or of a pattern that fixes it.
fn extension(name: &str) -> Option<&str> {
    let (_, plain) = name.rsplit_once('.')?;
    (!plain.contains(['*', '?', '[', ']'])).then_some(plain)
}

/// A template without what depends on the machine; `None` for one that has no fixed end, or lies outside a home.
fn tail(template: &str) -> Option<String> {
    if template.starts_with(NAMED) || template.starts_with('/') {
        return None;
    }
    let mut text = String::new();
    let mut rest = template;
    while let Some(start) = rest.find("${") {
        let end = start + rest[start..].find('}')?;
        let (_, default) = rest[start + 2..end].split_once(":-")?;
        text.push_str(&rest[..start]);
        text.push_str(default);
        rest = &rest[end + 1..];
    }
    text.push_str(rest);
    let text = text.trim_start_matches('~').trim_start_matches('/');
    (!text.is_empty()).then(|| text.to_owned())
}

fn parts(tail: &str, tree: bool) -> Vec<PathPart> {
    let parts = tail
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".");
    let part = |part: &str| match part {
        "**" => PathPart::Folders,
        part if part.contains(['*', '?', '[']) => glob::Pattern::new(part)
            .map_or_else(|_| PathPart::Name(part.to_owned()), PathPart::Pattern),
        part => PathPart::Name(part.to_owned()),
    };
    let mut parts: Vec<PathPart> = parts.map(part).collect();
    if tree && matches!(parts.first(), Some(PathPart::Folders)) {
        parts.remove(0);
    }
    parts
}

/// How many of a path's last names the parts match; `None` if they don't.
fn matched(parts: &[PathPart], names: &[Cow<'_, str>]) -> Option<usize> {
    let Some((last, before)) = parts.split_last() else {
        return Some(0);
    };
    if let PathPart::Folders = last {
        // The fewest folders that fit.
        return (0..=names.len())
            .find_map(|count| Some(count + matched(before, &names[..names.len() - count])?));
    }
    let (name, rest) = names.split_last()?;
    let fits = match last {
        PathPart::Name(known) => known == name,
        PathPart::Pattern(pattern) => pattern.matches(name),
        PathPart::Folders => false,
    };
    if fits {
        Some(1 + matched(before, rest)?)
    } else {
        None
    }
}
