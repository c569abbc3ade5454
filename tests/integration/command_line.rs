//! Completion scripts and manual pages.

use crate::common::Home;
use clap::CommandFactory as _;

/// The names of all commands, `rules test` as `["rules", "test"]`.
fn commands() -> Vec<Vec<String>> {
    fn collect(command: &clap::Command, path: &[String], all: &mut Vec<Vec<String>>) {
        for one in command.get_subcommands() {
            let mut path = path.to_vec();
            path.push(one.get_name().to_owned());
            collect(one, &path, all);
            all.push(path);
        }
    }
    let mut all = Vec::new();
    collect(&glm_setup::cli::args::Cli::command(), &[], &mut all);
    all
}

#[test]
fn every_shells_script_names_every_command() {
    let home = Home::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = home.run(&["completions", shell]).exits(0);
        let script = &run.stdout;
        for command in commands() {
            let name = command.last().unwrap();
            assert!(script.contains(name.as_str()), "{shell}: no {name}");
        }
        assert!(
            script.contains("--rules-dir") || script.contains("rules-dir"),
            "{shell}"
        );
    }
    home.run(&["completions", "cmd"]).exits(2);
}

#[test]
fn bash_takes_its_script() {
    let home = Home::new();
    let run = home.run(&["completions", "bash"]).exits(0);
    let script = &run.stdout;
    let ask = "COMP_WORDS=(glm-setup li); COMP_CWORD=1; _glm__setup glm-setup li glm-setup";
    let script = format!("{script}\n{ask}; echo \"${{COMPREPLY[@]}}\"");
    let output = std::process::Command::new("bash")
        .args(["--norc", "-c", &script])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "lint\n");
}

#[test]
fn the_manual_names_every_command_and_each_has_a_page() {
    let home = Home::new();
    let page = |words: &[&str]| {
        let run = home.run(&[&["man"], words].concat()).exits(0);
        run.stdout.replace("\\-", "-")
    };
    let main = page(&[]);
    for command in commands() {
        let dashed = command.join("-");
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let (last, parent) = words.split_last().unwrap();
        let above = if parent.is_empty() {
            main.clone()
        } else {
            page(parent)
        };
        assert!(above.contains(&format!("-{last}(1)")), "{dashed}");
        let own = page(&words);
        assert!(own.contains(&format!(".TH glm-setup-{dashed} 1")), "{own}");
        assert!(own.contains(".SH SYNOPSIS"), "{dashed}");
    }
    let run = home.run(&["man", "rules", "nothing"]).exits(2);
    assert!(run.stderr.contains("list, show, test"), "{}", run.stderr);
}

#[test]
fn both_work_without_a_home() {
    for arguments in [&["completions", "bash"][..], &["man"]] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_glm-setup"))
            .args(arguments)
            .arg("--home")
            .arg("/nonexistent")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(!output.stdout.is_empty());
    }
}
