//! The transactions of the past.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::TransactionId;
use super::backup;
use super::error::WriteError;
use super::hash::Hash;
use super::lock;
use super::manifest::{self, Phase, Record};
use super::recover::recover_locked;
use super::state::StateDir;
use super::write::begin;

/// What `undo --list` shows of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its name.
    pub id: TransactionId,
    /// When it ran, in RFC 3339; empty if the manifest can't be read.
    pub time: String,
    /// The command that ran it: "apply", "undo", "lint --fix".
    pub command: String,
    /// The profile, if one was given.
    pub profile: Option<String>,
    /// The facts that were used.
    pub facts: Option<String>,
    /// The transaction that this one took back.
    pub undoes: Option<TransactionId>,
    /// Its files.
    pub files: Vec<SummaryFile>,
    /// What became of it.
    pub state: TransactionState,
    /// Size of its backups in bytes.
    pub backup_bytes: u64,
}

/// One file of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryFile {
    /// As the user named it.
    pub path: PathBuf,
    /// The file itself, links followed.
    pub resolved: PathBuf,
    /// The tool whose file it is.
    pub tool: String,
}

/// What became of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransactionState {
    /// Its changes are in place.
    Done,
    /// A later transaction took them back.
    Undone,
    /// It failed or was interrupted, and was taken back.
    RolledBack,
    /// It was interrupted; the next run that writes takes it back.
    Interrupted,
    /// It is being written at this moment.
    Running,
    /// Its manifest can't be used, for this reason.
    Unreadable(String),
}

impl std::fmt::Display for TransactionState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Done => "done",
            Self::Undone => "undone",
            Self::RolledBack => "rolled-back",
            Self::Interrupted => "interrupted",
            Self::Running => "running",
            Self::Unreadable(_) => "unreadable",
        })
    }
}

/// All transactions, the newest first.
///
/// # Errors
///
/// If the state folder can't be read. One without transactions, or none, is no error.
pub fn list(state: &StateDir) -> Result<Vec<Summary>, WriteError> {
    let history = History::load(state)?;
    let mut summaries: Vec<Summary> = history
        .records
        .iter()
        .map(|record| history.summary(record))
        .chain(history.unreadable.iter().map(unreadable))
        .collect();
    summaries.sort_by(|a, b| b.id.cmp(&a.id));
    Ok(summaries)
}

/// The transaction that a crash interrupted, if there is one. Changes nothing.
///
/// # Errors
///
/// If the state folder can't be read.
pub fn interrupted(state: &StateDir) -> Result<Option<Summary>, WriteError> {
    Ok(list(state)?
        .into_iter()
        .find(|summary| summary.state == TransactionState::Interrupted))
}

/// The hash of what was last written to this file and not taken back since.
/// `None`: nothing was, or it was removed.
#[must_use]
pub fn last_written(state: &StateDir, path: &Path) -> Option<Hash> {
    let path = std::path::absolute(path).ok()?;
    History::load(state).ok()?.last_hash(&path)
}

/// Deletes all transactions but the newest `keep`, with their backups.
///
/// # Errors
///
/// If the lock can't be had, or an interrupted transaction not be rolled back.
pub fn prune(state: &StateDir, keep: usize) -> Result<Vec<TransactionId>, WriteError> {
    if manifest::folders(state)?.len() <= keep {
        return Ok(Vec::new());
    }
    let lock = begin(state)?;
    recover_locked(state, &lock)?;
    let mut pruned = Vec::new();
    // The oldest first: what an undo refers to goes before the undo.
    for (id, folder) in manifest::folders(state)?.into_iter().skip(keep).rev() {
        backup::discard(state.disk(), &folder);
        if manifest::phase(&folder).is_none() {
            pruned.push(id);
        }
    }
    Ok(pruned)
}

/// All transactions at one moment.
#[derive(Debug)]
pub(crate) struct History {
    /// The newest first.
    records: Vec<Record>,
    unreadable: Vec<(TransactionId, String)>,
    /// Transactions that a later one took back.
    undone: HashSet<TransactionId>,
    running: bool,
}

impl History {
    pub(crate) fn load(state: &StateDir) -> Result<Self, WriteError> {
        let load = || -> Result<(Vec<Record>, Vec<_>), WriteError> {
            let mut records = Vec::new();
            let mut unreadable = Vec::new();
            for (id, record) in manifest::load_all(state)? {
                match record {
                    Ok(record) => records.push(record),
                    Err(error) => unreadable.push((id, error.to_string())),
                }
            }
            Ok((records, unreadable))
        };
        let pending = |records: &[Record]| records.iter().any(|r| r.phase == Phase::Pending);
        let (mut records, mut unreadable) = load()?;
        let running = pending(&records) && lock::is_held(state);
        if pending(&records) && !running {
            // It may have ended between the reading and the look at the lock.
            (records, unreadable) = load()?;
        }
        // From the newest down: an undo that was undone itself doesn't count.
        let mut undone = HashSet::new();
        for record in &records {
            if let Some(earlier) = &record.manifest.undoes
                && record.phase == Phase::Done
                && !undone.contains(record.id())
            {
                undone.insert(earlier.clone());
            }
        }
        Ok(Self {
            records,
            unreadable,
            undone,
            running,
        })
    }

    fn is_in_force(&self, record: &Record) -> bool {
        record.phase == Phase::Done && !self.undone.contains(record.id())
    }

    /// The transaction that `undo` shall take back.
    pub(crate) fn choose(&self, id: Option<&str>) -> Result<&Record, WriteError> {
        let Some(prefix) = id else {
            return self
                .records
                .iter()
                .find(|record| self.is_in_force(record) && record.manifest.undoes.is_none())
                .ok_or(WriteError::NothingToUndo);
        };
        let unknown = || WriteError::UnknownTransaction {
            id: prefix.to_owned(),
        };
        if prefix.is_empty() {
            return Err(unknown());
        }
        let matches: Vec<&Record> = self
            .records
            .iter()
            .filter(|record| record.id().as_str().starts_with(prefix))
            .collect();
        let record = match matches.as_slice() {
            [] => {
                let broken = self
                    .unreadable
                    .iter()
                    .find(|(id, _)| id.as_str().starts_with(prefix));
                return Err(
                    broken.map_or_else(unknown, |(id, reason)| WriteError::NotUndoable {
                        id: id.clone(),
                        reason: reason.clone(),
                    }),
                );
            }
            [record] => *record,
            several => {
                return Err(WriteError::AmbiguousTransaction {
                    prefix: prefix.to_owned(),
                    matches: several.iter().map(|record| record.id().clone()).collect(),
                });
            }
        };
        let reason = match record.phase {
            Phase::Done if self.undone.contains(record.id()) => "it is undone already",
            Phase::Done => return Ok(record),
            Phase::RolledBack => "it never completed and was rolled back",
            Phase::Pending => "it was interrupted; the next run that writes takes it back",
        };
        Err(WriteError::NotUndoable {
            id: record.id().clone(),
            reason: reason.to_owned(),
        })
    }

    pub(crate) fn summary(&self, record: &Record) -> Summary {
        let manifest = &record.manifest;
        Summary {
            id: manifest.id.clone(),
            time: manifest.time.clone(),
            command: manifest.command.clone(),
            profile: manifest.profile.clone(),
            facts: manifest.facts.clone(),
            undoes: manifest.undoes.clone(),
            files: manifest
                .files
                .iter()
                .map(|entry| SummaryFile {
                    path: entry.path.clone(),
                    resolved: entry.resolved.clone(),
                    tool: entry.tool.clone(),
                })
                .collect(),
            state: match record.phase {
                Phase::Done if self.undone.contains(record.id()) => TransactionState::Undone,
                Phase::Done => TransactionState::Done,
                Phase::RolledBack => TransactionState::RolledBack,
                Phase::Pending if self.running => TransactionState::Running,
                Phase::Pending => TransactionState::Interrupted,
            },
            backup_bytes: manifest
                .files
                .iter()
                .filter_map(|entry| entry.before)
                .map(|version| version.size)
                .sum(),
        }
    }

    /// The newest completed transaction that wrote this file.
    pub(crate) fn last_writer(&self, resolved: &Path) -> Option<&TransactionId> {
        self.records
            .iter()
            .filter(|record| record.phase == Phase::Done)
            .find(|record| record.manifest.files.iter().any(|e| e.resolved == resolved))
            .map(Record::id)
    }

    fn last_hash(&self, path: &Path) -> Option<Hash> {
        self.records
            .iter()
            .filter(|record| record.phase == Phase::Done)
            .flat_map(|record| &record.manifest.files)
            .find(|entry| entry.path == path || entry.resolved == path)
            .and_then(super::manifest::Entry::hash_after)
    }
}

fn unreadable((id, reason): &(TransactionId, String)) -> Summary {
    Summary {
        id: id.clone(),
        time: String::new(),
        command: String::new(),
        profile: None,
        facts: None,
        undoes: None,
        files: Vec::new(),
        state: TransactionState::Unreadable(reason.clone()),
        backup_bytes: 0,
    }
}
