//! What a drainer knows of an instance, and how it folds its events.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Transaction, params};
use taggant_core::event::{DefineKind, EventFlags, RecordEvent, RecordKind};
use taggant_core::journal::{Definition, InstanceId};

use super::define;
use super::fold::{
    Alike, DerivationKey, Done, EdgeKey, Folded, PlaceKey, add, add_counted, nibbles,
};
use super::proof::{Op, Recorder, Value};

/// What is known of an instance.
#[derive(Default)]
pub(super) struct Known {
    id: Option<i64>,
    /// The tenant's text and the row id that a dictionary number stands for.
    names: HashMap<u32, (i64, String)>,
    datasets: HashMap<u32, Dataset>,
    /// By number of the tenant and tag.
    handles: HashMap<(u32, [u8; 16]), i64>,
}

#[derive(Clone)]
struct Dataset {
    id: i64,
    /// Row ids of its fields, by position.
    fields: Vec<i64>,
}

/// Handles kept in memory at most.
const MAX_HANDLES: usize = 100_000;

impl Known {
    pub(super) fn instance(
        &mut self,
        recorder: &mut Recorder<'_>,
        instance: InstanceId,
    ) -> rusqlite::Result<i64> {
        if let Some(id) = self.id {
            return Ok(id);
        }
        let transaction = recorder.transaction();
        let found = transaction
            .query_row("SELECT id FROM instances WHERE instance = ?1", [instance.0], |row| {
                row.get(0)
            })
            .optional()?;
        let id = match found {
            Some(id) => id,
            None => {
                let id = define::next_id(transaction, "instances")?;
                recorder.put(Op::Instance, &[Value::Int(id), Value::Bytes(&instance.0)])?;
                id
            }
        };
        self.id = Some(id);
        self.load(transaction, id)?;
        Ok(id)
    }

    /// The dictionary that an earlier drain, perhaps of another process, has stored.
    fn load(&mut self, transaction: &Transaction<'_>, instance: i64) -> rusqlite::Result<()> {
        let mut statement = transaction.prepare_cached(
            "SELECT number, kind, target, coalesce(names.text, '')
             FROM dictionary LEFT JOIN names ON names.id = target WHERE instance = ?1",
        )?;
        let mut rows = statement.query([instance])?;
        while let Some(row) = rows.next()? {
            let (number, kind, target): (u32, u8, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if kind == DefineKind::Dataset as u8 {
                let fields = field_ids(transaction, target)?;
                self.datasets.insert(number, Dataset { id: target, fields });
            } else {
                self.names.insert(number, (target, row.get(3)?));
            }
        }
        Ok(())
    }

    /// Takes a dictionary entry. One that comes again must mean what it meant.
    pub(super) fn define(
        &mut self,
        recorder: &mut Recorder<'_>,
        instance: i64,
        definition: &Definition,
    ) -> rusqlite::Result<()> {
        let Definition { kind, number, text, time_ns } = definition;
        let target = match kind {
            DefineKind::Start => return define::start(recorder, instance, text, *time_ns),
            DefineKind::Policy => return define::policy(recorder, instance, definition),
            DefineKind::Dataset => define::dataset(recorder, text, *time_ns)?,
            DefineKind::Location
            | DefineKind::Purpose
            | DefineKind::Actor
            | DefineKind::Tenant
            | DefineKind::Label => define::name(recorder, text)?,
        };
        let before = recorder
            .transaction()
            .prepare_cached(
                "SELECT kind, target FROM dictionary WHERE instance = ?1 AND number = ?2",
            )?
            .query_row(params![instance, number], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match before {
            Some(before) if before == (*kind as u8, target) => {}
            Some(_) => {
                let what = format!("dictionary number {number} came again with another meaning");
                return define::find(recorder, instance, u64::from(*number), &what);
            }
            None => {
                let row = [instance, i64::from(*number), *kind as i64, target];
                recorder.put(Op::Dictionary, &row.map(Value::Int))?;
            }
        }
        if *kind == DefineKind::Dataset {
            let fields = field_ids(recorder.transaction(), target)?;
            self.datasets.insert(*number, Dataset { id: target, fields });
        } else {
            self.names.insert(*number, (target, text.clone()));
        }
        Ok(())
    }

    fn name(&self, number: u32) -> i64 {
        self.names.get(&number).map_or(0, |(id, _)| *id)
    }

    pub(super) fn fold(
        &mut self,
        recorder: &mut Recorder<'_>,
        instance: i64,
        number: u64,
        event: &RecordEvent,
        folded: &mut Folded,
    ) -> rusqlite::Result<()> {
        let further = event.flags.has(EventFlags::FURTHER);
        // Of a record that takes several events the first one counts.
        let counts = event.first_field == 0 && !further;
        if counts {
            *folded.outcomes.entry((event.kind as u8, event.outcome)).or_default() += 1;
        }
        let done = Done::of(&event.actions);
        let handle = self.handle(recorder, event)?;
        let dataset = self.datasets.get(&event.dataset);
        if let Some(dataset) = dataset {
            let single = matches!(event.kind, RecordKind::Access | RecordKind::Lookup);
            if single || !further && matches!(event.kind, RecordKind::Write | RecordKind::Read) {
                folded.alike.add(Alike::of(event, single), event.time_ns);
            }
            if event.kind == RecordKind::Edge
                && let Some(field) = dataset.fields.get(usize::from(event.field))
            {
                let key = DerivationKey {
                    origin: self.name(event.label),
                    field: *field,
                    action: event.actions[0],
                    location: self.name(event.location),
                };
                add(&mut folded.derivations, key, event.time_ns);
            }
            if let Some(handle) = handle
                && matches!(event.kind, RecordKind::Write | RecordKind::Read)
                && event.outcome == 0
            {
                let key = PlaceKey {
                    handle,
                    dataset: dataset.id,
                    location: self.name(event.location),
                    kind: event.kind as u8,
                    form: done.form(),
                };
                let count = i64::from(event.first_field == 0);
                add_counted(&mut folded.places, key, event.time_ns, count);
            }
        }
        if done.is_access(event) {
            self.access(recorder, instance, number, event, handle)?;
        }
        Ok(())
    }

    /// Takes the alike events of a batch apart into one edge per field.
    pub(super) fn fold_fields(&self, recorder: &mut Recorder<'_>, folded: &mut Folded) {
        for (mut event, seen) in std::mem::take(&mut folded.alike).into_entries() {
            let Some(dataset) = self.datasets.get(&event.dataset) else { continue };
            if event.is_single {
                // The one action stands for the one field.
                event.first_field = event.field;
                let action = event.actions[0] & 0xF;
                event.actions = [0; 32];
                event.actions[0] = action;
            }
            forget_unknown(&mut event, dataset.fields.len());
            let mut one = |position: usize, action: u8| {
                let Some(field) = dataset.fields.get(position) else { return };
                let key = EdgeKey {
                    field: *field,
                    kind: event.kind,
                    action,
                    location: self.name(event.location),
                    purpose: self.name(event.purpose),
                    actor: self.name(event.actor),
                    on_behalf: self.name(event.on_behalf),
                    tenant: self.name(event.tenant),
                    outcome: event.outcome,
                    unknown: event.unknown,
                };
                folded.edges.entry(key).and_modify(|sum| sum.merge(seen)).or_insert(seen);
            };
            nibbles(event.first_field, &event.actions).for_each(|(at, action)| one(at, action));
            recorder.note(
                Op::Edges,
                &[
                    Value::Int(dataset.id),
                    Value::Int(event.first_field.into()),
                    Value::Bytes(&event.actions),
                    Value::Int(event.kind.into()),
                    Value::Int(self.name(event.location)),
                    Value::Int(self.name(event.purpose)),
                    Value::Int(self.name(event.actor)),
                    Value::Int(self.name(event.on_behalf)),
                    Value::Int(self.name(event.tenant)),
                    Value::Int(event.outcome.into()),
                    Value::Int(event.unknown.into()),
                    Value::Time(seen.first_ns),
                    Value::Time(seen.last_ns),
                    Value::Int(seen.count),
                ],
            );
        }
    }

    fn handle(
        &mut self,
        recorder: &mut Recorder<'_>,
        event: &RecordEvent,
    ) -> rusqlite::Result<Option<i64>> {
        let Some(tag) = event.subject else { return Ok(None) };
        let key = (event.tenant, tag.0);
        if let Some(known) = self.handles.get(&key) {
            return Ok(Some(*known));
        }
        let tenant = self.names.get(&event.tenant).map_or("", |(_, text)| text);
        let id = recorder.handle(tenant, tag)?;
        if self.handles.len() >= MAX_HANDLES {
            self.handles.clear();
        }
        self.handles.insert(key, id);
        Ok(Some(id))
    }

    fn access(
        &self,
        recorder: &mut Recorder<'_>,
        instance: i64,
        number: u64,
        event: &RecordEvent,
        handle: Option<i64>,
    ) -> rusqlite::Result<()> {
        let single = matches!(event.kind, RecordKind::Access | RecordKind::Lookup);
        let number_or_null = |number: Option<i64>| number.map_or(Value::Null, Value::Int);
        recorder.access(&[
            Value::Int(instance),
            Value::Int(number.cast_signed()),
            Value::Int(event.time_ns.cast_signed()),
            Value::Int(event.kind as i64),
            Value::Int(event.outcome.into()),
            number_or_null(self.datasets.get(&event.dataset).map(|dataset| dataset.id)),
            Value::Bytes(&event.actions),
            Value::Int(event.first_field.into()),
            number_or_null(single.then_some(event.field.into())),
            Value::Int(self.name(event.location)),
            Value::Int(self.name(event.purpose)),
            Value::Int(self.name(event.actor)),
            Value::Int(self.name(event.on_behalf)),
            Value::Int(self.name(event.tenant)),
            number_or_null(handle),
            Value::Int(self.name(event.label)),
            Value::Int(event.refers.cast_signed()),
            Value::Text(event.reason()),
            Value::Bytes(&event.trace),
        ])
    }
}

/// Takes out the actions of fields that the dataset does not have.
fn forget_unknown(event: &mut Alike, fields: usize) {
    for index in fields.saturating_sub(usize::from(event.first_field)).min(64)..64 {
        event.actions[index / 2] &= if index % 2 == 0 { 0xF0 } else { 0x0F };
    }
}

fn field_ids(transaction: &Transaction<'_>, dataset: i64) -> rusqlite::Result<Vec<i64>> {
    let mut statement =
        transaction.prepare_cached("SELECT id FROM fields WHERE dataset = ?1 ORDER BY position")?;
    statement.query_map([dataset], |row| row.get(0))?.collect()
}
