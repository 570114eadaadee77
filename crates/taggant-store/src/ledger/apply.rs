//! Takes a batch of events: each counts once, whatever is delivered twice.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use taggant_core::event::{DefineKind, EventFlags, RecordEvent, RecordKind};
use taggant_core::journal::{Batch, Definition, InstanceId};
use taggant_core::tag::{Action, SubjectTag};

use super::fold::{Alike, DerivationKey, EdgeKey, Folded, PlaceKey, Seen, add, add_counted};

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
    if batch.next <= done {
        return Ok(());
    }
    let instance = known.instance(transaction, batch.instance)?;
    if batch.first > done {
        let what = format!(
            "events up to {} are missing: this ledger was restored from before they came",
            batch.first - 1
        );
        find(transaction, instance, done, &what)?;
    }
    for definition in &batch.definitions {
        known.define(transaction, instance, definition)?;
    }
    let mut folded = Folded::default();
    for (number, event) in batch.events.iter().filter(|(number, _)| *number >= done) {
        known.fold(transaction, instance, *number, event, &mut folded)?;
    }
    known.fold_fields(&mut folded);
    write(transaction, &folded)?;
    for (numbers, what) in [(&batch.gaps, "no event was written"), (&batch.damaged, "changed")] {
        for number in numbers {
            find(transaction, instance, *number, what)?;
        }
    }
    transaction.execute(
        "UPDATE instances SET next_number = ?2, drained_ns = max(drained_ns, ?3) WHERE id = ?1",
        params![instance, batch.next.cast_signed(), batch.through_ns.cast_signed()],
    )?;
    Ok(())
}

fn find(
    transaction: &Transaction<'_>,
    instance: i64,
    number: u64,
    what: &str,
) -> rusqlite::Result<()> {
    transaction
        .execute(
            "INSERT OR IGNORE INTO findings VALUES (?1, ?2, ?3)",
            params![instance, number.cast_signed(), what],
        )
        .map(drop)
}

impl Known {
    fn instance(
        &mut self,
        transaction: &Transaction<'_>,
        instance: InstanceId,
    ) -> rusqlite::Result<i64> {
        if let Some(id) = self.id {
            return Ok(id);
        }
        transaction
            .execute("INSERT OR IGNORE INTO instances (instance) VALUES (?1)", [instance.0])?;
        let id = transaction.query_row(
            "SELECT id FROM instances WHERE instance = ?1",
            [instance.0],
            |row| row.get(0),
        )?;
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

    fn define(
        &mut self,
        transaction: &Transaction<'_>,
        instance: i64,
        definition: &Definition,
    ) -> rusqlite::Result<()> {
        let Definition { kind, number, text, time_ns } = definition;
        let target = match kind {
            DefineKind::Start => return start(transaction, instance, text, *time_ns),
            DefineKind::Policy => return policy(transaction, instance, definition),
            DefineKind::Dataset => {
                let dataset = dataset(transaction, text, *time_ns)?;
                let id = dataset.id;
                self.datasets.insert(*number, dataset);
                id
            }
            DefineKind::Location
            | DefineKind::Purpose
            | DefineKind::Actor
            | DefineKind::Tenant
            | DefineKind::Label => {
                let id = name(transaction, text)?;
                self.names.insert(*number, (id, text.clone()));
                id
            }
        };
        transaction.execute(
            "INSERT OR IGNORE INTO dictionary VALUES (?1, ?2, ?3, ?4)",
            params![instance, number, *kind as u8, target],
        )?;
        Ok(())
    }

    fn name(&self, number: u32) -> i64 {
        self.names.get(&number).map_or(0, |(id, _)| *id)
    }

    fn fold(
        &mut self,
        transaction: &Transaction<'_>,
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
        let handle = self.handle(transaction, event)?;
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
            self.access(transaction, instance, number, event, handle)?;
        }
        Ok(())
    }

    /// Takes the alike events of a batch apart into one edge per field.
    fn fold_fields(&self, folded: &mut Folded) {
        for (event, seen) in std::mem::take(&mut folded.alike).into_entries() {
            let Some(dataset) = self.datasets.get(&event.dataset) else { continue };
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
            if event.is_single {
                one(usize::from(event.field), event.actions[0]);
            } else {
                nibbles(event.first_field, &event.actions).for_each(|(at, action)| one(at, action));
            }
        }
    }

    fn handle(
        &mut self,
        transaction: &Transaction<'_>,
        event: &RecordEvent,
    ) -> rusqlite::Result<Option<i64>> {
        let Some(tag) = event.subject else { return Ok(None) };
        let key = (event.tenant, tag.0);
        if let Some(known) = self.handles.get(&key) {
            return Ok(Some(*known));
        }
        let tenant = self.names.get(&event.tenant).map_or("", |(_, text)| text);
        let id = handle_id(transaction, tenant, tag)?;
        if self.handles.len() >= MAX_HANDLES {
            self.handles.clear();
        }
        self.handles.insert(key, id);
        Ok(Some(id))
    }

    fn access(
        &self,
        transaction: &Transaction<'_>,
        instance: i64,
        number: u64,
        event: &RecordEvent,
        handle: Option<i64>,
    ) -> rusqlite::Result<()> {
        let single = matches!(event.kind, RecordKind::Access | RecordKind::Lookup);
        let mut statement = transaction.prepare_cached(
            "INSERT OR IGNORE INTO accesses VALUES
             (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
        )?;
        statement.execute(params![
            instance,
            number.cast_signed(),
            event.time_ns.cast_signed(),
            event.kind as u8,
            event.outcome,
            self.datasets.get(&event.dataset).map(|dataset| dataset.id),
            event.actions,
            event.first_field,
            single.then_some(event.field),
            self.name(event.location),
            self.name(event.purpose),
            self.name(event.actor),
            self.name(event.on_behalf),
            self.name(event.tenant),
            handle,
            self.name(event.label),
            event.refers.cast_signed(),
            event.reason(),
            event.trace,
        ])?;
        Ok(())
    }
}

/// The row id of a person's handle, made if there is none yet.
pub(super) fn handle_id(
    transaction: &Transaction<'_>,
    tenant: &str,
    tag: SubjectTag,
) -> rusqlite::Result<i64> {
    let mut find =
        transaction.prepare_cached("SELECT id FROM handles WHERE tenant = ?1 AND tag = ?2")?;
    let found = find.query_row(params![tenant, tag.0], |row| row.get(0)).optional()?;
    if let Some(id) = found {
        return Ok(id);
    }
    let mut fresh = [0; 16];
    getrandom::fill(&mut fresh).map_err(|_| rusqlite::Error::InvalidQuery)?;
    transaction.execute(
        "INSERT INTO handles (handle, tenant, tag) VALUES (?1, ?2, ?3)",
        params![fresh, tenant, tag.0],
    )?;
    Ok(transaction.last_insert_rowid())
}

/// The fields of an event that something was done with, and what.
fn nibbles(first_field: u16, actions: &[u8; 32]) -> impl Iterator<Item = (usize, u8)> + '_ {
    let first = usize::from(first_field);
    (0..64)
        .map(move |index| (first + index, (actions[index / 2] >> (4 * (index % 2))) & 0xF))
        .filter(|(_, action)| *action != 0)
}

/// Which actions an event has at all, as bits.
#[derive(Clone, Copy)]
struct Done(u16);

impl Done {
    fn of(actions: &[u8; 32]) -> Self {
        let bits = actions.iter().filter(|byte| **byte != 0);
        Self(bits.fold(0, |all, byte| all | 1 << (byte & 0xF) | 1 << (byte >> 4)))
    }

    fn has(self, action: Action) -> bool {
        self.0 & 1 << action.code() != 0
    }

    /// How the least protected field of a record stood at its place.
    fn form(self) -> u8 {
        if self.has(Action::Reveal) || self.has(Action::Ingest) {
            return PLAINTEXT;
        }
        if self.has(Action::Mask) || self.has(Action::Pseudonymise) { MASKED } else { SEALED }
    }

    /// Whether somebody saw plaintext, asked for it, or was refused it.
    fn is_access(self, event: &RecordEvent) -> bool {
        match event.kind {
            RecordKind::Access
            | RecordKind::Lookup
            | RecordKind::Retract
            | RecordKind::Erase
            | RecordKind::Query => true,
            RecordKind::Write => self.has(Action::Reveal) || self.has(Action::Deny),
            RecordKind::Read => self.has(Action::Open) || event.outcome != 0,
            RecordKind::Edge => false,
        }
    }
}

pub(super) const SEALED: u8 = 1;
pub(super) const MASKED: u8 = 2;
pub(super) const PLAINTEXT: u8 = 3;

fn name(transaction: &Transaction<'_>, text: &str) -> rusqlite::Result<i64> {
    transaction
        .prepare_cached("INSERT OR IGNORE INTO names (text) VALUES (?1)")?
        .execute([text])?;
    transaction
        .prepare_cached("SELECT id FROM names WHERE text = ?1")?
        .query_row([text], |row| row.get(0))
}

fn start(
    transaction: &Transaction<'_>,
    instance: i64,
    text: &str,
    time_ns: u64,
) -> rusqlite::Result<()> {
    let item = |name: &str| {
        text.lines()
            .find_map(|line| line.split_once('\t').filter(|(key, _)| *key == name))
            .map_or("", |(_, value)| value)
    };
    transaction.execute(
        "UPDATE instances SET started_ns = ?2, program = ?3, build = ?4, pid = ?5, boot = ?6,
         policy = ?7 WHERE id = ?1",
        params![
            instance,
            time_ns.cast_signed(),
            item("program"),
            item("build"),
            item("pid"),
            item("boot"),
            item("policy")
        ],
    )?;
    Ok(())
}

/// A policy's text stands once; every time that one came into force is an entry.
fn policy(
    transaction: &Transaction<'_>,
    instance: i64,
    definition: &Definition,
) -> rusqlite::Result<()> {
    let Definition { number, text, time_ns, .. } = definition;
    let (digest, text) = text.split_once('\n').unwrap_or((text, ""));
    transaction.execute(
        "INSERT OR IGNORE INTO policy_changes VALUES (?1, ?2, ?3, ?4)",
        params![instance, number, time_ns.cast_signed(), digest],
    )?;
    transaction.execute(
        "INSERT OR IGNORE INTO policies VALUES (?1, ?2, ?3)",
        params![digest, text, time_ns.cast_signed()],
    )?;
    Ok(())
}

/// The dataset of a description, with its fields; made on first sight.
fn dataset(transaction: &Transaction<'_>, text: &str, time_ns: u64) -> rusqlite::Result<Dataset> {
    let mut lines = text.lines();
    let (dataset, group) = lines.next().and_then(|line| line.split_once('\t')).unwrap_or(("", ""));
    let inserted = transaction.execute(
        "INSERT OR IGNORE INTO datasets (description, dataset, key_group, first_ns)
         VALUES (?1, ?2, ?3, ?4)",
        params![text, dataset, group, time_ns.cast_signed()],
    )?;
    let id =
        transaction.query_row("SELECT id FROM datasets WHERE description = ?1", [text], |row| {
            row.get(0)
        })?;
    if inserted == 1 {
        for (position, line) in lines.enumerate() {
            let mut parts = line.split('\t');
            let mut part = || parts.next().unwrap_or("");
            transaction.execute(
                "INSERT INTO fields (dataset, position, field_id, path, role, categories)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    id,
                    i64::try_from(position).unwrap_or(i64::MAX),
                    part(),
                    part(),
                    part(),
                    part()
                ],
            )?;
        }
    }
    Ok(Dataset { id, fields: field_ids(transaction, id)? })
}

fn field_ids(transaction: &Transaction<'_>, dataset: i64) -> rusqlite::Result<Vec<i64>> {
    let mut statement =
        transaction.prepare_cached("SELECT id FROM fields WHERE dataset = ?1 ORDER BY position")?;
    statement.query_map([dataset], |row| row.get(0))?.collect()
}

fn write(transaction: &Transaction<'_>, folded: &Folded) -> rusqlite::Result<()> {
    const SEEN: &str = "DO UPDATE SET first_ns = min(first_ns, excluded.first_ns),
         last_ns = max(last_ns, excluded.last_ns), count = count + excluded.count";
    let mut edges = transaction.prepare_cached(&format!(
        "INSERT INTO edges VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT {SEEN}"
    ))?;
    for (key, Seen { first_ns, last_ns, count }) in &folded.edges {
        edges.execute(params![
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
    let mut places = transaction.prepare_cached(&format!(
        "INSERT INTO subject_locations VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT {SEEN}"
    ))?;
    for (key, Seen { first_ns, last_ns, count }) in &folded.places {
        places.execute(params![
            key.handle,
            key.dataset,
            key.location,
            key.kind,
            key.form,
            first_ns,
            last_ns,
            count
        ])?;
    }
    let mut derivations = transaction.prepare_cached(&format!(
        "INSERT INTO derivations VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT {SEEN}"
    ))?;
    for (key, Seen { first_ns, last_ns, count }) in &folded.derivations {
        derivations.execute(params![
            key.origin,
            key.field,
            key.action,
            key.location,
            first_ns,
            last_ns,
            count
        ])?;
    }
    for ((kind, outcome), count) in &folded.outcomes {
        transaction.execute(
            "INSERT INTO outcomes VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET count = count + excluded.count",
            params![kind, outcome, count],
        )?;
    }
    Ok(())
}
