//! One writer per user at a time.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::error::WriteError;
use super::state::StateDir;

/// How long to wait for another run. `status` looks at the lock for a moment;
/// that must not make a writer fail.
const PATIENCE: Duration = Duration::from_millis(400);
const PAUSE: Duration = Duration::from_millis(10);

/// The lock; given back when dropped, or by the system when the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Takes the lock. The state folder must exist.
pub(crate) fn acquire(state: &StateDir) -> Result<Lock, WriteError> {
    let path = lock_path(state);
    let started = Instant::now();
    loop {
        match state.disk().lock(&path) {
            Ok(Some(mut file)) => {
                // Only for the message of the run that has to wait, so a
                // failure to write it is no reason to stop.
                let note = format!("{}\n", std::process::id());
                let _ = state.disk().note(&mut file, note.as_bytes());
                return Ok(Lock { _file: file });
            }
            Ok(None) if started.elapsed() < PATIENCE => thread::sleep(PAUSE),
            Ok(None) => {
                return Err(WriteError::Locked {
                    pid: read_pid(&path),
                    lock: path,
                });
            }
            Err(source) => return Err(WriteError::io("take the lock", &path, source)),
        }
    }
}

/// Whether a run is writing at this moment.
pub(crate) fn is_held(state: &StateDir) -> bool {
    let Ok(file) = File::open(lock_path(state)) else {
        return false;
    };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

fn lock_path(state: &StateDir) -> PathBuf {
    state.path().join("lock")
}

fn read_pid(path: &Path) -> Option<u32> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}
