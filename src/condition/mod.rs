//! The language in which descriptors and rules say where they look and what must hold there: queries, predicates, and
//! conditions on nodes.

mod compile;
mod expect;
mod node;
pub mod predicate;
pub mod query;
mod schema;
mod steps;
mod surrounding;

pub(crate) use compile::Compiler;
pub use compile::{NameFilter, Node, Place, Trust};
pub use expect::{EndpointExpect, Expect, ModelExpect, ModelOn, Operand, ProfileOr, Type};
pub use node::{NodeConditions, node_holds};
pub(crate) use node::{meeting, select};
pub use schema::{KeyFilter, NodeCondition, WhereCondition};
pub use surrounding::{RelativePlace, Where};
