//! Places: where data goes to or comes from, and patterns of places.
//!
//! One place must have one name, since policy, ledger and erasure receipts go by it, whichever way
//! a program or a rule spells it. So places and patterns are normalised by the same code, and hosts
//! are read by the parser that HTTP clients use (WHATWG, the `url` crate): what taggant takes for a
//! host is what a client connects to.

mod cut;
mod escape;
mod host;
mod location;
mod matches;
mod pattern;

pub use location::{Location, MAX_LOCATION};
pub use matches::matches;
pub use pattern::normal_patterns;
