//! What taggant keeps on a host: the SQLite key store and ledger, the anchor file, root keys.

pub mod checkpoint;
pub mod identity;
pub mod keys;
pub mod ledger;
pub mod root;
mod schema;
mod sqlite;
