//! An erasure is final when the bytes are gone, not before.

mod proof_keys;

use std::time::{Duration, Instant};

use proof_keys::{is_on_disk, open, person, seal};
use rusqlite::Connection;
use taggant_core::key::Groups;
use taggant_core::tag::SubjectTag;

fn wrapped(folder: &std::path::Path, tag: SubjectTag) -> Vec<u8> {
    let sql = "SELECT wrapped FROM data_keys WHERE owner = ?1";
    let connection = Connection::open(folder.join("keys.db")).unwrap();
    connection.query_row(sql, [tag.0], |row| row.get(0)).unwrap()
}

/// Reading the files in this process would take SQLite's locks away from the readers under test, so
/// another process reads them.
fn is_on_disk_for_others(folder: &std::path::Path, wrapped: &[u8]) -> bool {
    let copy = tempfile::tempdir().unwrap();
    for file in ["keys.db", "keys.db-wal"] {
        let status = std::process::Command::new("cp")
            .args([folder.join(file).as_os_str(), copy.path().as_os_str()])
            .stderr(std::process::Stdio::null())
            .status();
        assert!(status.is_ok(), "cp runs");
    }
    is_on_disk(copy.path(), wrapped)
}

#[test]
fn an_erasure_is_not_overwritten_while_a_reader_keeps_the_key_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let (tag, early) = (person(&ring, "1"), person(&ring, "0"));
    for id in ["0", "1", "2"] {
        seal(&ring, id).unwrap();
    }
    let first = ring.erase("t", early, &Groups::All).unwrap();
    assert!(first.overwritten, "nobody was in the way");
    let key = wrapped(folder.path(), tag);

    // A reader in the middle of a transaction: a backup, a report.
    let mut reader = Connection::open(folder.path().join("keys.db")).unwrap();
    let snapshot = reader.transaction().unwrap();
    let _: i64 =
        snapshot.query_row("SELECT count(*) FROM data_keys", [], |row| row.get(0)).unwrap();
    let begun = Instant::now();
    let erasure = ring.erase("t", tag, &Groups::All).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5), "it waited for the reader");
    assert!(is_on_disk_for_others(folder.path(), &key), "the search finds what is there");
    assert!(!erasure.overwritten);
    assert!(!ring.is_overwritten(erasure.row.number).unwrap());
    assert!(ring.is_overwritten(first.row.number).unwrap(), "the first is final still");
    assert!(!open(folder.path()).unwrap().is_overwritten(erasure.row.number).unwrap());

    drop(snapshot);
    drop(reader);
    // Nobody asks: it is done in the background.
    let until = Instant::now() + Duration::from_secs(20);
    while is_on_disk_for_others(folder.path(), &key) {
        assert!(Instant::now() < until, "nobody has tried again");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(ring.is_overwritten(erasure.row.number).unwrap());
    assert!(!is_on_disk(folder.path(), &key));
}

#[test]
fn what_a_dead_process_could_not_overwrite_the_next_start_does() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    seal(&ring, "1").unwrap();
    let tag = person(&ring, "1");
    let key = wrapped(folder.path(), tag);
    let mut reader = Connection::open(folder.path().join("keys.db")).unwrap();
    let snapshot = reader.transaction().unwrap();
    let _: i64 =
        snapshot.query_row("SELECT count(*) FROM data_keys", [], |row| row.get(0)).unwrap();
    let erasure = ring.erase("t", tag, &Groups::All).unwrap();
    assert!(!erasure.overwritten);
    drop(ring);
    drop(snapshot);
    assert!(open(folder.path()).unwrap().is_overwritten(erasure.row.number).unwrap());
    drop(reader);
    assert!(!is_on_disk(folder.path(), &key));
}
