//! Rules: what must hold in a configuration, and how to mend it. The rules themselves are data, under `rules/`.

pub mod catalogue;
pub mod compile;
pub mod evaluate;
pub mod fix;
pub mod schema;
mod select;

pub use catalogue::Catalogue;
pub use compile::Rule;
pub use select::selects;
