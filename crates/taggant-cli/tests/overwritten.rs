//! A receipt is provisional while the bytes of an erased key are in the key store's file.

mod common;

use common::{Folder, guest};

#[test]
fn a_receipt_says_that_a_reader_keeps_the_erased_key_in_the_file() {
    let folder = Folder::new();
    let mut reader = rusqlite::Connection::open(folder.path().join("keys.db")).expect("a reader");
    let snapshot = reader.transaction().expect("a snapshot");
    let count = "SELECT count(*) FROM data_keys";
    let _: i64 = snapshot.query_row(count, [], |row| row.get(0)).expect("a count");
    let id = guest(1).id;
    let erase = ["erase", "person", "--yes", "--json", "--reason", "request 7", "--file", "-"];
    let receipt = folder.run_with(&erase, &id).exits(0).json();
    assert_eq!((&receipt["overwritten"], &receipt["provisional"]), (&false.into(), &true.into()));
    let shown = folder.run(&["erase", "show", "1", "--json"]).exits(0).json();
    assert_eq!(shown["overwritten"], false);
    drop(snapshot);
    let shown = folder.run(&["erase", "show", "1", "--json"]).exits(0).json();
    assert_eq!(shown["overwritten"], true);
}
