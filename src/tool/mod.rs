//! Tools: what is known of each (descriptors), and finding their files.

mod configuration;
mod connection;
mod descriptor;
mod detect;
mod installation;
mod listing;
mod process;
mod read;
mod recognise;
mod repository;
mod surroundings;
pub mod tree;

pub use configuration::{Configuration, Layer, Read, Unreadable, Workspace, matching_nodes};
pub use connection::{
    Cap, CappedBy, Connection, ConnectionEntry, KeyKind, NextRequest, Origin, RequestsAtOnce,
    SentKey, SetUp, Setting, SettingKind, connections, next_request, requests_at_once,
};
pub use descriptor::{
    BillingRefusal, Credential, Descriptor, FileEntry, Running, Scope, Search, Strictness, UsesZai,
};
pub use detect::{ConfigFile, Detected, choose_in_force, detect, installations, log_files};
pub use installation::{Beside, Installation, NamedBy};
pub use process::{Process, running};
pub use read::{ReadError, read_config};
pub use recognise::{Recognised, Recogniser};
pub use repository::in_repository;
pub use surroundings::{Condition, Helper, Log, LogError, LogFormat, Variable, Version};
