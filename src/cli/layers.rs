//! What a run takes from configuration files: the user's for every command, repositories' for `lint`.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::args::Lint;
use super::context::CliContext;
use super::failure::{Failure, UsageError};
use crate::config::{
    Config, EffectiveSettings, REPOSITORY_FILE, SettingOrigin, SettingsLayer, nearest_folder,
};
use crate::ignore::{Baseline, DEFAULT_BASELINE, Ignores};
use crate::paths::today;
use crate::plan::Request;
use crate::rule::Catalogue;

/// What a `lint` run goes by.
pub(super) struct LintSettings {
    /// The surroundings with what the repository adds.
    pub(super) context: CliContext,
    /// What is asked for.
    pub(super) request: Request,
    /// Whether warnings fail too.
    pub(super) strict: bool,
    /// The baseline file to read, or to write.
    pub(super) baseline: PathBuf,
}

/// The request with the user's own settings, unless it says already what is ignored.
pub(super) fn with_user_settings<'r>(
    context: &CliContext,
    request: &'r Request,
) -> Cow<'r, Request> {
    if request.ignores.is_some() {
        return Cow::Borrowed(request);
    }
    let layers: Vec<&Config> = context.user.iter().collect();
    let settings = EffectiveSettings::new(&layers, &context.variables, &SettingsLayer::default());
    let mut request = request.clone();
    // `tool` is left out: naming a tool would let `apply` point it at Z.ai.
    let select = request.select.is_empty();
    complete(&mut request, &settings);
    let asked = if select { &[][..] } else { &request.select };
    let home = &context.environment.home;
    request.ignores = Some(Rc::new(Ignores::new(&layers, asked, home, today())));
    Cow::Owned(request)
}

/// Fills in what the request leaves open.
fn complete(request: &mut Request, settings: &EffectiveSettings) {
    request.region = request.region.or(settings.region.value);
    if request.select.is_empty() {
        request.select.clone_from(&settings.select.value);
    }
    if request.ignore.is_empty() {
        request.ignore.clone_from(&settings.skip.value);
    }
    for (tool, version) in &settings.tools {
        if let Ok(version) = semver::Version::parse(&version.value) {
            request.tool_versions.insert(tool.clone(), version);
        }
    }
}

/// Reads the configuration files that govern a `lint` run.
pub(super) fn for_lint(context: &CliContext, args: &Lint) -> Result<LintSettings, Failure> {
    let home = real(&context.environment.home);
    let repositories = repositories(context, &args.paths)?;
    let mut layers: Vec<Config> = context.user.iter().cloned().collect();
    let mut scoped = Vec::new();
    for config in repositories {
        if !args.paths.is_empty() || home.starts_with(config.folder()) {
            layers.push(config);
            continue;
        }
        let (own, left_out) = config.for_own_files();
        if !left_out.is_empty() {
            context.message(&format!(
                "note: {}: this run looks at the home folder too, so {} is left out; `glm-setup lint .` goes by it",
                context.display(&config.path),
                left_out.join(", ")
            ));
        }
        scoped.push(own);
    }
    layers.extend(scoped);
    let layers: Vec<&Config> = layers.iter().collect();
    let settings = EffectiveSettings::new(&layers, &context.variables, &flags(context, args));
    let context = with_settings(context, &layers, &settings)?;
    let mut request = Request {
        profile: settings.profile.value.clone(),
        plan: context.last_plan()?,
        facts: settings.facts.value.clone(),
        tools: settings.tool.value.clone(),
        select: args.selection.select.clone(),
        ignore: args.selection.ignore.clone(),
        region: args.region,
        ..Request::default()
    };
    complete(&mut request, &settings);
    let (baseline, known) = baseline(&context, args, &layers, &settings)?;
    let asked = &args.selection.select;
    let ignores = Ignores::new(&layers, asked, &context.environment.home, today());
    let mut ignores = ignores.with_baseline(known);
    ignores.judges = true;
    let folders = args.paths.iter().filter(|path| path.is_dir());
    ignores.covers = folders.map(|folder| real(folder)).collect();
    request.ignores = Some(Rc::new(ignores));
    Ok(LintSettings {
        context,
        request,
        strict: settings.strict.value,
        baseline,
    })
}

/// What the command line of `lint` says.
fn flags(context: &CliContext, args: &Lint) -> SettingsLayer {
    SettingsLayer {
        profile: args.profile.clone(),
        region: args.region,
        tool: args.tool.clone(),
        select: args.selection.select.clone(),
        skip: args.selection.ignore.clone(),
        strict: args.strict,
        baseline: args.baseline.clone(),
        ..context.said.clone()
    }
}

/// The same surroundings with the facts and rules that are in force.
pub(super) fn with_settings(
    context: &CliContext,
    layers: &[&Config],
    settings: &EffectiveSettings,
) -> Result<CliContext, Failure> {
    let mut global = context.global.clone();
    global.facts.clone_from(&settings.facts.value);
    let folders = settings.rules_dir.iter().map(|one| one.value.clone());
    global.rules_dir = folders.collect();
    let further = global.rules_dir.len() > context.global.rules_dir.len();
    let mut with = CliContext {
        global,
        environment: context.environment.clone(),
        catalogue: Rc::clone(&context.catalogue),
        user: context.user.clone(),
        said: context.said.clone(),
        variables: context.variables.clone(),
        working_folder: context.working_folder.clone(),
    };
    if further {
        with.catalogue = Rc::new(Catalogue::load(&with.rule_folders())?);
    }
    for config in layers {
        config.check_words(&with.catalogue)?;
    }
    Ok(with)
}

/// The repositories' files: the nearest one of all paths, or without paths the home folder's and the working folder's.
pub(super) fn repositories(
    context: &CliContext,
    paths: &[PathBuf],
) -> Result<Vec<Config>, Failure> {
    if context.global.isolated {
        return Ok(Vec::new());
    }
    let home = real(&context.environment.home);
    let mut folders: Vec<PathBuf> = Vec::new();
    if paths.is_empty() {
        let here = nearest_folder(&real(&context.environment.cwd), &home);
        folders.extend(nearest_folder(&home, &home));
        folders.extend(here.filter(|here| *here != home));
    } else {
        let found: Vec<Option<PathBuf>> = paths
            .iter()
            .map(|path| nearest_folder(&start(path), &home))
            .collect();
        if let Some(other) = found.iter().find(|other| **other != found[0]) {
            let name = |folder: &Option<PathBuf>| match folder {
                Some(folder) => context.display(&folder.join(REPOSITORY_FILE)),
                None => "no file".to_owned(),
            };
            return Err(UsageError::SeveralRepositories {
                one: name(&found[0]),
                other: name(other),
            }
            .into());
        }
        folders.extend(found.into_iter().next().flatten());
    }
    let read = folders.iter().map(|folder| Config::repository(folder));
    Ok(read.collect::<Result<_, _>>()?)
}

/// The folder from which a path's configuration file is looked for.
fn start(path: &Path) -> PathBuf {
    if path.is_dir() {
        return real(path);
    }
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    real(absolute.parent().unwrap_or(&absolute))
}

/// A path with its links followed, where it is there.
pub(super) fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The baseline's path, and what it holds; nothing where none is in force.
fn baseline(
    context: &CliContext,
    args: &Lint,
    layers: &[&Config],
    settings: &EffectiveSettings,
) -> Result<(PathBuf, Option<Baseline>), Failure> {
    let repository = layers
        .iter()
        .rev()
        .find(|config| config.path.ends_with(REPOSITORY_FILE));
    let default = || {
        let folder = repository.map_or(context.working_folder.as_path(), |config| config.folder());
        folder.join(DEFAULT_BASELINE)
    };
    let (path, named) = match (&args.write_baseline, &settings.baseline.value) {
        (Some(Some(path)), _) => (path.clone(), true),
        (_, Some(path)) => (path.clone(), true),
        (_, None) => (default(), false),
    };
    let path = std::path::absolute(path)?;
    let writes = args.write_baseline.is_some();
    let there = path.symlink_metadata().is_ok();
    if !(if writes { there } else { named }) {
        return Ok((path, None));
    }
    let mut known = Baseline::read(&path)?;
    if let (SettingOrigin::File { path: by, .. }, false) = (&settings.baseline.origin, writes) {
        let by = layers.iter().find(|config| config.path == *by);
        known.scope = by
            .filter(|config| config.path.ends_with(REPOSITORY_FILE))
            .map(|config| config.folder().to_owned());
    }
    Ok((path, Some(known)))
}
