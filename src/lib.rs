//! `glm-setup` sets up Z.ai's GLM models in coding tools.
//!
//! There is one way through the program:
//!
//! ```text
//! detect ──► read ──► evaluate ──► plan ──► show ──► write
//! tool/      document/  rule/        plan.rs  output/   transaction/
//! ```

pub mod document;
pub mod output;
pub mod transaction;
