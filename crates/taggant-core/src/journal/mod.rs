//! The journal: the process's crash-safe event log.
//!
//! Events go to fixed-size slots of a memory-mapped, preallocated file: no system call, no lock and
//! no allocation per event. What was appended survives `kill -9` at any instant. A thread drains it
//! into the ledger, exactly once per event. docs/JOURNAL.md has the protocol.

mod dictionary;
mod drain;
mod instance;
#[allow(unsafe_code)]
mod map;
mod open;
mod ring;
mod sink;

pub use instance::{InstanceId, StartInfo};
pub use open::{Journal, JournalConfig};
pub use ring::SLOT;
pub use sink::{Batch, Definition, EventSink};
