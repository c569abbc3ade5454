//! `glm-setup demo`: the whole job on a sample home in a temporary folder.

use std::fs;
use std::path::Path;
use std::rc::Rc;

use super::args::{
    Apply, Demo, Lint, LintFormat, OutputFormat, RuleSelection, StatusOptions, Undo,
};
use super::context::CliContext;
use super::failure::Failure;
use super::{Exit, apply, lint, status, undo};
use crate::embedded;
use crate::paths::{Environment, Os};
use crate::rule::Catalogue;

pub(super) fn run(context: &CliContext, args: &Demo) -> Result<Exit, Failure> {
    let folder = tempfile::Builder::new()
        .prefix("glm-setup-demo-")
        .tempdir()?;
    let home = folder.path().join("home");
    for embedded::File { name, text, .. } in embedded::DEMO {
        let Some(name) = name.strip_prefix("demo/home/") else {
            continue;
        };
        let path = home.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&home))?;
        fs::write(path, text)?;
    }
    let demo = CliContext {
        global: context.global.clone(),
        environment: Environment {
            cwd: home.clone(),
            os: Os::current(),
            vars: std::collections::BTreeMap::new(),
            state_dir: folder.path().join("state"),
            config_dir: folder.path().join("config"),
            system_root: folder.path().join("no-system-root"),
            home,
        },
        catalogue: Rc::new(Catalogue::load(&context.rule_folders())?),
        user: None,
        said: context.said.clone(),
        variables: context.variables.clone(),
        working_folder: context.working_folder.clone(),
    };
    let step = |title: &str| context.print(&format!("\n━━ {title}\n\n"));

    step("status: what is there");
    status::run(
        &demo,
        &StatusOptions {
            config: false,
            format: OutputFormat::Text,
        },
    )?;
    step("lint: what doesn't hold");
    let lint_args = Lint {
        paths: Vec::new(),
        profile: Some(args.profile.clone()),
        tool: Vec::new(),
        strict: false,
        region: None,
        fix: false,
        unsafe_fixes: None,
        diff: false,
        baseline: None,
        write_baseline: None,
        selection: RuleSelection::default(),
        statistics: false,
        format: LintFormat::Text,
    };
    lint::run(&demo, &lint_args)?;
    step(&format!(
        "apply --profile {}: the diff, and the write",
        args.profile
    ));
    let before = snapshot(&demo.environment.home)?;
    let apply_args = Apply {
        profile: args.profile.clone(),
        paths: Vec::new(),
        yes: true,
        dry_run: false,
        check: false,
        tool: Vec::new(),
        region: None,
        key_env: None,
        base_url: None,
        model: None,
        via_gate: None,
        no_gate: false,
        unsafe_fixes: None,
        key_file: None,
        force: false,
        selection: RuleSelection::default(),
        format: OutputFormat::Text,
    };
    let exit = apply::run(&demo, &apply_args)?;
    step("undo: the bytes that were there");
    let changed = snapshot(&demo.environment.home)? != before;
    if changed {
        let mut quiet = demo;
        quiet.global.quiet = true;
        undo::run(
            &quiet,
            &Undo {
                id: None,
                list: false,
                force: false,
                dry_run: false,
                prune: false,
                keep: None,
            },
        )?;
        let same = snapshot(&quiet.environment.home)? == before;
        context.print(if same {
            "every file has its old bytes again\n"
        } else {
            "a file differs from what it was\n"
        });
        if !same {
            return Err(Failure::DemoNotRestored);
        }
    }
    if args.keep {
        let kept = folder.keep();
        context.print(&format!(
            "\nthe sample home is in {}\n",
            kept.join("home").display()
        ));
    } else {
        context.print(
            "\nThis was a copy in a temporary folder, which is gone now. For your own home:\n",
        );
    }
    context.print(&format!(
        "\n    glm-setup apply --profile {}\n",
        args.profile
    ));
    Ok(exit)
}

/// All files below a folder, with their bytes.
fn snapshot(folder: &Path) -> Result<Vec<(std::path::PathBuf, Vec<u8>)>, Failure> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push((path.clone(), fs::read(&path)?));
            }
        }
    }
    files.sort();
    Ok(files)
}
