//! What the ledger knows, as answers: plain data that serializes, and text that people read.
//!
//! - [`map`]: where data is, as a picture, a tree or plain data.
//! - [`time`]: RFC 3339 texts of the ledger's nanoseconds.

pub mod map;
pub mod time;
