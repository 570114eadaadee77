//! Tags to handles. New people are committed first, in a short transaction with a leaf of their
//! own, sorted by tag: two processes that meet the same people take their rows in one order, and
//! neither holds them for long.

use std::collections::{BTreeSet, HashMap};

use taggant_core::Result;
use taggant_core::tag::SubjectTag;

use super::SqlLedger;
use super::work::{Addition, OWN, State, Try, foreign_rows};
use crate::answers::Handle;
use crate::fold::Persons;
use crate::log::fresh;
use crate::rows::{People, PersonRow, insert_people, last_person};
use crate::sql::{Transaction, Value};
use crate::wire::{Entry, clean, link};

/// People kept in memory at most.
const MOST: usize = 250_000;

/// Row id and handle of a person.
type Person = (i64, Handle);

/// A person by their tag.
type Tagged = ([u8; 16], Person);

/// How many people one statement asks for.
const TOGETHER: usize = 64;

/// Who is who, as far as it was met lately.
#[derive(Default)]
pub(super) struct Cache {
    tenants: HashMap<String, HashMap<[u8; 16], Person>>,
    count: usize,
}

impl Cache {
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn get(&self, tenant: &str, tag: &[u8; 16]) -> Option<Person> {
        self.tenants.get(tenant)?.get(tag).copied()
    }

    fn put(&mut self, tenant: &str, tag: [u8; 16], person: Person) {
        if self.count >= MOST {
            self.clear();
        }
        if !self.tenants.contains_key(tenant) {
            self.tenants.insert(tenant.to_owned(), HashMap::new());
        }
        let Some(people) = self.tenants.get_mut(tenant) else { return };
        self.count += usize::from(people.insert(tag, person).is_none());
    }
}

/// The people of a run.
#[derive(Default)]
pub(super) struct Met {
    tenants: HashMap<u32, HashMap<[u8; 16], Handle>>,
    rows: HashMap<Handle, i64>,
}

impl Met {
    pub(super) fn add(&mut self, tenant: u32, tag: [u8; 16], (row, handle): Person) {
        self.tenants.entry(tenant).or_default().insert(tag, handle);
        self.rows.insert(handle, row);
    }
}

impl Persons for Met {
    fn handle(&self, tenant: u32, tag: &[u8; 16]) -> Option<Handle> {
        self.tenants.get(&tenant)?.get(tag).copied()
    }
}

impl People for Met {
    fn person(&self, transaction: &mut dyn Transaction, handle: Handle) -> Result<i64> {
        match self.rows.get(&handle) {
            Some(row) => Ok(*row),
            None => row_of(transaction, handle),
        }
    }
}

/// The row of a handle that must have one.
fn row_of(transaction: &mut dyn Transaction, handle: Handle) -> Result<i64> {
    let mut found = 0;
    let sql = "SELECT person FROM people WHERE handle = $1";
    transaction.rows(sql, &[Value::Bytes(&handle.0)], &mut |row| {
        found = row.int(0)?;
        Ok(())
    })?;
    Ok(found)
}

impl SqlLedger {
    /// The people of these tags of a tenant, made where they are new, as an entry of the lane of
    /// `service`.
    pub(super) fn resolve(
        &self,
        state: &mut State,
        service: &str,
        tenant: &str,
        tags: &BTreeSet<[u8; 16]>,
    ) -> Result<Try<Vec<Tagged>>> {
        let mut found = Vec::with_capacity(tags.len());
        let mut unknown = Vec::new();
        for tag in tags {
            match state.people.get(tenant, tag) {
                Some(person) => found.push((*tag, person)),
                None => unknown.push(*tag),
            }
        }
        if unknown.is_empty() {
            return Ok(Try::Done(found));
        }
        let mut stored = HashMap::new();
        self.sql().read(&mut |transaction| {
            stored.clear();
            look_up(transaction, tenant, &unknown, &mut stored)
        })?;
        let fresh: Vec<[u8; 16]> =
            unknown.iter().copied().filter(|tag| !stored.contains_key(tag)).collect();
        if !fresh.is_empty() {
            match self.make(state, service, tenant, &fresh)? {
                Try::Done(made) => stored.extend(made),
                Try::Again => return Ok(Try::Again),
            }
        }
        for tag in unknown {
            if let Some(person) = stored.get(&tag) {
                state.people.put(tenant, tag, *person);
                found.push((tag, *person));
            }
        }
        Ok(Try::Done(found))
    }

    /// New people, in the order of their tags.
    fn make(
        &self,
        state: &mut State,
        service: &str,
        tenant: &str,
        tags: &[[u8; 16]],
    ) -> Result<Try<HashMap<[u8; 16], Person>>> {
        let mut rows = Vec::with_capacity(tags.len());
        for tag in tags {
            let (handle, salt) = (Handle(fresh()?), fresh()?);
            rows.push(PersonRow {
                person: 0,
                handle,
                link: Some(link(&salt, tenant.as_bytes(), tag)),
                tag: Some((salt, tenant.to_owned(), *tag)),
            });
        }
        let mut people: Vec<_> =
            rows.iter().filter_map(|row| Some((row.handle, row.link?))).collect();
        people.sort_unstable();
        let entry = Entry { people, ..Entry::default() };
        let mut more = |transaction: &mut dyn Transaction| {
            let mut last = last_person(transaction)?;
            for row in &mut rows {
                last = last.checked_add(1).ok_or_else(foreign_rows)?;
                row.person = last;
            }
            Ok(insert_people(transaction, &rows)? == rows.len() as u64)
        };
        let nobody = Met::default();
        let mut addition =
            Addition { entry: &entry, access_salt: None, people: &nobody, more: &mut more };
        if let Try::Again = self.add(state, service, &mut addition)? {
            return Ok(Try::Again);
        }
        Ok(Try::Done(tags.iter().copied().zip(rows.iter().map(|r| (r.person, r.handle))).collect()))
    }

    /// One person, made where it is new.
    pub(super) fn person(&self, tenant: &str, tag: SubjectTag) -> Result<Handle> {
        let (mut locked, tenant) = (self.lock(), clean(tenant, &[]));
        let tags = BTreeSet::from([tag.0]);
        let found = self.retry(&mut locked.state, |state| {
            self.lane(state, OWN)?;
            self.resolve(state, OWN, &tenant, &tags)
        })?;
        Ok(found[0].1.1)
    }
}

/// The people that are there already.
fn look_up(
    transaction: &mut dyn Transaction,
    tenant: &str,
    tags: &[[u8; 16]],
    found: &mut HashMap<[u8; 16], Person>,
) -> Result<()> {
    let holes: Vec<String> = (2..TOGETHER + 2).map(|number| format!("${number}")).collect();
    let sql = format!(
        "SELECT tag, person, handle FROM people WHERE tenant = $1 AND tag IN ({})",
        holes.join(", ")
    );
    for some in tags.chunks(TOGETHER) {
        let mut values = Vec::with_capacity(TOGETHER + 1);
        values.push(Value::Text(tenant));
        values.extend(some.iter().map(|tag| Value::Bytes(tag)));
        // The same statement for fewer: the last one stands more than once.
        values.resize(TOGETHER + 1, values[some.len()]);
        transaction.rows(&sql, &values, &mut |row| {
            found.insert(row.fixed(0)?, (row.int(1)?, Handle(row.fixed(2)?)));
            Ok(())
        })?;
    }
    Ok(())
}
