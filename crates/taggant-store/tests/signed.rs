//! What is signed over, and what is not: lanes that others have written to, ledgers that are not the
//! ones that were kept.

mod proof;

use proof::{Folder, Signer, batch, clean};
use rusqlite::Connection;
use taggant_core::Outcome;
use taggant_core::event::RecordKind;
use taggant_core::journal::{EventSink, InstanceId};
use taggant_core::tag::SubjectTag;
use taggant_ledger::contract::sample::event;
use taggant_ledger::{CheckpointSigner, ErasureOpened, Imported, Ledger, SqlLedger, VerifyOptions};
use taggant_store::ledger;

fn checkpoints(ledger: &SqlLedger) -> u64 {
    ledger.verify(&VerifyOptions::default()).unwrap().checkpoints
}

/// Events of an instance, and the end of its process.
fn go_on(ledger: &SqlLedger, instance: u8) {
    ledger.apply(&batch(instance, 0, 10)).unwrap();
    ledger.idle(InstanceId([instance; 16]), 9, true).unwrap();
}

#[track_caller]
fn has(ledger: &SqlLedger, options: &VerifyOptions, kind: &str, table: &str) {
    let found = ledger.verify(options).unwrap().findings;
    assert!(found.iter().any(|one| one.kind == kind && one.table == table), "{found:#?}");
}

/// The leaf fits: a ledger of the same id without the key has made it.
fn forge(folder: &Folder) {
    let forger = folder.ledger();
    forger.sign_with(Signer::new(2));
    forger.trust_anew().unwrap();
    Connection::open(folder.path())
        .unwrap()
        .execute_batch(
            "DELETE FROM checkpoints WHERE number = (SELECT max(number) FROM checkpoints)",
        )
        .unwrap();
    go_on(&forger, 7);
    let end = "DELETE FROM checkpoints WHERE number > 3";
    Connection::open(folder.path()).unwrap().execute_batch(end).unwrap();
}

#[test]
fn a_leaf_that_somebody_without_the_key_has_added_is_never_signed_over() {
    let folder = Folder::new();
    forge(&folder);
    let before = checkpoints(&folder.ledger());
    let live = folder.ledger();
    live.sign_with(folder.signer.clone());
    go_on(&live, 8);
    assert_eq!(
        live.next_sequence(InstanceId([8; 16])).unwrap(),
        10,
        "events are taken all the same"
    );
    assert_eq!(checkpoints(&live), before, "and nothing is signed");
    has(&live, &folder.options(), "log", "lanes");
    // Nor is the lane continued: what the forger has added ends it.
    let lanes: Vec<_> = live.lanes().unwrap().into_iter().map(|(name, _)| name).collect();
    let services = |service: &str| lanes.iter().filter(|lane| lane.service == service).count();
    assert_eq!(services("checkout"), 2, "{lanes:?}");
    // An explicit word is needed, and the history of the other key still shows.
    live.trust_anew().unwrap();
    assert!(checkpoints(&live) > before);
}

#[test]
fn a_live_process_does_not_sign_over_a_leaf_that_is_added_under_it() {
    let folder = Folder::new();
    let live = folder.ledger();
    live.sign_with(folder.signer.clone());
    live.apply(&batch(6, 0, 10)).unwrap();
    forge(&folder);
    let before = checkpoints(&live);
    live.apply(&batch(6, 10, 20)).unwrap();
    live.idle(InstanceId([6; 16]), 9, true).unwrap();
    assert_eq!(checkpoints(&live), before);
    has(&live, &folder.options(), "log", "lanes");
}

#[test]
fn a_row_of_a_lane_that_nobody_has_made_is_found() {
    let folder = Folder::new();
    let lane =
        "INSERT INTO lanes VALUES (99, x'07070707070707070707070707070707', 'x', 0, 0, x'', 0,
            NULL, NULL, 0);
        UPDATE people SET salt = NULL, tenant = NULL, tag = NULL WHERE person = 1";
    let copy = folder.tampered(|connection| connection.execute_batch(lane).unwrap());
    has(&copy, &folder.options(), "log", "lanes");
    // Whoever has lanes here: the people of this ledger keep their tags.
    has(&copy, &VerifyOptions::default(), "changed", "people");
}

#[test]
fn a_missing_older_or_foreign_checkpoint_is_not_signed_over() {
    let folder = Folder::new();
    let goes_on = |signer: &std::sync::Arc<Signer>, instance| {
        let ledger = folder.ledger();
        let before = checkpoints(&ledger);
        ledger.sign_with(signer.clone());
        go_on(&ledger, instance);
        checkpoints(&ledger) > before
    };
    assert!(goes_on(&folder.signer, 11));
    // The file beside the anchor is gone, the key store knows better.
    folder.signer.lose();
    assert!(!goes_on(&folder.signer, 12));
    // Both are gone, the ledger itself says that there was one.
    folder.signer.lose_head();
    assert!(!goes_on(&folder.signer, 13));
    let ledger = folder.ledger();
    ledger.sign_with(folder.signer.clone());
    ledger.trust_anew().unwrap();
    assert!(goes_on(&folder.signer, 14), "after an explicit word");
    clean(&folder.ledger(), &folder.options());
}

#[test]
fn a_ledger_made_anew_under_the_old_id_is_not_signed_even_if_the_kept_checkpoint_is_gone() {
    let folder = Folder::new();
    let path = folder.path().with_file_name("forged.db");
    let forged = ledger::open(&path).unwrap();
    let id = folder.ledger().id().unwrap();
    Connection::open(&path).unwrap().execute("UPDATE ledger SET id = ?1", [id]).unwrap();
    let forged = {
        drop(forged);
        ledger::open(&path).unwrap()
    };
    forged.apply(&batch(1, 0, 10)).unwrap();
    folder.signer.lose();
    folder.signer.lose_head();
    let next = ledger::open(&path).unwrap();
    next.sign_with(folder.signer.clone());
    go_on(&next, 5);
    // What is signed names none of the lanes that were made up.
    let options = VerifyOptions {
        public_key: Some(CheckpointSigner::public_key(&*folder.signer)),
        ..VerifyOptions::default()
    };
    has(&next, &options, "log", "lanes");
    assert!(folder.signer.has_refused());
    let note = next.checkpoint().unwrap().unwrap();
    assert!(note.contains("\nevents 10\n"), "those of instance 5 alone: {note}");
}

#[test]
fn signatures_of_witnesses_are_kept_and_change_nothing_else() {
    let folder = Folder::new();
    let ledger = folder.ledger();
    let note = ledger.checkpoint().unwrap().unwrap();
    let cosigned = format!("{note}\u{2014} witness.example AAAAAAECAwQ=\n");
    ledger.keep_cosigned(&cosigned).unwrap();
    ledger.keep_cosigned(&cosigned).unwrap();
    assert_eq!(ledger.checkpoint().unwrap().unwrap(), cosigned);
    clean(&ledger, &folder.options());
    clean(&ledger, &VerifyOptions { against: Some(note.clone()), ..folder.options() });
    clean(&ledger, &VerifyOptions { against: Some(cosigned.clone()), ..folder.options() });
    // The next checkpoint follows it.
    let before = checkpoints(&ledger);
    ledger.sign_with(folder.signer.clone());
    go_on(&ledger, 9);
    assert_eq!(checkpoints(&ledger), before + 1);
    let other = cosigned.replace("events 4", "events 5");
    for foreign in ["", "x\n\ny\n", &other, &format!("{note}no signature\n")] {
        assert_eq!(ledger.keep_cosigned(foreign).unwrap_err().outcome(), Outcome::Invalid);
    }
    clean(&ledger, &folder.options());
}

#[test]
fn accesses_that_were_deleted_are_not_deleted_a_second_time_by_retention() {
    let folder = Folder::new();
    let copy = folder.path();
    let delete = "DELETE FROM accesses WHERE instance = 1 AND number = 5";
    Connection::open(&copy).unwrap().execute_batch(delete).unwrap();
    let ledger = folder.ledger();
    ledger.sign_with(folder.signer.clone());
    let error = ledger.drop_accesses(event(1000).time_ns).unwrap_err();
    assert_eq!(error.outcome(), Outcome::Tampered, "{error}");
    assert!(error.to_string().contains("those of 1 entries"), "{error}");
    has(&ledger, &folder.options(), "missing", "accesses");
    let left = ledger.recent_accesses(1000).unwrap().len();
    assert!(
        (1..10).contains(&left),
        "the entry that was changed stays, the others are gone: {left}"
    );
}

#[test]
fn a_person_who_was_forgotten_by_another_process_gets_a_new_handle() {
    let folder = Folder::new();
    let (one, other) = (folder.ledger(), folder.ledger());
    for ledger in [&one, &other] {
        ledger.sign_with(folder.signer.clone());
    }
    one.apply(&batch(6, 0, 10)).unwrap();
    let tag = SubjectTag([1; 16]);
    let handle = one.handle("default", tag).unwrap().unwrap();
    assert!(other.drop_link(handle).unwrap());
    let before = one.accesses_of(handle).unwrap().len();
    one.apply(&batch(6, 10, 30)).unwrap();
    assert_eq!(
        one.accesses_of(handle).unwrap().len(),
        before,
        "nothing is added to who is forgotten"
    );
    assert!(one.handle("default", tag).unwrap().is_some_and(|fresh| fresh != handle));
    clean(&one, &folder.options());
}

#[test]
fn a_process_keeps_the_lane_that_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let (one, two) = (ledger::open(&path).unwrap(), ledger::open(&path).unwrap());
    one.apply(&batch(1, 0, 10)).unwrap();
    two.apply(&batch(2, 0, 10)).unwrap();
    // The first one's lane is free again. What makes the second forget its lane does not move it.
    one.idle(InstanceId([1; 16]), 9, true).unwrap();
    two.apply(&batch(2, 10, 14)).unwrap();
    two.drop_link(two.handle("default", SubjectTag([1; 16])).unwrap().unwrap()).unwrap();
    two.apply(&batch(2, 14, 20)).unwrap();
    let lanes: std::collections::BTreeMap<_, _> = two
        .lanes()
        .unwrap()
        .into_iter()
        .map(|(name, size)| ((name.service, name.number), size))
        .collect();
    assert_eq!(lanes.len(), 3, "{lanes:?}");
    assert_eq!(lanes[&("checkout".to_owned(), 0)], 2, "people, events");
    clean(&two, &VerifyOptions::default());
}

#[test]
fn leaves_speak_for_their_own_ledger_alone() {
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str| ledger::open(&folder.path().join(name)).unwrap();
    let (own, other) = (open("own.db"), open("other.db"));
    own.apply(&batch(1, 0, 10)).unwrap();
    other.apply(&batch(1, 0, 30)).unwrap();
    let leaves: Vec<_> = other
        .lanes()
        .unwrap()
        .into_iter()
        .flat_map(|(lane, size)| (0..size).map(move |number| (lane.clone(), number)))
        .map(|(lane, number)| other.export(&lane, number).unwrap().unwrap())
        .collect();
    for leaf in &leaves {
        assert_eq!(own.import(leaf).unwrap(), Imported::Taken);
    }
    // The other one's events of the same instance hold none of this one's back.
    assert_eq!(own.next_sequence(InstanceId([1; 16])).unwrap(), 10);
    own.apply(&batch(1, 10, 20)).unwrap();
    assert!(own.findings().unwrap().is_empty());
    // What is said in this ledger's name was written by it, or not at all.
    let mut forged = leaves[0].clone();
    forged.lane.source = own.id().unwrap();
    forged.lane.service = "support".to_owned();
    assert_eq!(own.import(&forged).unwrap_err().outcome(), Outcome::Tampered);
    let mut odd = leaves[0].clone();
    odd.lane.service = "a service".to_owned();
    assert_eq!(own.import(&odd).unwrap_err().outcome(), Outcome::Tampered);
    // A leaf that comes too early leaves nothing behind.
    let fresh = open("fresh.db");
    assert_eq!(fresh.import(leaves.last().unwrap()).unwrap(), Imported::Early);
    assert!(fresh.lanes().unwrap().is_empty());
    clean(&own, &VerifyOptions::default());
}

fn sql(folder: &Folder, sql: &str) {
    Connection::open(folder.path()).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn events_that_are_passed_over_or_taken_twice_because_a_number_was_changed_are_found() {
    for number in ["200", "0"] {
        let folder = Folder::new();
        let ledger = folder.ledger();
        ledger.sign_with(folder.signer.clone());
        // Without accesses: their rows can't stand twice.
        let written = |first, next| {
            let mut batch = batch(9, first, next);
            let events = batch.events.iter_mut();
            events.for_each(|(_, event)| {
                event.kind = RecordKind::Write;
                event.actions.0[0] = 0x11;
            });
            batch
        };
        ledger.apply(&written(0, 10)).unwrap();
        let id = "x'09090909090909090909090909090909'";
        sql(&folder, &format!("UPDATE instances SET next_number = {number} WHERE instance = {id}"));
        let after = ledger.next_sequence(InstanceId([9; 16])).unwrap();
        assert_eq!(after.to_string(), number);
        // Passed over, or taken a second time; then the number is right again.
        if number == "0" {
            ledger.apply(&written(0, 10)).unwrap();
        } else {
            ledger.apply(&written(10, 200)).unwrap();
            ledger.apply(&written(200, 210)).unwrap();
        }
        let found = ledger.verify(&folder.options()).unwrap().findings;
        assert!(found.iter().any(|one| one.table == "runs"), "{number}: {found:#?}");
    }
}

#[test]
fn retention_believes_no_table_but_leaves_that_are_signed() {
    let folder = Folder::new();
    let ledger = folder.ledger();
    ledger.sign_with(folder.signer.clone());
    let before = ledger.recent_accesses(1000).unwrap().len();
    // The rows of a run are said to be one, of long ago, and the leaf is made to say so too.
    let forge = "DELETE FROM accesses WHERE instance = 1 AND number > 0 AND number < 10
            AND number <> 5;
        UPDATE accesses SET time_ns = 5 WHERE instance = 1 AND number = 5;
        UPDATE runs SET first = 5, next = 6 WHERE leaf = 1;
        UPDATE leaves SET content = x'01' WHERE number = 1";
    sql(&folder, forge);
    let left = ledger.recent_accesses(1000).unwrap().len();
    assert!(left < before);
    let error = ledger.drop_accesses(1000).unwrap_err();
    assert_eq!(error.outcome(), Outcome::Tampered, "{error}");
    assert_eq!(ledger.recent_accesses(1000).unwrap().len(), left, "nothing was deleted as old");
}

#[test]
fn that_nothing_could_be_signed_is_kept_outside_of_the_ledger() {
    let folder = Folder::new();
    let row =
        "INSERT INTO lanes VALUES (99, x'07070707070707070707070707070707', 'x', 0, 0, x'', 0,
            NULL, NULL, 0)";
    sql(&folder, row);
    let before = checkpoints(&folder.ledger());
    let ledger = folder.ledger();
    ledger.sign_with(folder.signer.clone());
    go_on(&ledger, 9);
    // One row does not keep the rest from being signed, and what it was stays known.
    assert_eq!(checkpoints(&ledger), before + 1);
    assert!(folder.signer.has_refused());
    sql(&folder, "DELETE FROM lanes WHERE lane = 99");
    ledger.trust_anew().unwrap();
    assert!(!folder.signer.has_refused(), "settled");
}

#[test]
fn numbers_that_no_ledger_reaches_do_not_end_the_signing() {
    for number in ["9223372036854775807", "9223372036854775806", "77"] {
        let folder = Folder::new();
        sql(&folder, &format!("INSERT INTO checkpoints VALUES ({number}, 1, 'x')"));
        let ledger = folder.ledger();
        ledger.sign_with(folder.signer.clone());
        go_on(&ledger, 9);
        assert!(folder.signer.has_refused(), "{number}");
        sql(&folder, &format!("DELETE FROM checkpoints WHERE number = {number}"));
        go_on(&ledger, 10);
        let found = clean(&ledger, &folder.options());
        assert_eq!(found.unsigned, 0, "{number}");
    }
}

#[test]
fn a_crash_before_the_first_checkpoint_is_kept_leaves_no_riddle() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let signer = Signer::new(5);
    let ledger = ledger::open(&path).unwrap();
    ledger.sign_with(signer.clone());
    ledger.apply(&batch(1, 0, 10)).unwrap();
    // As if it had died between the commit and the keeping.
    signer.lose();
    signer.lose_head();
    CheckpointSigner::begin(&*signer);
    drop(ledger);
    let next = ledger::open(&path).unwrap();
    next.sign_with(signer.clone());
    go_on(&next, 2);
    let options =
        VerifyOptions { public_key: Some(signer.public_key()), ..VerifyOptions::default() };
    let found = clean(&next, &options);
    assert_eq!((found.unsigned, signer.has_refused()), (0, false));
}

#[test]
fn a_ledger_that_was_put_back_is_signed_again_once_it_is_trusted_anew() {
    let folder = Folder::new();
    let old = ledger::open(&folder.old()).unwrap();
    old.sign_with(folder.signer.clone());
    go_on(&old, 4);
    assert!(folder.signer.has_refused());
    old.trust_anew().unwrap();
    let before = checkpoints(&old);
    go_on(&old, 5);
    assert_eq!(checkpoints(&old), before + 1);
    assert!(!folder.signer.has_refused());
}

#[test]
fn two_processes_that_open_one_receipt_make_one_work_list() {
    for _ in 0..10 {
        let folder = Folder::new();
        let handle = folder.ledger().handle("default", SubjectTag([1; 16])).unwrap().unwrap();
        let erasure = ErasureOpened {
            store: [4; 16],
            number: 2,
            handle,
            time_ns: 77,
            groups: "*",
            final_ns: 99,
        };
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let ledger = folder.ledger();
                    ledger.sign_with(folder.signer.clone());
                    ledger.open_receipt(&erasure).unwrap();
                });
            }
        });
        let receipt = folder.ledger().receipt(2).unwrap();
        let lines: Vec<u32> = receipt.lines.iter().map(|line| line.line).collect();
        let expected: Vec<u32> = (1..).take(lines.len()).collect();
        assert_eq!(lines, expected, "each line once");
    }
}

#[test]
fn who_has_no_signer_does_not_write_to_a_signed_ledger() {
    let folder = Folder::new();
    let error = folder.ledger().apply(&batch(9, 0, 10)).unwrap_err();
    assert!(error.to_string().contains("sign_with"), "{error}");
    clean(&folder.ledger(), &folder.options());
}

#[test]
fn a_checkpoint_that_cannot_be_read_keeps_no_event_out() {
    let folder = Folder::new();
    folder.signer.break_kept();
    let ledger = folder.ledger();
    ledger.sign_with(folder.signer.clone());
    go_on(&ledger, 9);
    assert_eq!(ledger.next_sequence(InstanceId([9; 16])).unwrap(), 10);
    assert!(folder.signer.has_refused());
}

#[test]
fn one_cell_of_a_hostile_size_ends_in_an_error_or_a_finding() {
    let max = i64::MAX;
    for cell in [
        format!("UPDATE leaves SET number = {max} WHERE number = 3"),
        format!("UPDATE people SET person = {max} WHERE person = 1"),
        format!("UPDATE lanes SET lane = {max} WHERE lane = 1"),
        format!("UPDATE lanes SET size = {max} WHERE service = 'taggant'"),
        format!("UPDATE lanes SET events = {max} WHERE lane = 1"),
        "UPDATE policy_changes SET digest = CAST(x'FF' AS TEXT)".to_owned(),
    ] {
        let folder = Folder::new();
        sql(&folder, &cell);
        let ledger = folder.ledger();
        ledger.sign_with(folder.signer.clone());
        let mut more = batch(9, 0, 10);
        for (number, event) in &mut more.events {
            event.subject = Some(SubjectTag([100 + u8::try_from(*number).unwrap(); 16]));
        }
        let _ = ledger.apply(&more);
        let found = ledger.verify(&folder.options()).unwrap();
        assert!(!found.is_clean(), "{cell}");
    }
}

#[test]
fn a_person_whose_link_was_hidden_for_a_while_is_not_taken_for_forgotten() {
    let folder = Folder::new();
    let ledger = folder.ledger();
    ledger.sign_with(folder.signer.clone());
    let handle = ledger.handle("default", SubjectTag([1; 16])).unwrap().unwrap();
    sql(&folder, "UPDATE people SET link = NULL");
    assert_eq!(ledger.drop_link(handle).unwrap_err().outcome(), Outcome::Tampered);
}
