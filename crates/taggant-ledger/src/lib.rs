//! The ledger of taggant, without a database: what moved where, who saw it, and the proof that
//! nothing of it was changed later.
//!
//! [`Ledger`] is what one asks, [`answers`] are the types of what it answers. [`SqlLedger`] is one
//! on any database that implements the port [`sql::Sql`].

pub mod answers;
mod book;
#[cfg(feature = "contract")]
pub mod contract;
mod fold;
mod keeper;
mod ledger;
mod log;
mod queries;
mod rows;
pub mod schema;
pub mod sql;
mod verify;
pub mod wire;

pub use book::{Imported, SqlLedger};
pub use keeper::{CheckpointKeeper, entries, number, text};
pub use ledger::{CheckpointSigner, ErasureOpened, KeptHead, Ledger, VerifyOptions};
