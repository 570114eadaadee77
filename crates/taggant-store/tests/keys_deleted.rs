//! An insider with SQL and without keys, against checks before changes: planted owners, deleted rows,
//! schema objects under SQLite's own names.

mod proof_keys;

use proof_keys::{insider, open, open_with, outcome, person, seal};
use taggant_core::Outcome;
use taggant_core::key::{Groups, KeyConfig, KeyState};

#[test]
fn an_erasure_destroys_no_key_that_an_insider_planted() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let (held, other) = (person(&ring, "held"), person(&ring, "other"));
    let key = seal(&ring, "held").unwrap();
    ring.hold("t", held, true).unwrap();
    insider(folder.path(), "CREATE TABLE aside.copy AS SELECT * FROM data_keys");
    insider(folder.path(), &format!("UPDATE data_keys SET owner = x'{other}'"));
    assert_eq!(outcome(ring.erase("t", other, &Groups::All)), Outcome::Tampered);
    let rows = "DELETE FROM data_keys; INSERT INTO data_keys SELECT * FROM aside.copy";
    insider(folder.path(), rows);
    assert!(open(folder.path()).unwrap().tenant("t").unwrap().open_key(key).is_ok());
    assert!(ring.erasures(1).unwrap().is_empty(), "an erasure that was refused is recorded");
}

#[test]
fn a_data_key_that_was_deleted_is_not_replaced_silently() {
    for sql in ["DELETE FROM data_keys", "DELETE FROM subjects"] {
        let folder = tempfile::tempdir().unwrap();
        let ring = open(folder.path()).unwrap();
        let old = seal(&ring, "1").unwrap();
        ring.retire("t", old, KeyState::Retired).unwrap();
        seal(&ring, "1").unwrap();
        insider(folder.path(), sql);
        let fresh = open(folder.path()).unwrap();
        assert_eq!(outcome(seal(&fresh, "1")), Outcome::KeyStoreRolledBack, "{sql}");
        let tenant = fresh.tenant("t").unwrap();
        let tag = person(&fresh, "1");
        assert_eq!(outcome(tenant.prefetch("main", &[tag])), Outcome::KeyStoreRolledBack, "{sql}");
        assert!(seal(&fresh, "2").is_ok(), "others go on");
    }
    // An old key whose place a new one has taken is missed too.
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let old = seal(&ring, "1").unwrap();
    ring.rotate_data("t", "main").unwrap();
    seal(&ring, "1").unwrap();
    insider(folder.path(), &format!("DELETE FROM data_keys WHERE id = x'{old}'"));
    assert_eq!(outcome(seal(&open(folder.path()).unwrap(), "1")), Outcome::KeyStoreRolledBack);
}

#[test]
fn erasing_some_groups_again_and_again_leaves_the_count_of_keys_right() {
    let folder = tempfile::tempdir().unwrap();
    let config = || KeyConfig { cache_life: std::time::Duration::ZERO, ..KeyConfig::default() };
    let ring = open(folder.path()).unwrap();
    let other = open_with(folder.path(), config()).unwrap();
    let tag = person(&ring, "1");
    seal(&ring, "1").unwrap();
    for group in ["a", "b", "c"] {
        ring.erase("t", tag, &Groups::These(vec![group.to_owned()])).unwrap();
        ring.rotate_data("t", "main").unwrap();
        seal(&other, "1").unwrap();
    }
    assert!(seal(&open(folder.path()).unwrap(), "1").is_ok());
}

#[test]
fn a_trigger_named_like_a_table_of_statistics_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    seal(&ring, "1").unwrap();
    // SQLite's own statistics may be there.
    insider(folder.path(), "ANALYZE");
    seal(&ring, "2").unwrap();
    assert!(open(folder.path()).is_ok());
    insider(
        folder.path(),
        "CREATE TRIGGER back BEFORE UPDATE ON data_keys BEGIN SELECT RAISE(IGNORE); END;
         PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET name = 'sqlite_stat9',
             sql = replace(sql, 'TRIGGER back', 'TRIGGER sqlite_stat9') WHERE name = 'back';
         PRAGMA writable_schema = RESET;",
    );
    let tag = person(&ring, "1");
    assert_eq!(outcome(ring.erase("t", tag, &Groups::All)), Outcome::Tampered);
    assert_eq!(outcome(open(folder.path())), Outcome::Tampered);
    insider(
        folder.path(),
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET name = 'sqlite_stat4',
             sql = replace(sql, 'sqlite_stat9', 'sqlite_stat4') WHERE name = 'sqlite_stat9';
         PRAGMA writable_schema = RESET;",
    );
    assert_eq!(outcome(open(folder.path())), Outcome::Tampered);
}

#[test]
fn the_generation_of_a_branch_key_can_not_be_changed() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let key = seal(&ring, "1").unwrap();
    ring.rotate_branch("t", "main", false).unwrap();
    // The old branch key in the place of the new one.
    insider(
        folder.path(),
        "UPDATE branch_keys SET generation = 9 WHERE key_group = 'main' AND generation = 2;
         UPDATE branch_keys SET generation = 2 WHERE key_group = 'main' AND generation = 1;
         UPDATE branch_keys SET generation = 1 WHERE key_group = 'main' AND generation = 9",
    );
    let fresh = open(folder.path()).unwrap();
    assert_eq!(outcome(seal(&fresh, "2")), Outcome::Tampered);
    assert_eq!(outcome(fresh.tenant("t").unwrap().open_key(key)), Outcome::Tampered);
}

/// The guard against un-erasing by a rotation.
#[test]
fn a_rotation_wraps_no_key_of_an_erased_person_whose_old_row_was_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let key = seal(&ring, "1").unwrap();
    seal(&ring, "2").unwrap();
    insider(folder.path(), "CREATE TABLE aside.copy AS SELECT * FROM data_keys");
    ring.erase("t", person(&ring, "1"), &Groups::All).unwrap();
    let row = format!("WHERE id = x'{key}'");
    insider(
        folder.path(),
        &format!(
            "DELETE FROM data_keys {row}; INSERT INTO data_keys SELECT * FROM aside.copy {row}"
        ),
    );
    assert_eq!(ring.rotate_branch("t", "main", false).unwrap(), 1, "the other one's key only");
    assert_eq!(outcome(ring.tenant("t").unwrap().open_key(key)), Outcome::Erased);
    let connection = rusqlite::Connection::open(folder.path().join("keys.db")).unwrap();
    let sql = format!(
        "SELECT generation FROM branch_keys WHERE id = (SELECT branch FROM data_keys {row})"
    );
    let generation: u32 = connection.query_row(&sql, [], |row| row.get(0)).unwrap();
    assert_eq!(generation, 1, "it was wrapped anew");
}

#[test]
fn a_compromised_key_is_not_merely_retired() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let key = seal(&ring, "1").unwrap();
    ring.retire("t", key, KeyState::Compromised).unwrap();
    ring.retire("t", key, KeyState::Retired).unwrap();
    ring.rotate_branch("t", "main", false).unwrap();
    ring.rotate_data("t", "main").unwrap();
    let fresh = open(folder.path()).unwrap();
    assert_eq!(fresh.tenant("t").unwrap().open_key(key).unwrap().state(), KeyState::Compromised);
}
