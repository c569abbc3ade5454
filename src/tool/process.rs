//! Running programs. Never ended, only looked at.

use std::ffi::OsStr;
use std::path::Path;

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};

/// A running program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Which of the names that were asked for it has.
    pub program: String,
}

/// This user's processes that run one of `programs`, by their numbers; a program's own children of the same
/// name are left out. Empty where the system doesn't tell.
pub fn running(programs: &[String]) -> Vec<Process> {
    let Ok(mut system) = System::new() else {
        return Vec::new();
    };
    let what = ProcessRefreshKind::nothing()
        .with_cmd(UpdateKind::Always)
        .with_user(UpdateKind::OnlyIfNotSet)
        .without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
    let program_of = |process: &sysinfo::Process| {
        programs
            .iter()
            .find(|program| runs(process.name(), process.cmd(), program))
            .cloned()
    };
    // Another user has another home and another account.
    let us = sysinfo::get_current_pid().ok();
    let us = us
        .and_then(|pid| system.process(pid))
        .and_then(sysinfo::Process::user_id);
    let ours = |process: &sysinfo::Process| match (us, process.user_id()) {
        (Some(us), Some(user)) => us == user,
        _ => true,
    };
    let mut found: Vec<Process> = system
        .processes()
        .values()
        .filter(|process| process.thread_kind().is_none() && ours(process))
        .filter_map(|process| {
            let program = program_of(process)?;
            let parent = process.parent().and_then(|pid| system.process(pid));
            let inner = parent.and_then(program_of).as_ref() == Some(&program);
            (!inner).then(|| Process {
                pid: process.pid().as_u32(),
                program,
            })
        })
        .collect();
    found.sort_by_key(|process| process.pid);
    found
}

/// What runs scripts that npm has installed.
const INTERPRETERS: [&str; 3] = ["node", "bun", "deno"];

/// Whether a process runs a program: by its own name, by its command, or as a script that npm has installed.
fn runs(name: &OsStr, command: &[std::ffi::OsString], program: &str) -> bool {
    let stem = |text: &OsStr| {
        let path = Path::new(text);
        let name = path.file_name().unwrap_or(text).to_string_lossy();
        // `Code` on macOS, `Code.exe` on Windows.
        let name = name.to_ascii_lowercase();
        name.strip_suffix(".exe").unwrap_or(&name).to_owned()
    };
    if stem(name) == program || command.first().is_some_and(|first| stem(first) == program) {
        return true;
    }
    // `…/claude/versions/2.1.330`: installers that keep several versions name the program by its version.
    let versioned = |first: &std::ffi::OsString| {
        let path = Path::new(first);
        path.parent().is_some_and(|folder| {
            folder.file_name() == Some(OsStr::new("versions"))
                && folder.parent().and_then(Path::file_name) == Some(OsStr::new(program))
        })
    };
    if command.first().is_some_and(versioned) {
        return true;
    }
    // `node …/node_modules/.bin/cline`, `node …/node_modules/cline/dist/cli.js`, `node /usr/local/bin/cline`
    let interpreter = command.first().map(|first| stem(first));
    let Some(script) = command
        .iter()
        .skip(1)
        .find(|argument| !argument.to_string_lossy().starts_with('-'))
    else {
        return false;
    };
    let path = Path::new(script);
    let installed = path.ends_with(Path::new("bin").join(program));
    if installed && interpreter.is_some_and(|name| INTERPRETERS.contains(&name.as_str())) {
        return true;
    }
    let parts: Vec<_> = path.components().collect();
    parts.windows(2).any(|pair| {
        let before = pair[0].as_os_str();
        (before == "node_modules" || before == ".bin") && pair[1].as_os_str() == program
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_known_by_name_command_or_script() {
        let runs = |name: &str, command: &[&str]| {
            let command: Vec<_> = command.iter().map(Into::into).collect();
            super::runs(OsStr::new(name), &command, "cline")
        };
        assert!(runs("cline", &[]));
        assert!(runs("Cline.exe", &[]));
        assert!(runs("MainThread", &["/usr/bin/cline", "--zen"]));
        assert!(runs("node", &["node", "/usr/lib/node_modules/.bin/cline"]));
        assert!(runs(
            "node",
            &["node", "/usr/lib/node_modules/cline/dist/cli.mjs"]
        ));
        assert!(runs("3.0.65", &["/home/user/cline/versions/3.0.65"]));
        assert!(runs(
            "node",
            &["node", "--no-warnings", "/usr/local/bin/cline", "x"]
        ));
        assert!(!runs("vim", &["vim", "/usr/local/bin/cline"]));
        assert!(!runs("vim", &["vim", "/home/user/cline/notes"]));
        assert!(!runs("node", &["node", "/srv/cline/server.js"]));
        assert!(!runs("clineup", &["clineup"]));
    }
}
