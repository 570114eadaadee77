//! What taggant keeps on a host: the SQLite key store and ledger, the anchor file, root keys.

pub mod backup;
mod cause;
pub mod checkpoint;
pub mod identity;
pub mod keys;
pub mod ledger;
mod private;
pub mod root;
mod schema;
mod sqlite;
mod turn;
mod watch;
