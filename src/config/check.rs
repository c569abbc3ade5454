//! What serde can't see: patterns, places outside the folder, words that name nothing.

use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use super::{Config, ConfigOwner, SettingsFile};
use crate::load::{LoadError, Source, Spanned, nearest};
use crate::rule::catalogue::{self, Catalogue, CatalogueError, RulesByTool};
use crate::rule::selects;

/// Patterns, pointers and versions.
pub(super) fn shape(
    source: &Source<'_>,
    file: &SettingsFile,
    owner: ConfigOwner,
) -> Result<(), LoadError> {
    for entry in &file.ignore {
        let entry = entry.get_ref();
        if let Some(path) = &entry.path {
            let text = path.get_ref();
            glob::Pattern::new(text).map_err(|error| {
                let message = format!("not a pattern of paths: {}", error.msg);
                source.error(path.span(), message, None)
            })?;
            if owner == ConfigOwner::Repository && leaves(text) {
                let message = "a path here is relative to this file's folder, and can't leave it";
                return Err(source.error(path.span(), message, None));
            }
            if owner == ConfigOwner::User
                && !text.starts_with("~/")
                && !Path::new(text).is_absolute()
            {
                let message = "a path here begins with `~/` or `/`: it speaks of the whole machine";
                return Err(source.error(path.span(), message, None));
            }
        }
        if let Some(pointer) = &entry.pointer
            && !(pointer.get_ref().is_empty() || pointer.get_ref().starts_with('/'))
        {
            let message = "a JSON Pointer was expected, such as \"/env/ANTHROPIC_BASE_URL\"";
            return Err(source.error(pointer.span(), message, None));
        }
    }
    for settings in file.tools.values() {
        semver::Version::parse(settings.version.get_ref()).map_err(|error| {
            let message = format!("not a version: {error}; write for example \"2.1.330\"");
            source.error(settings.version.span(), message, None)
        })?;
    }
    Ok(())
}

/// Whether a relative path climbs out of its folder, or is not relative.
fn leaves(text: &str) -> bool {
    let path = Path::new(text);
    text.starts_with(['~', '/', '\\'])
        || path.components().any(|part| {
            matches!(
                part,
                Component::ParentDir | Component::RootDir | Component::Prefix(_)
            )
        })
}

/// Refuses folders and files of a repository's file that lie outside its folder, also behind links.
pub(super) fn inside(config: &Config) -> Result<(), LoadError> {
    if config.owner == ConfigOwner::User {
        return Ok(());
    }
    let name = config.path.display().to_string();
    let source = Source::new(&name, &config.text);
    let named = config.file.rules_dir.iter().flatten();
    for place in named.chain(&config.file.baseline) {
        if leaves(place.get_ref()) || !lies_in(config.folder(), &config.resolve(place.get_ref())) {
            let message =
                "this lies outside the file's folder; a repository can't name such a place";
            let help = "what you trust goes on the command line, or into config.toml in your own configuration folder";
            return Err(source.error(place.span(), message, Some(help.to_owned())));
        }
    }
    for place in config.file.rules_dir.iter().flatten() {
        // A folder that can't be read is an error of its own, when the rules are loaded.
        let files = catalogue::rule_files(&config.resolve(place.get_ref())).unwrap_or_default();
        for file in files {
            let message = if !lies_in(config.folder(), &file) {
                "a link in this folder leads out of the repository"
            } else if file.parent().and_then(Path::file_name) == Some("tools".as_ref()) {
                "this folder holds descriptors of tools, which say what is read; a repository can't add them"
            } else {
                continue;
            };
            let help = format!("it is {}", file.display());
            return Err(source.error(place.span(), message, Some(help)));
        }
    }
    Ok(())
}

/// Whether a path lies in a folder once links are followed, as far as it is there.
fn lies_in(folder: &Path, path: &Path) -> bool {
    let Ok(folder) = folder.canonicalize() else {
        return true;
    };
    let there: Option<PathBuf> = path.ancestors().find_map(|part| {
        part.symlink_metadata().ok()?;
        // A link to nothing may come to point anywhere.
        Some(part.canonicalize().unwrap_or_default())
    });
    there.is_some_and(|there| there.starts_with(folder))
}

/// Words that name profiles, packs, tools and rules.
pub(super) fn words(config: &Config, catalogue: &Catalogue) -> Result<(), CatalogueError> {
    let name = config.path.display().to_string();
    let source = Source::new(&name, &config.text);
    let file = &config.file;
    let refuse = |span: Range<usize>, error: CatalogueError| match error {
        unknown @ CatalogueError::Unknown { .. } => {
            CatalogueError::Load(source.error(span, unknown.to_string(), None))
        }
        other => other,
    };
    if let Some(profile) = &file.profile {
        let known = catalogue.profile(profile.get_ref());
        known.map_err(|error| refuse(profile.span(), error))?;
    }
    if let Some(facts) = &file.facts {
        let known = catalogue.statements(Some(facts.get_ref()));
        known.map_err(|error| refuse(facts.span(), error))?;
    }
    for tool in file.tool.iter().flatten() {
        let known = catalogue.tool(tool.get_ref());
        known.map_err(|error| refuse(tool.span(), error))?;
    }
    for tool in file.tools.keys() {
        let known = catalogue.tool(tool.get_ref());
        known.map_err(|error| refuse(tool.span(), error))?;
    }
    for rule in file.rules.keys() {
        if !catalogue.rule_ids().any(|id| id == rule.get_ref()) {
            let near = nearest(rule.get_ref(), catalogue.rule_ids());
            let help = near.map(|near| format!("did you mean `{near}`?"));
            let message = format!("unknown rule `{}`", rule.get_ref());
            return Err(source.error(rule.span(), message, help).into());
        }
    }
    // All rules are loaded only for words that may mean a category or a tool.
    let mut all: Option<RulesByTool> = None;
    for word in [&file.select, &file.skip].into_iter().flatten().flatten() {
        selection(&source, word, catalogue, &mut all)?;
    }
    Ok(())
}

fn selection(
    source: &Source<'_>,
    word: &Spanned<String>,
    catalogue: &Catalogue,
    all: &mut Option<RulesByTool>,
) -> Result<(), CatalogueError> {
    if catalogue.rule_ids().any(|id| id == word.get_ref()) {
        return Ok(());
    }
    if all.is_none() {
        *all = Some(catalogue.all_rules()?);
    }
    let rules = || all.iter().flatten().flat_map(|(_, rules)| rules);
    if rules().any(|rule| selects(word.get_ref(), rule)) {
        return Ok(());
    }
    let near = nearest(word.get_ref(), rules().map(|rule| rule.id.as_str()));
    let help = near.map(|near| format!("did you mean `{near}`?"));
    let message = format!(
        "`{}` means no rule; a rule's id, a category or a tool was expected",
        word.get_ref()
    );
    Err(source.error(word.span(), message, help).into())
}
