//! Where data goes to and comes from, for what purpose, on whose behalf.

mod describe;
pub mod location;
mod people;
pub(crate) mod resolved;
pub mod runtime;
pub(crate) mod scope;

pub use describe::{DEFAULT_TENANT, Flow, FlowKind};
pub use location::Location;
pub use runtime::Runtime;
