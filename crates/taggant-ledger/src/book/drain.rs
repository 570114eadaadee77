//! Takes runs of events: each counts once, whatever is delivered twice.

use std::collections::{BTreeMap, BTreeSet};

use taggant_core::Result;
use taggant_core::event::{DefineKind, RecordEvent};
use taggant_core::journal::{Batch, Definition, EventSink, Flaw, InstanceId};

use super::SqlLedger;
use super::people::Met;
use super::work::{Addition, State, Try, foreign_rows};
use crate::fold::{Known, Names, OTHER_CONTENT, RESTORED, content_hash, define, fold, start_item};
use crate::log::{self, fresh, service_name};
use crate::rows::{count, insert_accesses};
use crate::sql::{Transaction, Value};
use crate::wire::{
    AccessRow, Accesses, Entry, Finding, Instance, Run, access_hash, decode_accesses,
    encode_accesses,
};

/// Content of a leaf at most; a run that has more is taken as several.
const MOST_BYTES: usize = 1 << 20;

impl EventSink for SqlLedger {
    fn apply(&self, batch: &Batch) -> Result<()> {
        let mut locked = self.lock();
        let service = self.service(batch)?;
        self.retry(&mut locked.state, |state| {
            self.lane(state, &service)?;
            Draining { ledger: self, batch, service: &service }.run(state)
        })
    }

    fn idle(&self, instance: InstanceId, through_ns: u64, ended: bool) -> Result<()> {
        let mut locked = self.lock();
        let state = &mut *locked.state;
        let mut made = None;
        self.sql().write(&mut |transaction| {
            transaction.execute(
                "UPDATE instances SET
                    drained_ns = CASE WHEN drained_ns < $2 THEN $2 ELSE drained_ns END,
                    ended = CASE WHEN ended < $3 THEN $3 ELSE ended END
                 WHERE instance = $1 AND lane IN (SELECT lane FROM lanes WHERE source = $4)",
                &[
                    Value::Bytes(&instance.0),
                    count(through_ns),
                    Value::Int(ended.into()),
                    Value::Bytes(&self.own_id()),
                ],
            )?;
            if ended {
                log::release(transaction, &state.holder)?;
            } else {
                for lane in state.lanes.values() {
                    log::renew(transaction, lane.head.lane, &state.holder)?;
                }
            }
            made = match &state.signing {
                Some(signing) => signing.due(transaction, self.own_id(), ended)?,
                None => None,
            };
            Ok(())
        })?;
        if let (Some(signing), Some(made)) = (&mut state.signing, made) {
            signing.made(made, false);
        }
        if ended {
            state.forget();
        }
        Ok(())
    }

    fn next_sequence(&self, instance: InstanceId) -> Result<u64> {
        let mut next = 0;
        self.sql().read(&mut |transaction| {
            next = taken(transaction, self.own_id(), instance, None)?;
            Ok(())
        })?;
        Ok(next)
    }
}

impl SqlLedger {
    /// The service of a run's instance: as it says at its start, or as the ledger knows it.
    fn service(&self, batch: &Batch) -> Result<String> {
        let start = batch.definitions.iter().find(|one| one.kind == DefineKind::Start);
        if let Some(start) = start {
            return Ok(service_name(start_item(&start.text, "service")));
        }
        let mut service = service_name("");
        self.sql().read(&mut |transaction| {
            let sql = "SELECT service FROM instances JOIN lanes ON lanes.lane = instances.lane
                       WHERE instance = $1 AND source = $2";
            let key = [Value::Bytes(&batch.instance.0), Value::Bytes(&self.own_id())];
            transaction.rows(sql, &key, &mut |row| {
                row.text(0)?.clone_into(&mut service);
                Ok(())
            })
        })?;
        Ok(service)
    }
}

/// One run on its way into the lane of its service.
struct Draining<'a> {
    ledger: &'a SqlLedger,
    batch: &'a Batch,
    service: &'a str,
}

impl Draining<'_> {
    fn run(&self, state: &mut State) -> Result<Try<()>> {
        let batch = self.batch;
        let Some(lane) = state.lanes.get_mut(self.service) else { return Ok(Try::Again) };
        let lane_id = lane.head.lane;
        let mut known = match lane.names.take(&batch.instance.0) {
            // A ledger that was put back beneath this process has taken less than is known here.
            Some(known) if known.next == self.ledger.next_sequence(batch.instance)? => known,
            Some(_) => return Ok(Try::Again),
            None => self.load(lane_id)?,
        };
        let mut entry = self.defined(&mut lane.names, &mut known);
        self.compare_known(&known, &mut entry)?;
        if batch.first > known.next {
            entry.findings.push(missing(&known, batch));
        }
        sort(&mut entry.findings);
        let mut first = batch.first.max(known.next);
        if first >= batch.next {
            // Nothing but definitions, and what is wrong with what came again.
            if !entry.is_empty() {
                let Try::Done(()) =
                    self.commit(state, std::mem::take(&mut entry), &[], &Met::default(), false)?
                else {
                    return Ok(Try::Again);
                };
            }
        }
        while first < batch.next {
            let part = Part { first, next: batch.next };
            let own = std::mem::take(&mut entry);
            let Try::Done(next) = self.take(state, &known, part, own)? else {
                return Ok(Try::Again);
            };
            (first, known.next) = (next, next);
        }
        if let Some(lane) = state.lanes.get_mut(self.service) {
            lane.names.keep(batch.instance.0, known);
        }
        Ok(Try::Done(()))
    }

    fn load(&self, lane: i64) -> Result<Known> {
        let (mut known, source) = (Known::default(), self.ledger.own_id());
        self.ledger.sql().read(&mut |transaction| {
            known = Known::load(transaction, source, lane, &self.batch.instance.0)?;
            Ok(())
        })?;
        Ok(known)
    }

    /// An entry with what the run defines.
    fn defined(&self, names: &mut Names, known: &mut Known) -> Entry {
        let mut entry = Entry::default();
        if known.number == 0 {
            known.number = names.next_instance();
            entry.instances.push(Instance { number: known.number, id: self.batch.instance.0 });
        }
        // An instance that comes back to a lane may have defined more in another one meanwhile.
        for (kind, number, text) in std::mem::take(&mut known.inherited) {
            let definition = Definition { kind, number, text, time_ns: 0 };
            define(names, known, &mut entry, &definition);
        }
        for definition in &self.batch.definitions {
            define(names, known, &mut entry, definition);
        }
        entry.dictionary.sort_by_key(|own| (own.instance, own.number));
        entry
    }

    /// Takes the events of a part of the run, as many as go into one leaf, and returns the number
    /// after the last one.
    fn take(
        &self,
        state: &mut State,
        known: &Known,
        mut part: Part,
        entry: Entry,
    ) -> Result<Try<u64>> {
        let Try::Done(met) = self.meet(state, known, part)? else { return Ok(Try::Again) };
        let (whole, accesses) = loop {
            let mut whole = entry.clone();
            let accesses = self.fold(known, &met, part, &mut whole);
            if whole.encode().len() <= MOST_BYTES || part.next - part.first == 1 {
                break (whole, accesses);
            }
            part.next = part.first + (part.next - part.first) / 2;
        };
        let is_last = part.next == self.batch.next;
        Ok(match self.commit(state, whole, &accesses, &met, is_last)? {
            Try::Done(()) => Try::Done(part.next),
            Try::Again => Try::Again,
        })
    }

    fn fold(&self, known: &Known, met: &Met, part: Part, entry: &mut Entry) -> Vec<AccessRow> {
        let accesses = fold(known, met, events(self.batch, part), entry);
        entry.run = Some(run_of(known.number, self.batch, part));
        entry.findings.extend(flaws(self.batch, part).map(|(number, flaw)| Finding {
            instance: known.number,
            number,
            flaw: flaw as u8,
            what: what(flaw).to_owned(),
        }));
        sort(&mut entry.findings);
        accesses
    }

    /// The people of a part of the run.
    fn meet(&self, state: &mut State, known: &Known, part: Part) -> Result<Try<Met>> {
        let mut tenants: BTreeMap<u32, BTreeSet<[u8; 16]>> = BTreeMap::new();
        for (_, event) in events(self.batch, part) {
            if let Some(tag) = event.subject {
                tenants.entry(event.tenant).or_default().insert(tag.0);
            }
        }
        let mut met = Met::default();
        for (tenant, tags) in &tenants {
            let text = known.tenant(*tenant);
            let Try::Done(people) = self.ledger.resolve(state, self.service, text, tags)? else {
                return Ok(Try::Again);
            };
            people.into_iter().for_each(|(tag, person)| met.add(*tenant, tag, person));
        }
        Ok(Try::Done(met))
    }

    fn commit(
        &self,
        state: &mut State,
        mut entry: Entry,
        accesses: &[AccessRow],
        met: &Met,
        is_last: bool,
    ) -> Result<Try<()>> {
        let Some(lane) = state.lanes.get(self.service).map(|lane| lane.head.lane) else {
            return Ok(Try::Again);
        };
        let mut salt = None;
        if !accesses.is_empty() {
            let own = fresh()?;
            let rows = encode_accesses(accesses);
            debug_assert!(decode_accesses(&rows).is_some(), "rows that no reader takes");
            let hash = access_hash(&own, &rows);
            entry.accesses = Some(Accesses { count: accesses.len() as u64, hash });
            salt = Some(own);
        }
        let (instance, source) = (entry.run.map_or(0, |run| run.instance), self.ledger.own_id());
        let first = entry.run.map_or(u64::MAX, |run| run.first);
        let mut deletions = state.deletions;
        let mut more = |transaction: &mut dyn Transaction| {
            if taken(transaction, source, self.batch.instance, Some(lane))? > first {
                return Ok(false);
            }
            // Another process may have forgotten one of the people: all are looked up again.
            let now = super::work::deletions(transaction)?;
            if std::mem::replace(&mut deletions, now) != now {
                return Ok(false);
            }
            let added = insert_accesses(transaction, lane, instance, accesses, met)?;
            if added != accesses.len() as u64 {
                return Err(foreign_rows());
            }
            if is_last {
                drained(transaction, source, self.batch)?;
            }
            Ok(true)
        };
        let mut addition =
            Addition { entry: &entry, access_salt: salt, people: met, more: &mut more };
        let done = self.ledger.add(state, self.service, &mut addition)?;
        state.deletions = deletions;
        Ok(done)
    }

    /// A known number with other content is a finding, not a duplicate.
    fn compare_known(&self, known: &Known, entry: &mut Entry) -> Result<()> {
        let batch = self.batch;
        if batch.first >= known.next {
            return Ok(());
        }
        let mut runs: Vec<(u64, u64, [u8; 32])> = Vec::new();
        self.ledger.sql().read(&mut |transaction| {
            runs.clear();
            let sql = "SELECT first, next, content FROM runs
                       JOIN instances ON instances.lane = runs.lane
                            AND instances.number = runs.instance
                       JOIN lanes ON lanes.lane = runs.lane
                       WHERE instances.instance = $1 AND first >= $2 AND next <= $3
                            AND source = $4";
            let source = self.ledger.own_id();
            let [first, next] = [batch.first, batch.next].map(count);
            let key = [Value::Bytes(&batch.instance.0), first, next, Value::Bytes(&source)];
            transaction.rows(sql, &key, &mut |row| {
                runs.push((row.count(0)?, row.count(1)?, row.fixed(2)?));
                Ok(())
            })
        })?;
        for (first, next, before) in runs {
            let part = Part { first, next };
            if run_of(0, batch, part).content != before && verified(batch, part) != before {
                entry.findings.push(Finding {
                    instance: known.number,
                    number: first,
                    flaw: OTHER_CONTENT,
                    what: format!("events {first} to {} came again with other content", next - 1),
                });
            }
        }
        Ok(())
    }
}

/// A part of a run.
#[derive(Clone, Copy)]
struct Part {
    first: u64,
    next: u64,
}

fn events(batch: &Batch, part: Part) -> impl Iterator<Item = &(u64, RecordEvent)> {
    batch.events.iter().filter(move |(number, _)| (part.first..part.next).contains(number))
}

/// Each finding once, in order.
fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by_key(|found| (found.instance, found.number, found.flaw));
    findings.dedup_by_key(|found| (found.instance, found.number, found.flaw));
}

/// The numbers of a part that have no event, or another than was written.
fn flaws(batch: &Batch, part: Part) -> impl Iterator<Item = (u64, Flaw)> + '_ {
    batch.flaws.iter().copied().filter(move |(number, _)| (part.first..part.next).contains(number))
}

/// What is said of a flaw.
fn what(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::Gap => "no event was written",
        Flaw::Changed => "what stands in the journal is not what was written",
        Flaw::Unverified => "the journal's key is gone: nobody can tell who wrote the event",
        Flaw::Header => "the journal's header is gone, or is not what was written",
        Flaw::Older => "the journal is older than what was taken of it: a copy was put back",
        Flaw::Foreign => "the journal is another folder's",
        Flaw::Resized => "the journal's file is shorter or longer than it was made",
        _ => flaw.name(),
    }
}

fn run_of(instance: u64, batch: &Batch, part: Part) -> Run {
    let content = content_of(batch, part, |_| true);
    Run { instance, first: part.first, next: part.next, content }
}

/// The hash of a part of a run: its events, and those flaws that count.
fn content_of(batch: &Batch, part: Part, counts: impl Fn(Flaw) -> bool) -> [u8; 32] {
    let flaws = flaws(batch, part).filter(|(_, flaw)| counts(*flaw));
    content_hash(events(batch, part), flaws.map(|(number, flaw)| (number, flaw as u8)))
}

/// The content of a part if all of its events could be verified: when they came first, the journal's
/// key may not have been gone yet.
fn verified(batch: &Batch, part: Part) -> [u8; 32] {
    content_of(batch, part, |flaw| flaw != Flaw::Unverified)
}

/// The number after the last event that the lanes of this ledger, or those but one, have taken.
fn taken(
    transaction: &mut dyn Transaction,
    source: [u8; 16],
    instance: InstanceId,
    but: Option<i64>,
) -> Result<u64> {
    let mut next = 0;
    let sql = "SELECT coalesce(max(next_number), 0) FROM instances
               JOIN lanes ON lanes.lane = instances.lane
               WHERE instance = $1 AND source = $2 AND lanes.lane <> $3";
    let but = Value::Int(but.unwrap_or(0));
    transaction.rows(
        sql,
        &[Value::Bytes(&instance.0), Value::Bytes(&source), but],
        &mut |row| {
            next = row.count(0)?;
            Ok(())
        },
    )?;
    Ok(next)
}

fn missing(known: &Known, batch: &Batch) -> Finding {
    let last = batch.first - 1;
    Finding {
        instance: known.number,
        number: known.next,
        flaw: RESTORED,
        what: format!(
            "events up to {last} are missing: this ledger was restored from before they came"
        ),
    }
}

/// How far an instance has come.
fn drained(transaction: &mut dyn Transaction, source: [u8; 16], batch: &Batch) -> Result<()> {
    let instance = Value::Bytes(&batch.instance.0);
    transaction
        .execute(
            "UPDATE instances SET drained_ns = $2 WHERE instance = $1 AND drained_ns < $2
                AND lane IN (SELECT lane FROM lanes WHERE source = $3)",
            &[instance, count(batch.through_ns), Value::Bytes(&source)],
        )
        .map(drop)
}
