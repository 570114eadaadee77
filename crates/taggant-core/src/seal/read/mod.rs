//! Reading a record: envelopes first, then people and row, then what may be opened.

pub(crate) mod aside;
mod clear;
mod guard;
mod inbound;
mod loose;
pub(crate) mod open;
mod opener;
mod pending;
mod record;
mod sibling;
mod value;

pub use clear::Clear;
pub(crate) use guard::{Clean, Guard};
pub(crate) use opener::Frame as OpenFrame;
pub use opener::Opener;
pub use pending::{NestedPending, Pending};
pub use record::open_record;
pub use sibling::PendingSibling;
