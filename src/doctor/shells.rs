//! Which variables the shells' start-up files set. The files are read, never run, and no value is kept longer than it
//! takes to compare it.

use std::path::{Path, PathBuf};

use crate::paths::Environment;
use crate::tool::read_config;

/// The language of a start-up file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shell {
    /// `export X=…`: bash, zsh and other POSIX shells.
    Posix,
    /// `set -gx X …`
    Fish,
    /// `SETUVAR --export X:…`, which fish writes itself.
    FishVariables,
    /// `$env:X = …`: PowerShell.
    Power,
}

/// The files, relative to the home folder; `*` stands for any name.
const FILES: &[(&str, Shell)] = &[
    ("~/.bashrc", Shell::Posix),
    ("~/.bash_profile", Shell::Posix),
    ("~/.bash_login", Shell::Posix),
    ("~/.profile", Shell::Posix),
    ("${ZDOTDIR:-~}/.zshenv", Shell::Posix),
    ("${ZDOTDIR:-~}/.zprofile", Shell::Posix),
    ("${ZDOTDIR:-~}/.zshrc", Shell::Posix),
    ("${ZDOTDIR:-~}/.zlogin", Shell::Posix),
    (
        "${XDG_CONFIG_HOME:-~/.config}/fish/config.fish",
        Shell::Fish,
    ),
    (
        "${XDG_CONFIG_HOME:-~/.config}/fish/conf.d/*.fish",
        Shell::Fish,
    ),
    (
        "${XDG_CONFIG_HOME:-~/.config}/fish/fish_variables",
        Shell::FishVariables,
    ),
    (
        "${XDG_CONFIG_HOME:-~/.config}/powershell/*profile.ps1",
        Shell::Power,
    ),
    ("~/Documents/PowerShell/*profile.ps1", Shell::Power),
    ("~/Documents/WindowsPowerShell/*profile.ps1", Shell::Power),
];

/// A place where a start-up file sets a variable.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Assignment {
    /// The variable.
    pub(super) name: String,
    /// The value, where the text says it: no other variable, no command.
    pub(super) value: Option<String>,
    /// The file.
    pub(super) file: PathBuf,
    /// Line, counted from 1.
    pub(super) line: usize,
    /// Whether it is indented, so that it probably belongs to a function or a condition.
    pub(super) conditional: bool,
}

impl std::fmt::Debug for Assignment {
    /// Without the value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {}:{}", self.name, self.file.display(), self.line)
    }
}

/// What all start-up files of the home folder set, in their order; and the files that can't be read, with the reason.
pub(super) fn assignments(environment: &Environment) -> (Vec<Assignment>, Vec<String>) {
    let mut found = Vec::new();
    let mut problems = Vec::new();
    for (template, shell) in FILES {
        let Some(path) = environment.expand(template) else {
            continue;
        };
        for path in matching(&path) {
            match read_config(&path) {
                Ok(Some(bytes)) => {
                    let text = String::from_utf8_lossy(&bytes);
                    found.extend(read(&text, *shell, &path, environment));
                }
                Ok(None) => {}
                Err(error) => problems.push(error.to_string()),
            }
        }
    }
    (found, problems)
}

/// A path whose last part may hold one `*`.
fn matching(path: &Path) -> Vec<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (Some((start, end)), Some(folder)) = (name.split_once('*'), path.parent()) else {
        return vec![path.to_owned()];
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let fits = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(start) && name.ends_with(end) && path.is_file()
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).filter(fits).collect();
    paths.sort();
    paths
}

/// The assignments of one file that still hold at its end.
fn read(text: &str, shell: Shell, file: &Path, environment: &Environment) -> Vec<Assignment> {
    let mut found: Vec<Assignment> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let conditional = line.starts_with([' ', '\t']);
        let line = line.trim();
        for one in match shell {
            Shell::Posix => posix(line),
            Shell::Fish => fish(line),
            Shell::FishVariables => fish_variables(line),
            Shell::Power => power_shell(line),
        } {
            let (name, value) = match one {
                ShellStatement::Set(name, value) => (name, value),
                ShellStatement::Unset(name) if !conditional => {
                    found.retain(|known| known.name != name);
                    continue;
                }
                ShellStatement::Unset(_) => continue,
            };
            if !conditional {
                // The later one wins.
                found.retain(|known| known.name != name || known.conditional);
            }
            found.push(Assignment {
                name: name.to_owned(),
                value: literal(value, environment),
                file: file.to_owned(),
                line: index + 1,
                conditional,
            });
        }
    }
    found
}

/// What a line does to a variable; values as they are written.
enum ShellStatement<'l> {
    Set(&'l str, &'l str),
    Unset(&'l str),
}

fn posix(line: &str) -> Vec<ShellStatement<'_>> {
    let (command, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    let words = || {
        words(rest)
            .into_iter()
            .filter(|word| !word.starts_with('-'))
    };
    let exports = match command {
        "export" => true,
        "declare" | "typeset" => {
            let mut flags = rest.split_whitespace();
            flags.any(|word| word.starts_with('-') && word.contains('x'))
        }
        "unset" => return words().map(ShellStatement::Unset).collect(),
        _ => false,
    };
    if !exports {
        return Vec::new();
    }
    let pairs = words().filter_map(|word| word.split_once('='));
    pairs
        .map(|(name, value)| ShellStatement::Set(name, value))
        .collect()
}

fn fish(line: &str) -> Vec<ShellStatement<'_>> {
    let Some(rest) = line.strip_prefix("set ") else {
        return Vec::new();
    };
    let words = words(rest);
    let flag = |long: &str, short: char| {
        words
            .iter()
            .take_while(|word| word.starts_with('-'))
            .any(|word| *word == long || (!word.starts_with("--") && word.contains(short)))
    };
    let mut names = words.iter().skip_while(|word| word.starts_with('-'));
    let Some(name) = names.next() else {
        return Vec::new();
    };
    if flag("--erase", 'e') {
        return vec![ShellStatement::Unset(name)];
    }
    if !flag("--export", 'x') {
        return Vec::new();
    }
    vec![ShellStatement::Set(name, names.next().unwrap_or(&""))]
}

fn fish_variables(line: &str) -> Vec<ShellStatement<'_>> {
    let pair = line
        .strip_prefix("SETUVAR ")
        .filter(|rest| rest.contains("--export"))
        .and_then(|rest| rest.rsplit(' ').next()?.split_once(':'));
    pair.map(|(name, value)| ShellStatement::Set(name, value))
        .into_iter()
        .collect()
}

fn power_shell(line: &str) -> Vec<ShellStatement<'_>> {
    let prefix = "$env:";
    let starts = |text: &str| {
        let start = text.get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if starts(line)
        && let Some((name, value)) = line[prefix.len()..].split_once('=')
    {
        let value = value.trim();
        let value = words(value).first().copied().unwrap_or(value);
        return vec![ShellStatement::Set(name.trim(), value)];
    }
    let removed = line
        .strip_prefix("Remove-Item ")
        .and_then(|rest| rest.trim().strip_prefix("Env:"));
    removed.map(ShellStatement::Unset).into_iter().collect()
}

/// The words of a command, up to its end: quotes and what stands in them stay together.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        let ends = quote.is_none()
            && !escaped
            && (c.is_whitespace() || matches!(c, ';' | '&' | '|') || (c == '#' && start.is_none()));
        if ends {
            words.extend(start.take().map(|start| &text[start..at]));
            if !c.is_whitespace() {
                return words;
            }
            continue;
        }
        start.get_or_insert(at);
        if escaped {
            escaped = false;
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && matches!(c, '"' | '\'') {
            quote = Some(c);
        } else {
            escaped = c == '\\' && quote != Some('\'');
        }
    }
    words.extend(start.map(|start| &text[start..]));
    words
}

/// The value that a word stands for, if no other variable and no command takes part; `~` and `$HOME` are known.
fn literal(word: &str, environment: &Environment) -> Option<String> {
    let quote = word.chars().next().filter(|c| matches!(c, '"' | '\''));
    let inner = match quote {
        Some(quote) => word.strip_prefix(quote)?.strip_suffix(quote)?,
        None => word,
    };
    if quote == Some('\'') {
        return (!inner.contains('\'')).then(|| inner.to_owned());
    }
    let home = environment.home.to_string_lossy();
    let text = ["${HOME}", "$HOME"]
        .iter()
        .fold(inner.to_owned(), |text, name| text.replace(name, &home));
    let text = match text.strip_prefix('~').filter(|_| quote.is_none()) {
        Some(below) => format!("{home}{below}"),
        None => text,
    };
    (!text.contains(['$', '`', '"', '\'', '\\'])).then_some(text)
}

#[cfg(test)]
#[path = "shells_tests.rs"]
mod tests;
