//! A disk whose calls can be made to fail, and a home folder to use it on.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(unreachable_pub, reason = "a module of test files")]

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use glm_setup_transaction::disk::{Disk, OsDisk};
use glm_setup_transaction::{
    Change, Purpose, StateDir, TransactionState, Undone, WriteError, Written, hash, interrupted,
    list, recover, undo, write,
};

/// What happens at one call.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    Go,
    /// Fails; a write gets half of its bytes out first.
    Fail(i32),
    /// Does it, then says that it failed, as a network disk may.
    FailAfter(i32),
    /// The process ends here; a write gets half of its bytes out first.
    Abort,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub name: &'static str,
    pub path: PathBuf,
}

type Script = Box<dyn Fn(usize, &Call) -> Act + Send + Sync>;

/// Counts the calls and does with each what the script says. Syncing is left
/// out: no power is cut here, and the tests are many.
pub struct TestDisk {
    script: Script,
    calls: Mutex<Vec<Call>>,
}

impl std::fmt::Debug for TestDisk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TestDisk")
    }
}

impl TestDisk {
    pub fn new(script: impl Fn(usize, &Call) -> Act + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            script: Box::new(script),
            calls: Mutex::default(),
        })
    }

    pub fn healthy() -> Arc<Self> {
        Self::new(|_, _| Act::Go)
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    fn step<T>(
        &self,
        name: &'static str,
        path: &Path,
        half: impl FnOnce(),
        all: impl FnOnce() -> io::Result<T>,
    ) -> io::Result<T> {
        let call = Call {
            name,
            path: path.to_owned(),
        };
        let index = {
            let mut calls = self.calls.lock().unwrap();
            calls.push(call.clone());
            calls.len() - 1
        };
        match (self.script)(index, &call) {
            Act::Go => all(),
            Act::Fail(errno) => {
                half();
                Err(io::Error::from_raw_os_error(errno))
            }
            Act::FailAfter(errno) => {
                all()?;
                Err(io::Error::from_raw_os_error(errno))
            }
            Act::Abort => {
                half();
                std::process::abort()
            }
        }
    }
}

const NO_PATH: &str = "";

impl Disk for TestDisk {
    fn create_dir(&self, path: &Path, mode: u32) -> io::Result<()> {
        self.step("create_dir", path, || (), || OsDisk.create_dir(path, mode))
    }
    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.step("remove_dir", path, || (), || OsDisk.remove_dir(path))
    }
    fn create_new(&self, path: &Path, mode: u32) -> io::Result<File> {
        self.step("create_new", path, || (), || OsDisk.create_new(path, mode))
    }
    fn write_all(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let mut same = file.try_clone()?;
        self.step(
            "write_all",
            Path::new(NO_PATH),
            || {
                OsDisk
                    .write_all(&mut same, &bytes[..bytes.len() / 2])
                    .unwrap()
            },
            || OsDisk.write_all(file, bytes),
        )
    }
    fn set_mode(&self, file: &File, mode: u32) -> io::Result<()> {
        let act = || OsDisk.set_mode(file, mode);
        self.step("set_mode", Path::new(NO_PATH), || (), act)
    }
    fn set_owner(&self, file: &File, uid: u32, gid: u32) -> io::Result<()> {
        let act = || OsDisk.set_owner(file, uid, gid);
        self.step("set_owner", Path::new(NO_PATH), || (), act)
    }
    fn sync(&self, _file: &File) -> io::Result<()> {
        self.step("sync", Path::new(NO_PATH), || (), || Ok(()))
    }
    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        let act = || fs::metadata(path).map(|_| ());
        self.step("sync_dir", path, || (), act)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step("rename", to, || (), || OsDisk.rename(from, to))
    }
    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step("link", to, || (), || OsDisk.link(from, to))
    }
    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.step("remove_file", path, || (), || OsDisk.remove_file(path))
    }
    fn lock(&self, path: &Path) -> io::Result<Option<File>> {
        self.step("lock", path, || (), || OsDisk.lock(path))
    }
    fn note(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let act = || OsDisk.note(file, bytes);
        self.step("note", Path::new(NO_PATH), || (), act)
    }
}

/// A temporary folder; in memory where there is such a place, for speed.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// One file of the scene: name, old bytes, new bytes, mode.
pub struct SceneFile {
    pub name: &'static str,
    pub old: Option<&'static str>,
    pub new: &'static str,
    pub mode: u32,
}

/// A plain file, one behind a symbolic link, and one to create in a new folder.
pub const FILES: [SceneFile; 3] = [
    SceneFile {
        name: "plain.json",
        old: Some("{ \"plain\": \"old\" }\n"),
        new: "{ \"plain\": \"the new bytes\" }\n",
        mode: 0o640,
    },
    SceneFile {
        name: "link.json",
        old: Some("{ \"linked\": \"old\" }\n"),
        new: "{}\n",
        mode: 0o604,
    },
    SceneFile {
        name: "sub/deep/created.json",
        old: None,
        new: "{ \"created\": true }\n",
        mode: 0o600,
    },
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    Old,
    New,
    Mixed,
}

/// A home folder with the files of [`FILES`].
pub struct Scene {
    pub root: PathBuf,
    pub home: PathBuf,
}

impl Scene {
    pub fn new(root: &Path) -> Self {
        let root = fs::canonicalize(root).unwrap();
        let home = root.join("home");
        fs::create_dir_all(home.join("dotfiles")).unwrap();
        let scene = Self { root, home };
        for file in &FILES {
            let Some(old) = file.old else { continue };
            let path = match file.name {
                "link.json" => {
                    symlink("dotfiles/real.json", scene.path(file)).unwrap();
                    scene.home.join("dotfiles/real.json")
                }
                name => scene.home.join(name),
            };
            fs::write(&path, old).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(file.mode)).unwrap();
        }
        scene
    }

    /// A scene that another process made.
    pub fn open(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            home: root.join("home"),
        }
    }

    pub fn path(&self, file: &SceneFile) -> PathBuf {
        self.home.join(file.name)
    }

    pub fn state(&self, disk: Arc<TestDisk>) -> StateDir {
        StateDir::with_disk(self.root.join("state/glm-setup"), disk)
    }

    pub fn write(&self, disk: &Arc<TestDisk>) -> Result<Written, WriteError> {
        let changes: Vec<Change> = FILES
            .iter()
            .map(|file| Change {
                path: self.path(file),
                before: file.old.map(|old| hash(old.as_bytes())),
                after: Some(file.new.as_bytes().to_vec()),
                new_mode: file.mode,
                tool: "opencode".to_owned(),
                allow_outside: false,
            })
            .collect();
        let purpose = Purpose {
            command: "apply".to_owned(),
            ..Purpose::default()
        };
        write(&self.state(disk.clone()), &self.home, &purpose, &changes)
    }

    pub fn undo(&self, disk: &Arc<TestDisk>) -> Result<Undone, WriteError> {
        undo(&self.state(disk.clone()), &self.home, None, false)
    }

    /// Looks at every file: it must be old or new, whole, with its mode.
    pub fn found(&self, context: &str) -> Found {
        let mut old = 0;
        for file in &FILES {
            let path = self.path(file);
            let bytes = fs::read_to_string(&path).ok();
            let bytes = bytes.as_deref();
            if bytes == file.old {
                old += 1;
            } else {
                assert_eq!(bytes, Some(file.new), "{context}: torn {}", file.name);
            }
            if bytes.is_some() {
                let mode = fs::metadata(&path).unwrap().mode() & 0o7777;
                assert_eq!(mode, file.mode, "{context}: {}", file.name);
            }
        }
        assert!(self.home.join("link.json").is_symlink(), "{context}");
        match old {
            0 => Found::New,
            3 => Found::Old,
            _ => Found::Mixed,
        }
    }

    /// No temporary file, no folder too many.
    pub fn assert_tidy(&self, context: &str) {
        let created = self.home.join("sub/deep/created.json").exists();
        let mut names = tree(&self.home);
        names.sort();
        let mut expected = vec!["dotfiles", "dotfiles/real.json", "link.json", "plain.json"];
        if created {
            expected.extend(["sub", "sub/deep", "sub/deep/created.json"]);
        }
        assert_eq!(names, expected, "{context}");
    }

    /// The next run repairs, and all files agree.
    pub fn assert_repaired(&self, context: &str) -> Found {
        let state = self.state(TestDisk::healthy());
        recover(&state).unwrap_or_else(|error| panic!("{context}: {error}"));
        let found = self.found(context);
        assert_ne!(found, Found::Mixed, "{context}");
        self.assert_tidy(context);
        assert_eq!(interrupted(&state).unwrap(), None, "{context}");
        self.assert_state_tidy(context);
        found
    }

    /// The next run repairs, and everything works again: writing, undoing.
    pub fn assert_heals(&self, context: &str) -> Found {
        let found = self.assert_repaired(context);
        let disk = TestDisk::healthy();
        if found == Found::New {
            self.undo(&disk)
                .unwrap_or_else(|error| panic!("{context}: undo: {error}"));
            assert_eq!(self.found(context), Found::Old, "{context}");
        }
        self.write(&disk)
            .unwrap_or_else(|error| panic!("{context}: write: {error}"));
        assert_eq!(self.found(context), Found::New, "{context}");
        self.undo(&disk)
            .unwrap_or_else(|error| panic!("{context}: undo: {error}"));
        assert_eq!(self.found(context), Found::Old, "{context}");
        self.assert_tidy(context);
        found
    }

    /// Every transaction is complete and has exactly its files.
    fn assert_state_tidy(&self, context: &str) {
        let state = self.state(TestDisk::healthy());
        let listed = list(&state).unwrap();
        for summary in &listed {
            assert!(
                matches!(
                    summary.state,
                    TransactionState::Done
                        | TransactionState::Undone
                        | TransactionState::RolledBack
                ),
                "{context}: {summary:?}"
            );
        }
        let transactions = state.path().join("transactions");
        let names = if transactions.exists() {
            tree(&transactions)
        } else {
            Vec::new()
        };
        let folders = names.iter().filter(|name| !name.contains('/')).count();
        assert_eq!(folders, listed.len(), "{context}: rubbish in {names:?}");
        for name in &names {
            assert!(!name.contains("unfinished"), "{context}: {name}");
        }
    }
}

/// The names below a folder.
pub fn tree(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                open.push(path.clone());
            }
            let name = path.strip_prefix(folder).unwrap();
            found.push(name.to_str().unwrap().to_owned());
        }
    }
    found.sort();
    found
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Write,
    Undo,
}

impl Op {
    /// What the files are after it, if it succeeds.
    pub fn goal(self) -> Found {
        match self {
            Self::Write => Found::New,
            Self::Undo => Found::Old,
        }
    }

    pub fn start(self) -> Found {
        match self {
            Self::Write => Found::Old,
            Self::Undo => Found::New,
        }
    }

    pub fn prepare(self, root: &Path) -> Scene {
        let scene = Scene::new(root);
        if self == Self::Undo {
            scene.write(&TestDisk::healthy()).unwrap();
        }
        scene
    }

    pub fn run(self, scene: &Scene, disk: &Arc<TestDisk>) -> Result<(), WriteError> {
        match self {
            Self::Write => scene.write(disk).map(drop),
            Self::Undo => scene.undo(disk).map(drop),
        }
    }

    /// The calls that it makes when nothing goes wrong.
    pub fn calls(self) -> Vec<Call> {
        let dir = folder();
        let scene = self.prepare(dir.path());
        let disk = TestDisk::healthy();
        self.run(&scene, &disk).unwrap();
        assert_eq!(scene.found("healthy"), self.goal());
        disk.calls()
    }
}

/// Goes well but for one call.
pub fn at(n: usize, act: Act) -> Arc<TestDisk> {
    TestDisk::new(move |index, _| if index == n { act } else { Act::Go })
}

/// Every call from the n-th on fails.
pub fn from(n: usize, errno: i32) -> Arc<TestDisk> {
    TestDisk::new(move |index, _| {
        if index >= n {
            Act::Fail(errno)
        } else {
            Act::Go
        }
    })
}
