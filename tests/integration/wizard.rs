//! The wizard on a terminal: the real program, typed at, and what its screen shows.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::common::process::{Running, copy_program};
use crate::common::screen::{DOWN, ESC, INTERRUPT, Screen};
use crate::common::{ANTHROPIC, CLAUDE, Home, KEY, OPENCODE, claude_lines, root};

const KEY_FILE: &str = ".local/share/glm-setup/zai-key";

/// A home with Claude Code on Z.ai, in need of mending, and opencode, which isn't on Z.ai.
fn home() -> Home {
    let home = Home::new();
    home.write(CLAUDE, claude_lines(ANTHROPIC));
    home.write(
        OPENCODE,
        "{\n  \"theme\": \"system\",\n  \"plugin\": [\"oh-my-opencode\"]\n}\n",
    );
    home
}

/// A home with opencode alone, which isn't on Z.ai; no file holds a key.
fn without_key() -> Home {
    let home = Home::new();
    home.write(OPENCODE, "{ \"theme\": \"system\" }\n");
    home
}

/// Puts a program on the PATH.
fn install(home: &Home, program: &str) -> std::path::PathBuf {
    let path = home.outside().join("bin").join(program);
    copy_program(Path::new("/bin/sleep"), &path);
    path
}

/// The questions of [`home`]'s whole way, each with the keys that answer it.
fn way() -> Vec<(&'static str, String)> {
    vec![
        ("Which plan do you have?", "\r".to_owned()),
        ("Where is your account?", "\r".to_owned()),
        ("Which tools are to be set up?", format!("{DOWN} \r")),
        ("Where is your API key?", "\r".to_owned()),
        ("API key:", format!("{KEY}\r")),
        ("Which of them?", format!("{DOWN}{DOWN} \r")),
        ("Change ~/.claude/settings.json?", "\r".to_owned()),
        ("Change ~/.config/opencode/opencode.json?", "\r".to_owned()),
        ("Write 3 files now?", "\r".to_owned()),
    ]
}

#[track_caller]
fn walk(screen: &mut Screen, questions: &[(&str, String)]) {
    for (question, keys) in questions {
        screen.question(question).keys(keys);
    }
}

#[track_caller]
fn left_without_a_trace(screen: &mut Screen, home: &Home, before: &Home) {
    assert_eq!(screen.ends(), 0, "{}", screen.text());
    assert!(
        screen.text().ends_with("nothing was written"),
        "{}",
        screen.text()
    );
    assert!(screen.cursor_shown());
    assert_eq!(home.files(), before.files());
    assert!(!home.state().exists());
}

#[test]
fn the_whole_way_and_back_by_undo() {
    let (home, before) = (home(), home());
    let mut screen = Screen::start(&home, &[]);
    walk(&mut screen, &way());
    assert_eq!(screen.ends(), 0, "{}", screen.text());
    assert!(screen.cursor_shown());
    assert!(
        home.read(CLAUDE)
            .contains("\"CLAUDE_CODE_MAX_CONCURRENT_SUBAGENTS\": \"1\"")
    );
    let opencode = home.read(OPENCODE);
    assert!(opencode.contains("\"apiKey\": \"{file:~/.local/share/glm-setup/zai-key}\""));
    assert!(!opencode.contains("oh-my-opencode"), "{opencode}");
    assert_eq!(home.read(KEY_FILE), format!("{KEY}\n"));
    let mode = home.path(KEY_FILE).metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let command = "glm-setup apply --profile lite --region intl --tool claude-code --tool opencode --key-file ~/.local/share/glm-setup/zai-key --unsafe-fixes=opencode-oh-my-opencode --yes";
    assert!(screen.text().contains(command), "{}", screen.text());

    // What it names as the same does the same: there is nothing left to do.
    let words: Vec<String> = command
        .split(' ')
        .skip(1)
        .map(|word| word.replace('~', home.path("").to_str().unwrap().trim_end_matches('/')))
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let run = home.run(&words).exits(0);
    assert!(
        run.stdout.starts_with("nothing to change"),
        "{}",
        run.stdout
    );

    home.run(&["undo"]).exits(0);
    assert_eq!(home.files(), before.files());
}

#[test]
fn the_recording_is_in_step() {
    let home = home();
    let mut screen = Screen::start(&home, &[]);
    walk(&mut screen, &way());
    assert_eq!(screen.ends(), 0);
    let typed = [
        "Enter",
        "Enter",
        "arrow down, space, Enter",
        "Enter",
        "the key (nothing is shown), Enter",
        "arrow down twice, space, Enter",
        "Enter",
        "Enter",
        "Enter",
    ];
    let mut page = String::from(
        "# The wizard, recorded\n\n`glm-setup` on a terminal of 80 columns, in a home where Claude Code is on Z.ai and opencode isn't yet. Each block is what\nis new on the screen. `UPDATE_DOCS=1 cargo test --test integration wizard::` records it anew; the test fails when it is out of step.\n\n```console\n$ glm-setup\n",
    );
    let id = regex::Regex::new(r"\b\d{8}T\d{6}Z-[0-9a-f]{4}\b").unwrap();
    for (index, frame) in screen.frames.iter().enumerate() {
        let frame = id.replace_all(frame, "20261122T101500Z-0000");
        let _ = writeln!(page, "{}\n```", frame.trim_matches('\n'));
        if let Some(keys) = typed.get(index) {
            let _ = write!(page, "\nTyped: {keys}\n\n```console\n");
        }
    }
    let file = root().join("docs/wizard.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap_or_default(), page);
}

#[test]
fn ctrl_c_leaves_at_every_question() {
    let way = way();
    for (index, (question, _)) in way.iter().enumerate() {
        let (home, before) = (home(), self::home());
        let mut screen = Screen::start(&home, &[]);
        walk(&mut screen, &way[..index]);
        screen.question(question).keys(INTERRUPT);
        left_without_a_trace(&mut screen, &home, &before);
    }
}

#[test]
fn esc_goes_back_to_the_question_before() {
    let way = way();
    for index in 1..way.len() {
        let home = home();
        let mut screen = Screen::start(&home, &[]);
        walk(&mut screen, &way[..index]);
        screen.question(way[index].0).keys(ESC);
        // A key that was typed is forgotten, so the way back leads to where it is.
        let before = if way[index - 1].0 == "API key:" { 2 } else { 1 };
        screen.question(way[index - before].0).keys(INTERRUPT);
        assert_eq!(screen.ends(), 0);
        assert!(!home.state().exists());
    }
}

#[test]
fn esc_at_the_first_question_leaves() {
    let (home, before) = (home(), home());
    let mut screen = Screen::start(&home, &[]);
    screen.question("Which plan").keys(ESC);
    left_without_a_trace(&mut screen, &home, &before);
}

#[test]
fn esc_all_the_way_back_and_forth_again() {
    let home = home();
    let way = way();
    let mut screen = Screen::start(&home, &[]);
    walk(&mut screen, &way[..6]);
    for (question, _) in way[1..7].iter().rev() {
        if *question != "API key:" {
            screen.question(question).keys(ESC);
        }
    }
    // The marks are still there, so Enter is enough; the key has to be typed again.
    for (question, keys) in &way {
        let keys = if question.starts_with("Which") {
            "\r"
        } else {
            keys
        };
        screen.question(question).keys(keys);
    }
    assert_eq!(screen.ends(), 0);
    assert!(screen.text().contains("3 files written"));
    assert!(!home.read(OPENCODE).contains("oh-my-opencode"));
}

#[test]
fn a_typed_key_is_in_one_file_and_nowhere_else() {
    let home = without_key();
    let mut screen = Screen::start(&home, &["--profile", "pro", "--region", "intl"]);
    screen.question("Which tools").keys(" \r");
    screen.enter("Where is your API key?");
    screen.question("API key:").keys("short\r");
    screen.question("API key:").keys(&format!("{KEY}\r"));
    assert!(screen.text().contains("That is no API key"));
    screen.choose("Which of them?", 0);
    screen.question("Change ").keys(&format!("{DOWN}{DOWN}\r"));
    screen.question("Change ").keys("\r");
    screen.enter("Write 2 files now?");
    assert_eq!(screen.ends(), 0);
    let holds = |bytes: &[u8]| bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes());
    assert!(!holds(&screen.bytes));
    let mut folders = vec![home.outside().to_owned()];
    let mut holders = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if holds(&fs::read(&path).unwrap()) {
                holders.push(path);
            }
        }
    }
    assert_eq!(holders, [home.path(KEY_FILE)]);

    // The next tool without a key finds it there.
    home.write(CLAUDE, "{}\n");
    let mut screen = Screen::start(&home, &["--profile", "pro", "--tool", "claude-code"]);
    screen.enter("Where is your account?");
    screen.enter("Where is your API key?");
    assert!(
        screen
            .text()
            .contains("> in ~/.local/share/glm-setup/zai-key, from before")
    );
    screen.enter("Which of them?");
    screen.enter("Change ~/.claude/settings.json?");
    screen.enter("Write 1 file now?");
    assert_eq!(screen.ends(), 0);
    assert!(
        home.read(CLAUDE)
            .contains("\"apiKeyHelper\": \"cat ~/.local/share/glm-setup/zai-key\"")
    );
}

#[test]
fn a_key_in_a_repository_needs_a_clear_yes() {
    let home = without_key();
    fs::create_dir(home.path(".git")).unwrap();
    let mut screen = Screen::start(&home, &["--profile", "lite", "--tool", "opencode"]);
    screen.enter("Where is your account?");
    screen.enter("Where is your API key?");
    screen.enter("Store it all the same?");
    screen.enter("Where is your API key?");
    screen.choose("Store it all the same?", 1);
    screen.question("API key:").keys(INTERRUPT);
    assert_eq!(screen.ends(), 0);
    assert!(!home.path(KEY_FILE).exists());

    home.write(".gitignore", ".local\n");
    let mut screen = Screen::start(&home, &["--profile", "lite", "--tool", "opencode"]);
    screen.enter("Where is your account?");
    screen.enter("Where is your API key?");
    screen.question("API key:").keys(INTERRUPT);
    assert_eq!(screen.ends(), 0);
}

#[test]
fn a_key_in_a_variable() {
    let home = without_key();
    let arguments = ["--profile", "lite", "--tool", "opencode"];
    let mut screen = Screen::start(&home, &arguments);
    screen.choose("Where is your account?", 1);
    screen.choose("Where is your API key?", 1);
    screen.question("Its name:").keys(ESC);
    screen.choose("Where is your API key?", 1);
    screen.question("Its name:").keys("-0\r");
    screen.question("Its name:").keys("\r");
    screen.question("Which of them?");
    assert!(screen.text().contains("That is no variable's name."));
    assert!(screen.text().contains("ZAI_API_KEY is not set here."));
    screen.keys("\r").enter("Change ");
    screen.enter("Write 1 file now?");
    assert_eq!(screen.ends(), 0);
    assert!(home.read(OPENCODE).contains("\"zhipuai-coding-plan\""));
    assert!(home.read(OPENCODE).contains("{env:ZAI_API_KEY}"));

    // A variable that is set is proposed.
    let home = without_key();
    let set = [("ZAI_API_KEY", KEY)];
    let mut screen = Screen::sized(&home, &arguments, (80, 100), &set);
    screen.enter("Where is your account?");
    screen.enter("Where is your API key?");
    screen.enter("Its name: ZAI_API_KEY");
    screen.question("Which of them?").keys(INTERRUPT);
    assert_eq!(screen.ends(), 0);
    assert!(!screen.text().contains("not set here"));
}

#[test]
fn without_a_key_a_tool_is_left_alone() {
    let (home, before) = (without_key(), without_key());
    let mut screen = Screen::start(&home, &["--profile", "lite", "--tool", "opencode"]);
    screen.enter("Where is your account?");
    screen.choose("Where is your API key?", 2);
    assert_eq!(screen.ends(), 0);
    assert!(
        screen.text().ends_with("No tool is left to set up."),
        "{}",
        screen.text()
    );

    // Cline takes no reference: it is said how its own command stores a key.
    let mut screen = Screen::start(&home, &["--profile", "lite", "--tool", "cline"]);
    screen.enter("Where is your account?");
    assert_eq!(screen.ends(), 0);
    assert!(
        screen
            .text()
            .contains("Cline is left alone for now: Cline keeps keys in its own")
    );
    assert_eq!(home.files(), before.files());
}

#[test]
fn i_dont_know_means_lite() {
    let home = home();
    let mut screen = Screen::start(&home, &["--tool", "claude-code"]);
    screen.choose("Which plan", 5);
    screen.enter("Where is your account?");
    screen.enter("Which of them?");
    assert!(
        screen
            .text()
            .contains("Taken as Lite, which allows the least")
    );
    screen.enter("Change ~/.claude/settings.json?");
    screen.choose("Write 1 file now?", 1);
    left_without_a_trace(&mut screen, &home, &self::home());
}

#[test]
fn a_server_of_ones_own() {
    let home = home();
    let mut screen = Screen::start(&home, &["--tool", "opencode"]);
    screen.choose("Which plan", 4);
    screen.question("Its base URL").keys("\r");
    screen.question("The model's id there:").keys("\r");
    screen.question("Its base URL").keys("\r");
    screen.question("The model's id there:").keys(ESC);
    screen.question("Its base URL").keys("/v9\r");
    screen.question("The model's id there:").keys("glm-local\r");
    screen.enter("Change ~/.config/opencode/opencode.json?");
    screen.enter("Write 1 file now?");
    assert_eq!(screen.ends(), 0, "{}", screen.text());
    assert!(home.read(OPENCODE).contains("http://localhost:8000/v1/v9"));
    assert!(
        screen
            .text()
            .contains("--base-url http://localhost:8000/v1/v9 --model glm-local")
    );
}

#[test]
fn what_cannot_be_set_up_is_said_and_not_offered() {
    let home = home();
    let mut screen = Screen::start(&home, &[]);
    screen.choose("Which plan", 3);
    screen.enter("Where is your account?");
    screen.question("Which tools").keys("\r");
    screen.question("Which tools");
    let text = screen.text();
    assert!(text.contains("Claude Code can't be set up for this: Claude Code can't be moved to"));
    assert!(text.contains("Mark at least one, with the space bar."));
    assert!(text.contains("[ ] opencode"));
    assert!(!text.contains("] Claude Code"));
    screen.keys(INTERRUPT);
    assert_eq!(screen.ends(), 0);
}

#[test]
fn the_region_is_guessed_and_two_regions_may_stay() {
    let home = Home::new();
    home.write(CLAUDE, format!("{{ \"env\": {{ \"ANTHROPIC_BASE_URL\": \"https://open.bigmodel.cn/api/anthropic\", \"ANTHROPIC_AUTH_TOKEN\": \"{KEY}\" }} }}\n"));
    let mut screen = Screen::start(&home, &["--profile", "max"]);
    screen.question("Where is your account?");
    assert!(screen.text().contains("> mainland China: open.bigmodel.cn"));
    screen.keys(INTERRUPT);
    assert_eq!(screen.ends(), 0);

    home.write(OPENCODE, format!("{{ \"model\": \"zai-coding-plan/glm-5\", \"provider\": {{ \"zai-coding-plan\": {{ \"options\": {{ \"apiKey\": \"{KEY}\" }} }} }} }}\n"));
    let mut screen = Screen::start(&home, &["--profile", "max"]);
    screen.question("Where is your account?");
    assert!(screen.text().contains("> each tool stays where it is"));
    screen.keys("\r").enter("Which tools");
    screen.enter("Which of them?");
    screen
        .question("Change ")
        .keys(&format!("{}\r", DOWN.repeat(3)));
    screen.enter("Write 2 files now?");
    assert_eq!(screen.ends(), 0);
    assert!(home.read(CLAUDE).contains("open.bigmodel.cn"));
    assert!(home.read(OPENCODE).contains("zai-coding-plan/"));
    assert!(!screen.text().contains("--region"));
}

#[test]
fn files_can_be_skipped_shown_whole_and_stopped_at() {
    let arguments = [
        "--profile",
        "lite",
        "--region",
        "intl",
        "--tool",
        "claude-code",
        "--tool",
        "opencode",
        "--key-env",
        "GLM",
        "--unsafe-fixes",
    ];
    let home = home();
    let before = home.files();
    let mut screen = Screen::start(&home, &arguments);
    screen.choose("Change ~/.claude/settings.json?", 1);
    screen.question("Change ~/.config/opencode").keys(ESC);
    screen.choose("Change ~/.claude/settings.json?", 2);
    screen.question("Change ~/.claude/settings.json?");
    assert!(
        screen
            .text()
            .contains("\n    \"CLAUDE_CODE_MAX_CONCURRENT_SUBAGENTS\": \"1\",")
    );
    assert!(!screen.text().contains(KEY));
    screen.keys(&format!("{DOWN}\r"));
    screen.enter("Change ~/.config/opencode");
    screen.enter("Write 1 file now?");
    assert_eq!(screen.ends(), 0);
    assert_eq!(home.files()[Path::new(CLAUDE)], before[Path::new(CLAUDE)]);
    assert!(home.read(OPENCODE).contains("{env:GLM}"));
    assert!(screen.text().contains("(it also changes what you skipped)"));

    for answers in [vec![4], vec![1, 3], vec![1, 1]] {
        let (home, before) = (self::home(), self::home());
        let mut screen = Screen::start(&home, &arguments);
        for down in answers {
            screen.choose("Change ", down);
        }
        left_without_a_trace(&mut screen, &home, &before);
    }
}

#[test]
fn a_long_diff_comes_page_by_page() {
    let home = home();
    let arguments = [
        "--profile",
        "lite",
        "--region",
        "intl",
        "--tool",
        "claude-code",
        "--unsafe-fixes",
    ];
    let mut screen = Screen::sized(&home, &arguments, (80, 24), &[]);
    screen.question("Change ");
    assert!(screen.text().contains("> show more ("));
    assert!(!screen.text().contains("awaySummaryEnabled\": false"));
    screen.keys("\r").question("Change ");
    assert!(
        screen.text().contains("awaySummaryEnabled\": false"),
        "{}",
        screen.text()
    );
    screen.keys("\r").enter("Write 1 file now?");
    assert_eq!(screen.ends(), 0);
}

#[test]
fn narrow_and_without_colour() {
    let home = home();
    let mut screen = Screen::sized(&home, &[], (60, 40), &[("NO_COLOR", "1")]);
    for (question, keys) in &way()[..6] {
        screen.question(question).keys(keys);
    }
    screen.question("Change ");
    let raw = String::from_utf8(screen.bytes.clone()).unwrap();
    // Colours and weights; 0 switches them off.
    let styles = regex::Regex::new("\x1b\\[[1-9][0-9;]*m").unwrap();
    assert!(!styles.is_match(&raw), "{raw:?}");
    let text = screen.text();
    let until = text.find("~/.claude/settings.json (").unwrap();
    for line in text[..until].lines() {
        assert!(line.chars().count() <= 60, "{line}");
    }
    screen.keys(INTERRUPT);
    assert_eq!(screen.ends(), 0);

    let mut screen = Screen::start(&home, &[]);
    screen.question("Which plan").keys(INTERRUPT);
    screen.ends();
    assert!(styles.is_match(&String::from_utf8(screen.bytes.clone()).unwrap()));
}

#[test]
fn programs_are_found_without_settings_and_running_ones_are_counted() {
    let home = home();
    let claude = install(&home, "claude");
    install(&home, "goose");
    let mut running = Running::none();
    for folder in [&home.path(""), &home.path(""), home.outside()] {
        running.start(&claude, |command| {
            command.env_clear().env("HOME", folder);
        });
    }
    let mut screen = Screen::start(&home, &["--profile", "lite", "--region", "intl"]);
    screen.question("Which tools").keys(INTERRUPT);
    assert_eq!(screen.ends(), 0);
    drop(running);
    let text = screen.text();
    assert!(
        text.contains("goose        program found, no settings yet"),
        "{text}"
    );
    if cfg!(target_os = "linux") {
        assert!(
            text.contains("Claude Code  coding plan, intl               2\n"),
            "{text}"
        );
    }
}

#[test]
fn an_empty_home_offers_every_tool() {
    let home = Home::new();
    let mut screen = Screen::start(&home, &["--profile", "lite", "--region", "intl"]);
    screen.question("Which tools");
    let text = screen.text();
    assert!(text.contains("No settings of a known tool"), "{text}");
    assert!(text.contains("[ ] Claude Code (not found here)"), "{text}");
    screen.keys(INTERRUPT);
    assert_eq!(screen.ends(), 0);
}

#[test]
fn a_file_that_changes_meanwhile_is_not_overwritten() {
    let home = home();
    let mut screen = Screen::start(
        &home,
        &[
            "--profile",
            "lite",
            "--region",
            "intl",
            "--tool",
            "claude-code",
        ],
    );
    screen.enter("Which of them?");
    screen.enter("Change ");
    screen.question("Write 1 file now?");
    home.write(CLAUDE, "{}\n");
    screen.keys("\r");
    assert_eq!(screen.ends(), 3);
    assert_eq!(home.read(CLAUDE), "{}\n");
}

#[test]
fn wrong_answers_beforehand_are_wrong_usage() {
    let home = home();
    for arguments in [
        vec!["--profile", "gold"],
        vec!["--tool", "emacs"],
        vec!["--key-env", "0-0"],
        vec!["--unsafe-fixes=no-such-rule"],
    ] {
        let mut screen = Screen::start(&home, &arguments);
        assert_eq!(screen.ends(), 2, "{arguments:?}");
    }
    // Before a command they would be lost.
    home.run(&["--profile", "lite", "status"]).exits(2);
    // Nobody can be asked.
    home.run(&["--profile", "lite"]).exits(2);
}
