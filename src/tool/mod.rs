//! Tools: what is known of each (descriptors), and finding their files.

mod configuration;
mod descriptor;
mod detect;
mod read;
mod repository;

pub use configuration::{Configuration, Layer, Unreadable, Workspace};
pub use descriptor::{
    Credential, Descriptor, FileEntry, Provider, Refusal, Scope, Search, Strictness, UsesZai,
};
pub use detect::{ConfigFile, choose_in_force, detect, recognise};
pub use read::{ReadError, read_config};
pub use repository::in_repository;
