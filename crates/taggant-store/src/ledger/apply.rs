//! Takes a batch of events: each counts once, whatever is delivered twice.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};
use taggant_core::event::encode_record;
use taggant_core::journal::{Batch, InstanceId};

use super::define::find;
use super::fold::{Folded, Seen};
use super::known::Known;
use super::proof::{Op, Recorder, Run, Value};

/// What is said of a number that a killed process claimed: no more than that is wrong.
pub(super) const GAP: &str = "no event was written";

pub(super) fn next_number(connection: &Connection, instance: InstanceId) -> rusqlite::Result<u64> {
    connection
        .query_row("SELECT next_number FROM instances WHERE instance = ?1", [instance.0], |row| {
            row.get::<_, i64>(0)
        })
        .optional()
        .map(|number| number.unwrap_or(0).cast_unsigned())
}

pub(super) fn apply(
    transaction: &Transaction<'_>,
    known: &mut Known,
    batch: &Batch,
) -> rusqlite::Result<()> {
    let done = next_number(transaction, batch.instance)?;
    let mut recorder = Recorder::new(transaction);
    let instance = known.instance(&mut recorder, batch.instance)?;
    for definition in &batch.definitions {
        known.define(&mut recorder, instance, definition)?;
    }
    compare_known(&mut recorder, instance, batch, done)?;
    if batch.next <= done {
        return recorder.finish(None);
    }
    if batch.first > done {
        let what = format!(
            "events up to {} are missing: this ledger was restored from before they came",
            batch.first - 1
        );
        find(&mut recorder, instance, done, &what)?;
    }
    let mut folded = Folded::default();
    for (number, event) in batch.events.iter().filter(|(number, _)| *number >= done) {
        known.fold(&mut recorder, instance, *number, event, &mut folded)?;
    }
    known.fold_fields(&mut recorder, &mut folded);
    write(&mut recorder, &folded)?;
    for (numbers, what) in [(&batch.gaps, GAP), (&batch.damaged, "changed")] {
        for number in numbers.iter().filter(|number| **number >= done) {
            find(&mut recorder, instance, *number, what)?;
        }
    }
    let first = batch.first.max(done);
    let content = content(batch, first, batch.next);
    let run = Run { instance, first, next: batch.next, content };
    recorder.run(run)?;
    transaction.execute(
        "UPDATE instances SET drained_ns = max(drained_ns, ?2) WHERE id = ?1",
        params![instance, batch.through_ns.cast_signed()],
    )?;
    recorder.finish(Some(run))
}

/// The hash of a run's events, without its dictionary entries, which are compared by themselves.
fn content(batch: &Batch, first: u64, next: u64) -> [u8; 32] {
    let range = first..next;
    let mut hash = Sha256::new();
    for (number, event) in batch.events.iter().filter(|(number, _)| range.contains(number)) {
        hash.update(number.to_be_bytes());
        hash.update(encode_record(event));
    }
    for (kind, numbers) in [(1_u8, &batch.gaps), (2, &batch.damaged)] {
        for number in numbers.iter().filter(|number| range.contains(number)) {
            hash.update([kind]);
            hash.update(number.to_be_bytes());
        }
    }
    hash.finalize().into()
}

/// A known number with other content is a finding, not a duplicate.
fn compare_known(
    recorder: &mut Recorder<'_>,
    instance: i64,
    batch: &Batch,
    done: u64,
) -> rusqlite::Result<()> {
    if batch.first >= done {
        return Ok(());
    }
    let mut statement = recorder.transaction().prepare_cached(
        "SELECT first, next, content FROM runs WHERE instance = ?1 AND first >= ?2 AND next <= ?3",
    )?;
    let bounds = params![instance, batch.first.cast_signed(), batch.next.cast_signed()];
    let runs = statement.query_map(bounds, |row| {
        Ok((
            row.get::<_, i64>(0)?.cast_unsigned(),
            row.get::<_, i64>(1)?.cast_unsigned(),
            row.get(2)?,
        ))
    })?;
    for (first, next, before) in runs.collect::<rusqlite::Result<Vec<(u64, u64, [u8; 32])>>>()? {
        if content(batch, first, next) != before {
            let what = format!("events {first} to {} came again with other content", next - 1);
            find(recorder, instance, first, &what)?;
        }
    }
    Ok(())
}

fn seen(Seen { first_ns, last_ns, count }: &Seen) -> [Value<'static>; 3] {
    [Value::Time(*first_ns), Value::Time(*last_ns), Value::Int(*count)]
}

/// Rows go in the order of their keys: neighbours are on one page. Edges are in the entry already,
/// as they were before they were taken apart by field.
fn write(recorder: &mut Recorder<'_>, folded: &Folded) -> rusqlite::Result<()> {
    let mut edges: Vec<_> = folded.edges.iter().collect();
    edges.sort_unstable_by_key(|(key, _)| **key);
    let mut statement = recorder.transaction().prepare_cached(
        "INSERT INTO edges VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT DO UPDATE SET first_ns = min(first_ns, excluded.first_ns),
         last_ns = max(last_ns, excluded.last_ns), count = count + excluded.count",
    )?;
    for (key, Seen { first_ns, last_ns, count }) in edges {
        statement.execute(params![
            key.field,
            key.kind,
            key.action,
            key.location,
            key.purpose,
            key.actor,
            key.on_behalf,
            key.tenant,
            key.outcome,
            key.unknown,
            first_ns,
            last_ns,
            count
        ])?;
    }
    drop(statement);
    let mut places: Vec<_> = folded.places.iter().collect();
    places.sort_unstable_by_key(|(key, _)| **key);
    let rows = places.into_iter().map(|(key, sum)| {
        let [handle, dataset, location] = [key.handle, key.dataset, key.location].map(Value::Int);
        let [kind, form] = [key.kind, key.form].map(|code| Value::Int(code.into()));
        let [first, last, count] = seen(sum);
        [handle, dataset, location, kind, form, first, last, count]
    });
    recorder.put_all(Op::Place, rows)?;
    let mut derivations: Vec<_> = folded.derivations.iter().collect();
    derivations.sort_unstable_by_key(|(key, _)| **key);
    let rows = derivations.into_iter().map(|(key, sum)| {
        let key = [key.origin, key.field, key.action.into(), key.location];
        [&key.map(Value::Int)[..], &seen(sum)].concat()
    });
    recorder.put_all(Op::Derivation, rows)?;
    let rows = folded.outcomes.iter().map(|((kind, outcome), count)| {
        [i64::from(*kind), i64::from(*outcome), *count].map(Value::Int)
    });
    recorder.put_all(Op::Outcome, rows)
}
