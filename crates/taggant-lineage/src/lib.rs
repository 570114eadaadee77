//! What the ledger knows, as answers: plain data that serializes, and text that people read.
//!
//! - [`drift`]: declared places and purposes against what was seen.
//! - [`map`]: where data is, as a picture, a tree or plain data.
//! - [`openlineage`]: movements as OpenLineage events, to a file or an endpoint.
//! - [`report`]: records of processing, what a person may get, who saw how much, what is unknown.
//! - [`time`]: RFC 3339 texts of the ledger's nanoseconds.

#[cfg(test)]
mod agreement;
pub mod drift;
pub mod map;
pub mod openlineage;
pub mod report;
pub mod time;
