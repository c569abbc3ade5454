//! The wizard's logic, with answers from a script instead of a terminal.

#![allow(clippy::unwrap_used)]

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs;
use std::rc::Rc;

use super::prompter::{Choice, Prompter, Reply};
use super::*;
use crate::cli::args::{Color, Global};

const KEY: &str = "00000000000000000000000000000000.0000000000000000";

/// One answer of the script.
enum Act {
    /// Choose the answer that begins so.
    Pick(&'static str),
    /// Mark exactly those that begin so.
    Mark(&'static [&'static str]),
    /// Go on with what is marked or written.
    Enter,
    Type(&'static str),
    Back,
    Leave,
}
use Act::{Back, Enter, Leave, Mark, Pick, Type};

/// Answers from a script, and keeps what was said and asked.
struct Script {
    acts: VecDeque<Act>,
    log: Rc<RefCell<String>>,
}

impl Script {
    fn take(&mut self, question: &str) -> Act {
        self.log.borrow_mut().push_str(&format!("? {question}\n"));
        let act = self.acts.pop_front();
        act.unwrap_or_else(|| panic!("no answer to {question:?}:\n{}", self.log.borrow()))
    }
}

fn find(choices: &[Choice], start: &str) -> usize {
    let found = choices.iter().position(|one| one.label.starts_with(start));
    found.unwrap_or_else(|| panic!("no {start:?} in {choices:?}"))
}

impl Prompter for Script {
    fn select(
        &mut self,
        question: &str,
        choices: Vec<Choice>,
        start: usize,
    ) -> Result<Reply<usize>, Failure> {
        Ok(match self.take(question) {
            Pick(label) => Reply::Answer(find(&choices, label)),
            Enter => Reply::Answer(start),
            Back => Reply::Back,
            Leave => Reply::Leave,
            Mark(_) | Type(_) => panic!("{question:?} takes one choice"),
        })
    }

    fn mark(
        &mut self,
        question: &str,
        choices: Vec<Choice>,
        marked: &[usize],
    ) -> Result<Reply<Vec<usize>>, Failure> {
        Ok(match self.take(question) {
            Mark(labels) => Reply::Answer(labels.iter().map(|one| find(&choices, one)).collect()),
            Enter => Reply::Answer(marked.to_vec()),
            Back => Reply::Back,
            Leave => Reply::Leave,
            Pick(_) | Type(_) => panic!("{question:?} takes marks"),
        })
    }

    fn text(&mut self, question: &str, initial: &str) -> Result<Reply<String>, Failure> {
        Ok(match self.take(question) {
            Type(text) => Reply::Answer(text.to_owned()),
            Enter => Reply::Answer(initial.to_owned()),
            Back => Reply::Back,
            Leave => Reply::Leave,
            Pick(_) | Mark(_) => panic!("{question:?} takes a text"),
        })
    }

    fn secret(&mut self, question: &str) -> Result<Reply<String>, Failure> {
        self.text(question, "")
    }

    fn say(&mut self, text: &str) {
        self.log.borrow_mut().push_str(text);
    }

    fn size(&self) -> (usize, usize) {
        (100, 200)
    }
}

/// A home folder and what the wizard needs to work in it.
struct TestHome {
    folder: tempfile::TempDir,
    context: CliContext,
}

impl TestHome {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        fs::create_dir(&home).unwrap();
        for (name, text) in files {
            let path = home.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut context = CliContext::new(Global {
            catalogue: None,
            home: Some(home),
            facts: None,
            rules_dir: Vec::new(),
            isolated: true,
            color: Color::Never,
            verbose: false,
            quiet: false,
        })
        .unwrap();
        context.environment.state_dir = folder.path().join("state");
        Self { folder, context }
    }

    fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.path().join("home").join(name)).ok()
    }

    /// Runs the wizard; its exit code, and everything that was said and asked.
    fn run(&self, given: &WizardArgs, acts: impl IntoIterator<Item = Act>) -> (Exit, String) {
        let log = Rc::new(RefCell::new(String::new()));
        let script = Script {
            acts: acts.into_iter().collect(),
            log: Rc::clone(&log),
        };
        let wizard = Wizard::new(&self.context, given, script).unwrap();
        let exit = wizard.run().unwrap();
        let log = log.borrow().clone();
        (exit, log)
    }
}

const OPENCODE: &str = ".config/opencode/opencode.json";

fn questions(log: &str) -> Vec<&str> {
    log.lines()
        .filter_map(|line| line.strip_prefix("? "))
        .collect()
}

fn given(profile: &str, tool: &str) -> WizardArgs {
    WizardArgs {
        profile: Some(profile.to_owned()),
        tool: vec![tool.to_owned()],
        region: Some(Region::Intl),
        ..WizardArgs::default()
    }
}

#[test]
fn answers_given_beforehand_are_not_asked_for() {
    let place = TestHome::new(&[(OPENCODE, "{}\n")]);
    let all = WizardArgs {
        key_env: Some("ZAI_API_KEY".to_owned()),
        unsafe_fixes: Some(Vec::new()),
        ..given("lite", "opencode")
    };
    let (exit, log) = place.run(&all, [Enter, Enter]);
    assert_eq!(exit, Exit::Clean);
    assert_eq!(
        questions(&log),
        [
            "Change ~/.config/opencode/opencode.json?",
            "Write 1 file now?"
        ]
    );
    assert!(place.read(OPENCODE).unwrap().contains("{env:ZAI_API_KEY}"));
}

#[test]
fn a_typed_key_is_referred_to_and_never_said() {
    let place = TestHome::new(&[(OPENCODE, "{}\n")]);
    let acts = [Pick("I type"), Type(KEY), Enter, Enter, Enter];
    let (exit, log) = place.run(&given("lite", "opencode"), acts);
    assert_eq!(exit, Exit::Clean);
    assert!(!log.contains(KEY), "{log}");
    assert_eq!(
        place.read(".local/share/glm-setup/zai-key").unwrap(),
        format!("{KEY}\n")
    );
    assert!(!place.read(OPENCODE).unwrap().contains(KEY));
}

#[test]
fn a_name_that_may_be_the_key_is_not_repeated() {
    let place = TestHome::new(&[(OPENCODE, "{}\n")]);
    let acts = [Pick("in an environment"), Type(KEY), Leave];
    let (_, log) = place.run(&given("lite", "opencode"), acts);
    assert!(log.contains("never the key"), "{log}");
    assert!(!log.contains(KEY), "{log}");
}

#[test]
fn another_shape_of_key_is_told_of_and_taken() {
    let place = TestHome::new(&[(OPENCODE, "{}\n")]);
    let acts = [
        Pick("I type"),
        Type("0000 0000 0000 0000 0000"),
        Type("00000000000000000000"),
        Leave,
    ];
    let (_, log) = place.run(&given("lite", "opencode"), acts);
    assert!(log.contains("That is no API key"), "{log}");
    assert!(log.contains("doesn't look like a key of Z.ai's"), "{log}");
}

#[test]
fn back_skips_what_was_not_asked() {
    let place = TestHome::new(&[(OPENCODE, "{}\n")]);
    let asks_plan = WizardArgs {
        profile: None,
        ..given("", "opencode")
    };
    // From the key, over the steps without a question, to the plan; and out.
    let acts = [Pick("GLM Coding Plan Max"), Back, Back];
    let (exit, log) = place.run(&asks_plan, acts);
    assert_eq!(exit, Exit::Clean);
    assert_eq!(
        questions(&log),
        [
            "Which plan do you have?",
            "Where is your API key?",
            "Which plan do you have?"
        ]
    );
    assert!(log.ends_with("nothing was written\n"));
}

#[test]
fn a_measure_that_was_not_chosen_is_not_planned() {
    let text = format!(
        "{{ \"plugin\": [\"oh-my-opencode\"], \"model\": \"zai-coding-plan/glm-5\", \"provider\": {{ \"zai-coding-plan\": {{ \"options\": {{ \"apiKey\": \"{KEY}\" }} }} }} }}\n"
    );
    let place = TestHome::new(&[(OPENCODE, &text)]);
    let (_, log) = place.run(&given("lite", "opencode"), [Enter, Leave]);
    let other = log.contains("[stays: its measure was not chosen]");
    assert!(other, "{log}");
    let (exit, log) = place.run(
        &given("lite", "opencode"),
        [Mark(&["opencode: oh-my-opencode is off"]), Enter, Enter],
    );
    assert_eq!(exit, Exit::Clean);
    assert!(
        log.contains("--unsafe-fixes=opencode-oh-my-opencode --"),
        "{log}"
    );
    let written = place.read(OPENCODE).unwrap();
    assert!(!written.contains("oh-my-opencode"), "{written}");
    assert!(!written.contains("permission"), "{written}");
}

#[test]
fn nothing_to_change_ends_without_a_question() {
    let place = TestHome::new(&[(OPENCODE, "{}\n")]);
    let beforehand = WizardArgs {
        key_env: Some("K".to_owned()),
        unsafe_fixes: Some(Vec::new()),
        ..given("lite", "opencode")
    };
    place.run(&beforehand, [Enter, Enter]);
    let (exit, log) = place.run(&beforehand, []);
    assert_eq!(exit, Exit::Clean);
    assert!(log.contains("nothing to change"), "{log}");
}

#[test]
fn a_refused_tool_is_named_and_the_exit_code_says_so() {
    let place = TestHome::new(&[(".claude/settings.json", "{ broken\n")]);
    let (exit, log) = place.run(&given("lite", "claude-code"), []);
    assert_eq!(exit, Exit::Incomplete);
    assert!(
        log.contains("claude-code is left alone: Claude Code can't read one of its files"),
        "{log}"
    );
}

#[test]
fn the_command_line_is_quoted() {
    let place = TestHome::new(&[(OPENCODE, "{}\n")]);
    let server = WizardArgs {
        region: None,
        unsafe_fixes: Some(Vec::new()),
        ..given("self-hosted", "opencode")
    };
    let acts = [Enter, Type("my model"), Enter, Enter];
    let (exit, log) = place.run(&server, acts);
    assert_eq!(exit, Exit::Clean);
    assert!(log.contains("--model 'my model' --tool opencode"), "{log}");
    assert!(log.contains(" --unsafe-fixes --yes\n"), "{log}");
}
