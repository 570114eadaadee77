//! Finds sealed values where lineage never looked.
//!
//! Every envelope names its field and its key (docs/FORMAT.md), so it can be found in any bytes: in
//! SQL dumps, CSV, JSON, logs, database files, disk images. [`Finder`] looks at bytes in memory,
//! [`trace_reader`] at a stream, `Tracer` at files and folders and into archives, all in flat
//! memory. A header can be forged: what is found says that something claims to be an envelope, not
//! that it opens.
//!
//! [`disguises`] lists how a value that is known may be hidden in bytes.

mod decode;
#[cfg(feature = "archives")]
mod detect;
mod disguise;
mod finder;
mod found;
mod hash;
mod patterns;
#[cfg(feature = "archives")]
mod source;
mod stream;
#[cfg(feature = "archives")]
mod values;
#[cfg(feature = "archives")]
mod walk;

#[cfg(feature = "archives")]
pub use detect::{Pattern, PatternFound};
pub use disguise::{Disguise, disguises, is_meant};
pub use finder::{Finder, Hit};
pub use found::{FieldFound, Findings, KeyFound};
pub use patterns::Encoding;
#[cfg(feature = "archives")]
pub use source::{Format, Options, Source};
pub use stream::{BLOCK, trace_reader};
#[cfg(feature = "archives")]
pub use values::{MAX_VALUES, MIN_VALUE, ValueFound, Values};
#[cfg(feature = "archives")]
pub use walk::Tracer;
