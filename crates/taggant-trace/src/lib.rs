//! Finds sealed values where lineage never looked.
//!
//! Every envelope names its field and its key (docs/FORMAT.md), so it can be found in any bytes: in
//! SQL dumps, CSV, JSON, logs, database files, disk images. [`Finder`] looks at bytes in memory,
//! [`trace_reader`] at a stream, in flat memory. A header can be forged: what is found says that
//! something claims to be an envelope, not that it opens.

mod decode;
mod finder;
mod found;
mod patterns;
mod stream;

pub use finder::{Finder, Hit};
pub use found::{FieldFound, Findings, KeyFound};
pub use patterns::Encoding;
pub use stream::{BLOCK, trace_reader};
