//! What holds without faults.

use taggant_core::Outcome;
use taggant_core::journal::EventSink;

use super::Make;
use super::sample::{batch, event, tag};
use crate::answers::{Handle, Verification};
use crate::sql::{Sql, Value};
use crate::{ErasureOpened, Ledger, SqlLedger, VerifyOptions};

fn ledger(make: &Make<'_>) -> SqlLedger {
    SqlLedger::new(make()).expect("a ledger on an empty database")
}

#[track_caller]
pub(super) fn clean(ledger: &dyn Ledger) -> Verification {
    let found = ledger.verify(&VerifyOptions::default()).expect("verified");
    assert!(found.is_clean(), "{:#?}", found.findings);
    found
}

pub(super) fn each_event_counts_once(make: &Make<'_>) {
    let ledger = ledger(make);
    for (first, next) in [(0, 10), (0, 10), (5, 15), (15, 40), (0, 40)] {
        ledger.apply(&batch(1, first, next)).expect("taken");
    }
    assert_eq!(ledger.next_sequence(batch(1, 0, 1).instance).expect("asked"), 40);
    let count: u64 = ledger.outcomes().expect("asked").iter().map(|sum| sum.count).sum();
    assert_eq!(count, 40);
    assert!(ledger.findings().expect("asked").is_empty());
    assert_eq!(clean(&ledger).events, 40);
}

pub(super) fn known_numbers_with_other_content_are_findings(make: &Make<'_>) {
    let ledger = ledger(make);
    ledger.apply(&batch(1, 0, 10)).expect("taken");
    let mut other = batch(1, 0, 10);
    other.events[3].1.actor = 8 - u32::from(other.events[3].1.actor == 8);
    ledger.apply(&other).expect("taken");
    ledger.apply(&other).expect("taken");
    let findings = ledger.findings().expect("asked");
    assert_eq!(findings.len(), 1, "once: {findings:?}");
    let found = ledger.verify(&VerifyOptions::default()).expect("verified");
    assert!(found.findings.iter().all(|one| one.kind == "journal"), "{:#?}", found.findings);
}

pub(super) fn people_are_handles_and_are_forgotten(make: &Make<'_>) {
    let ledger = ledger(make);
    ledger.apply(&batch(1, 0, 10)).expect("taken");
    let person = ledger.handle("default", tag(0)).expect("asked").expect("met");
    assert_eq!(ledger.handle_or_new("default", tag(0)).expect("asked"), person);
    assert_eq!(ledger.handle("another tenant", tag(0)).expect("asked"), None);
    assert!(!ledger.where_is_person(person).expect("asked").is_empty());
    assert!(ledger.drop_link(person).expect("dropped"));
    assert!(!ledger.drop_link(person).expect("dropped already"));
    assert_eq!(ledger.handle("default", tag(0)).expect("asked"), None);
    assert_ne!(ledger.handle_or_new("default", tag(0)).expect("asked"), person);
    assert!(ledger.where_is_person(Handle([0; 16])).expect("asked").is_empty());
    clean(&ledger);
}

pub(super) fn work_lists_are_opened_once_and_confirmed(make: &Make<'_>) {
    let ledger = ledger(make);
    ledger.apply(&batch(1, 0, 10)).expect("taken");
    let handle = ledger.handle_or_new("default", tag(0)).expect("asked");
    let (store, groups) = ([4; 16], "*");
    let erasure = ErasureOpened { store, number: 3, handle, time_ns: 77, groups, final_ns: 99 };
    ledger.open_receipt(&erasure).expect("opened");
    ledger.open_receipt(&ErasureOpened { time_ns: 78, ..erasure }).expect("open already");
    let receipt = ledger.receipt(3).expect("there");
    assert_eq!((receipt.time_ns, ledger.receipts().expect("asked")), (77, vec![3]));
    assert!(receipt.lines.iter().all(|line| line.confirmed_ns.is_none()));
    assert!(!receipt.lines.is_empty());
    ledger.confirm(3, 1).expect("confirmed");
    let before = ledger.receipt(3).expect("there").lines[0].confirmed_ns;
    ledger.confirm(3, 1).expect("confirmed already");
    assert_eq!(ledger.receipt(3).expect("there").lines[0].confirmed_ns, before);
    assert!(before.is_some());
    for (number, line) in [(3, 99), (4, 1)] {
        let error = ledger.confirm(number, line).expect_err("there is no such line");
        assert_eq!(error.outcome(), Outcome::Invalid);
    }
    clean(&ledger);
}

pub(super) fn accesses_expire_and_the_log_verifies(make: &Make<'_>) {
    let ledger = ledger(make);
    for first in [0, 10, 20] {
        ledger.apply(&batch(1, first, first + 10)).expect("taken");
    }
    let before = ledger.recent_accesses(100).expect("asked").len() as u64;
    let gone = ledger.drop_accesses(event(15).time_ns).expect("dropped");
    assert!(gone > 0 && gone < before, "{gone} of {before}");
    assert_eq!(ledger.recent_accesses(100).expect("asked").len() as u64, before - gone);
    assert_eq!(ledger.drop_accesses(event(15).time_ns).expect("nothing left"), 0);
    assert_eq!(clean(&ledger).dropped, 1);
}

/// Numbers of 64 bits, texts of all kinds, bytes that are no text, and nothing.
pub(super) fn values_come_back_as_they_were(make: &Make<'_>) {
    let sql = make();
    let texts = ["", "a\u{0}b", "Zoë – 東京", "it's \"quoted\" $1 ?1"];
    let numbers = [0, -1, i64::MAX, i64::MIN];
    for (number, text) in numbers.into_iter().zip(texts).filter(|(_, text)| !text.contains('\0')) {
        let row = [Value::Int(7), Value::Int(number), Value::Text(text)];
        sql.write(&mut |transaction| {
            transaction.execute("INSERT INTO texts VALUES ($1, $2, $3)", &row).map(drop)
        })
        .expect("written");
        let (mut found, key) = (Vec::new(), [Value::Int(number), Value::Int(7)]);
        sql.read(&mut |transaction| {
            let sql = "SELECT text, number FROM texts WHERE number = $1 AND lane = $2";
            transaction.rows(sql, &key, &mut |row| {
                found.push((row.text(0)?.to_owned(), row.int(1)?));
                Ok(())
            })
        })
        .expect("read");
        assert_eq!(found, [(text.to_owned(), number)]);
    }
}

pub(super) fn a_transaction_that_fails_changes_nothing(make: &Make<'_>) {
    let sql = make();
    let refused = || taggant_core::Error::new(Outcome::Invalid, "refused by the test");
    let insert = |sql: &dyn Sql, fails: bool| {
        sql.write(&mut |transaction| {
            let row = [Value::Int(1), Value::Int(1), Value::Text("x")];
            let added = transaction
                .execute("INSERT INTO texts VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", &row)?;
            assert_eq!(added, 1, "the number of rows that were added");
            if fails { Err(refused()) } else { Ok(()) }
        })
    };
    let error = insert(&*sql, true).expect_err("what the work reports comes through");
    assert_eq!(error.outcome(), Outcome::Invalid);
    insert(&*sql, false).expect("nothing of it was there");
}
