//! `glm-setup` sets up Z.ai's GLM models in coding tools.
//!
//! There is one way through the program:
//!
//! ```text
//! detect ──► read ──► connect ──► evaluate ──► plan ──► show ──► write
//! tool/      document/ tool/       rule/        plan/    report/  transaction/
//! ```
//!
//! * [`tool`] finds the files of each tool (its descriptor says where) and reads them as layers of a configuration.
//! * [`document`] parses a file so that places in it can be found and edited without touching any other byte.
//! * [`tool::connections`] works out how the tool reaches a model service: address, protocol, key, models, and where each
//!   of these was set.
//! * [`rule`] evaluates the catalogue's rules against [`facts`] and a [`profile`]; every place where one doesn't hold is
//!   a finding.
//! * [`plan`] collects findings and edits, again and again until no rule wants to change anything. The
//!   outcome is one value; `lint`, `apply --dry-run`, `--check` and the real write are views of it.
//! * [`report`] shows it, with secrets redacted.
//! * [`transaction`] writes it: backups first, all files or none, and `undo`.
//!
//! [`config`] and [`ignore`] say what takes part and what is ignored: our own configuration files, ignores, baselines.
//!
//! [`doctor`] stands beside it: it looks at what files can't tell, and changes nothing.
//! Beside it stands [`gate`]: configurations for a queue in front of Z.ai that several tools share.
//!
//! Nothing before `write` touches the disk except reading. What the program knows about tools and about Z.ai is not
//! in the code but in the files under `rules/`, which are embedded; `rules/RULES.md` says how to write them.
//! `ARCHITECTURE.md` has the layers of the modules, and says where a change belongs.

pub mod cli;
pub mod condition;
pub mod config;
pub mod doctor;
mod embedded;
pub mod facts;
pub mod finding;
pub mod gate;
pub mod ignore;
pub mod load;
pub mod paths;
pub mod plan;
pub mod plural;
pub mod profile;
pub mod report;
pub mod rule;
pub mod tool;
pub mod vocabulary;

pub use glm_setup_document as document;
pub use glm_setup_redact as redact;
pub use glm_setup_transaction as transaction;
