//! What the integration tests share: a temporary home, and the real binary run in it.

pub(crate) mod process;
pub(crate) mod schema;
#[cfg(unix)]
pub(crate) mod screen;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use regex::Regex;

/// A key of the right shape that has never been one.
pub(crate) const KEY: &str = "00000000000000000000000000000000.0000000000000000";

/// Where Claude Code's settings are in a home.
pub(crate) const CLAUDE: &str = ".claude/settings.json";

/// Where opencode's settings are in a home.
pub(crate) const OPENCODE: &str = ".config/opencode/opencode.json";

/// The address of the coding plan for Claude Code.
pub(crate) const ANTHROPIC: &str = "https://api.z.ai/api/anthropic";

/// Claude Code's settings with an address and the key, on one line.
pub(crate) fn claude(address: &str) -> String {
    format!(
        r#"{{ "env": {{ "ANTHROPIC_BASE_URL": "{address}", "ANTHROPIC_AUTH_TOKEN": "{KEY}" }} }}"#
    ) + "\n"
}

/// The same as Claude Code lays it out.
pub(crate) fn claude_lines(address: &str) -> String {
    format!(
        "{{\n  \"env\": {{\n    \"ANTHROPIC_BASE_URL\": \"{address}\",\n    \"ANTHROPIC_AUTH_TOKEN\": \"{KEY}\"\n  }}\n}}\n"
    )
}

/// A rule file with all that a rule must have around its `checks`; cases may follow.
pub(crate) fn rule_file(id: &str, tool: &str, checks: &str) -> String {
    format!(
        r#"schema = 1
id = "{id}"
tool = "{tool}"
purpose = "policy"
category = "syntax"
severity = "error"
title = "a rule"

{checks}

[[evidence]]
kind = "community"
url = "https://example.org/"
verified = "2026-11-22"

[docs]
why = "why"
fix-safety = "safe"

"#
    )
}

/// A temporary home folder, with the program's own folders beside it.
pub(crate) struct Home {
    folder: tempfile::TempDir,
}

/// How a run of the program ended. The exit code has to be asserted, or the test fails.
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    code: i32,
    asserted: bool,
}

impl Home {
    /// An empty home.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        Self { folder }
    }

    /// A copy of a fixture's home, `tests/fixtures/<name>/home`.
    pub(crate) fn fixture(name: &str) -> Self {
        let home = Self::new();
        copy(&fixtures().join(name).join("home"), &home.path(""));
        home
    }

    /// A path below the home.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("home").join(name)
    }

    /// The folder that holds the home and the program's state.
    pub(crate) fn outside(&self) -> &Path {
        self.folder.path()
    }

    /// The folder with backups and journals.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state/glm-setup")
    }

    /// The folder with the user's own rules.
    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("config/glm-setup")
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Reads a file.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Every file of the home, with its bytes.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.path("")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path);
                } else if path.is_file() {
                    let name = path.strip_prefix(self.path("")).unwrap().to_owned();
                    files.insert(name, fs::read(&path).unwrap());
                }
            }
        }
        files
    }

    /// The program, in this home and with nothing else of the surroundings.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_glm-setup"));
        command
            .env_clear()
            .env("HOME", self.path(""))
            .env("XDG_STATE_HOME", self.folder.path().join("state"))
            .env("PATH", "/usr/bin:/bin")
            .current_dir(self.path(""));
        command
    }

    /// Runs the program.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.finish(self.command().args(arguments))
    }

    /// Runs `lint`, with whatever exit code findings give, which is 0 or 1.
    #[track_caller]
    pub(crate) fn lint(&self, arguments: &[&str]) -> Run {
        let run = self.run(&[&["lint"], arguments].concat());
        let code = i32::from(run.failed());
        run.exits(code)
    }

    /// What `lint` finds, as JSON; it has to fail if one of them is an error.
    #[track_caller]
    pub(crate) fn findings(&self, arguments: &[&str]) -> Vec<serde_json::Value> {
        let run = self.run(&[&["lint", "--format", "json"], arguments].concat());
        let findings = run.json()["findings"].as_array().unwrap().clone();
        let errors = findings
            .iter()
            .any(|finding| finding["severity"] == "error");
        run.exits(i32::from(errors));
        findings
    }

    /// Runs a command made by [`Home::command`].
    pub(crate) fn finish(&self, command: &mut Command) -> Run {
        let output = command.stdin(Stdio::null()).output().unwrap();
        Run {
            stdout: self.scrub(&String::from_utf8(output.stdout).unwrap()),
            stderr: self.scrub(&String::from_utf8(output.stderr).unwrap()),
            code: output
                .status
                .code()
                .expect("the program was killed by a signal"),
            asserted: false,
        }
    }

    /// Takes out what differs from run to run: the folder's name and transaction ids.
    fn scrub(&self, text: &str) -> String {
        // Once for all runs: compiling them takes longer than a run of the program.
        static ID: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"\b\d{8}T\d{6}Z-[0-9a-f]{4}\b").unwrap());
        static TIME: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"\b\d{4}-\d\d-\d\d \d\d:\d\d UTC").unwrap());
        let text = text.replace(&self.folder.path().display().to_string(), "[FOLDER]");
        let text = ID.replace_all(&text, "[ID]");
        TIME.replace_all(&text, "[TIME]").into_owned()
    }
}

impl Run {
    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn exits(mut self, code: i32) -> Self {
        self.asserted = true;
        assert_eq!(
            self.code, code,
            "exit code; stdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        self
    }

    /// Whether there were findings (exit code 1).
    pub(crate) fn failed(&self) -> bool {
        self.code == 1
    }

    /// The exit code, for a run that may end in more than one way.
    pub(crate) fn code(&self) -> i32 {
        self.code
    }

    /// Everything that was printed, for a snapshot.
    pub(crate) fn both(&self) -> String {
        format!(
            "exit code: {}\n----- stdout\n{}----- stderr\n{}",
            self.code, self.stdout, self.stderr
        )
    }

    /// The output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap()
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        assert!(
            self.asserted || std::thread::panicking(),
            "a run whose exit code nobody asserted"
        );
    }
}

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads a file of the repository.
#[track_caller]
pub(crate) fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Where the fixtures are.
pub(crate) fn fixtures() -> PathBuf {
    root().join("tests/fixtures")
}

/// The names of all fixtures, `<tool>/<case>`.
pub(crate) fn all_fixtures() -> Vec<String> {
    let folders = |path: &Path| -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> = fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir())
            .collect();
        folders.sort();
        folders
    };
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    folders(&fixtures())
        .iter()
        .flat_map(|tool| {
            folders(tool)
                .into_iter()
                .map(move |case| format!("{}/{}", name(tool), name(&case)))
        })
        .filter(|fixture| fixtures().join(fixture).join("home").is_dir())
        .collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
