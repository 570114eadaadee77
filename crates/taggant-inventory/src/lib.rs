//! Which tagged fields a binary has, read without running it.
//!
//! `#[derive(Tagged)]` leaves a record of each type in the binary. This crate reads the records
//! from ELF, Mach-O and PE files, merges those of several binaries, and tells what changed from one
//! build to the next. `docs/INVENTORY.md` says which bytes, and what survives which linker.
//!
//! ```no_run
//! use taggant_inventory::{Inventory, diff};
//!
//! let old = Inventory::read(&["release-41/shop"])?;
//! let new = Inventory::read(&["target/release/shop", "target/release/mailer"])?;
//! for entry in &new.types {
//!     println!("{} has {} fields", entry.declared.dataset, entry.declared.fields.len());
//! }
//! for change in diff(&old, &new) {
//!     println!("{}: {}", change.severity, change.what);
//! }
//! # Ok::<(), taggant_inventory::ReadError>(())
//! ```
//!
//! # The running program's own
//! [`this_process`] reads the files that the process was made of. It needs no unsafe code, nothing
//! that runs before `main`, and gives what [`Inventory::read`] gives. A crate that is named nowhere
//! in a program is not linked into it, and neither are its types: compare the number with
//! [`Inventory::expect`].

mod binary;
mod conflict;
mod decode;
mod diff;
mod error;
mod inventory;
mod own;
mod record;
mod scan;

pub use binary::{Binary, Damaged};
pub use conflict::{Finding, FindingKind};
pub use diff::{Change, ChangeKind, Severity, diff};
pub use error::{CountMismatch, ReadError};
pub use inventory::{Entry, FieldName, Inventory};
pub use own::this_process;
pub use record::{Field, Lookup, Role, Subject, Tag, TaggedType};
