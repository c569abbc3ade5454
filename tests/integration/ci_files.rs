//! What other people's CI reads from this repository: the hook, the action, the examples.

use clap::Parser as _;
use glm_setup::cli::args::Cli;
use glm_setup::paths::Os;
use glm_setup::rule::Catalogue;
use glm_setup::tool::Search;

use crate::common::read;

/// The value of a key in one of our own YAML files, where it stands on one line.
fn value<'t>(text: &'t str, key: &str) -> &'t str {
    let line = text.lines().find_map(|line| {
        let line = line.trim_start_matches(['-', ' ']);
        line.strip_prefix(key)?.strip_prefix(": ")
    });
    line.unwrap_or_else(|| panic!("no {key}"))
}

#[test]
fn the_hook_runs_when_a_file_of_any_tool_changes() {
    let hooks = read(".pre-commit-hooks.yaml");
    let files = regex::Regex::new(value(&hooks, "files")).unwrap();
    let mut count = 0;
    for tool in Catalogue::load(&[]).unwrap().tools() {
        // Programs of one's own are looked at whenever the hook runs; a change of source alone doesn't start it.
        for entry in tool
            .file
            .iter()
            .filter(|entry| entry.search != Search::Tree)
        {
            for os in [Os::Linux, Os::Macos, Os::Windows] {
                for template in entry.templates(os) {
                    let name = template.rsplit('/').next().unwrap();
                    // A variable that names the whole path names a file of the same kind as the others.
                    if name.contains('{') {
                        continue;
                    }
                    let name = format!("folder/{}", name.replace('*', "x"));
                    assert!(files.is_match(&name), "{}: {template}", tool.id);
                    for other in [format!("{name}.tmpl"), format!("{name}##os.Linux")] {
                        assert!(files.is_match(&other), "{other}");
                    }
                    count += 1;
                }
            }
        }
    }
    assert!(count > 20);
    for name in [".env", "app/.env.local", "dot_env", ".glm-setup.toml"] {
        assert!(files.is_match(name), "{name}");
    }
    for name in ["src/main.rs", "environment.txt", "a.jsonl"] {
        assert!(!files.is_match(name), "{name}");
    }
}

#[test]
fn the_hooks_command_is_one_that_the_program_takes() {
    let hooks = read(".pre-commit-hooks.yaml");
    let entry = value(&hooks, "entry");
    let arguments: Vec<String> = serde_json::from_str(value(&hooks, "args")).unwrap();
    let words = entry.split(' ').map(str::to_owned).chain(arguments);
    Cli::try_parse_from(words).unwrap();
    assert_eq!(value(&hooks, "id"), "glm-setup-lint");
}

#[test]
fn every_command_in_the_documentation_is_one_that_the_program_takes() {
    let mut count = 0;
    for (name, text) in [
        ("docs/ci.md", read("docs/ci.md")),
        ("action.yml", read("action.yml")),
    ] {
        let text = text.replace("\"$RUNNER_TEMP/glm-setup/bin/glm-setup\"", "glm-setup");
        for (at, _) in text.match_indices("glm-setup lint ") {
            let command = text[at..].split(['`', '\n', '>', '|']).next().unwrap();
            let command = command.replace("\"${args[@]}\"", ".");
            let words = command.split_whitespace();
            let plain = |word: &str| word.starts_with('-') || word.len() < 8;
            if !words.clone().skip(2).all(plain) {
                continue;
            }
            if let Err(error) = Cli::try_parse_from(words) {
                panic!("{name}: {command}: {error}");
            }
            count += 1;
        }
    }
    assert!(count >= 8, "{count}");
}

#[test]
fn the_action_hands_no_input_to_a_shell_as_code() {
    let action = read("action.yml");
    let mut in_script = None;
    for line in action.lines() {
        let indent = line.len() - line.trim_start().len();
        if in_script.is_some_and(|script| indent <= script && !line.trim().is_empty()) {
            in_script = None;
        }
        if line.trim_start().starts_with("run: |") {
            in_script = Some(indent);
        }
        assert!(in_script.is_none() || !line.contains("${{"), "{line}");
    }
    for name in ["args", "upload-sarif"] {
        assert!(action.contains(&format!("inputs.{name}")), "{name}");
        assert!(read("docs/ci.md").contains(&format!("{name}:")), "{name}");
    }
}
