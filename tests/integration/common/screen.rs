//! The program on a terminal: what a person would see on the screen, and what they type.

use std::process::Command;
use std::time::{Duration, Instant};

use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use expectrl::{Expect as _, Session};

use crate::common::Home;

/// Longer than any step takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// Enough rows that nothing scrolls away.
const ROWS: u16 = 400;

pub(crate) const DOWN: &str = "\x1b[B";
pub(crate) const ESC: &str = "\x1b";
pub(crate) const INTERRUPT: &str = "\x03";

/// A program on a terminal.
pub(crate) struct Screen {
    session: OsSession,
    terminal: vt100::Parser,
    /// Every byte that was written.
    pub(crate) bytes: Vec<u8>,
    /// Lines above the last question, which don't change any more.
    seen: usize,
    /// What was new on the screen at each question, and at the end.
    pub(crate) frames: Vec<String>,
}

impl Screen {
    /// Runs the program in a home, on a terminal of so many columns and rows as the program sees them.
    pub(crate) fn start(home: &Home, arguments: &[&str]) -> Self {
        Self::sized(home, arguments, (80, 100), &[])
    }

    /// The same with the terminal's columns and rows as the program sees them, and more variables.
    pub(crate) fn sized(
        home: &Home,
        arguments: &[&str],
        (columns, rows): (u16, u16),
        variables: &[(&str, &str)],
    ) -> Self {
        let program = home.command();
        let mut command = Command::new("/bin/sh");
        command.env_clear().current_dir(home.path(""));
        for (name, value) in program.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        // Programs of this machine must not be found, only those that a test puts there. The size is set from outside.
        let script = "until [ \"$(stty size)\" = \"$1 $0\" ]; do sleep 0.01; done; path=$2; shift 2; exec env PATH=\"$path\" \"$@\"";
        command
            .env("TERM", "xterm")
            .envs(variables.iter().copied())
            .args(["-c", script, &columns.to_string(), &rows.to_string()])
            .arg(home.outside().join("bin"))
            .arg(program.get_program())
            .args(arguments);
        let mut session = Session::spawn(command).unwrap();
        let process = session.get_process_mut();
        process.set_window_size(columns, rows).unwrap();
        let columns = columns.try_into().unwrap();
        Self {
            session,
            terminal: vt100::Parser::new(ROWS.try_into().unwrap(), columns, 0),
            bytes: Vec::new(),
            seen: 0,
            frames: Vec::new(),
        }
    }

    /// Takes what the program has written; whether it is still there.
    fn take(&mut self) -> bool {
        let mut buffer = [0; 4096];
        match self.session.try_read(&mut buffer) {
            Ok(0) => return false,
            Ok(length) => {
                self.terminal.process(&buffer[..length]);
                self.bytes.extend(&buffer[..length]);
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                std::thread::sleep(Duration::from_millis(2));
            }
            // A terminal whose program has ended.
            Err(_) => return false,
        }
        true
    }

    /// What is on the screen, without empty lines at the end.
    pub(crate) fn text(&self) -> String {
        let text = self.terminal.screen().contents();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        lines.join("\n").trim_end().to_owned()
    }

    /// Waits for a question to stand at the end of the screen, with its help below it.
    #[track_caller]
    pub(crate) fn question(&mut self, question: &str) -> &mut Self {
        let start = Instant::now();
        loop {
            let text = self.text();
            let lines: Vec<&str> = text.lines().collect();
            let row = lines.iter().rposition(|line| line.starts_with("? "));
            // An answered question stays on the screen, so the next one is always further down.
            let new = row.filter(|row| self.frames.is_empty() || *row > self.seen);
            let asked = new.is_some_and(|row| lines[row][2..].starts_with(question));
            if asked && text.ends_with("ctrl-c leave]") {
                self.keep_frame();
                return self;
            }
            let there = self.take();
            assert!(
                there && start.elapsed() < PATIENCE,
                "{question:?} was not asked; the screen:\n{}",
                self.text()
            );
        }
    }

    /// Keeps what is new on the screen.
    fn keep_frame(&mut self) {
        let text = self.text();
        let lines: Vec<&str> = text.lines().collect();
        let new = lines.get(self.seen..).unwrap_or_default();
        self.frames.push(new.join("\n"));
        let question = lines.iter().rposition(|line| line.starts_with("? "));
        self.seen = question.unwrap_or(lines.len());
    }

    /// Types, one key after the other.
    pub(crate) fn keys(&mut self, keys: &str) -> &mut Self {
        self.session.send(keys).unwrap();
        self
    }

    /// Waits for a question and presses Enter.
    #[track_caller]
    pub(crate) fn enter(&mut self, question: &str) -> &mut Self {
        self.question(question).keys("\r")
    }

    /// Waits for a question and chooses the answer so many places below the cursor.
    #[track_caller]
    pub(crate) fn choose(&mut self, question: &str, down: usize) -> &mut Self {
        let keys = format!("{}\r", DOWN.repeat(down));
        self.question(question).keys(&keys)
    }

    /// Waits for the program's end; its exit code.
    #[track_caller]
    pub(crate) fn ends(&mut self) -> i32 {
        let start = Instant::now();
        while self.take() {
            assert!(
                start.elapsed() < PATIENCE,
                "it doesn't end; the screen:\n{}",
                self.text()
            );
        }
        self.keep_frame();
        match self.session.get_process().wait().unwrap() {
            WaitStatus::Exited(_, code) => code,
            other => panic!("{other:?}"),
        }
    }

    /// Whether the cursor is shown.
    pub(crate) fn cursor_shown(&self) -> bool {
        !self.terminal.screen().hide_cursor()
    }
}
