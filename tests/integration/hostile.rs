//! Hostile input, given to the real program: no crash, no hang, nothing lost, and a message that says what is wrong.

use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{CLAUDE, Home, KEY, OPENCODE, rule_file};

const AGENT: &str = ".config/opencode/agent/a.md";
const AUTH: &str = ".local/share/opencode/auth.json";
const FILES: [&str; 4] = [CLAUDE, OPENCODE, AGENT, AUTH];

const LINT: &[&str] = &["lint"];
const LINT_JSON: &[&str] = &["lint", "--format", "json"];
const STATUS: &[&str] = &["status"];
const APPLY: &[&str] = &["apply", "--profile", "lite", "--yes"];

/// No run takes longer than this, in a build without optimisation.
const LIMIT: Duration = Duration::from_secs(20);

/// How a run ended.
struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ended {
    #[track_caller]
    fn exits(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    #[track_caller]
    fn says(self, message: &str) -> Self {
        let shown = self.both();
        assert!(shown.contains(message), "no `{message}` in\n{shown}");
        self
    }

    /// What was printed, on one line.
    fn both(&self) -> String {
        let text = format!("{}\n{}", self.stdout, self.stderr);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Runs a command to its end, which has to come within the limit and without a panic or a signal.
#[track_caller]
fn within(command: &mut Command, limit: Duration) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let (out, err) = (folder.path().join("out"), folder.path().join("err"));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(File::create(&out).unwrap())
        .stderr(File::create(&err).unwrap())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > limit {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{command:?} did not end within {limit:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let ended = Ended {
        code: status.code(),
        stdout: String::from_utf8(fs::read(out).unwrap()).unwrap(),
        stderr: String::from_utf8(fs::read(err).unwrap()).unwrap(),
    };
    assert!(
        ended.code.is_some_and(|code| code != 101) && !ended.stderr.contains("panicked"),
        "{command:?}: {status}\n{}",
        ended.stderr
    );
    assert!(!ended.both().contains(KEY), "{command:?} shows a key");
    ended
}

#[track_caller]
fn run(home: &Home, arguments: &[&str]) -> Ended {
    within(home.command().args(arguments), LIMIT)
}

/// A readable file of each kind, with a value at the place of `@`.
fn template(file: &str) -> String {
    let text = match file {
        CLAUDE => format!(
            r#"{{ "env": {{ "ANTHROPIC_BASE_URL": "https://api.z.ai/api/anthropic", "ANTHROPIC_AUTH_TOKEN": "{KEY}" }}, "x": @ }}"#
        ),
        OPENCODE => r#"{ "model": "zai-coding-plan/glm-5.3", "x": @ }"#.to_owned(),
        AGENT => "---\nmodel: zai-coding-plan/glm-5.3\nx: @\n---\ntext".to_owned(),
        _ => format!(r#"{{ "zai-coding-plan": {{ "type": "api", "key": "{KEY}" }}, "x": @ }}"#),
    };
    text + "\n"
}

/// A home with one file; what belongs to opencode comes with an `opencode.json`.
fn home(file: &str, bytes: &[u8]) -> Home {
    let home = Home::new();
    if file == AGENT || file == AUTH {
        home.write(OPENCODE, template(OPENCODE).replace('@', "1"));
    }
    home.write(file, bytes);
    home
}

fn tool(file: &str) -> &'static str {
    if file == CLAUDE {
        "claude-code"
    } else {
        "opencode"
    }
}

/// The tool can't read it: a finding, the tool is left alone, and every file keeps its bytes.
#[track_caller]
fn is_unreadable(file: &str, bytes: &[u8], message: &str) {
    let home = home(file, bytes);
    let before = home.files();
    run(&home, LINT)
        .exits(1)
        .says("error[unreadable-file]")
        .says(message);
    let json = run(&home, LINT_JSON).exits(1);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let findings = json["findings"].as_array().unwrap();
    assert!(
        findings
            .iter()
            .any(|finding| finding["rule"] == "unreadable-file"),
        "{file}"
    );
    run(&home, STATUS).exits(0);
    run(&home, APPLY)
        .exits(3)
        .says(&format!("{} is left alone", tool(file)));
    assert!(home.files() == before, "{file} has changed");
    assert!(!home.state().exists(), "there is nothing to undo");
}

/// It can be read: `apply` may edit it, keeps what it holds, and `undo` brings every byte back.
#[track_caller]
fn is_readable(file: &str, value: &str) {
    let home = home(file, template(file).replace('@', value).as_bytes());
    let before = home.files();
    run(&home, LINT).exits(0);
    let json = run(&home, LINT_JSON).exits(0);
    serde_json::from_str::<serde_json::Value>(&json.stdout).unwrap();
    run(&home, STATUS).exits(0);
    run(&home, APPLY).exits(0);
    assert!(
        home.read(file).contains(value),
        "{file}: the value is not as it was"
    );
    let after = home.files();
    run(&home, APPLY).exits(0).says("nothing to change");
    assert!(home.files() == after, "{file}: a second run changed it");
    if after != before {
        run(&home, &["undo"]).exits(0);
        assert!(home.files() == before, "{file}: undo lost something");
    }
}

#[test]
fn deep_nesting_is_refused() {
    for value in [
        "[".repeat(100_000) + &"]".repeat(100_000),
        r#"{"a":"#.repeat(100_000) + "1" + &"}".repeat(100_000),
        "[".repeat(100_000),
    ] {
        for file in FILES {
            let message = if file == AGENT && value.len() < 131_072 {
                "error[unreadable-file]"
            } else if file == AGENT {
                "the limit is 131072"
            } else {
                "more than 120 levels of objects and arrays"
            };
            is_unreadable(
                file,
                template(file).replace('@', &value).as_bytes(),
                message,
            );
        }
    }
    // Below the limit of bytes for YAML.
    let value = "[".repeat(30_000) + &"]".repeat(30_000);
    is_unreadable(AGENT, template(AGENT).replace('@', &value).as_bytes(), "");
}

#[test]
fn an_odd_file_among_the_agents_is_told_of() {
    let home = home(OPENCODE, template(OPENCODE).replace('@', "1").as_bytes());
    let folder = home.path(".config/opencode/agent");
    fs::create_dir_all(folder.join("folder.md")).unwrap();
    run(&home, LINT).exits(0);
    std::os::unix::fs::symlink("nowhere", folder.join("gone.md")).unwrap();
    run(&home, LINT).exits(3).says("a symbolic link to nothing");
    fs::remove_file(folder.join("gone.md")).unwrap();
    let pipe = folder.join("pipe.md");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    run(&home, LINT)
        .exits(3)
        .says("a pipe, a socket or a device");
}

#[test]
fn links_among_the_agents_lead_to_an_end() {
    let home = home(OPENCODE, template(OPENCODE).replace('@', "1").as_bytes());
    let folder = home.path(".config/opencode/agent");
    let other = home.path("shared");
    for folder in [&folder, &other] {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join("one.md"), "---\nmodel: zai/glm-5.2\n---\n").unwrap();
    }
    let linted = |code: i32| run(&home, &["lint", "--format", "concise"]).exits(code);
    let agents = |ended: &Ended| {
        let lines = ended.stdout.lines();
        let paths = lines.filter_map(|line| line.split_once(".md:"));
        let mut paths: Vec<String> = paths.map(|(path, _)| path.to_owned()).collect();
        paths.dedup();
        paths
    };
    let alone = agents(&linted(0));
    assert_eq!(alone, [".config/opencode/agent/one"]);
    // Without care there are as many ways through these as forty steps allow.
    symlink(".", folder.join("a")).unwrap();
    symlink(".", folder.join("b")).unwrap();
    assert_eq!(agents(&linted(0)), alone);
    // The tools follow links, so an agent that one leads to counts.
    symlink(&other, folder.join("more")).unwrap();
    assert_eq!(
        agents(&linted(0)),
        [
            ".config/opencode/agent/more/one",
            ".config/opencode/agent/one"
        ]
    );
    for number in 0..1000 {
        fs::create_dir(other.join(number.to_string())).unwrap();
    }
    linted(3)
        .says("/.config/opencode/agent: more than 1000 folders")
        .says("nothing below it was looked at");
}

#[test]
fn a_file_above_the_limit_is_not_read() {
    for file in FILES {
        let mut bytes = template(file).replace('@', "1").into_bytes();
        bytes.resize(16 * 1024 * 1024 + 1, b' ');
        let home = home(file, &bytes);
        for arguments in [LINT, LINT_JSON, STATUS, APPLY] {
            run(&home, arguments)
                .exits(3)
                .says("16777217 bytes; files above 16777216 bytes are not read");
        }
        assert!(fs::read(home.path(file)).unwrap() == bytes);
    }
}

#[test]
fn a_file_of_the_limits_size_is_read() {
    let text = template(AUTH);
    let value = format!("\"{}\"", "x".repeat(16 * 1024 * 1024 - text.len() - 1));
    let text = text.replace('@', &value);
    assert_eq!(text.len(), 16 * 1024 * 1024);
    let home = home(AUTH, text.as_bytes());
    // Without optimisation, twenty times what the released program takes.
    within(home.command().args(LINT), 6 * LIMIT).exits(0);
    assert!(fs::read(home.path(AUTH)).unwrap() == text.as_bytes());
    // What is edited passes several readers, so this one is smaller.
    is_readable(OPENCODE, &format!("\"{}\"", "x".repeat(512 * 1024)));
}

#[test]
fn what_is_not_utf_8_is_refused() {
    for file in FILES {
        let with = |bytes: &[u8]| {
            let text = template(file);
            let (before, after) = text.split_once('@').unwrap();
            [before.as_bytes(), b"\"", bytes, b"\"", after.as_bytes()].concat()
        };
        is_unreadable(file, &with(b"\xff\xfe"), "the file is not valid UTF-8");
        is_unreadable(file, &with(b"\xc3"), "the file is not valid UTF-8");
        // A surrogate half, spelled in UTF-8.
        is_unreadable(file, &with(b"\xed\xa0\x80"), "the file is not valid UTF-8");
        is_unreadable(file, &with(b"\0"), "the file contains a NUL byte");
        let text = template(file).replace('@', "1");
        let units = || text.encode_utf16();
        let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
        let mark = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
        is_unreadable(file, &mark(b"\xff\xfe", &little), "the file is UTF-16");
        is_unreadable(file, &mark(b"\xfe\xff", &big), "the file is UTF-16");
        is_unreadable(file, &little, "the file contains a NUL byte");
    }
}

#[test]
fn escapes_of_half_a_character_are_read_and_kept() {
    for file in [CLAUDE, OPENCODE, AUTH] {
        for value in [
            r#""\ud800""#,
            r#"{"\udc00": 1}"#,
            r#""\ud800\u0041""#,
            r#""\\ud800 \ud83d\ude00\ud83d""#,
        ] {
            is_readable(file, value);
        }
    }
}

#[test]
fn odd_names_and_values_are_kept() {
    let long = format!("[{}1]", "1,".repeat(99_999));
    let many = format!("{{{}\"z\":1}}", "\"a\":1,".repeat(2_000));
    for file in [CLAUDE, OPENCODE, AUTH] {
        for value in [
            r#"{"a":{"b":1,"b":2}}"#,
            r#"{"__proto__": {"a": 1}, "": 2, "constructor": {}, "~0/1": 3}"#,
            r#""{value} {key} {limit} {env:HOME}""#,
            r#"{"\u001b[2J\u0007": "\u001b]0;title\u0007"}"#,
            "123456789012345678901234567890.000e-400",
            &many,
            &long,
        ] {
            is_readable(file, value);
        }
    }
    is_readable(AGENT, r#"{"__proto__": {"a": 1}, "": 2}"#);
    is_readable(AGENT, r#""{value} {key} {limit}""#);
    is_unreadable(
        AGENT,
        template(AGENT).replace('@', "{a: 1, a: 2}").as_bytes(),
        "duplicate key",
    );
}

#[test]
fn nothing_from_a_file_commands_the_terminal() {
    // Escaped or raw as JSON allows it: window title, clear, carriage return, C1 controls, direction marks.
    let evil = "\\u001b]0;title\\u0007\\u001b[2J\\u001b[8m\\r\\u009b31m\\u202e\u{9b}2J\u{7f}\u{202e}\\nX{value}";
    let claude = format!(
        r#"{{ "env": {{ "ANTHROPIC_BASE_URL": "https://api.z.ai/api/paas/v4/{evil}", "ANTHROPIC_AUTH_TOKEN": "{KEY}", "k{evil}": null }}, "a{evil}": 1, "a{evil}": 2 }}"#
    );
    let opencode = format!(
        r#"{{ "model": "zai-coding-plan/glm{evil}", /* {raw} */ "agent": {{ "a{evil}": {{ "model": "zai/glm{evil}", "disable": "{evil}" }} }}, "plugin": ["oh-my-opencode@{evil}"] }}"#,
        raw = "\u{1b}[2J\u{9b}2J"
    );
    let colors = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    for (file, text) in [(CLAUDE, &claude), (OPENCODE, &opencode)] {
        let dry = ["apply", "--profile", "lite", "--dry-run", "--unsafe-fixes"];
        for arguments in [LINT, LINT_JSON, STATUS, &dry] {
            for color in ["always", "never"] {
                let home = home(file, text.as_bytes());
                let ended = within(
                    home.command().args(["--color", color]).args(arguments),
                    LIMIT,
                );
                let shown = ended.stdout.clone() + &ended.stderr;
                assert!(
                    !shown.contains("\u{1b}[8m"),
                    "{arguments:?} lets a file hide text"
                );
                let shown = colors.replace_all(&shown, "");
                let raw: Vec<char> = shown
                    .chars()
                    .filter(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}')
                    .collect();
                assert_eq!(raw, [], "{file} {color} {arguments:?}");
                if arguments == LINT_JSON {
                    let json: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
                    let messages = json["findings"].to_string();
                    assert!(messages.contains("{value}"), "{messages}");
                }
            }
        }
    }
}

#[test]
fn what_is_no_file_is_not_read() {
    type Make = fn(&Path);
    let cases: [(&str, Make); 4] = [
        ("Too many levels of symbolic links", |path| {
            symlink(path.with_extension("other"), path).unwrap();
            symlink(path, path.with_extension("other")).unwrap();
        }),
        ("a symbolic link to nothing", |path| {
            symlink("/nonexistent/file", path).unwrap();
        }),
        ("a pipe, a socket or a device", pipe),
        ("this is a folder", |path| fs::create_dir(path).unwrap()),
    ];
    for (message, make) in cases {
        for file in [CLAUDE, OPENCODE, AUTH] {
            let home = Home::new();
            fs::create_dir_all(home.path(file).parent().unwrap()).unwrap();
            make(&home.path(file));
            for arguments in [LINT, LINT_JSON, STATUS, APPLY] {
                run(&home, arguments).exits(3).says(message);
            }
            assert!(home.path(file).symlink_metadata().is_ok());
            assert!(home.files().is_empty(), "a file was made");
        }
        // Folders of agents are searched for files; only a folder among them is passed over.
        let home = home(OPENCODE, template(OPENCODE).replace('@', "1").as_bytes());
        fs::create_dir_all(home.path(AGENT).parent().unwrap()).unwrap();
        make(&home.path(AGENT));
        for arguments in [LINT, LINT_JSON, STATUS, APPLY] {
            if message == "this is a folder" {
                run(&home, arguments).exits(0);
            } else {
                run(&home, arguments).exits(3).says(message);
            }
        }
        assert!(home.path(AGENT).symlink_metadata().is_ok());
    }
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_file_without_read_permission_is_an_error() {
    let home = home(CLAUDE, template(CLAUDE).replace('@', "1").as_bytes());
    let path = home.path(CLAUDE);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        return; // For root every file is readable, so there is nothing to see.
    }
    for arguments in [LINT, LINT_JSON, STATUS, APPLY] {
        run(&home, arguments).exits(3).says("Permission denied");
    }
}

#[test]
fn a_home_may_have_any_name() {
    for name in [&b"a b"[..], b"a\nb", b"a\xffb", b"a\x1b[2Jb", b"*[a]?{b}"] {
        let home = Home::new();
        let folder = home.outside().join(std::ffi::OsStr::from_bytes(name));
        fs::create_dir_all(folder.join(".claude")).unwrap();
        let text = template(CLAUDE).replace('@', "1");
        fs::write(folder.join(CLAUDE), &text).unwrap();
        for arguments in [
            LINT,
            LINT_JSON,
            STATUS,
            APPLY,
            &["undo", "--list"],
            &["undo"],
        ] {
            let mut command = home.command();
            command.env("HOME", &folder).current_dir(&folder);
            let ended = within(command.args(arguments), LIMIT).exits(0);
            assert!(!ended.both().contains('\u{1b}'));
            let changed = fs::read_to_string(folder.join(CLAUDE)).unwrap() != text;
            assert_eq!(
                changed,
                arguments == APPLY || arguments == ["undo", "--list"]
            );
        }
    }
}

/// A user's rule for Claude Code, with these checks.
fn rule(id: &str, checks: &str) -> String {
    rule_file(id, "claude-code", checks)
}

/// A home with a deep settings.json, and a rules folder with one file.
fn with_rule(name: &str, bytes: impl AsRef<[u8]>) -> Home {
    let deep = r#"{"a":"#.repeat(110) + "1" + &"}".repeat(110);
    let value = format!(r#""{}c", "deep": {deep}"#, "a".repeat(200));
    let home = home(CLAUDE, template(CLAUDE).replace('@', &value).as_bytes());
    home.write(&format!("rules/{name}.toml"), bytes);
    home
}

#[track_caller]
fn with_rules(home: &Home, arguments: &[&str]) -> Ended {
    let rules = home.path("rules").display().to_string();
    run(home, &[arguments, &["--rules-dir", &rules]].concat())
}

#[test]
fn a_hostile_rule_is_refused_with_the_place() {
    let each = |query: &str| {
        format!("[[check]]\neach = '{query}'\nmessage = 'm'\nexpect = {{ type = 'null' }}")
    };
    let at = |place: &str| {
        format!("[[check]]\nat = '{place}'\nmessage = 'm'\nexpect = {{ type = 'null' }}")
    };
    let matches = |pattern: &str| {
        format!("[[check]]\nat = '$.x'\nmessage = 'm'\nexpect = {{ match = '{pattern}' }}")
    };
    let nested = |open: &str, count: usize, close: &str| {
        each(&format!(
            "$[?{}@.a{}]",
            open.repeat(count),
            close.repeat(count)
        ))
    };
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (
            rule("r", &matches("a{1000}{1000}{1000}")).into(),
            "r.toml:12:20: not a regular expression: Compiled regex exceeds size limit",
        ),
        (
            rule("r", &matches("x").replace("'x' }", "['x'] }")).into(),
            "r.toml:12:20: a regular expression was expected, or { fact = \"…\" }",
        ),
        (
            rule(
                "r",
                &matches("x").replace("'x' }", "{ fact = \"key.shap\" } }"),
            )
            .into(),
            "unknown fact `key.shap`; did you mean `key.shape`?",
        ),
        (
            rule("r", &each("$..*..*..*..*")).into(),
            "r.toml:10:8: more than 2 times `..`",
        ),
        (
            rule("r", &nested("(", 100, ")")).into(),
            "r.toml:10:8: more than 32 brackets inside each other",
        ),
        (
            rule("r", &nested("@[?", 30, "]")).into(),
            "more than 6 filters",
        ),
        (
            rule("r", &nested("(", 100_000, ")")).into(),
            "the query has 200007 bytes; the limit is 1024",
        ),
        (
            rule("r", &each(&format!("${}", "[0]".repeat(100_000)))).into(),
            "the query has 300001 bytes; the limit is 1024",
        ),
        (
            rule("r", &at(&format!("${}", ".a".repeat(100_000)))).into(),
            "the query has 200001 bytes; the limit is 1024",
        ),
        (
            rule(
                "r",
                &format!(
                    "[[check]]\nat = '$.x'\nmessage = 'm'\nexpect = {{ equals = {}1{} }}",
                    "[".repeat(50_000),
                    "]".repeat(50_000)
                ),
            )
            .into(),
            "recurs",
        ),
        (
            rule("r", &format!("#{}", "x".repeat(1024 * 1024))).into(),
            "bytes; files above 1048576 bytes are not read",
        ),
        (
            [rule("r", &at("$.x")).as_bytes(), b"# \xff\n"].concat(),
            "stream did not contain valid UTF-8",
        ),
        (
            [rule("r", &at("$.x")).as_bytes(), b"\0"].concat(),
            "r.toml:",
        ),
        (b"\xff\xfe".to_vec(), "stream did not contain valid UTF-8"),
        (Vec::new(), "r.toml:1:1"),
        (
            rule("claude-code-endpoint", &at("$.x")).into(),
            "claude-code-endpoint",
        ),
    ];
    for (bytes, message) in cases {
        let home = with_rule("r", bytes);
        let before = home.files();
        for arguments in [
            LINT,
            LINT_JSON,
            STATUS,
            APPLY,
            &["rules", "test", "rules/r.toml"],
        ] {
            with_rules(&home, arguments).exits(2).says(message);
        }
        assert_eq!(home.files(), before);
    }
    let home = with_rule(
        "claude-code-endpoint",
        rule("claude-code-endpoint", &at("$.x")),
    );
    with_rules(&home, APPLY)
        .exits(2)
        .says("there is a rule `claude-code-endpoint` already");
}

#[test]
fn a_slow_pattern_is_not_slow_here() {
    for check in [
        "[[check]]\nat = '$.x'\nmessage = 'm {value}'\nexpect = { match = '(a*)*b' }",
        "[[check]]\neach = '''$[?match(@, \"(a*)*b\")]'''\nmessage = 'm'\nexpect = { type = 'null' }",
        "[[check]]\neach = '''$..[?search(@, \"a{1000}{1000}{1000}\")]'''\nmessage = 'm'\nexpect = { type = 'null' }",
        "[[check]]\neach = '$..*..*'\nmessage = 'm'\nexpect = { not = 7 }",
    ] {
        let home = with_rule("r", rule("r", check));
        let before = home.files();
        let ended = with_rules(&home, &["lint", "--select", "r"]);
        assert!(matches!(ended.code, Some(0 | 1)), "{}", ended.both());
        assert_eq!(home.files(), before);
    }
}

#[test]
fn rules_that_undo_each_other_write_nothing() {
    let set = |value: &str| {
        format!(
            "[[check]]\nat = '$.x'\nexpect = {{ equals = '{value}' }}\nmessage = 'm'\nfix = {{ op = 'set', value = '{value}', safety = 'safe' }}\n"
        )
    };
    let grow = "[[check]]\nat = '$.new'\nabsent = 'violation'\nexpect = { type = 'null' }\nmessage = 'm'\nfix = { op = 'append', value = 1, safety = 'safe' }\n";
    for checks in [set("A") + &set("B"), grow.to_owned()] {
        let home = with_rule("r", rule("r", &checks));
        let before = home.files();
        with_rules(&home, APPLY)
            .exits(3)
            .says("these rules undo each other's fixes, so nothing is written: r");
        assert_eq!(home.files(), before);
        assert!(!home.state().exists());
    }
}

#[test]
fn a_rules_folder_may_be_anything() {
    let home = with_rule(
        "r",
        rule(
            "r",
            "[[check]]\nat = '$.none'\nmessage = 'm'\nexpect = { type = 'null' }",
        ),
    );
    // Two links: without care there are as many ways through them as forty steps allow.
    symlink(".", home.path("rules/one")).unwrap();
    symlink("..", home.path("rules/two")).unwrap();
    with_rules(&home, &["lint", "--select", "r"]).exits(0);
    pipe(&home.path("rules/pipe.toml"));
    with_rules(&home, LINT)
        .exits(2)
        .says("pipe.toml: this is not a file");
    let path = home.path("rules/pipe.toml").display().to_string();
    run(&home, &["rules", "test", &path]).exits(2);
    run(&home, &["lint", "--rules-dir", "no-such-folder"])
        .exits(2)
        .says("no-such-folder: No such file or directory");
    run(&home, &["lint", "--rules-dir", CLAUDE])
        .exits(2)
        .says("Not a directory");
}

#[test]
fn hostile_facts_profiles_and_tools_are_refused() {
    let deep = format!("a = {}", "[".repeat(100_000));
    for (file, bytes, message) in [
        (
            "facts/9999-99.toml",
            &b"schema = 1\nid = \"9999-99\"\n"[..],
            "9999-99.toml:1:1: missing field `title`",
        ),
        (
            "facts/9999-99.toml",
            deep.as_bytes(),
            "cannot recurse further",
        ),
        (
            "facts/9999-99.toml",
            b"\xff\xfe",
            "stream did not contain valid UTF-8",
        ),
        (
            "profiles/lite.toml",
            b"schema = 1\nid = \"lite\"\n",
            "missing field `title`",
        ),
        (
            "profiles/lite.toml",
            deep.as_bytes(),
            "cannot recurse further",
        ),
        (
            "profiles/other.toml",
            b"\xff",
            "stream did not contain valid UTF-8",
        ),
        (
            "tools/claude-code.toml",
            b"nonsense",
            "claude-code.toml:1:9",
        ),
    ] {
        let home = home(CLAUDE, template(CLAUDE).replace('@', "1").as_bytes());
        home.write(&format!("rules/{file}"), bytes);
        let before = home.files();
        for arguments in [LINT, LINT_JSON, STATUS, APPLY] {
            with_rules(&home, arguments).exits(2).says(message);
        }
        assert_eq!(home.files(), before);
    }
}

#[test]
fn no_command_needs_the_network() {
    let offline = |home: &Home| {
        let inside = home.command();
        let mut command = Command::new("unshare");
        command.args(["-r", "-n"]).arg(inside.get_program());
        command.env_clear().current_dir(home.path(""));
        for (name, value) in inside.get_envs() {
            command.env(name, value.unwrap());
        }
        command
    };
    let permitted = Command::new("unshare")
        .args(["-r", "-n", "true"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !permitted {
        eprintln!("0 of 7 commands compared: `unshare -r -n` is not permitted here");
        return;
    }
    let temporary =
        regex::Regex::new(r"glm-setup-demo-\w+|/tmp/[^\s/]+|\d{8}T\d{6}Z-[0-9a-f]{4}").unwrap();
    let shown = |ended: &Ended| temporary.replace_all(&ended.both(), "_").into_owned();
    let commands: [&[&str]; 7] = [
        STATUS,
        LINT,
        LINT_JSON,
        APPLY,
        &["demo"],
        &["explain", "1302"],
        &["undo", "--list"],
    ];
    let text = template(CLAUDE).replace('@', "1");
    let (online_home, offline_home) =
        (home(CLAUDE, text.as_bytes()), home(CLAUDE, text.as_bytes()));
    let mut compared = 0;
    for arguments in commands {
        let online = run(&online_home, arguments);
        let without = within(offline(&offline_home).args(arguments), LIMIT);
        assert_eq!(
            without.code,
            online.code,
            "{arguments:?}\n{}",
            without.both()
        );
        assert_eq!(shown(&without), shown(&online), "{arguments:?}");
        compared += 1;
    }
    assert_eq!(online_home.files(), offline_home.files());
    assert_eq!(compared, commands.len());
}
