//! What is on this machine: tools with settings, programs without, and what each points at.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::text;
use crate::cli::context::CliContext;
use crate::cli::failure::Failure;
use crate::facts::Region;
use crate::plan::{Request, Target};
use crate::redact::Redactor;
use crate::report::status::points_at;
use crate::report::{redactor_for, visible};
use crate::tool::{Descriptor, running};

/// One tool.
pub(super) struct DetectedTool {
    /// What is known of it.
    pub(super) tool: Rc<Descriptor>,
    /// Its configurations: those that are there, and the one that could be created.
    pub(super) targets: Vec<Target>,
    /// Whether one of its programs is on PATH.
    program: bool,
    /// How many instances run.
    running: usize,
}

impl DetectedTool {
    /// Whether any of its configurations uses Z.ai.
    pub(super) fn uses_zai(&self) -> bool {
        self.targets.iter().any(|target| target.uses_zai)
    }

    /// Whether it is on this machine, as far as can be seen.
    pub(super) fn is_here(&self) -> bool {
        self.program || self.targets.iter().any(Target::concerns)
    }

    /// Whether there is a file that could be edited or created.
    pub(super) fn has_place(&self) -> bool {
        !self.targets.is_empty()
    }

    /// What it points at, in a few words.
    pub(super) fn summary(&self) -> String {
        let concern = self.targets.iter().filter(|target| target.concerns());
        let mut words: Vec<String> = concern.map(points_at).collect();
        words.dedup();
        match words.as_slice() {
            [] if self.program => "program found, no settings yet".to_owned(),
            [] => "not found here".to_owned(),
            words => words.join("; "),
        }
    }
}

/// Everything that was found.
pub(super) struct Survey {
    /// All known tools.
    pub(super) tools: Vec<DetectedTool>,
    redactor: Redactor,
}

impl Survey {
    /// Looks. Nothing is written.
    pub(super) fn new(context: &CliContext) -> Result<Self, Failure> {
        let mut workspace = context.workspace(&[])?;
        let request = Request {
            facts: context.global.facts.clone(),
            plan: context.last_plan()?,
            ..Request::default()
        };
        let plan = context.plan(&mut workspace, &request)?;
        let counts = instances(context);
        let found = |tool: &Rc<Descriptor>| DetectedTool {
            targets: plan
                .targets
                .iter()
                .filter(|target| target.tool == tool.id)
                .cloned()
                .collect(),
            program: tool
                .programs
                .iter()
                .any(|program| on_path(context, program)),
            running: tool.programs.iter().filter_map(|one| counts.get(one)).sum(),
            tool: Rc::clone(tool),
        };
        Ok(Self {
            tools: context.catalogue.tools().iter().map(found).collect(),
            redactor: redactor_for(&workspace),
        })
    }

    /// The regions that configurations point at, each once.
    pub(super) fn regions(&self) -> Vec<Region> {
        let mut regions = Vec::new();
        for target in self.tools.iter().flat_map(|found| &found.targets) {
            if let Some(region) = target.region.filter(|_| target.uses_zai)
                && !regions.contains(&region)
            {
                regions.push(region);
            }
        }
        regions
    }

    /// The table of what is here; where it would be wider than `width`, a list.
    pub(super) fn table(&self, context: &CliContext, width: usize) -> String {
        let mut rows = vec![["Tool", "Points at", "Models", "Running"].map(str::to_owned)];
        for found in self.tools.iter().filter(|found| found.is_here()) {
            let concern = found.targets.iter().filter(|target| target.concerns());
            let concern: Vec<&Target> = concern.collect();
            let running = match found.running {
                0 => String::new(),
                count => count.to_string(),
            };
            if concern.is_empty() {
                let name = found.tool.name.clone();
                rows.push([name, found.summary(), String::new(), running]);
                continue;
            }
            for (index, target) in concern.iter().enumerate() {
                let name = match (concern.len(), target.files.last()) {
                    (2.., Some(file)) => {
                        format!("{} ({})", found.tool.name, context.display(file))
                    }
                    _ => found.tool.name.clone(),
                };
                let running = if index == 0 {
                    running.clone()
                } else {
                    String::new()
                };
                rows.push([name, points_at(target), self.models(target), running]);
            }
        }
        if rows.len() == 1 {
            return text::paragraph(
                "No settings of a known tool and none of their programs were found.",
                width,
            );
        }
        for cell in rows.iter_mut().flatten() {
            *cell = visible::plain(cell).into_owned();
        }
        laid_out(&rows, width)
    }

    /// The models that a configuration names.
    fn models(&self, target: &Target) -> String {
        let names = target.points_at.iter().filter(|text| !text.contains("://"));
        let names: Vec<&str> = names.map(String::as_str).collect();
        self.redactor.text(&names.join(", ")).into_owned()
    }
}

/// Rows in columns, or, where they would be too wide, each row as an item with a line for each cell.
fn laid_out(rows: &[[String; 4]], width: usize) -> String {
    let mut widths = [0; 4];
    for row in rows {
        for (cell, widest) in row.iter().zip(&mut widths) {
            *widest = (*widest).max(cell.chars().count());
        }
    }
    // A column that only has its heading says nothing.
    let filled = |column: usize| rows[1..].iter().any(|row| !row[column].is_empty());
    let columns: Vec<usize> = (0..4).filter(|column| filled(*column)).collect();
    let total: usize = columns.iter().map(|column| widths[*column] + 2).sum();
    let mut out = String::new();
    if total <= width + 2 {
        for row in rows {
            let line: String = columns
                .iter()
                .map(|column| format!("{:<1$}  ", row[*column], widths[*column]))
                .collect();
            out.push_str(line.trim_end());
            out.push('\n');
        }
        return out;
    }
    for [tool, points_at, models, running] in &rows[1..] {
        out.push_str(&text::wrapped(
            &format!("{tool}: {points_at}"),
            width,
            "",
            "    ",
        ));
        if !models.is_empty() {
            out.push_str(&text::wrapped(models, width, "    ", "    "));
        }
        if !running.is_empty() {
            out.push_str(&format!("    {running} running\n"));
        }
    }
    out
}

/// Whether a program is on PATH.
fn on_path(context: &CliContext, program: &str) -> bool {
    let Some(path) = context.environment.var("PATH") else {
        return false;
    };
    let names = if cfg!(windows) {
        vec![format!("{program}.exe"), format!("{program}.cmd")]
    } else {
        vec![program.to_owned()]
    };
    std::env::split_paths(path).any(|folder| {
        let mut files = names.iter().map(|name| folder.join(name));
        folder.is_absolute() && files.any(|file| executable(&file))
    })
}

#[cfg(unix)]
fn executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn executable(file: &Path) -> bool {
    file.is_file()
}

/// How many instances of each program run for this home. Another home's, named with `--home`, are nobody's here.
fn instances(context: &CliContext) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    if context.global.home.is_some() {
        return counts;
    }
    let tools = context.catalogue.tools().iter();
    let programs: Vec<String> = tools.flat_map(|tool| tool.programs.clone()).collect();
    let here: PathBuf = context.environment.home.clone();
    for process in running(&programs) {
        if process.home.as_ref().is_none_or(|home| *home == here) {
            *counts.entry(process.program).or_default() += 1;
        }
    }
    counts
}
