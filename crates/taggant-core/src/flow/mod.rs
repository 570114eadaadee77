//! Where data goes to and comes from, for what purpose, on whose behalf.

mod describe;
mod follow;
pub(crate) mod memo;
mod people;
pub(crate) mod resolved;
pub mod runtime;
pub(crate) mod scope;

pub use crate::place::Location;
pub use describe::{DEFAULT_TENANT, Flow, FlowKind};
pub use follow::{Instrumented, Spawner};
pub use runtime::Runtime;
