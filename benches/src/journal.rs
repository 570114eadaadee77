//! The journal alone.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use taggant_core::event::{RecordEvent, RecordKind};
use taggant_core::journal::{Batch, EventSink, InstanceId, Journal, JournalConfig, StartInfo};
use zeroize::Zeroizing;

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

/// Instances have keys of their own.
fn key(id: InstanceId) -> taggant_core::Result<Zeroizing<[u8; 32]>> {
    Ok(Zeroizing::new([id.0, id.0].concat().try_into().expect("32 bytes")))
}

pub(crate) fn lines(quick: bool) -> Vec<Line> {
    let rounds = if quick { 3 } else { 101 };
    let (alone, drained) = (Duration::from_secs(3600), Duration::from_millis(1));
    vec![
        first_lap(rounds.min(15)),
        later_laps("journal, per event", alone, false, rounds),
        later_laps("the same, while the drainer works", drained, false, rounds),
        later_laps("the same, flushed to disk after each lap", alone, true, rounds.min(15)),
        sustained(quick),
    ]
}

fn open(folder: &Path, interval: Duration) -> Journal {
    let config = JournalConfig { interval, ..JournalConfig::default() };
    Journal::open(folder, StartInfo::default(), config, Arc::new(key), Arc::new(Nowhere))
        .expect("journal")
}

/// Once around the ring, per event. Every event's MAC, every slot's page.
fn lap(journal: &Journal) -> f64 {
    let events = JournalConfig::default().slots - 64;
    let event = RecordEvent::new(RecordKind::Write);
    let start = Instant::now();
    for _ in 0..events {
        journal.append(black_box(&event)).expect("room");
    }
    start.elapsed().as_nanos() as f64 / events as f64
}

/// Pages that nobody has touched: a fault each.
fn first_lap(rounds: usize) -> Line {
    let taken = (0..rounds).map(|_| {
        let folder = tempfile::tempdir().expect("a folder");
        lap(&open(folder.path(), Duration::from_secs(3600)))
    });
    let each = median(taken.collect());
    ("journal, per event, pages new".into(), format!("{each:.0} ns"))
}

fn later_laps(name: &'static str, interval: Duration, flush: bool, rounds: usize) -> Line {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = open(folder.path(), interval);
    let taken = (0..=rounds).map(|_| {
        let each = lap(&journal);
        if flush {
            journal.flush().expect("flushed");
        }
        journal.drain().expect("drained");
        each
    });
    let each = median(taken.skip(1).collect());
    (name.into(), format!("{each:.0} ns"))
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
