//! What holds when transactions are cut off, and when several write at once.

use std::sync::Arc;

use taggant_core::Result;
use taggant_core::journal::EventSink;

use super::Make;
use super::cut::{Cut, When};
use super::holds::clean;
use super::sample::{batch, batch_of, event, tag};
use crate::{ErasureOpened, Ledger, SqlLedger};

/// One thing that is done to a ledger.
type Step = fn(&SqlLedger) -> Result<()>;

const STEPS: [Step; 8] = [
    |ledger| ledger.apply(&batch(1, 0, 12)),
    |ledger| ledger.apply(&batch_of("support", 2, 0, 9)),
    |ledger| ledger.apply(&batch(1, 12, 30)),
    |ledger| ledger.handle_or_new("other", tag(3)).map(drop),
    |ledger| ledger.open_receipt(&erasure(ledger)?),
    |ledger| ledger.confirm(1, 1),
    |ledger| ledger.drop_accesses(event(13).time_ns).map(drop),
    |ledger| ledger.idle(batch(1, 0, 1).instance, 9, true),
];

fn erasure(ledger: &SqlLedger) -> Result<ErasureOpened<'static>> {
    let handle = ledger.handle_or_new("default", tag(0))?;
    Ok(ErasureOpened { store: [4; 16], number: 1, handle, time_ns: 7, groups: "*", final_ns: 9 })
}

/// What a ledger says, but for what is random in each.
fn told(ledger: &SqlLedger) -> String {
    let flows = ledger.flows().expect("asked");
    let outcomes = ledger.outcomes().expect("asked");
    let accesses = ledger.recent_accesses(1000).expect("asked");
    let seen: Vec<_> = accesses.iter().map(|one| (one.time_ns, &one.reason, &one.fields)).collect();
    let receipt = ledger.receipt(1).expect("there");
    let lines: Vec<_> = receipt
        .lines
        .iter()
        .map(|line| (&line.what, &line.location, line.confirmed_ns.is_some()))
        .collect();
    let actors = ledger.actors(0).expect("asked");
    format!("{flows:?}\n{outcomes:?}\n{seen:?}\n{lines:?}\n{actors:?}")
}

/// Whichever transaction dies, and whether it was committed or not: who tries again ends with the
/// same answers as if nothing had happened, once each.
pub(super) fn every_transaction_is_cut_before_and_after_its_commit(make: &Make<'_>) {
    let expected = {
        let ledger = SqlLedger::new(make()).expect("a ledger");
        STEPS.iter().for_each(|step| step(&ledger).expect("done"));
        clean(&ledger);
        told(&ledger)
    };
    for when in [When::BeforeCommit, When::AfterCommit] {
        for after in 0.. {
            let cut = Arc::new(Cut::new(make(), when, after));
            if !survives(&cut, &expected, &format!("{when:?}, after {after} transactions")) {
                assert!(after > STEPS.len() as u64, "each step has a transaction at least");
                break;
            }
        }
    }
}

/// Whether a transaction was cut off at all.
fn survives(cut: &Arc<Cut>, expected: &str, at: &str) -> bool {
    // The first transaction gives the ledger its id.
    let open = || SqlLedger::new(cut.clone());
    let ledger = open().or_else(|_| open()).expect("opened at the second try");
    for step in STEPS {
        if step(&ledger).is_err() {
            step(&ledger).unwrap_or_else(|error| panic!("{at}: tried again: {error}"));
        }
    }
    clean(&ledger);
    assert_eq!(told(&ledger), expected, "{at}");
    cut.has_cut()
}

/// Several ledgers on one database, each with a memory of its own, as processes have.
pub(super) fn several_writers_share_a_ledger(make: &Make<'_>) {
    let sql = make();
    std::thread::scope(|scope| {
        for instance in 1..=4 {
            let sql = sql.clone();
            scope.spawn(move || {
                let ledger = SqlLedger::new(sql).expect("opened");
                for first in (0..60).step_by(6) {
                    ledger.apply(&batch(instance, first, first + 6)).expect("taken");
                }
            });
        }
    });
    let ledger = SqlLedger::new(sql).expect("opened");
    let found = clean(&ledger);
    assert_eq!(found.events, 240);
    let people: std::collections::BTreeSet<_> =
        (0..5).map(|person| ledger.handle("default", tag(person)).expect("asked")).collect();
    assert_eq!(people.len(), 5, "one handle each, whoever met them first");
}
