//! Programs beside the one that is tested.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A name that no other program of this machine has, short enough to be shown whole in a list of processes.
pub(crate) fn unique_name() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("gad{}x{count}", std::process::id())
}

/// Copies a program.
///
/// By a program: a file that this process has open for writing can't be run, and while another thread starts a program
/// of its own, that one has it open too.
pub(crate) fn copy_program(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
    let status = Command::new("cp").arg(from).arg(to).status().unwrap();
    assert!(status.success());
}

/// Programs that run until this is dropped.
pub(crate) struct Running(pub(crate) Vec<Child>);

impl Running {
    /// None yet.
    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    /// Runs a copy of `sleep`; its process id.
    pub(crate) fn start(&mut self, program: &Path, set_up: impl FnOnce(&mut Command)) -> u32 {
        if !program.exists() {
            copy_program(Path::new("/bin/sleep"), program);
        }
        let mut command = Command::new(program);
        command.arg("600").stdin(Stdio::null());
        set_up(&mut command);
        let child = command.spawn().unwrap();
        let id = child.id();
        self.0.push(child);
        id
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
