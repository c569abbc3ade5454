//! Looking for hosts in files, without parsing them.

use std::cell::RefCell;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use memchr::memmem::Finder;

/// The largest file of a program that is looked at: 4 MiB. Larger ones are data.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// A search for any of some hosts.
pub(super) struct TreeSearch {
    hosts: Vec<Finder<'static>>,
    buffer: RefCell<Vec<u8>>,
}

impl TreeSearch {
    pub(super) fn new(hosts: &[String]) -> Self {
        Self {
            hosts: hosts
                .iter()
                .map(|host| Finder::new(host.as_bytes()).into_owned())
                .collect(),
            buffer: RefCell::default(),
        }
    }

    /// Whether a file names one of the hosts; a file that can't be read, is too large or is no text does not.
    pub(super) fn found_in(&self, path: &Path) -> bool {
        let mut buffer = self.buffer.borrow_mut();
        buffer.clear();
        let read =
            File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut buffer));
        if read.is_err() || buffer.len() as u64 > MAX_BYTES {
            return false;
        }
        self.hosts.iter().any(|host| host.find(&buffer).is_some())
            && !buffer.contains(&0)
            && std::str::from_utf8(&buffer).is_ok()
    }
}
