//! `gate` and `apply --via-gate`: what is printed, what is refused, what is written and taken back.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::common::{ANTHROPIC, CLAUDE, Home, KEY, OPENCODE, Run, claude_lines};

const GATE: &str = "http://127.0.0.1:8790";

fn opencode() -> String {
    format!(
        r#"{{
  "model": "zai-coding-plan/glm-5.3-flash", // mine
  "provider": {{ "zai-coding-plan": {{ "options": {{ "apiKey": "{KEY}" }} }} }},
}}
"#
    )
}

/// A home in which Claude Code and opencode use the coding plan.
fn two_tools() -> Home {
    let home = Home::new();
    home.write(CLAUDE, claude_lines(ANTHROPIC).trim_end());
    home.write(OPENCODE, opencode());
    home
}

fn emit(arguments: &[&str]) -> Run {
    Home::new().run(&[&["gate", "emit", "haproxy"], arguments].concat())
}

/// Asks the real HAProxy, where it is installed, whether it takes a configuration.
fn valid(text: &str, folder: &Path) {
    let haproxy = Path::new("/usr/sbin/haproxy");
    if !haproxy.exists() {
        return;
    }
    let file = folder.join("gate.cfg");
    fs::write(&file, text).unwrap();
    let output = Command::new(haproxy)
        .args(["-c", "-f"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}\n{text}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn configurations_are_printed_and_haproxy_takes_them() {
    let folder = tempfile::tempdir().unwrap();
    for (snapshot, arguments) in [
        (Some("gate-emit-lite"), &[][..]),
        (
            Some("gate-emit-pro-per-model"),
            &["--profile", "pro", "--per-model"],
        ),
        (
            None,
            &[
                "--profile",
                "max",
                "--region",
                "cn",
                "--metered",
                "--port",
                "9000",
            ],
        ),
        (
            None,
            &["--profile", "max", "--facts", "2026-04", "--per-model"],
        ),
        (
            None,
            &["--profile", "metered", "--concurrency", "8", "--per-model"],
        ),
        (None, &["--listen", "::1"]),
    ] {
        let run = emit(arguments);
        valid(&run.stdout, folder.path());
        if let Some(name) = snapshot {
            snapshot!(name, run.both());
        }
        run.exits(0);
    }
}

#[test]
fn a_team_gets_a_queue_with_tls() {
    let folder = tempfile::tempdir().unwrap();
    let pem = folder.path().join("gate.pem");
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt"])
        .args(["ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"])
        .args(["-subj", "/CN=gate", "-keyout"])
        .arg(&pem)
        .arg("-out")
        .arg(folder.path().join("cert.pem"))
        .output();
    if made.is_ok_and(|made| made.status.success()) {
        let both = fs::read_to_string(&pem).unwrap()
            + &fs::read_to_string(folder.path().join("cert.pem")).unwrap();
        fs::write(&pem, both).unwrap();
    }
    let run = emit(&[
        "--profile",
        "metered",
        "--team",
        "--concurrency",
        "8",
        "--listen",
        "0.0.0.0",
        "--name",
        "gate.example.com",
        "--tls-cert",
        pem.to_str().unwrap(),
    ]);
    if pem.exists() {
        valid(&run.stdout, folder.path());
    }
    let shown = run
        .both()
        .replace(folder.path().to_str().unwrap(), "[FOLDER]");
    snapshot!("gate-emit-team", shown);
    run.exits(0);
}

#[test]
fn what_the_policy_or_safety_forbids_is_refused() {
    for (arguments, said) in [
        (&["--team"][..], "no sharing, no access for several users"),
        (
            &["--listen", "0.0.0.0"],
            "no sharing, no access for several users",
        ),
        (
            &[
                "--profile",
                "metered",
                "--concurrency",
                "4",
                "--listen",
                "0.0.0.0",
            ],
            "--team",
        ),
        (
            &[
                "--profile",
                "metered",
                "--concurrency",
                "4",
                "--listen",
                "10.0.0.1",
                "--team",
            ],
            "--tls-cert",
        ),
        (
            &[
                "--profile",
                "metered",
                "--concurrency",
                "4",
                "--listen",
                "::",
                "--team",
                "--tls-cert",
                "/x",
            ],
            "--name",
        ),
        (
            &[
                "--profile",
                "metered",
                "--concurrency",
                "4",
                "--team",
                "--name",
                "a b",
            ],
            "can't be written",
        ),
        (&["--profile", "metered"], "--concurrency N"),
        (&["--profile", "self-hosted"], "doesn't use Z.ai"),
        (&["--concurrency", "0"], "0 is not in 1..=1000"),
        (&["--port", "0"], "0 is not in 1..=65535"),
        (&["--name", "x"], "--team"),
    ] {
        let run = emit(arguments).exits(2);
        assert!(run.stderr.contains(said), "{arguments:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{arguments:?}");
    }
}

#[test]
fn the_last_profile_decides_the_limit() {
    let home = two_tools();
    home.run(&["apply", "--profile", "max", "--yes"]).exits(0);
    let run = home.run(&["gate", "emit", "haproxy"]).exits(0);
    assert!(run.stdout.contains("maxconn 2\n"), "{}", run.stdout);
}

#[test]
fn a_unit_is_printed() {
    let home = Home::new();
    let run = home.run(&["gate", "emit", "systemd", "--haproxy", "/usr/sbin/haproxy"]);
    snapshot!("gate-emit-systemd", run.both());
    run.exits(0);
    let spaces = home
        .run(&[
            "gate",
            "emit",
            "systemd",
            "--haproxy",
            "/opt/my tools/haproxy",
            "--config",
            "/etc/100%.cfg",
        ])
        .exits(0);
    assert!(
        spaces
            .stdout
            .contains("ExecStart=\"/opt/my tools/haproxy\" -Ws -f /etc/100%%.cfg"),
        "{}",
        spaces.stdout
    );
    home.run(&["gate", "emit", "systemd", "--config", "/a\nb"])
        .exits(2);
}

/// A program that says a version, as HAProxy does.
fn stand_in(home: &Home, version: &str) -> String {
    let path = home.outside().join("haproxy");
    fs::write(
        &path,
        format!("#!/bin/sh\necho 'HAProxy version {version} - https://haproxy.org/'\n"),
    )
    .unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// `gate check --format json`: about and level of each statement, and all messages.
fn statements(run: &Run) -> (Vec<String>, String) {
    let value = run.json();
    let all = value["statements"].as_array().unwrap();
    let short = |one: &serde_json::Value| {
        format!(
            "{} {}",
            one["about"].as_str().unwrap(),
            one["level"].as_str().unwrap()
        )
    };
    (all.iter().map(short).collect(), value.to_string())
}

#[test]
fn check_looks_at_program_listener_and_tools() {
    let home = two_tools();
    let haproxy = stand_in(&home, "2.6.12-1");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let check = |port: &str, program: &str| {
        home.run(&[
            "gate",
            "check",
            "--format",
            "json",
            "--port",
            port,
            "--haproxy",
            program,
        ])
    };

    let run = check(&port, &haproxy).exits(0);
    let (short, all) = statements(&run);
    assert_eq!(short, ["haproxy ok", "listener ok", "tools info"]);
    assert!(
        all.contains("Claude Code, opencode share one coding-plan account")
            && all.contains("40 of 60"),
        "{all}"
    );

    // Old, missing, and nothing listens.
    let old = stand_in(&home, "2.4.22");
    let run = check("1", &old).exits(1);
    assert_eq!(
        statements(&run).0,
        ["haproxy error", "listener error", "tools info"]
    );
    let run = check(&port, "/no/such/haproxy").exits(1);
    assert_eq!(statements(&run).0[0], "haproxy error");

    // One tool through the gate, the other one past it.
    let haproxy = stand_in(&home, "3.0.1");
    let gate = format!("http://127.0.0.1:{port}");
    let apply = |more: &[&str]| {
        let base = ["apply", "--profile", "lite", "--yes", "--via-gate", &gate];
        home.run(&[&base, more].concat()).exits(0);
    };
    apply(&["--tool", "claude-code"]);
    // The port comes from the tools.
    let run = home
        .run(&["gate", "check", "--format", "json", "--haproxy", &haproxy])
        .exits(1);
    let (short, all) = statements(&run);
    assert_eq!(short, ["haproxy ok", "listener ok", "tools warning"]);
    assert!(
        all.contains("opencode reach Z.ai without the gate that Claude Code use"),
        "{all}"
    );
    apply(&[]);
    let run = check(&port, &haproxy).exits(0);
    assert_eq!(
        statements(&run).0,
        ["haproxy ok", "listener ok", "tools ok"]
    );

    // A listener that others can reach.
    let open = TcpListener::bind("0.0.0.0:0").unwrap();
    let run = check(&open.local_addr().unwrap().port().to_string(), &haproxy).exits(1);
    let (short, all) = statements(&run);
    assert_eq!(short[1], "listener error");
    assert!(all.contains("no access for several users"), "{all}");
}

#[test]
fn check_reads_the_configuration() {
    let home = Home::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let haproxy = stand_in(&home, "2.8.3");
    let text = emit(&["--port", &port]);
    let check = |text: &str| {
        home.write(".config/glm-setup/gate.cfg", text);
        home.run(&["gate", "check", "--port", &port, "--haproxy", &haproxy])
    };
    let run = check(&text.stdout).exits(0);
    assert!(!run.stdout.contains("configuration:"), "{}", run.stdout);
    let open = text.stdout.replace("bind 127.0.0.1:", "bind *:");
    let run = check(&open).exits(1);
    assert!(
        run.stdout.contains("error    configuration: ")
            && run.stdout.contains("no access for several users"),
        "{}",
        run.stdout
    );
    text.exits(0);
}

#[test]
fn tools_go_through_the_gate_and_back() {
    let home = two_tools();
    let before = home.files();
    home.run(&["apply", "--profile", "lite", "--yes"]).exits(0);
    let direct = home.files();
    let via = [
        "apply",
        "--profile",
        "lite",
        "--yes",
        "--via-gate",
        "http://127.0.0.1:8790/",
    ];

    let run = home.run(&via);
    snapshot!("gate-apply-via", run.both());
    run.exits(0);
    let gated = home.files();
    let run = home.run(&via).exits(0);
    assert!(run.stdout.contains("nothing to change"), "{}", run.stdout);

    // It counts as Z.ai's, and stays what it is when no way is asked for.
    let run = home.run(&["status"]);
    snapshot!("gate-status", run.both());
    run.exits(0);
    home.run(&["lint"]).exits(0);
    let run = home.run(&["apply", "--profile", "lite", "--yes"]).exits(0);
    assert!(run.stdout.contains("nothing to change"), "{}", run.stdout);
    assert_eq!(home.files(), gated);

    // Back by undo: the bytes.
    home.run(&["undo"]).exits(0);
    assert_eq!(home.files(), direct);
    home.run(&["undo"]).exits(0);
    assert_eq!(home.files(), before);
}

#[test]
fn no_gate_writes_the_direct_addresses() {
    let home = two_tools();
    let apply = |more: &[&str], code: i32| {
        let base = ["apply", "--profile", "lite", "--yes"];
        home.run(&[&base, more].concat()).exits(code)
    };
    apply(&["--via-gate", GATE], 0);
    // The gate's address doesn't tell the region; opencode's provider does.
    let run = apply(&["--no-gate"], 3);
    assert!(
        run.stdout.contains("claude-code is left alone") && run.stdout.contains("--region"),
        "{}",
        run.stdout
    );
    assert!(
        home.read(OPENCODE)
            .contains("https://api.z.ai/api/coding/paas/v4")
    );
    apply(&["--no-gate", "--region", "cn", "--tool", "claude-code"], 0);
    assert!(
        home.read(CLAUDE)
            .contains("https://open.bigmodel.cn/api/anthropic")
    );
}

#[test]
fn a_tool_that_can_not_be_moved_is_named() {
    let home = Home::fixture("sillytavern/hand-clean");
    home.write(CLAUDE, claude_lines(ANTHROPIC).trim_end());
    let run = home.run(&[
        "apply",
        "--profile",
        "lite",
        "--dry-run",
        "--via-gate",
        GATE,
    ]);
    assert!(
        run.stdout
            .contains("note: SillyTavern still reaches Z.ai without the gate"),
        "{}",
        run.stdout
    );
    assert!(
        !run.stdout.contains("Claude Code still reaches"),
        "{}",
        run.stdout
    );
    run.exits(0);
}

#[test]
fn a_gate_that_must_not_be_is_refused() {
    let home = two_tools();
    let before = home.files();
    for (url, profile, said) in [
        (
            "http://192.168.1.2:8790",
            "lite",
            "no access for several users",
        ),
        ("http://gate.example.com:8790", "metered", "https://"),
        ("127.0.0.1:8790", "lite", "the gate's address was expected"),
        (
            "ftp://127.0.0.1:8790",
            "lite",
            "the gate's address was expected",
        ),
        ("http://127.0.0.1:8790/api", "lite", "without a path"),
        (
            "http://me:secret@127.0.0.1:8790",
            "lite",
            "the gate's address was expected",
        ),
    ] {
        let run = home
            .run(&["apply", "--profile", profile, "--yes", "--via-gate", url])
            .exits(2);
        assert!(run.stderr.contains(said), "{url}: {}", run.stderr);
        assert!(!run.stderr.contains("secret"), "{}", run.stderr);
    }
    let both = home.run(&[
        "apply",
        "--profile",
        "lite",
        "--via-gate",
        GATE,
        "--no-gate",
    ]);
    both.exits(2);
    assert_eq!(home.files(), before);
}

#[test]
fn a_team_s_gate_is_used_with_a_metered_key() {
    let home = Home::new();
    home.write(
        OPENCODE,
        format!(
            r#"{{ "model": "zai/glm-5.3", "provider": {{ "zai": {{ "options": {{ "apiKey": "{KEY}" }} }} }} }}"#
        ),
    );
    let via = [
        "apply",
        "--profile",
        "metered",
        "--yes",
        "--via-gate",
        "https://gate.example.com:8790",
    ];
    home.run(&via).exits(0);
    assert!(
        home.read(OPENCODE)
            .contains("https://gate.example.com:8790/api/paas/v4")
    );
    let run = home.run(&via).exits(0);
    assert!(run.stdout.contains("nothing to change"), "{}", run.stdout);
}
