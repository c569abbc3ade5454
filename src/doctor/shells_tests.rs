//! Tests of `shells.rs`, apart for their length.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use super::*;
use crate::paths::Os;

fn environment() -> Environment {
    Environment {
        home: "/home/user".into(),
        cwd: "/home/user".into(),
        os: Os::Linux,
        vars: BTreeMap::new(),
        state_dir: "/state".into(),
        config_dir: "/config".into(),
        system_root: "/".into(),
    }
}

/// `name=value line`, `?` for a value that isn't known, `~` before a conditional one.
fn found(text: &str, shell: Shell) -> Vec<String> {
    read(text, shell, Path::new("file"), &environment())
        .into_iter()
        .map(|one| {
            let sign = if one.conditional { "~" } else { "" };
            let value = one.value.as_deref().unwrap_or("?");
            format!("{sign}{}={value} {}", one.name, one.line)
        })
        .collect()
}

#[test]
fn posix_exports() {
    let text = r#"# export COMMENT=1
export A=one # why
export B="two words" C='three; $X'
export D=$OTHER E=`command` F="$(command)"
export G=~/folder H="$HOME/x" I="${HOME}/y"
J=not-exported
declare -x K=kay
typeset -gx L=ell; echo
export M=1 && export N=2
if true; then
    export O=oh
fi
export A=later
export P=gone
unset P
alias x='export Q=1'
export
exported R=1
export S="open
	unset A
"#;
    let expected = [
        "B=two words 3",
        "C=three; $X 3",
        "D=? 4",
        "E=? 4",
        "F=? 4",
        "G=/home/user/folder 5",
        "H=/home/user/x 5",
        "I=/home/user/y 5",
        "K=kay 7",
        "L=ell 8",
        "M=1 9",
        "~O=oh 11",
        "A=later 13",
        "S=? 19",
    ];
    assert_eq!(found(text, Shell::Posix), expected);
}

#[test]
fn fish_and_power_shell() {
    let fish = "set -gx A one\nset -Ux B 'two words'\nset C local\nset --global --export D $X\nset -gx E 1\nset -e E\nset -x F\nset\n";
    assert_eq!(
        found(fish, Shell::Fish),
        ["A=one 1", "B=two words 2", "D=? 4", "F= 7"]
    );
    let variables = "# VERSION: 3.0\nSETUVAR --export A:one\nSETUVAR B:two\n";
    assert_eq!(found(variables, Shell::FishVariables), ["A=one 2"]);
    let power = "$env:A = \"one\"\n$Env:B='two words' # x\n$env:C = $env:D\n  $env:E = \"1\"\n$env:F = \"1\"\nRemove-Item Env:F\n$F = 1\n";
    assert_eq!(
        found(power, Shell::Power),
        ["A=one 1", "B=two words 2", "C=? 3", "~E=1 4"]
    );
}

#[test]
fn a_value_is_never_shown() {
    let found = read(
        "export A=secret",
        Shell::Posix,
        Path::new("f"),
        &environment(),
    );
    assert_eq!(format!("{found:?}"), "[A at f:1]");
}

#[test]
fn hostile_lines_do_no_harm() {
    let long = format!("export A={}", "\"'\\".repeat(10_000));
    for text in [
        "export \"",
        "export =",
        "export \\",
        "set -",
        "$env:",
        "$env:=",
        "é",
        "$en",
        &long,
    ] {
        for shell in [
            Shell::Posix,
            Shell::Fish,
            Shell::FishVariables,
            Shell::Power,
        ] {
            let _ = found(text, shell);
        }
    }
}
