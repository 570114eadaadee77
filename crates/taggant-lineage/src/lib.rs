//! What the ledger knows, as answers: plain data that serializes, and text that people read.
//!
//! - [`time`]: RFC 3339 texts of the ledger's nanoseconds.

pub mod time;
