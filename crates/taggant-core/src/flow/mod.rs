//! Where data goes to and comes from, for what purpose, on whose behalf.

mod describe;
mod erased;
pub mod location;
pub(crate) mod resolved;
pub mod runtime;
pub(crate) mod scope;

pub use describe::{DEFAULT_TENANT, Flow, FlowKind};
pub use location::Location;
pub use runtime::Runtime;
