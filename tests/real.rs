//! The real tools accept every file that `apply` writes, and keep what is in it when they save it themselves.
//!
//! These tests need the tools of `tests/real/versions.toml`, installed by `tests/real/install.sh`, so they are ignored by
//! default: `cargo test --test real -- --ignored`, or one tool of them: `cargo test --test real -- --ignored claude_code`.
//!
//! * `GLM_SETUP_REAL=DIR`: the tools are there instead of in `target/real`.
//! * `GLM_SETUP_REAL_SAMPLE=N`: at most N fixtures of each tool, spread over all of them (what fits in CI).
//! * `GLM_SETUP_EVIDENCE=DIR`: also ask about each home as it was before, and write what was seen to
//!   `DIR/accepts-<tool>.tsv` and `DIR/keeps-<tool>.tsv` (see `tests/integration/evidence.rs`).

#![allow(clippy::unwrap_used)]

#[path = "integration/common/mod.rs"]
#[allow(dead_code)] // Most of it is for the other tests.
mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::{Home, KEY, all_fixtures};
use serde::Deserialize;

/// An entry of `tests/real/versions.toml`, as far as these tests need it.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Tool {
    program: PathBuf,
    node: Option<String>,
    accepts: Option<Accepts>,
    rewrites: Option<Rewrites>,
}

/// How a tool is made to save its own files; the words of `how` are for docs/evidence.md.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Rewrites {
    #[serde(rename = "how")]
    _how: String,
    at_least: usize,
}

/// How a tool is asked whether it takes a home.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Accepts {
    script: String,
    fixtures: String,
    #[serde(default)]
    needs: Vec<PathBuf>,
    #[serde(default = "yes")]
    metered: bool,
    program_of: Option<String>,
    at_least: usize,
}

fn yes() -> bool {
    true
}

/// What a tool says about a home.
#[derive(Debug, PartialEq)]
enum Verdict {
    Takes,
    Refuses(String),
    /// There is nothing in this home that could be asked about, or the machine doesn't allow it.
    Unknown(String),
}

impl Verdict {
    fn word(&self) -> &'static str {
        match self {
            Self::Takes => "takes",
            Self::Refuses(_) => "refuses",
            Self::Unknown(_) => "unknown",
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn tools() -> BTreeMap<String, Tool> {
    toml::from_str(&fs::read_to_string(root().join("tests/real/versions.toml")).unwrap()).unwrap()
}

/// Where `tests/real/install.sh` puts the tools.
fn folder() -> PathBuf {
    std::env::var_os("GLM_SETUP_REAL").map_or_else(|| root().join("target/real"), PathBuf::from)
}

/// Something that `tests/real/install.sh` has installed.
fn installed(tools: &BTreeMap<String, Tool>, name: &str) -> PathBuf {
    let program = folder().join(name).join(&tools[name].program);
    assert!(
        program.exists(),
        "{} is not there: run tests/real/install.sh {name}",
        program.display()
    );
    program
}

/// The version of a tool: what its npm package says (`latest` is noted as that), else what `tests/real/install.sh` noted, the last part
/// of `package==1.2.3`.
fn version(name: &str) -> String {
    let folder = folder().join(name);
    let packages = fs::read_to_string(folder.join("installed")).unwrap();
    let package = packages.trim();
    let says = package.rsplit_once('@').and_then(|(package, _)| {
        let file = folder
            .join("node_modules")
            .join(package)
            .join("package.json");
        let says: serde_json::Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
        Some(says["version"].as_str()?.to_owned())
    });
    says.unwrap_or_else(|| package.rsplit(['@', '=']).next().unwrap().to_owned())
}

/// A program that will have loopback and no other network, or not be run at all.
fn offline(program: &str) -> Command {
    let mut command = Command::new("bash");
    command
        .arg(root().join("tests/real/offline.sh"))
        .arg(program);
    command
}

/// All that a program has printed.
fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// A tool, ready to be asked.
struct Asked {
    accepts: Accepts,
    program: PathBuf,
    /// What runs the script: `bash`, or the Node for a script in JavaScript.
    node: Option<PathBuf>,
}

impl Asked {
    fn new(name: &str) -> Self {
        let mut tools = tools();
        let accepts = tools.get_mut(name).unwrap().accepts.take().unwrap();
        let program = installed(&tools, accepts.program_of.as_deref().unwrap_or(name));
        let node = tools[name]
            .node
            .as_deref()
            .map(|node| installed(&tools, node));
        Self {
            accepts,
            program,
            node,
        }
    }

    /// Whether the real tool takes a home. A busy machine gets a second chance to answer.
    fn about(&self, home: &Home) -> Verdict {
        match self.ask(home) {
            Verdict::Unknown(_) => self.ask(home),
            verdict => verdict,
        }
    }

    fn ask(&self, home: &Home) -> Verdict {
        let output = self
            .script(&self.accepts.script)
            .arg(&self.program)
            .arg(home.path(""))
            .output()
            .unwrap();
        let said = said(&output);
        match output.status.code() {
            Some(0) => Verdict::Takes,
            Some(2) => Verdict::Unknown(said),
            _ => Verdict::Refuses(said),
        }
    }

    /// A script of tests/real, without a network and with the tool's Node in front.
    fn script(&self, name: &str) -> Command {
        let script = root().join("tests/real").join(name);
        let javascript = script
            .extension()
            .is_some_and(|extension| extension == "mjs");
        let mut command = offline(if javascript { "node" } else { "bash" });
        if let Some(node) = &self.node {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let mut folders = vec![node.parent().unwrap().to_owned()];
            folders.extend(std::env::split_paths(&path));
            command.env("PATH", std::env::join_paths(folders).unwrap());
            command.env("QWEN_NODE", node);
        }
        command.arg(script);
        command
    }

    /// The fixtures that have something to ask about.
    fn fixtures(&self) -> Vec<String> {
        let prefix = format!("{}/", self.accepts.fixtures);
        let needs = &self.accepts.needs;
        let mut fixtures: Vec<String> = all_fixtures()
            .into_iter()
            .filter(|fixture| fixture.starts_with(&prefix))
            .filter(|fixture| {
                let home = common::fixtures().join(fixture).join("home");
                needs.is_empty() || needs.iter().any(|need| home.join(need).exists())
            })
            .collect();
        if let Some(sample) = sample() {
            let step = fixtures.len().div_ceil(sample);
            fixtures = fixtures.into_iter().step_by(step).collect();
        }
        fixtures
    }
}

/// How many fixtures of each tool are asked about, when not all are.
fn sample() -> Option<usize> {
    let sample = std::env::var("GLM_SETUP_REAL_SAMPLE").ok()?;
    Some(sample.parse().expect("GLM_SETUP_REAL_SAMPLE is a number"))
}

/// Applies a profile to a home, or only says what that would change (`--check`); the rules that change something, by file.
fn changes(home: &Home, how: &str, arguments: &[&str]) -> BTreeMap<PathBuf, BTreeSet<String>> {
    let mut command = home.command();
    // `--force`: no running program of this machine decides.
    command
        .args(["apply", how, "--force", "--format", "json"])
        .args(arguments)
        .env("ZAI_API_KEY", KEY);
    let run = home.finish(&mut command);
    let answer = run.json();
    let changes = answer["changes"].as_array().unwrap();
    // Something that can't be read or done is left alone; the rest is done all the same.
    let left_alone = ["errors", "refused"]
        .iter()
        .any(|key| answer[key].as_array().is_some_and(|list| !list.is_empty()));
    let pending = how == "--check" && !changes.is_empty();
    run.exits(match (left_alone, pending) {
        (true, _) => 3,
        (false, true) => 1,
        (false, false) => 0,
    });
    let rules = |change: &serde_json::Value| {
        let rules = change["rules"].as_array().unwrap().iter();
        rules
            .map(|rule| rule.as_str().unwrap().to_owned())
            .collect()
    };
    changes
        .iter()
        .map(|change| {
            // What a run prints has `[FOLDER]` for the folder of the home.
            let file = change["file"].as_str().unwrap();
            let file = file.trim_start_matches("[FOLDER]/home/");
            (PathBuf::from(file), rules(change))
        })
        .collect()
}

/// Applies a profile to a home; the rules that changed something.
fn apply(home: &Home, arguments: &[&str]) -> BTreeSet<String> {
    changes(home, "--yes", arguments)
        .into_values()
        .flatten()
        .collect()
}

/// Rules as a cell of a table.
fn words(rules: &BTreeSet<String>) -> String {
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    rules.join(" ")
}

fn today() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d").to_string()
}

/// What a tool's rows say, kept for docs/evidence.md where that is asked for.
fn keep_rows(kind: &str, tool: &str, table: &str) {
    if let Some(folder) = std::env::var_os("GLM_SETUP_EVIDENCE").map(PathBuf::from) {
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{kind}-{tool}.tsv")), table).unwrap();
    }
}

/// All fixtures of a tool, with each profile that it knows. A home counts when it is changed and accepted.
fn accepts_what_was_written(name: &str) {
    let tool = Asked::new(name);
    let evidence = std::env::var_os("GLM_SETUP_EVIDENCE").is_some();
    let mut profiles: Vec<&[&str]> = vec![&["--profile", "lite", "--unsafe-fixes"]];
    if tool.accepts.metered {
        profiles.push(&["--profile", "metered"]);
    }
    let version = version(tool.accepts.program_of.as_deref().unwrap_or(name));
    let (mut failures, mut asked, mut table) = (Vec::new(), 0, String::new());
    for fixture in tool.fixtures() {
        let mut before = None;
        for arguments in &profiles {
            let home = Home::fixture(&fixture);
            let bytes = home.files();
            let rules = apply(&home, arguments);
            if home.files() == bytes {
                continue;
            }
            let after = tool.about(&home);
            // What the tool refused before, for a reason that no rule mends, it may refuse still.
            if (evidence || after != Verdict::Takes) && before.is_none() {
                before = Some(tool.about(&Home::fixture(&fixture)));
            }
            match (&after, &before) {
                (Verdict::Takes, _) => asked += 1,
                (_, Some(Verdict::Takes)) | (Verdict::Refuses(_), Some(Verdict::Unknown(_))) => {
                    failures.push(format!("{fixture} {arguments:?}\n{after:?}"));
                }
                _ => {}
            }
            let _ = writeln!(
                table,
                "{}\t{name}\t{version}\t{fixture}\t{}\t{}\t{}\t{}",
                today(),
                arguments.join(" "),
                before.as_ref().map_or("", Verdict::word),
                after.word(),
                words(&rules)
            );
        }
    }
    keep_rows("accepts", name, &table);
    assert!(
        failures.is_empty(),
        "{name}: {} of {asked}:\n{}",
        failures.len(),
        failures.join("\n")
    );
    let least = sample().map_or(tool.accepts.at_least, |_| 1);
    assert!(
        asked >= least,
        "{name}: only {asked} homes were changed and accepted"
    );
}

/// `apply`, then the tool saves its files itself, then `apply` has nothing to do: all that the rules set is still there.
fn keeps_what_was_written(name: &str) {
    const PROFILE: [&str; 3] = ["--profile", "lite", "--unsafe-fixes"];
    let tool = Asked::new(name);
    let least = tools().remove(name).unwrap().rewrites.unwrap().at_least;
    let version = version(name);
    let (mut failures, mut rewritten, mut table) = (Vec::new(), 0, String::new());
    for fixture in tool.fixtures() {
        let home = Home::fixture(&fixture);
        let written = changes(&home, "--yes", &PROFILE);
        let before = home.files();
        if written.is_empty() {
            continue;
        }
        let idle = changes(&home, "--check", &PROFILE);
        assert!(idle.is_empty(), "{fixture}: apply is not done: {idle:?}");
        let output = tool
            .script("tool-rewrites.sh")
            .args([name.as_ref(), tool.program.as_os_str()])
            .arg(home.path(""))
            .output()
            .unwrap();
        let after = home.files();
        let saved: BTreeSet<&PathBuf> = written
            .keys()
            .filter(|path| before[*path] != after[*path])
            .collect();
        let set: BTreeSet<String> = saved
            .iter()
            .flat_map(|path| written[*path].clone())
            .collect();
        let lost: BTreeSet<String> = changes(&home, "--check", &PROFILE)
            .into_values()
            .flatten()
            .collect();
        let verdict = match (saved.is_empty(), lost.is_empty()) {
            (true, true) => "untouched",
            (false, true) => "kept",
            (_, false) => "lost",
        };
        rewritten += usize::from(verdict == "kept");
        if verdict == "lost" || !output.status.success() {
            // A file that the tool does not read, for a reason that no rule mends, it does not save either.
            let home = Home::fixture(&fixture);
            changes(&home, "--yes", &PROFILE);
            if tool.about(&home) != Verdict::Takes {
                continue;
            }
            let (said, lost) = (said(&output), words(&lost));
            failures.push(format!("{fixture}: {verdict}: {lost}; {said}"));
        }
        let _ = writeln!(
            table,
            "{}\t{name}\t{version}\t{fixture}\t{}\t{verdict}\t{}\t{}",
            today(),
            PROFILE.join(" "),
            words(&set),
            words(&lost)
        );
    }
    keep_rows("keeps", name, &table);
    assert!(
        failures.is_empty(),
        "{name}: {} homes:\n{}",
        failures.len(),
        failures.join("\n")
    );
    let least = sample().map_or(least, |_| 1);
    assert!(
        rewritten >= least,
        "{name}: only {rewritten} homes were rewritten by the tool\n{table}"
    );
}

/// One test for each tool that can be asked.
macro_rules! tools {
    ($($test:ident = $name:literal,)*) => {
        $(#[test]
        #[ignore = "needs the real tool"]
        fn $test() {
            accepts_what_was_written($name);
        })*

        #[test]
        fn every_tool_that_can_be_asked_has_a_test() {
            let mut tested = [$($name),*];
            tested.sort_unstable();
            let can_be_asked: Vec<String> = tools()
                .into_iter()
                .filter(|(_, tool)| tool.accepts.is_some())
                .map(|(name, _)| name)
                .collect();
            assert_eq!(can_be_asked, tested);
        }
    };
}

tools! {
    aider = "aider",
    claude_code = "claude-code",
    cline_2 = "cline-2",
    cline_3 = "cline-3",
    codex = "codex",
    continue_cli = "continue",
    droid = "droid",
    goose = "goose",
    kilo_code = "kilo-code",
    oh_my_opencode = "oh-my-opencode",
    openclaw = "openclaw",
    opencode = "opencode",
    qwen_code = "qwen-code",
    roo_code = "roo-code",
    sillytavern = "sillytavern",
}

/// The same for each tool that saves what it has read.
mod keeps {
    macro_rules! tools {
        ($($test:ident = $name:literal,)*) => {
            $(#[test]
            #[ignore = "needs the real tool"]
            fn $test() {
                super::keeps_what_was_written($name);
            })*

            #[test]
            fn every_tool_that_saves_has_a_test() {
                let mut tested = [$($name),*];
                tested.sort_unstable();
                let save: Vec<String> = super::tools()
                    .into_iter()
                    .filter(|(_, tool)| tool.rewrites.is_some())
                    .map(|(name, _)| name)
                    .collect();
                assert_eq!(save, tested);
            }
        };
    }

    tools! {
        claude_code = "claude-code",
        cline_2 = "cline-2",
        cline_3 = "cline-3",
        codex = "codex",
        kilo_code = "kilo-code",
        openclaw = "openclaw",
        opencode = "opencode",
        qwen_code = "qwen-code",
        sillytavern = "sillytavern",
    }
}

/// Whoever runs a script of tests/real by hand is kept from the network, too: before a script runs anything, common.sh's `offline`
/// hands it to offline.sh.
#[test]
fn no_script_runs_a_tool_with_a_network() {
    let folder = root().join("tests/real");
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    assert!(read("common.sh").contains("exec bash \"$here/offline.sh\""));
    let offline = read("offline.sh");
    assert!(offline.contains("exec unshare"));
    assert!(offline.contains("cannot \"no network namespace may be made here\""));
    let mut scripts = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let runs_a_tool = ["accepts", "measure", "rewrites", "logs"]
            .iter()
            .any(|kind| name.ends_with(&format!("-{kind}.sh")));
        if !runs_a_tool {
            continue;
        }
        scripts += 1;
        let text = read(name);
        let (before, _) = text
            .split_once("\noffline ")
            .unwrap_or_else(|| panic!("{name} does not go offline"));
        assert!(
            before.contains("\n. \"$(dirname \"$0\")/common.sh\" || exit 2\n"),
            "{name} does not have common.sh's `offline`"
        );
        assert!(!before.contains("\"$bin\""), "{name} runs it before");
    }
    assert!(scripts >= 20, "only {scripts} scripts were looked at");
}

/// What every tool is run through reaches neither another machine nor this one's own servers.
#[test]
#[ignore = "needs the right to make network namespaces"]
fn nothing_but_its_own_loopback_can_be_reached() {
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let outcome = |address: &str, port: u16| {
        // 0: connected; 1: refused or unreachable.
        let script = format!("exec 3<>/dev/tcp/{address}/{port}");
        let output = offline("bash").args(["-c", &script]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code().unwrap(), said)
    };
    std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let (code, said) = outcome("127.0.0.1", port);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("Connection refused"), "{said}");
    // An address of the documentation range, and one that has a server.
    for address in ["192.0.2.1", "1.1.1.1"] {
        let (code, said) = outcome(address, 443);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("Network is unreachable"), "{said}");
    }
}

#[test]
#[ignore = "needs the real tool"]
fn opencode_accepts_a_config_that_apply_created() {
    let tool = Asked::new("opencode");
    for (profile, more) in [
        ("lite", &[][..]),
        ("metered", &[]),
        (
            "self-hosted",
            &["--base-url", "http://localhost:8000/v1", "--model", "local"],
        ),
    ] {
        let home = Home::new();
        let mut arguments = vec![
            "apply",
            "--profile",
            profile,
            "--yes",
            "--tool",
            "opencode",
            "--key-env",
            "ZAI_API_KEY",
        ];
        arguments.extend(more);
        home.run(&arguments).exits(0);
        assert_eq!(tool.about(&home), Verdict::Takes, "{profile}");
    }
}

/// What `doctor` counts, by code, in the log that a real tool writes while its requests are refused.
fn counted(tool: &str, name: &str, codes: &str) -> (Home, serde_json::Value) {
    let home = Home::new();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/refused-logs.sh");
    let output = offline("bash")
        .arg(script)
        .args([tool.as_ref(), installed(&tools(), name).as_os_str()])
        .arg(home.path(""))
        .arg(codes)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let refused = String::from_utf8_lossy(&output.stdout);
    assert_eq!(refused.trim(), codes.split(',').count().to_string());
    let path = home.path("").display().to_string();
    let run = home.run(&["doctor", "--home", &path, "--format", "json"]);
    let found = run.exits(1).json();
    let all = found["logs"]["codes"].as_array().unwrap();
    let counts = all
        .iter()
        .map(|one| (one["code"].to_string(), one["total"].clone()));
    (home, counts.collect())
}

#[test]
#[ignore = "needs the real tool"]
fn doctor_counts_what_claude_code_writes_down() {
    // Three attempts that are tried again, and the one that it gives up at.
    let (home, counts) = counted("claude", "claude-code", "1302,1113,1313,1302");
    assert_eq!(
        counts,
        serde_json::json!({ "1302": 2, "1113": 1, "1313": 1 }),
        "{:?}",
        home.files().keys()
    );
}

#[test]
#[ignore = "needs the real tool"]
fn doctor_counts_what_opencode_writes_down() {
    let (home, counts) = counted("opencode", "opencode", "1302,1113,1313");
    assert_eq!(
        counts,
        serde_json::json!({ "1302": 1, "1113": 1, "1313": 1 }),
        "{:?}",
        home.files().keys()
    );
}
