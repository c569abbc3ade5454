//! Rules: what must hold in a configuration, and how to mend it. The rules themselves are data, under `rules/`.

pub mod case;
pub mod catalogue;
pub mod compile;
pub mod evaluate;
pub mod fix;
pub mod schema;

pub use catalogue::Catalogue;
pub use compile::Rule;
