//! What somebody can do to a ledger with plain SQL and no key, and what shows.

mod proof;

use std::sync::Arc;

use proof::{Folder, Signer, batch, clean};
use rusqlite::Connection;
use taggant_core::Outcome;
use taggant_core::journal::{EventSink, InstanceId};
use taggant_core::tag::SubjectTag;
use taggant_ledger::contract::sample::event;
use taggant_ledger::{CheckpointSigner, Ledger, VerifyOptions};
use taggant_store::ledger;

#[test]
fn a_ledger_that_nobody_touched_is_clean() {
    let folder = Folder::new();
    let found = clean(&folder.ledger(), &folder.options());
    assert!(found.entries > 8 && found.events == 48 && found.rows > 50, "{found:?}");
    assert_eq!((found.unsigned, found.key_from.as_str(), found.gaps), (0, "given", 1));
    // Without a key its checkpoints are compared with each other.
    let found = clean(&folder.ledger(), &VerifyOptions::default());
    assert_eq!(found.key_from, "ledger");
    let outside = VerifyOptions { against: Some(folder.kept.clone()), ..VerifyOptions::default() };
    assert_eq!(clean(&folder.ledger(), &outside).key_from, "against");
}

/// Done to a copy, checked with the key, and found.
#[track_caller]
fn tampered(sql: &str, kind: &str, table: &str) {
    let folder = Folder::new();
    let copy = folder.tampered(|connection| connection.execute_batch(sql).unwrap());
    let found = copy.verify(&folder.options()).unwrap();
    let is_found = found.findings.iter().any(|one| one.kind == kind && one.table == table);
    assert!(is_found, "{sql}: {:#?}", found.findings);
}

#[test]
fn a_changed_row() {
    tampered("UPDATE edges SET count = count - 1 WHERE dataset = 1", "changed", "edges");
    tampered("UPDATE accesses SET reason = 'no' WHERE number = 5", "changed", "accesses");
    tampered("UPDATE leaves SET content = x'01' WHERE number = 0", "changed", "leaves");
    tampered("UPDATE lanes SET events = events + 1", "log", "lanes");
}

#[test]
fn a_deleted_row() {
    tampered("DELETE FROM accesses WHERE number = 5", "missing", "accesses");
    tampered("DELETE FROM subject_locations WHERE person = 2", "missing", "subject_locations");
    tampered("DELETE FROM lanes WHERE lane = 1", "missing", "leaves");
    // As a lawful drop would do it, but nobody has written that down.
    let drop =
        "UPDATE people SET forgotten = 1, link = NULL, salt = NULL, tenant = NULL, tag = NULL
        WHERE person = 2";
    tampered(drop, "changed", "people");
    let drop = "UPDATE leaves SET access_salt = NULL WHERE number = 1; DELETE FROM accesses";
    tampered(drop, "missing", "leaves");
}

#[test]
fn an_inserted_row() {
    let copy = "INSERT INTO accesses SELECT lane, instance, number + 1000, time_ns, kind, outcome,
        dataset, first_field, actions, field, location, purpose, actor, on_behalf, tenant, scope,
        origin, person, refers, reason, trace FROM accesses WHERE number = 5";
    tampered(copy, "inserted", "accesses");
    tampered("INSERT INTO texts VALUES (1, 99, 'svc:other')", "inserted", "texts");
    let leaf =
        "INSERT INTO leaves SELECT lane, number + 1, hash, salt, content, access_salt FROM leaves
        WHERE lane = 1 ORDER BY number DESC LIMIT 1";
    tampered(leaf, "log", "lanes");
}

#[test]
fn a_swapped_pair() {
    // Who saw whom, exchanged between two accesses.
    let swap = "CREATE TEMP TABLE pair AS
            SELECT number, actor, person FROM accesses WHERE instance = 1 AND number IN (1, 5);
        UPDATE accesses SET (actor, person) = (SELECT actor, person FROM pair
            WHERE pair.number <> accesses.number) WHERE instance = 1 AND number IN (1, 5);";
    tampered(swap, "changed", "accesses");
    let swap = "UPDATE leaves SET number = -1 WHERE number = 2;
        UPDATE leaves SET number = 2 WHERE number = 4;
        UPDATE leaves SET number = 4 WHERE number = -1;";
    tampered(swap, "changed", "leaves");
}

#[test]
fn a_truncated_tail() {
    tampered("DELETE FROM leaves WHERE number > 5", "missing", "leaves");
    // Somebody who has made everything else fit: the older state, with the newer checkpoints.
    let folder = Folder::new();
    let connection = Connection::open(folder.old()).unwrap();
    connection.execute("ATTACH ?1 AS new", [folder.path().to_str()]).unwrap();
    let fill = "INSERT OR IGNORE INTO checkpoints SELECT * FROM new.checkpoints";
    connection.execute(fill, []).unwrap();
    drop(connection);
    let found = ledger::open_read_only(&folder.old()).unwrap().verify(&folder.options()).unwrap();
    assert!(found.findings.iter().all(|one| one.kind == "missing"), "{:#?}", found.findings);
    assert!(!found.is_clean());
}

#[test]
fn a_deleted_window() {
    let delete = "DELETE FROM leaves WHERE number IN (3, 4);
        DELETE FROM runs WHERE leaf IN (3, 4);
        DELETE FROM accesses WHERE instance = 1 AND number BETWEEN 10 AND 21;";
    tampered(delete, "missing", "leaves");
    // The numbers closed up.
    let close = format!("{delete} UPDATE leaves SET number = number - 2 WHERE number > 4;");
    tampered(&close, "changed", "leaves");
}

#[test]
fn a_replaced_checkpoint() {
    let swap = "UPDATE checkpoints SET note = (SELECT note FROM checkpoints WHERE number = 1)
        WHERE number = 2";
    tampered(swap, "checkpoint", "checkpoints");
    tampered("DELETE FROM checkpoints WHERE number = 1", "checkpoint", "checkpoints");
    tampered("DELETE FROM checkpoints", "checkpoint", "checkpoints");
    let line = "UPDATE checkpoints SET note = replace(note, 'events ', 'events 1')";
    tampered(line, "checkpoint", "checkpoints");
}

/// Everything made anew without an event, tree and tables and all, but for the key.
#[test]
fn a_history_that_was_made_anew_with_another_key() {
    let folder = Folder::new();
    let path = folder.path().with_file_name("forged.db");
    drop(ledger::open(&path).unwrap());
    Connection::open(&path)
        .unwrap()
        .execute("UPDATE ledger SET id = ?1", [folder.ledger().id().unwrap()])
        .unwrap();
    let forged = ledger::open(&path).unwrap();
    forged.sign_with(Signer::new(2));
    forged.apply(&batch(1, 0, 10)).unwrap();
    forged.idle(InstanceId([1; 16]), 9, true).unwrap();
    // Nobody who has neither key nor copy can tell.
    clean(&forged, &VerifyOptions::default());
    let found = forged.verify(&folder.options()).unwrap();
    assert!(found.findings.iter().any(|one| one.kind == "checkpoint"), "{:#?}", found.findings);
    let outside = VerifyOptions { against: Some(folder.kept.clone()), ..VerifyOptions::default() };
    let found = forged.verify(&outside).unwrap();
    assert!(found.findings.iter().any(|one| one.kind == "rolled_back"), "{:#?}", found.findings);
}

#[test]
fn a_copy_that_was_rolled_back() {
    let folder = Folder::new();
    let old = ledger::open(&folder.old()).unwrap();
    // It is whole, and nothing in it says that there was more.
    clean(&old, &folder.options());
    let outside = VerifyOptions { against: Some(folder.kept.clone()), ..folder.options() };
    let found = old.verify(&outside).unwrap();
    assert_eq!(found.findings[0].kind, "rolled_back", "{:#?}", found.findings);
    // A process that goes on from the copy signs nothing over it.
    old.sign_with(folder.signer.clone());
    old.apply(&batch(4, 0, 40)).unwrap();
    old.idle(InstanceId([4; 16]), 9, true).unwrap();
    let after = old.verify(&outside).unwrap();
    assert_eq!((after.checkpoints, after.unsigned > 0), (found.checkpoints, true));
    assert!(after.findings.iter().any(|one| one.kind == "rolled_back"), "{:#?}", after.findings);
    clean(&folder.ledger(), &outside);
}

#[test]
fn erasures_that_the_key_store_does_not_know() {
    let folder = Folder::new();
    let options = VerifyOptions { erasures: Some(Vec::new()), ..folder.options() };
    let found = folder.ledger().verify(&options).unwrap();
    assert_eq!(found.findings[0].kind, "erasures", "{:#?}", found.findings);
}

#[test]
fn a_view_an_index_or_a_trigger_that_is_not_the_ledger_s() {
    let hide = "ALTER TABLE accesses RENAME TO kept;
        CREATE VIEW accesses AS SELECT * FROM kept WHERE actor <> 9;";
    tampered(hide, "schema", "schema");
    tampered("DROP INDEX accesses_by_person", "schema", "schema");
    let trigger = "CREATE TRIGGER t AFTER INSERT ON texts BEGIN DELETE FROM accesses; END";
    tampered(trigger, "schema", "schema");
}

#[test]
fn a_trigger_that_is_named_like_a_table_of_sqlite_s_own() {
    let trigger = "CREATE TRIGGER t AFTER INSERT ON texts BEGIN DELETE FROM accesses; END;
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET name = 'sqlite_stat1' WHERE name = 't';
        UPDATE sqlite_schema SET sql = replace(sql, 'TRIGGER t', 'TRIGGER sqlite_stat1')
            WHERE type = 'trigger'";
    tampered(trigger, "schema", "schema");
    let folder = Folder::new();
    let analyzed = folder.tampered(|connection| connection.execute_batch("ANALYZE").unwrap());
    clean(&analyzed, &folder.options());
}

/// Whoever writes the file need not keep to its rules.
#[test]
fn content_that_the_schema_would_not_take() {
    let free = |sql: &str| format!("PRAGMA ignore_check_constraints = ON; {sql}");
    tampered(&free("UPDATE leaves SET hash = x'00' WHERE number = 2"), "changed", "leaves");
    tampered(&free("UPDATE lanes SET source = x'00'"), "log", "lanes");
    tampered(&free("UPDATE lanes SET roots = x'00'"), "log", "lanes");
    tampered(
        &free("UPDATE instances SET instance = x'00' WHERE number = 1"),
        "changed",
        "instances",
    );
    tampered("UPDATE texts SET text = CAST(x'FF' AS TEXT) WHERE number = 3", "changed", "texts");
    let note = "UPDATE checkpoints SET note = CAST(x'FF' AS TEXT)";
    tampered(note, "checkpoint", "checkpoints");
    tampered("UPDATE accesses SET reason = CAST(x'FF' AS TEXT)", "changed", "accesses");
}

#[test]
fn an_outside_file_that_is_no_checkpoint_is_refused() {
    let folder = Folder::new();
    let half = &folder.kept[..folder.kept.len() / 2];
    let changed = folder.kept.replace("events", "event");
    for text in ["", "hello\n\nworld\n", half, &changed] {
        let options = VerifyOptions { against: Some(text.to_owned()), ..VerifyOptions::default() };
        let error = folder.ledger().verify(&options).unwrap_err();
        assert_eq!(error.outcome(), Outcome::Invalid);
    }
    let other = VerifyOptions {
        public_key: Some([1; 32]),
        against: Some(folder.kept.clone()),
        ..VerifyOptions::default()
    };
    assert_eq!(folder.ledger().verify(&other).unwrap_err().outcome(), Outcome::Invalid);
}

#[test]
fn what_was_dropped_lawfully_is_no_finding_and_is_gone() {
    let folder = Folder::new();
    let ledger = folder.ledger();
    ledger.sign_with(folder.signer.clone());
    let handle = ledger.handle("default", SubjectTag([1; 16])).unwrap().unwrap();
    assert!(ledger.drop_link(handle).unwrap());
    assert!(!ledger.drop_link(handle).unwrap());
    assert_eq!(ledger.handle("default", SubjectTag([1; 16])).unwrap(), None);
    assert!(!ledger.where_is_person(handle).unwrap().is_empty(), "what remains is anonymous");
    clean(&ledger, &folder.options());
    let before = ledger.recent_accesses(1000).unwrap().len() as u64;
    let dropped = ledger.drop_accesses(event(20).time_ns).unwrap();
    assert!(dropped > 0 && dropped < before);
    assert_eq!(ledger.recent_accesses(1000).unwrap().len() as u64, before - dropped);
    let found = clean(&ledger, &folder.options());
    assert!(found.dropped > 0);
    // A person who comes back is another one.
    ledger.apply(&batch(5, 0, 6)).unwrap();
    assert_ne!(ledger.handle("default", SubjectTag([1; 16])).unwrap(), Some(handle));
    clean(&ledger, &folder.options());
}

#[test]
fn processes_that_write_at_once_leave_a_clean_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let signer = Signer::new(3);
    std::thread::scope(|scope| {
        for instance in 1..=4 {
            let (path, signer) = (&path, signer.clone());
            scope.spawn(move || {
                // A connection and a memory of its own, as a process has.
                let ledger = ledger::open(path).unwrap();
                ledger.sign_with(signer);
                for first in (0..200).step_by(10) {
                    ledger.apply(&batch(instance, first, first + 10)).unwrap();
                }
                ledger.idle(InstanceId([instance; 16]), 9, true).unwrap();
            });
        }
    });
    let ledger = ledger::open_read_only(&path).unwrap();
    let options =
        VerifyOptions { public_key: Some(signer.public_key()), ..VerifyOptions::default() };
    let found = clean(&ledger, &options);
    assert_eq!((found.events, found.unsigned), (800, 0));
}

#[test]
fn a_known_number_with_other_content_is_a_finding_and_no_duplicate() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger::open(&folder.path().join("ledger.db")).unwrap();
    ledger.apply(&batch(1, 0, 10)).unwrap();
    ledger.apply(&batch(1, 10, 20)).unwrap();
    // The same again, in other pieces: a duplicate.
    ledger.apply(&batch(1, 0, 20)).unwrap();
    ledger.apply(&batch(1, 10, 25)).unwrap();
    assert!(ledger.findings().unwrap().is_empty());
    let clean_flows = ledger.flows().unwrap();

    let mut other = batch(1, 10, 25);
    other.events[3].1.actor = 7 + (other.events[3].1.actor == 7) as u32;
    ledger.apply(&other).unwrap();
    let mut other = batch(1, 0, 10);
    other.definitions[3].text = "postgres://db/elsewhere".to_owned();
    ledger.apply(&other).unwrap();
    let findings = ledger.findings().unwrap();
    let whats: Vec<(u64, &str)> = findings.iter().map(|f| (f.number, f.what.as_str())).collect();
    assert_eq!(whats.len(), 2, "{whats:?}");
    assert!(whats[1].0 == 10 && whats[1].1.contains("10 to 19 came again"), "{whats:?}");
    assert!(whats[0].1.contains("another meaning"), "{whats:?}");
    assert_eq!(ledger.flows().unwrap(), clean_flows, "nothing of it was taken");
    let found = ledger.verify(&VerifyOptions::default()).unwrap();
    assert!(found.findings.iter().all(|one| one.kind == "journal"), "{:#?}", found.findings);
    assert_eq!(found.findings.len(), 2);
}

#[test]
fn others_may_write_while_it_is_verified() {
    let folder = Folder::new();
    let ledger = Arc::new(folder.ledger());
    ledger.sign_with(folder.signer.clone());
    let writer = std::thread::spawn({
        let ledger = ledger.clone();
        move || (0..60).for_each(|n| ledger.apply(&batch(9, 10 * n, 10 * n + 10)).unwrap())
    });
    let reader = ledger::open_read_only(&folder.path()).unwrap();
    for _ in 0..5 {
        clean(&reader, &folder.options());
    }
    writer.join().unwrap();
    clean(&reader, &folder.options());
}
