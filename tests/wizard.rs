//! The wizard on a terminal.

#![allow(clippy::unwrap_used)]
#![cfg(unix)]

mod common;
#[path = "common/screen.rs"]
mod screen;

use common::{Home, KEY};
use screen::{DOWN, ESC, INTERRUPT, Screen};

/// A home with Claude Code on Z.ai, in need of mending, and opencode, which isn't on Z.ai.
fn home() -> Home {
    let home = Home::new();
    home.write(".claude/settings.json", format!("{{\n  \"env\": {{\n    \"ANTHROPIC_BASE_URL\": \"https://api.z.ai/api/anthropic\",\n    \"ANTHROPIC_AUTH_TOKEN\": \"{KEY}\"\n  }}\n}}\n"));
    home.write(
        ".config/opencode/opencode.json",
        "{\n  \"theme\": \"system\",\n  \"plugin\": [\"oh-my-opencode\"]\n}\n",
    );
    home
}

#[test]
fn look() {
    let home = home();
    let mut screen = Screen::start(&home, &[], 80, 200);
    screen.enter("Which plan");
    screen.enter("Where is your account");
    screen.question("Which tools").keys(DOWN).keys(" \r");
    screen.question("Where is your API key");
    eprintln!("{}", screen.text());
    screen.keys("\r").question("API key:").keys(KEY).keys("\r");
    screen.question("Which of them");
    screen.keys(" \r");
    screen.question("Change ");
    screen.keys("\r");
    screen.question("Change ");
    screen.keys("\r");
    screen.question("Write ");
    screen.keys("\r");
    let code = screen.ends();
    eprintln!("{}", screen.text());
    assert_eq!(code, 0);
}
