//! An insider with SQL and without keys: older genuine rows put back, rows deleted, schema changed.

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use taggant_core::key::{Groups, IdentityKey, KeyConfig, KeyRing, KeyState, LocalRoot, Owner};
use taggant_core::tag::{KeyId, SubjectTag};
use taggant_core::{Outcome, Result};
use taggant_store::keys::{FileAnchor, SqliteKeyStore};

fn open_with(folder: &Path, config: KeyConfig) -> Result<KeyRing> {
    KeyRing::open(
        Arc::new(SqliteKeyStore::open(&folder.join("keys.db"))?),
        Arc::new(LocalRoot::new(&[7; 32])),
        Box::new(FileAnchor::new(&folder.join("anchor.log"))),
        config,
    )
}

fn open(folder: &Path) -> Result<KeyRing> {
    open_with(folder, KeyConfig::default())
}

fn adopting(byte: u8) -> KeyConfig {
    let identity = Some(Arc::new(IdentityKey::new(&[byte; 32])));
    KeyConfig { identity, ..KeyConfig::default() }
}

fn person(ring: &KeyRing, id: &str) -> SubjectTag {
    ring.tenant("t").unwrap().subject_tag("customer", id.as_bytes()).unwrap()
}

fn seal(ring: &KeyRing, id: &str) -> Result<KeyId> {
    let owner = Owner::Subject(person(ring, id));
    Ok(ring.tenant("t")?.seal_key("main", owner)?.id())
}

fn insider(folder: &Path, sql: &str) {
    let connection = Connection::open(folder.join("keys.db")).unwrap();
    let aside = folder.join("insider.db");
    connection.execute("ATTACH ?1 AS aside", [aside.to_str().unwrap()]).unwrap();
    connection.execute_batch(sql).unwrap();
}

fn outcome<T>(result: Result<T>) -> Outcome {
    result.err().expect("it is refused").outcome()
}

#[test]
fn a_key_that_was_taken_out_of_use_does_not_come_back() {
    for state in [KeyState::Retired, KeyState::Compromised] {
        let folder = tempfile::tempdir().unwrap();
        let ring = open(folder.path()).unwrap();
        let id = seal(&ring, "1").unwrap();
        insider(folder.path(), "CREATE TABLE aside.copy AS SELECT * FROM data_keys");
        ring.retire("t", id, state).unwrap();
        insider(
            folder.path(),
            "DELETE FROM data_keys; INSERT INTO data_keys SELECT * FROM aside.copy",
        );
        let fresh = open(folder.path()).unwrap();
        assert_eq!(outcome(seal(&fresh, "1")), Outcome::Tampered);
        assert_eq!(outcome(fresh.tenant("t").unwrap().open_key(id)), Outcome::Tampered);
        assert_eq!(outcome(fresh.retire("t", id, state)), Outcome::Tampered);
    }
}

#[test]
fn an_ended_generation_does_not_come_back_and_is_one_entry() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let people: Vec<SubjectTag> = (0..50).map(|n| person(&ring, &n.to_string())).collect();
    ring.tenant("t").unwrap().prefetch("main", &people).unwrap();
    let (old, older) = (seal(&ring, "1").unwrap(), seal(&ring, "2").unwrap());
    insider(folder.path(), "CREATE TABLE aside.copy AS SELECT * FROM data_keys");
    let before = ring.history().unwrap().len();
    assert_eq!(ring.rotate_data("t", "main").unwrap(), 50);
    assert_eq!(ring.history().unwrap().len(), before + 1);
    let new = seal(&ring, "1").unwrap();
    insider(folder.path(), &format!("DELETE FROM data_keys WHERE id = x'{new}'"));
    insider(folder.path(), "UPDATE data_keys SET generation = 2");
    assert_eq!(outcome(seal(&open(folder.path()).unwrap(), "1")), Outcome::Tampered);
    insider(folder.path(), "DELETE FROM data_keys; INSERT INTO data_keys SELECT * FROM aside.copy");
    let fresh = open(folder.path()).unwrap();
    // Whose newer key was deleted is missed; the others' old keys write no more.
    assert_eq!(outcome(seal(&fresh, "1")), Outcome::KeyStoreRolledBack);
    assert_ne!(seal(&fresh, "2").unwrap(), older);
    assert_eq!(fresh.tenant("t").unwrap().open_key(old).unwrap().state(), KeyState::Retired);
}

#[test]
fn nobody_passes_for_erased_who_was_not() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    seal(&ring, "1").unwrap();
    insider(folder.path(), "UPDATE subjects SET fenced = '*'");
    let fresh = open(folder.path()).unwrap();
    let (tenant, tag) = (fresh.tenant("t").unwrap(), person(&fresh, "1"));
    assert_eq!(outcome(tenant.prefetch("main", &[tag])), Outcome::Tampered);
    assert_eq!(outcome(seal(&fresh, "1")), Outcome::Tampered);
}

#[test]
fn a_legal_hold_can_not_be_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    seal(&ring, "1").unwrap();
    let tag = person(&ring, "1");
    ring.hold("t", tag, true).unwrap();
    insider(folder.path(), "DELETE FROM key_events WHERE kind = 5");
    // The anchor has it.
    let fresh = open(folder.path()).unwrap();
    assert_eq!(outcome(fresh.erase("t", tag, &Groups::All)), Outcome::Denied);
    assert_eq!(outcome(ring.erase("t", tag, &Groups::All)), Outcome::Denied);
}

#[test]
fn a_store_that_forgets_while_it_is_used_is_brought_up() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let key = seal(&ring, "1").unwrap();
    let before = ring.history().unwrap().len();
    ring.erase("t", person(&ring, "1"), &Groups::All).unwrap();
    let whole = ring.history().unwrap();
    insider(folder.path(), &format!("DELETE FROM key_events WHERE number > {before}"));
    ring.refresh().unwrap();
    assert_eq!(ring.history().unwrap(), whole);
    assert_eq!(outcome(ring.tenant("t").unwrap().open_key(key)), Outcome::Erased);
    let next = ring.erase("t", person(&ring, "2"), &Groups::All).unwrap();
    assert_eq!((next.row.number, next.anchored), (2, true));
}

#[test]
fn an_entry_that_is_deleted_while_the_store_is_used_is_noticed_by_the_next_refresh() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    ring.hold("t", person(&ring, "1"), true).unwrap();
    ring.hold("t", person(&ring, "2"), true).unwrap();
    let last = ring.history().unwrap().len();
    insider(folder.path(), &format!("DELETE FROM key_events WHERE number = {}", last - 1));
    assert_eq!(outcome(ring.refresh()), Outcome::Tampered);
}

#[test]
fn a_store_and_an_anchor_older_than_the_process_knows_are_refused_while_it_runs() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    seal(&open(other.path()).unwrap(), "1").unwrap();
    let ring = open(folder.path()).unwrap();
    seal(&ring, "1").unwrap();
    let anchor = folder.path().join("anchor.log");
    let (before, older) = (ring.history().unwrap().len(), std::fs::read(&anchor).unwrap());
    ring.erase("t", person(&ring, "1"), &Groups::All).unwrap();
    insider(folder.path(), &format!("DELETE FROM key_events WHERE number > {before}"));
    for anchored in [older, std::fs::read(other.path().join("anchor.log")).unwrap()] {
        std::fs::write(&anchor, anchored).unwrap();
        assert_eq!(outcome(ring.refresh()), Outcome::KeyStoreRolledBack);
        assert_eq!(ring.history().unwrap().len(), before, "nothing was made of it");
    }
}

#[test]
fn a_history_that_is_lost_with_its_anchor_is_not_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    seal(&open(folder.path()).unwrap(), "1").unwrap();
    insider(folder.path(), "DELETE FROM key_events");
    std::fs::remove_file(folder.path().join("anchor.log")).unwrap();
    for adopt_anchor in [false, true] {
        let config = KeyConfig { adopt_anchor, ..KeyConfig::default() };
        assert_eq!(outcome(open_with(folder.path(), config)), Outcome::Tampered);
    }
}

#[test]
fn no_kind_of_key_is_made_anew() {
    for kind in ["subject", "fence", "index", "pseudonym", "checkpoint", "instance", "identity"] {
        let folder = tempfile::tempdir().unwrap();
        let use_all = |ring: &KeyRing| -> Result<()> {
            let tenant = ring.tenant("t")?;
            tenant.index_keys("d", "i")?;
            tenant.pseudonym_key()?;
            tenant.checkpoint_key(&[1; 16])?;
            tenant.instance_key(&[1; 16])?;
            // Another tenant needs the identity key.
            ring.tenant(if kind == "identity" { "u" } else { "t" })?;
            Ok(())
        };
        let ring = open(folder.path()).unwrap();
        ring.tenant("t").unwrap();
        if kind != "identity" {
            use_all(&ring).unwrap();
        }
        for sql in [
            format!("DELETE FROM service_keys WHERE kind = '{kind}'"),
            format!("DELETE FROM branch_keys WHERE key_group = '${kind}'"),
        ] {
            insider(folder.path(), &sql);
            let fresh = open(folder.path()).unwrap();
            assert_eq!(outcome(use_all(&fresh)), Outcome::KeyStoreRolledBack, "{sql}");
            // With the history and without.
            insider(folder.path(), "DELETE FROM key_events");
            let fresh = open(folder.path()).unwrap();
            assert_eq!(outcome(use_all(&fresh)), Outcome::KeyStoreRolledBack, "{sql}");
        }
    }
}

#[test]
fn the_newest_generation_can_not_be_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    seal(&ring, "1").unwrap();
    ring.tenant("t").unwrap().index_keys("d", "i").unwrap();
    ring.rotate_index("t", "d", "i").unwrap();
    ring.rotate_branch("t", "main", false).unwrap();
    insider(folder.path(), "DELETE FROM service_keys WHERE kind = 'index' AND generation = 2");
    insider(folder.path(), "DELETE FROM branch_keys WHERE key_group = 'main' AND generation = 2");
    let fresh = open(folder.path()).unwrap();
    let tenant = fresh.tenant("t").unwrap();
    assert_eq!(outcome(tenant.index_keys("d", "i")), Outcome::KeyStoreRolledBack);
    assert_eq!(outcome(seal(&fresh, "2")), Outcome::KeyStoreRolledBack);
}

#[test]
fn a_schema_object_that_is_not_ours_is_refused() {
    for sql in [
        "CREATE TRIGGER back AFTER UPDATE ON data_keys BEGIN SELECT 1; END",
        "CREATE VIEW other AS SELECT * FROM data_keys",
        "CREATE TABLE other (a)",
        "CREATE INDEX other ON data_keys (created_ns)",
        "DROP INDEX owned_data_keys",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let ring = open(folder.path()).unwrap();
        seal(&ring, "1").unwrap();
        insider(folder.path(), sql);
        // In the process that runs, and in the next.
        assert_eq!(outcome(seal(&ring, "2")), Outcome::Tampered, "{sql}");
        let tag = person(&ring, "1");
        assert_eq!(outcome(ring.erase("t", tag, &Groups::All)), Outcome::Tampered, "{sql}");
        assert_eq!(outcome(open(folder.path())), Outcome::Tampered, "{sql}");
    }
}

#[test]
fn parts_of_other_folders_and_newer_formats_are_refused() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&one, &other] {
        seal(&open(folder.path()).unwrap(), "1").unwrap();
    }
    assert_ne!(open(one.path()).unwrap().folder(), open(other.path()).unwrap().folder());
    let anchor = one.path().join("anchor.log");
    let own = std::fs::read(&anchor).unwrap();
    std::fs::copy(other.path().join("anchor.log"), &anchor).unwrap();
    assert_eq!(outcome(open(one.path())), Outcome::KeyStoreRolledBack);
    std::fs::write(&anchor, &own).unwrap();
    insider(one.path(), "UPDATE folder SET format = 2");
    assert!(open(one.path()).err().unwrap().to_string().contains("newer version"));
    insider(one.path(), "UPDATE folder SET format = 1");
    insider(one.path(), "DELETE FROM folder");
    assert_eq!(outcome(open(one.path())), Outcome::Tampered);
}

#[test]
fn a_new_store_is_not_made_beside_an_anchor_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path()).unwrap();
    let old = first.folder();
    seal(&first, "1").unwrap();
    drop(first);
    for file in ["keys.db", "keys.db-wal", "keys.db-shm"] {
        let _ = std::fs::remove_file(folder.path().join(file));
    }
    let error = open(folder.path()).err().unwrap();
    assert_eq!(error.outcome(), Outcome::KeyUnavailable);
    assert!(error.to_string().contains("begin_anew"), "{error}");
    let config = KeyConfig { begin_anew: true, ..KeyConfig::default() };
    assert_ne!(open_with(folder.path(), config).unwrap().folder(), old);
    let kept = format!("anchor.log.{}", taggant_core::hex::encode(&old));
    assert!(folder.path().join(kept).is_file());
    assert!(open(folder.path()).is_ok());
}

#[test]
fn two_stores_with_one_identity_key_know_a_person_by_one_tag() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let a = open_with(one.path(), adopting(3)).unwrap();
    let b = open_with(other.path(), adopting(3)).unwrap();
    assert_eq!(person(&a, "1"), person(&b, "1"));
    // A tenant that is known needs no identity key; a new one does; another key is refused.
    let without = open(one.path()).unwrap();
    assert_eq!(person(&without, "1"), person(&a, "1"));
    assert_eq!(outcome(without.tenant("u")), Outcome::KeyUnavailable);
    assert_eq!(outcome(open_with(one.path(), adopting(4))), Outcome::KeyUnavailable);
}

#[test]
fn who_was_known_or_erased_before_an_adoption_stays_so() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let (known, gone) = (person(&ring, "known"), person(&ring, "gone"));
    let key = seal(&ring, "known").unwrap();
    seal(&ring, "gone").unwrap();
    ring.erase("t", gone, &Groups::All).unwrap();
    let never_seen = person(&ring, "unseen");
    ring.erase("t", never_seen, &Groups::All).unwrap();
    let adopted = open_with(folder.path(), adopting(3)).unwrap();
    assert_eq!(person(&adopted, "known"), known);
    assert_eq!(seal(&adopted, "known").unwrap(), key);
    assert_eq!(outcome(seal(&adopted, "gone")), Outcome::Erased);
    assert_eq!(outcome(seal(&adopted, "unseen")), Outcome::Erased);
    // Somebody new has the tag that other stores have for them.
    let other = tempfile::tempdir().unwrap();
    let fleet = open_with(other.path(), adopting(3)).unwrap();
    assert_eq!(person(&adopted, "new"), person(&fleet, "new"));
    // The process from before gives nobody an old tag any more.
    ring.refresh().unwrap();
    assert!(ring.tenant("t").unwrap().subject_tag("customer", b"x").is_err());
    assert_eq!(outcome(ring.erase("t", known, &Groups::All)), Outcome::KeyUnavailable);
}

#[test]
fn a_hold_on_the_tag_from_before_an_adoption_holds_the_person() {
    let folder = tempfile::tempdir().unwrap();
    let ring = open(folder.path()).unwrap();
    let (held, later) = (person(&ring, "held"), person(&ring, "later"));
    ring.hold("t", held, true).unwrap();
    let adopted = open_with(folder.path(), adopting(3)).unwrap();
    assert_eq!(person(&adopted, "held"), held, "somebody of whom only the hold is known");
    assert_eq!(outcome(adopted.erase("t", held, &Groups::All)), Outcome::Denied);
    // Who has the tag from then sets the hold after the person was met under the new one.
    assert_ne!(person(&adopted, "later"), later);
    adopted.hold("t", later, true).unwrap();
    assert_eq!(person(&adopted, "later"), later);
}

#[test]
fn an_instance_has_one_key_in_every_process() {
    let folder = tempfile::tempdir().unwrap();
    let key = |instance: [u8; 16]| {
        let ring = open(folder.path()).unwrap();
        ring.tenant("t").unwrap().instance_key(&instance).unwrap()
    };
    assert_eq!(key([1; 16]), key([1; 16]));
    assert_ne!(key([1; 16]), key([2; 16]));
}
