//! An entry to rows. Writing, importing and folding again run the same statements.

mod access;
mod people;
mod statements;

use taggant_core::Result;

use crate::sql::{Many, Transaction, Value};
use crate::wire::{Dataset, Entry, Erasure, LaneName, Seen, Shape, short};
use statements as sql;

pub(crate) use access::{insert_accesses, read_accesses};
pub(crate) use people::{People, PersonRow, insert_people, introduce, last_person};

/// Adds what an entry says, the content of a leaf of a lane, to the tables. Returns whether it could have been added like this: a
/// row that is there already, or one that is missing, means that the entry does not follow from
/// those before it.
pub(crate) fn write(
    transaction: &mut dyn Transaction,
    (lane, leaf): (i64, u64),
    entry: &Entry,
    people: &dyn People,
) -> Result<bool> {
    let mut rows = Rows { transaction, lane: Value::Int(lane), follows: true };
    rows.definitions(entry)?;
    rows.run(entry, leaf)?;
    rows.edges(&entry.edges)?;
    rows.derivations(entry)?;
    rows.places(entry, people)?;
    rows.outcomes(entry)?;
    rows.findings(entry)?;
    for erasure in &entry.erasures {
        rows.erasure(erasure)?;
    }
    rows.confirmations(entry)?;
    rows.drops(entry)?;
    for handle in &entry.forgotten {
        let person = people.person(rows.transaction, *handle)?;
        rows.one(sql::FORGET, &[Value::Int(person)])?;
    }
    Ok(rows.follows)
}

struct Rows<'t> {
    transaction: &'t mut dyn Transaction,
    lane: Value<'static>,
    follows: bool,
}

impl Rows<'_> {
    /// Inserts rows that must not be there.
    fn insert(&mut self, many: &Many, values: &[Value<'_>]) -> Result<()> {
        if values.is_empty() {
            return Ok(());
        }
        let count = self.transaction.execute_many(many, values)?;
        self.follows &= count == (values.len() / many.width) as u64;
        Ok(())
    }

    /// Adds to rows that may be there.
    fn sum(&mut self, many: &Many, values: &[Value<'_>]) -> Result<()> {
        if !values.is_empty() {
            self.transaction.execute_many(many, values)?;
        }
        Ok(())
    }

    /// Changes one row, which must be there.
    fn one(&mut self, sql: &str, values: &[Value<'_>]) -> Result<()> {
        self.follows &= self.transaction.execute(sql, values)? == 1;
        Ok(())
    }

    fn definitions(&mut self, entry: &Entry) -> Result<()> {
        let lane = self.lane;
        let mut values = Vec::new();
        for instance in &entry.instances {
            let none = Value::Text("");
            values.extend([lane, count(instance.number), Value::Bytes(&instance.id), Value::Null]);
            values.extend([none; 5]);
            values.extend([Value::Int(0); 3]);
        }
        self.insert(&sql::INSTANCES, &values)?;
        for start in &entry.starts {
            let texts = [&start.program, &start.build, &start.pid, &start.boot, &start.policy];
            let mut values = vec![lane, count(start.instance), Value::Int(start.time_ns)];
            values.extend(texts.map(|text| Value::Text(text)));
            self.one(sql::START, &values)?;
        }
        let texts = entry.texts.iter();
        let values: Vec<_> =
            texts.flat_map(|(number, text)| [lane, count(*number), Value::Text(text)]).collect();
        self.insert(&sql::TEXTS, &values)?;
        entry.datasets.iter().try_for_each(|dataset| self.dataset(dataset))?;
        let dictionary = entry.dictionary.iter().flat_map(|own| {
            [
                lane,
                count(own.instance),
                Value::Int(own.number.into()),
                Value::Int(own.kind.into()),
                count(own.target),
            ]
        });
        self.insert(&sql::DICTIONARY, &dictionary.collect::<Vec<_>>())?;
        self.policies(entry)
    }

    fn dataset(&mut self, dataset: &Dataset) -> Result<()> {
        let (lane, number) = (self.lane, count(dataset.number));
        let mut lines = dataset.description.lines();
        let (name, group) =
            lines.next().map_or(("", ""), |line| line.split_once('\t').unwrap_or((line, "")));
        let texts = [dataset.description.as_str(), name, group].map(Value::Text);
        let values = [&[lane, number], &texts[..], &[Value::Int(dataset.first_ns)]].concat();
        self.insert(&sql::DATASETS, &values)?;
        let mut values = Vec::new();
        for (position, line) in (0..).zip(lines) {
            let mut parts = line.split('\t');
            let parts: [_; 4] = std::array::from_fn(|_| Value::Text(parts.next().unwrap_or("")));
            values.extend([lane, number, Value::Int(position)]);
            values.extend(parts);
        }
        self.insert(&sql::FIELDS, &values)
    }

    fn policies(&mut self, entry: &Entry) -> Result<()> {
        let lane = self.lane;
        let policies = entry.policies.iter().flat_map(|policy| {
            let texts = [&policy.digest, &policy.text].map(|text| Value::Text(text));
            [lane, texts[0], texts[1], Value::Int(policy.first_ns)]
        });
        self.insert(&sql::POLICIES, &policies.collect::<Vec<_>>())?;
        let changes = entry.policy_changes.iter().flat_map(|change| {
            [
                lane,
                count(change.instance),
                Value::Int(change.number.into()),
                Value::Int(change.time_ns),
                Value::Text(&change.digest),
            ]
        });
        self.insert(&sql::POLICY_CHANGES, &changes.collect::<Vec<_>>())
    }

    fn run(&mut self, entry: &Entry, leaf: u64) -> Result<()> {
        let Some(run) = &entry.run else { return Ok(()) };
        let [leaf, instance, first, next] = [leaf, run.instance, run.first, run.next].map(count);
        let content = Value::Bytes(&run.content);
        self.insert(&sql::RUNS, &[self.lane, leaf, instance, first, next, content])?;
        self.one(sql::NEXT, &[self.lane, instance, next])
    }

    fn edges(&mut self, edges: &[(Shape, Seen)]) -> Result<()> {
        let keys: Vec<[u8; 16]> = edges.iter().map(|(shape, _)| shape.key()).collect();
        let mut values = Vec::with_capacity(edges.len() * sql::EDGES.width);
        for ((shape, seen), key) in edges.iter().zip(&keys) {
            values.extend([self.lane, Value::Bytes(key), count(shape.dataset)]);
            values.extend([shape.kind, shape.outcome, u8::from(shape.unknown)].map(code));
            let names = [shape.location, shape.purpose, shape.actor, shape.on_behalf, shape.tenant];
            values.extend(names.map(count));
            values.push(Value::Int(shape.first_field.into()));
            values.push(Value::Bytes(short(&shape.actions)));
            values.extend(sums(seen));
        }
        self.sum(&sql::EDGES, &values)
    }

    fn derivations(&mut self, entry: &Entry) -> Result<()> {
        let mut values = Vec::new();
        for (derived, seen) in &entry.derivations {
            values.extend([self.lane, count(derived.dataset), Value::Int(derived.field.into())]);
            values.extend([count(derived.origin), count(derived.location), code(derived.action)]);
            values.extend(sums(seen));
        }
        self.sum(&sql::DERIVATIONS, &values)
    }

    /// Rows go in the order of their keys: neighbours are on one page.
    fn places(&mut self, entry: &Entry, people: &dyn People) -> Result<()> {
        let mut rows = Vec::with_capacity(entry.places.len());
        for own in &entry.places {
            let person = people.person(self.transaction, own.person)?;
            rows.extend(own.places.iter().map(|(place, seen)| (person, *place, *seen)));
        }
        rows.sort_unstable();
        let mut values = Vec::with_capacity(rows.len() * sql::PLACES.width);
        for (person, place, seen) in &rows {
            values.extend([Value::Int(*person), self.lane]);
            values.extend([place.dataset, place.location].map(count));
            values.extend([place.kind, place.form].map(code));
            values.extend(sums(seen));
        }
        self.sum(&sql::PLACES, &values)
    }

    fn outcomes(&mut self, entry: &Entry) -> Result<()> {
        let lane = self.lane;
        let rows = entry.outcomes.iter();
        let values =
            rows.flat_map(|(kind, end, total)| [lane, code(*kind), code(*end), count(*total)]);
        self.sum(&sql::OUTCOMES, &values.collect::<Vec<_>>())
    }

    fn findings(&mut self, entry: &Entry) -> Result<()> {
        let lane = self.lane;
        let rows = entry.findings.iter().flat_map(|found| {
            let [instance, number] = [found.instance, found.number].map(count);
            [lane, instance, number, code(found.flaw), Value::Text(&found.what)]
        });
        // One that comes again stands there already.
        self.sum(&sql::FINDINGS, &rows.collect::<Vec<_>>())
    }

    fn erasure(&mut self, erasure: &Erasure) -> Result<()> {
        let key = [self.lane, Value::Bytes(&erasure.store), count(erasure.number)];
        let values = [
            Value::Bytes(&erasure.handle.0),
            Value::Int(erasure.time_ns),
            Value::Text(&erasure.groups),
            Value::Int(erasure.final_ns),
        ];
        self.insert(&sql::ERASURES, &[&key[..], &values].concat())?;
        let mut values = Vec::new();
        for (line, texts) in (1..).zip(&erasure.lines) {
            values.extend(key);
            values.push(Value::Int(line));
            values.extend(texts.each_ref().map(|text| Value::Text(text)));
        }
        self.insert(&sql::ERASURE_LINES, &values)
    }

    fn drops(&mut self, entry: &Entry) -> Result<()> {
        let mut values = Vec::new();
        for gone in &entry.dropped {
            let LaneName { source, service, number } = &gone.lane;
            values.extend([self.lane, Value::Bytes(source), Value::Text(service)]);
            values.extend([code(*number), count(gone.leaf)]);
        }
        self.insert(&sql::DROPS, &values)
    }

    fn confirmations(&mut self, entry: &Entry) -> Result<()> {
        let lane = self.lane;
        let rows = entry.confirmations.iter().flat_map(|done| {
            let line = Value::Int(done.line.into());
            [lane, Value::Bytes(&done.store), count(done.number), line, Value::Int(done.time_ns)]
        });
        self.insert(&sql::CONFIRMATIONS, &rows.collect::<Vec<_>>())
    }
}

/// A number that counts, as databases have it.
pub(crate) fn count(number: u64) -> Value<'static> {
    Value::Int(number.cast_signed())
}

fn code(code: u8) -> Value<'static> {
    Value::Int(code.into())
}

fn sums(seen: &Seen) -> [Value<'static>; 3] {
    [Value::Int(seen.first_ns), Value::Int(seen.last_ns), count(seen.count)]
}
