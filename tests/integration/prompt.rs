//! `apply` on a terminal: it asks file by file, and does what was answered.

use std::time::Duration;

use crate::common::screen::DOWN;
use crate::common::{ANTHROPIC, CLAUDE, Home, KEY, OPENCODE, claude};
use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use expectrl::{Expect as _, Session};

fn home() -> Home {
    let home = Home::new();
    home.write(CLAUDE, claude(ANTHROPIC));
    home.write(OPENCODE, format!("{{ \"model\": \"zai-coding-plan/glm-5\", \"provider\": {{ \"zai-coding-plan\": {{ \"options\": {{ \"apiKey\": \"{KEY}\" }} }} }} }}\n"));
    home
}

fn start(home: &Home) -> OsSession {
    let mut command = home.command();
    command
        .args(["apply", "--profile", "lite"])
        .env("TERM", "xterm");
    let mut session = Session::spawn(command).unwrap();
    session.set_expect_timeout(Some(Duration::from_secs(20)));
    session
}

fn exit_code(session: &mut OsSession) -> i32 {
    let _ = session.expect(expectrl::Eof);
    match session.get_process().wait().unwrap() {
        WaitStatus::Exited(_, code) => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn yes_to_one_and_no_to_the_other() {
    let home = home();
    let before = home.files();
    let mut session = start(&home);
    session.expect("Change ~/.claude/settings.json?").unwrap();
    session.send("\r").unwrap();
    session
        .expect("Change ~/.config/opencode/opencode.json?")
        .unwrap();
    session.send(DOWN).unwrap();
    session.send("\r").unwrap();
    session.expect("1 file written").unwrap();
    assert_eq!(exit_code(&mut session), 0);
    assert!(
        home.read(CLAUDE)
            .contains("CLAUDE_CODE_MAX_CONCURRENT_SUBAGENTS")
    );
    let opencode = std::path::Path::new(OPENCODE);
    assert_eq!(home.files()[opencode], before[opencode]);
}

#[test]
fn all_writes_the_rest_without_asking() {
    let home = home();
    let mut session = start(&home);
    session.expect("Change ~/.claude/settings.json?").unwrap();
    session.send(DOWN.repeat(2)).unwrap();
    session.send("\r").unwrap();
    session.expect("2 files written").unwrap();
    assert_eq!(exit_code(&mut session), 0);
}

#[test]
fn stop_escape_and_interrupt_write_nothing() {
    for keys in [
        format!("{}\r", DOWN.repeat(3)),
        "\x1b".to_owned(),
        "\x03".to_owned(),
    ] {
        let home = home();
        let before = home.files();
        let mut session = start(&home);
        session.expect("Change ~/.claude/settings.json?").unwrap();
        for key in keys.split_inclusive(DOWN) {
            session.send(key).unwrap();
        }
        session.expect("nothing was written").unwrap();
        assert_eq!(exit_code(&mut session), 0, "{keys:?}");
        assert_eq!(home.files(), before, "{keys:?}");
        assert!(!home.state().exists());
    }
}
