//! The files that are part of the program.

/// A file under `rules/` or `demo/`.
#[derive(Debug)]
pub(crate) struct File {
    /// Its path from the repository's root, with `/`.
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    /// Without what only people read, as MessagePack; empty for what isn't part of the catalogue.
    pub(crate) compiled: &'static [u8],
    /// Whether it is a rule that only `apply` uses.
    pub(crate) setup: bool,
    /// The family of rules that it extends; empty for none.
    pub(crate) extends: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
