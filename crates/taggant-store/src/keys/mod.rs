//! The key store of one host.

mod anchor;
mod overwrite;
mod rows;
mod sqlite;
mod write;

pub use anchor::FileAnchor;
pub use sqlite::SqliteKeyStore;
