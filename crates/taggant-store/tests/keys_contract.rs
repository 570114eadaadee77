//! The SQLite key store does what any key store must.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use taggant_core::key::contract;
use taggant_store::keys::SqliteKeyStore;

#[test]
fn the_sqlite_key_store_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let next = AtomicU64::new(0);
    contract::run(&|| {
        let number = next.fetch_add(1, Ordering::Relaxed);
        Arc::new(SqliteKeyStore::open(&folder.path().join(format!("{number}.db"))).unwrap())
    });
}
