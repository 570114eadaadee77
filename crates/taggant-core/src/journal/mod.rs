//! The journal: the process's crash-safe event log.
//!
//! Events go to fixed-size slots of a memory-mapped, preallocated file: no system call, no lock and
//! no allocation per event. What was appended survives `kill -9` at any instant. A thread drains it
//! into the ledger, exactly once per event. docs/JOURNAL.md has the protocol.

mod collect;
mod config;
mod dead;
mod dictionary;
mod drain;
mod header;
mod held;
mod instance;
mod left;
mod mac;
#[allow(unsafe_code)]
mod map;
mod memory;
#[cfg(all(loom, test))]
mod model;
mod open;
mod ring;
mod shutdown;
mod sink;
mod waiting;

pub use config::{JournalConfig, StartInfo};
pub use dictionary::{Defined, MANY, MANY_LOCATIONS, MAX_NAMES};
pub use header::{Header, SERVICE_LEN};
pub use instance::InstanceId;
pub use mac::{MAC, SlotKeys, SlotMac};
pub use map::{HEADER, SLOT};
pub use open::Journal;
pub use ring::sealed;
pub use shutdown::Shutdown;
pub use sink::{Batch, Definition, EventSink, Flaw};
pub use waiting::{Waiting, waiting};
