//! The suites that every driver passes, on SQLite.

use std::sync::Arc;

use taggant_ledger::sql::Sql;

#[test]
fn sqlite_keeps_the_contract_of_a_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let number = std::cell::Cell::new(0);
    taggant_ledger::contract::run(&|| -> Arc<dyn Sql> {
        number.set(number.get() + 1);
        let path = folder.path().join(format!("ledger-{}.db", number.get()));
        taggant_store::ledger::database(&path).unwrap()
    });
}
