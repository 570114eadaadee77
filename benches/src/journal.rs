//! The journal alone.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use taggant_core::event::{RecordEvent, RecordKind};
use taggant_core::journal::{Batch, EventSink, InstanceId, Journal, JournalConfig, StartInfo};

use crate::measure::median;
use crate::print::Line;
use crate::record::Sealed;
use crate::store::{self, Store};

/// A ledger that forgets.
struct Nowhere;

impl EventSink for Nowhere {
    fn apply(&self, _: &Batch) -> taggant_core::Result<()> {
        Ok(())
    }
    fn next_sequence(&self, _: InstanceId) -> taggant_core::Result<u64> {
        Ok(0)
    }
    fn idle(&self, _: InstanceId, _: u64, _: bool) -> taggant_core::Result<()> {
        Ok(())
    }
}

pub(crate) fn lines(quick: bool) -> Vec<Line> {
    vec![append(quick), sustained(quick)]
}

fn append(quick: bool) -> Line {
    let folder = tempfile::tempdir().expect("a folder");
    let config = JournalConfig::default();
    let batch = config.slots / 2;
    let journal = Journal::open(folder.path(), StartInfo::default(), config, Arc::new(Nowhere))
        .expect("journal");
    let event = RecordEvent::new(RecordKind::Write);
    let rounds = if quick { 3 } else { 101 };
    let taken = (0..rounds).map(|_| {
        let start = Instant::now();
        for _ in 0..batch {
            journal.append(black_box(&event)).expect("room");
        }
        let each = start.elapsed().as_nanos() as f64 / batch as f64;
        journal.drain().expect("drained");
        each
    });
    let each = median(taken.collect());
    ("journal, per event".into(), format!("{each:.0} ns"))
}

/// Sealing without a pause until well past the journal's room: what the drainer keeps up with.
fn sustained(quick: bool) -> Line {
    let records: u64 = if quick { 2_000 } else { 400_000 };
    let store = Store::new(16_384);
    store.runtime.scope(|| {
        let flow = store::to();
        let people: Vec<Sealed> = (0..64).map(Sealed::sample).collect();
        let start = Instant::now();
        for turn in 0..records {
            let record = &people[turn as usize % people.len()];
            drop(black_box(flow.run(|| serde_json::to_string(record)).expect("sealed")));
        }
        store.settle();
        let rate = records as f64 / start.elapsed().as_secs_f64();
        (
            "sealed and in the ledger, one thread without a pause".into(),
            format!("{rate:.0} records/s"),
        )
    })
}
