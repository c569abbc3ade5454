//! Writing a set of files, all or nothing.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::backup;
use super::error::{Aftermath, WriteError};
use super::hash::{Hash, hash};
use super::install::carry_out;
use super::lock::{self, Lock};
use super::manifest::{self, Entry, Folder, Manifest, Owner, Phase, Record, Version};
use super::recover::{self, Recovered, roll_back};
use super::state::StateDir;
use super::target::{About, Contents, Present, inspect_at, read};
use super::{Purpose, TransactionId};

/// The mode of folders made for a new config file.
const FOLDER_MODE: u32 = 0o700;

/// One file to write.
#[derive(Debug, Clone)]
pub struct Change {
    /// The file as the user names it; links are followed.
    pub path: PathBuf,
    /// The hash of the bytes that were read; `None` if there was no file.
    pub before: Option<Hash>,
    /// The new bytes; `None` deletes the file.
    pub after: Option<Vec<u8>>,
    /// Mode of a file that is created, such as `0o600`. A file that exists keeps its own.
    pub new_mode: u32,
    /// The tool whose file it is; for `undo --list`.
    pub tool: String,
    /// The user named this path, so it may be outside the home folder.
    pub allow_outside: bool,
}

/// What was written.
#[derive(Debug)]
pub struct Written {
    /// What `undo` takes.
    pub id: TransactionId,
    /// The files, in the order of the changes.
    pub files: Vec<WrittenFile>,
    /// What the user should know, such as hard links that keep the old bytes.
    pub warnings: Vec<String>,
    /// An interrupted transaction of an earlier run that was rolled back first.
    pub recovered: Option<Recovered>,
}

/// One file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// As the user named it.
    pub path: PathBuf,
    /// The file itself, links followed.
    pub resolved: PathBuf,
    /// The tool whose file it is.
    pub tool: String,
    /// It did not exist before.
    pub created: bool,
    /// It does not exist any more.
    pub removed: bool,
}

/// Writes all changes, or none.
///
/// The original bytes are saved in the state folder first. Changes that change
/// nothing are left out. An interrupted transaction is rolled back before.
///
/// # Errors
///
/// Every error says whether files were changed; see [`WriteError`].
pub fn write(
    state: &StateDir,
    home: &Path,
    purpose: &Purpose,
    changes: &[Change],
) -> Result<Written, WriteError> {
    let changes: Vec<&Change> = changes
        .iter()
        .filter(|change| change.before != change.after.as_deref().map(hash))
        .collect();
    if changes.is_empty() {
        return Err(WriteError::NothingToDo);
    }
    // Refuse before the state folder is made.
    for change in &changes {
        inspect_at(&change.path, (!change.allow_outside).then_some(home))?;
    }
    let lock = begin(state)?;
    let recovered = recover::recover_locked(state, &lock)?;

    let mut plan = Plan::default();
    for change in changes {
        let target = inspect_at(&change.path, (!change.allow_outside).then_some(home))?;
        let before = match read(&target.resolved) {
            Ok(Present::Absent) => None,
            Ok(Present::File(contents)) => Some(contents),
            Ok(Present::Other(kind)) => {
                return Err(WriteError::NotAFile {
                    path: target.named,
                    kind,
                });
            }
            Err(source) => return Err(WriteError::io("read", &target.named, source)),
        };
        if before.as_ref().map(|contents| contents.hash) != change.before {
            return Err(changed(&target.named));
        }
        plan.warnings.extend(target.warning());
        plan.add_folders(
            target
                .missing_folders
                .into_iter()
                .map(|path| (path, FOLDER_MODE)),
        );
        plan.jobs.push(Job {
            path: target.named,
            resolved: target.resolved,
            mode: before.as_ref().map_or(change.new_mode, |b| b.about.mode),
            owner: before.as_ref().map(|b| owner(b.about)),
            before,
            after: change.after.clone(),
            tool: change.tool.clone(),
            outside_home: change.allow_outside,
        });
    }
    let mut written = run(state, &lock, purpose, None, plan)?;
    written.recovered = recovered;
    Ok(written)
}

/// Makes the state folder and takes the lock.
pub(crate) fn begin(state: &StateDir) -> Result<Lock, WriteError> {
    state.create()?;
    lock::acquire(state)
}

/// One file, as it is and as it shall be.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) path: PathBuf,
    pub(crate) resolved: PathBuf,
    pub(crate) before: Option<Contents>,
    pub(crate) after: Option<Vec<u8>>,
    /// Mode afterwards.
    pub(crate) mode: u32,
    /// Owner afterwards; `None`: whoever runs this.
    pub(crate) owner: Option<Owner>,
    pub(crate) tool: String,
    pub(crate) outside_home: bool,
}

/// A transaction that is ready to run.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) jobs: Vec<Job>,
    pub(crate) created_folders: Vec<Folder>,
    pub(crate) removed_folders: Vec<Folder>,
    pub(crate) warnings: Vec<String>,
}

impl Plan {
    pub(crate) fn add_folders(&mut self, folders: impl IntoIterator<Item = (PathBuf, u32)>) {
        for (path, mode) in folders {
            if !self.created_folders.iter().any(|known| known.path == path) {
                self.created_folders.push(Folder { path, mode });
            }
        }
    }
}

/// The owner of a file as the manifest has it.
pub(crate) fn owner(about: About) -> Owner {
    Owner {
        uid: about.uid,
        gid: about.gid,
    }
}

/// Somebody else was quicker.
pub(crate) fn changed(path: &Path) -> WriteError {
    WriteError::ChangedMeanwhile {
        path: path.to_owned(),
        aftermath: Aftermath::Untouched,
    }
}

/// Runs a plan as one transaction.
pub(crate) fn run(
    state: &StateDir,
    _lock: &Lock,
    purpose: &Purpose,
    undoes: Option<TransactionId>,
    plan: Plan,
) -> Result<Written, WriteError> {
    let Plan {
        jobs,
        created_folders,
        removed_folders,
        mut warnings,
    } = plan;
    refuse_duplicates(&jobs)?;
    let now = Timestamp::now();
    let newest = manifest::folders(state)?
        .into_iter()
        .next()
        .map(|(id, _)| id);
    let id = TransactionId::next(now, newest.as_ref());
    let mut files = Vec::with_capacity(jobs.len());
    for (index, job) in jobs.iter().enumerate() {
        files.push(entry(job, temporary_path(&job.resolved, &id, index)?));
    }
    let record = Record {
        folder: state.transactions().join(id.as_str()),
        phase: Phase::Pending,
        manifest: Manifest {
            version: manifest::VERSION,
            id: id.clone(),
            time: now.to_string(),
            command: purpose.command.clone(),
            profile: purpose.profile.clone(),
            facts: purpose.facts.clone(),
            undoes,
            created_folders,
            removed_folders,
            files,
        },
    };

    if let Err(error) = backup::save(state.disk(), &record, &jobs) {
        // Nothing refers to the folder yet; if it can't be removed now, the
        // next run that writes does it.
        if manifest::phase(&record.folder).is_none() {
            backup::discard(state.disk(), &record.folder);
            return Err(error);
        }
        return Err(take_back(state, &record, error));
    }
    if let Err(error) = carry_out(state.disk(), &record, &jobs) {
        return Err(take_back(state, &record, error));
    }
    // The point of no return. What counts is the name on disk, not what the
    // call says about it.
    let rename = backup::set_phase(state.disk(), &record, Phase::Done);
    if let Err(error) = rename {
        if manifest::phase(&record.folder) != Some(Phase::Done) {
            return Err(take_back(state, &record, error));
        }
        warnings.push(format!(
            "the files are written, but the disk did not confirm it: {error}"
        ));
    }
    let files = jobs
        .into_iter()
        .map(|job| WrittenFile {
            created: job.before.is_none(),
            removed: job.after.is_none(),
            path: job.path,
            resolved: job.resolved,
            tool: job.tool,
        })
        .collect();
    Ok(Written {
        id,
        files,
        warnings,
        recovered: None,
    })
}

/// Rolls back after a failure and says in the error how that went.
fn take_back(state: &StateDir, record: &Record, cause: WriteError) -> WriteError {
    match roll_back(state, record) {
        Ok(mut outcome) => {
            // That this file is not ours is what the error is about.
            if let WriteError::ChangedMeanwhile { path, .. } = &cause {
                outcome.kept.retain(|kept| kept.path != *path);
            }
            cause.with_aftermath(if !outcome.kept.is_empty() {
                Aftermath::RolledBackExcept(outcome.kept)
            } else if outcome.restored.is_empty() {
                Aftermath::Untouched
            } else {
                Aftermath::RolledBack
            })
        }
        Err(error) => WriteError::RollbackFailed {
            id: record.id().clone(),
            cause: Box::new(cause.with_aftermath(Aftermath::Unfinished)),
            source: Box::new(error),
            backups: record.folder.join(manifest::BEFORE),
        },
    }
}

fn refuse_duplicates(jobs: &[Job]) -> Result<(), WriteError> {
    for (index, job) in jobs.iter().enumerate() {
        let twin = jobs[..index]
            .iter()
            .find(|other| other.resolved == job.resolved);
        if let Some(twin) = twin {
            return Err(WriteError::SameFileTwice {
                first: twin.path.clone(),
                second: job.path.clone(),
            });
        }
    }
    Ok(())
}

fn entry(job: &Job, temporary: PathBuf) -> Entry {
    Entry {
        tool: job.tool.clone(),
        path: job.path.clone(),
        resolved: job.resolved.clone(),
        temporary,
        outside_home: job.outside_home,
        before: job.before.as_ref().map(|before| Version {
            sha256: before.hash,
            size: before.bytes.len() as u64,
            mode: before.about.mode,
            owner: Some(owner(before.about)),
        }),
        after: job.after.as_ref().map(|after| Version {
            sha256: hash(after),
            size: after.len() as u64,
            mode: job.mode,
            owner: job.owner,
        }),
    }
}

/// `.NAME.glm-setup-ID.tmp` beside the file: a rename needs the same file
/// system, and the name says whose it is should one ever be seen.
fn temporary_path(
    resolved: &Path,
    id: &TransactionId,
    index: usize,
) -> Result<PathBuf, WriteError> {
    const NAME_MAX: usize = 255;
    let suffix = format!(".glm-setup-{id}.tmp");
    let mut name = OsString::from(".");
    let base = resolved.file_name().unwrap_or_default();
    if base.len() + suffix.len() < NAME_MAX {
        name.push(base);
    } else {
        // No room for the whole name; the number keeps two of them apart.
        let start: String = base.to_string_lossy().chars().take(40).collect();
        name.push(format!("{start}-{index}"));
    }
    name.push(suffix);
    let path = resolved.with_file_name(name);
    // Whatever has this name is not ours, and rolling back would remove it.
    if fs::symlink_metadata(&path).is_ok() {
        let source = io::Error::from(io::ErrorKind::AlreadyExists);
        return Err(WriteError::io("create", &path, source));
    }
    Ok(path)
}
