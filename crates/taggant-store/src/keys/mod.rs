//! The key store of one host.

mod anchor;
mod rows;
mod sqlite;

pub use anchor::FileAnchor;
pub use sqlite::SqliteKeyStore;
