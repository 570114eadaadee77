//! Leaves on their way from one ledger to another. Each counts once, whatever comes twice; lanes
//! may come in any order, the leaves of one lane in theirs.

use std::cell::RefCell;
use std::collections::HashMap;

use taggant_core::{Error, Outcome, Result};

use super::SqlLedger;
use super::work::foreign_rows;
use crate::answers::Handle;
use crate::log::{self, Appended, Head, Vouch, service_name};
use crate::rows::{
    self, People, PersonRow, count, insert_accesses, introduce, last_person, read_accesses,
};
use crate::sql::{Transaction, Value};
use crate::wire::{Entry, LaneName, Leaf, PersonTag, decode_accesses, encode_accesses};

/// What became of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Imported {
    /// It is in the ledger now.
    Taken,
    /// It was there already.
    Known,
    /// Leaves of its lane that come before it are missing.
    Early,
    /// Another leaf stands in its place.
    Conflict,
}

impl SqlLedger {
    /// The lanes of the ledger, and how long each is.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn lanes(&self) -> Result<Vec<(LaneName, u64)>> {
        let mut found = Vec::new();
        self.sql().read(&mut |transaction| {
            let lanes = log::all(transaction)?.into_iter();
            found = lanes.map(|lane| (lane.name, lane.tree.size())).collect();
            Ok(())
        })?;
        found.sort();
        Ok(found)
    }

    /// A leaf with all that belongs to it; `None` where there is none of that number.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn export(&self, lane: &LaneName, number: u64) -> Result<Option<Leaf>> {
        let mut found = None;
        self.sql().read(&mut |transaction| {
            found = export(transaction, lane, number)?;
            Ok(())
        })?;
        Ok(found)
    }

    /// Takes a leaf of another ledger. Nothing proves here who sent it: believe who hands it in. What
    /// it says counts for its own source alone. Leaves of this ledger are known, or a conflict.
    ///
    /// # Errors
    /// `Tampered` where its parts do not belong together, or where it would be a new leaf of this
    /// ledger's own; `JournalUnavailable`.
    pub fn import(&self, leaf: &Leaf) -> Result<Imported> {
        if service_name(&leaf.lane.service) != leaf.lane.service {
            return Err(tampered("no lane has the name of its service"));
        }
        let is_own = leaf.lane.source == self.own_id();
        let entry = leaf.open().map_err(tampered)?;
        let accesses = match &leaf.accesses {
            Some((_, rows)) => decode_accesses(rows)
                .ok_or_else(|| tampered("the accesses are none of this version"))?,
            None => Vec::new(),
        };
        let mut locked = self.lock();
        let (mut imported, vouch) = (Imported::Early, self.vouch(&locked.state));
        self.sql().write(&mut |transaction| {
            let head = log::find(transaction, &leaf.lane)?;
            imported = place(transaction, head.as_ref(), leaf)?;
            if imported != Imported::Taken {
                return Ok(());
            }
            if is_own {
                return Err(tampered("it is one of this ledger's own, which has not written it"));
            }
            let head = match head {
                Some(head) if vouch.accepts(&head) => head,
                Some(_) => return Err(foreign_rows()),
                None => log::make(transaction, leaf.lane.clone(), &vouch)?,
            };
            let arriving = Arriving::default();
            let accesses = if is_dropped(transaction, leaf)? { &[] } else { accesses.as_slice() };
            add(transaction, &head, leaf, entry.as_ref(), accesses.is_empty(), &vouch)?;
            let Some(entry) = &entry else { return Ok(()) };
            arriving.introduce(transaction, entry, &leaf.tags)?;
            let key = (head.lane, leaf.number);
            if !rows::write(transaction, key, entry, &arriving)? {
                return Err(foreign_rows());
            }
            let instance = entry.run.map_or(0, |run| run.instance);
            let added = insert_accesses(transaction, head.lane, instance, accesses, &arriving)?;
            if added != accesses.len() as u64 {
                return Err(foreign_rows());
            }
            // What a source says of the leaves of others deletes nothing.
            let own = entry.dropped.iter().filter(|gone| gone.lane.source == leaf.lane.source);
            own.into_iter().try_for_each(|gone| super::retain::expire_leaf(transaction, gone))
        })?;
        // Numbers and people of its lane may be known here.
        locked.state.forget();
        Ok(imported)
    }
}

fn tampered(what: &'static str) -> Error {
    Error::new(
        Outcome::Tampered,
        format!("a leaf that another ledger has sent is not as it was written: {what}"),
    )
}

/// Where in its lane a leaf belongs.
fn place(transaction: &mut dyn Transaction, head: Option<&Head>, leaf: &Leaf) -> Result<Imported> {
    let size = head.map_or(0, |head| head.tree.size());
    if leaf.number >= size {
        return Ok(if leaf.number == size { Imported::Taken } else { Imported::Early });
    }
    let lane = head.map_or(0, |head| head.lane);
    let mut is_same = false;
    let sql = "SELECT hash FROM leaves WHERE lane = $1 AND number = $2";
    transaction.rows(sql, &[Value::Int(lane), count(leaf.number)], &mut |row| {
        is_same = row.bytes(0)? == leaf.hash;
        Ok(())
    })?;
    Ok(if is_same { Imported::Known } else { Imported::Conflict })
}

fn add(
    transaction: &mut dyn Transaction,
    head: &Head,
    leaf: &Leaf,
    entry: Option<&Entry>,
    without_accesses: bool,
    vouch: &Vouch,
) -> Result<()> {
    let (salt, content) = match &leaf.content {
        Some((salt, content)) => (Value::Bytes(salt), Value::Bytes(content)),
        None => (Value::Null, Value::Null),
    };
    let access_salt = match &leaf.accesses {
        Some((salt, _)) if !without_accesses => Value::Bytes(salt),
        _ => Value::Null,
    };
    let events =
        entry.and_then(|entry| entry.run).map_or(0, |run| run.next.saturating_sub(run.first));
    match log::add(transaction, head, &leaf.hash, [salt, content, access_salt], events, vouch)? {
        Appended::Yes(_) => Ok(()),
        Appended::No => Err(Error::new(
            Outcome::JournalUnavailable,
            "another process has added to the same lane at the same time; import it again",
        )),
    }
}

/// Whether the accesses of a leaf were dropped, as a leaf that came before it says.
fn is_dropped(transaction: &mut dyn Transaction, leaf: &Leaf) -> Result<bool> {
    let mut found = false;
    let sql = "SELECT lane FROM drops
               WHERE source = $1 AND service = $2 AND number = $3 AND leaf = $4";
    let LaneName { source, service, number } = &leaf.lane;
    let lane = [Value::Bytes(source), Value::Text(service), Value::Int((*number).into())];
    let key = [&lane[..], &[count(leaf.number)]].concat();
    transaction.rows(sql, &key, &mut |_| {
        found = true;
        Ok(())
    })?;
    Ok(found)
}

/// The people of a leaf that comes from elsewhere: a handle that was never met gets a row.
#[derive(Default)]
struct Arriving(RefCell<HashMap<Handle, i64>>);

impl Arriving {
    /// Says of new people what links them to their tags, where the leaf brings those.
    fn introduce(
        &self,
        transaction: &mut dyn Transaction,
        entry: &Entry,
        tags: &[PersonTag],
    ) -> Result<()> {
        let mut rows = Vec::with_capacity(entry.people.len());
        let tags: HashMap<Handle, &PersonTag> = tags.iter().map(|tag| (tag.handle, tag)).collect();
        for (handle, link) in &entry.people {
            let person = self.person(transaction, *handle)?;
            let tag = match tags.get(handle) {
                Some(tag) if !is_taken(transaction, tag)? => {
                    Some((tag.salt, tag.tenant.clone(), tag.tag))
                }
                _ => None,
            };
            rows.push(PersonRow { person, handle: *handle, link: Some(*link), tag });
        }
        introduce(transaction, &rows)
    }
}

/// Whether another handle has this tag: the person is known by two, of two sources.
fn is_taken(transaction: &mut dyn Transaction, tag: &PersonTag) -> Result<bool> {
    let mut is_other = false;
    let sql = "SELECT handle FROM people WHERE tag = $1 AND tenant = $2";
    transaction.rows(sql, &[Value::Bytes(&tag.tag), Value::Text(&tag.tenant)], &mut |row| {
        is_other = row.bytes(0)? != tag.handle.0;
        Ok(())
    })?;
    Ok(is_other)
}

impl People for Arriving {
    fn person(&self, transaction: &mut dyn Transaction, handle: Handle) -> Result<i64> {
        if let Some(known) = self.0.borrow().get(&handle) {
            return Ok(*known);
        }
        let mut found = None;
        let sql = "SELECT person FROM people WHERE handle = $1";
        transaction.rows(sql, &[Value::Bytes(&handle.0)], &mut |row| {
            found = Some(row.int(0)?);
            Ok(())
        })?;
        let person = match found {
            Some(person) => person,
            None => {
                let last = last_person(transaction)?;
                let person = last.checked_add(1).ok_or_else(foreign_rows)?;
                introduce(transaction, &[PersonRow { person, handle, link: None, tag: None }])?;
                person
            }
        };
        self.0.borrow_mut().insert(handle, person);
        Ok(person)
    }
}

fn export(transaction: &mut dyn Transaction, lane: &LaneName, number: u64) -> Result<Option<Leaf>> {
    let (mut own, mut leaf) = (0, None);
    let mut access_salt = None;
    let sql = "SELECT leaves.lane, hash, salt, content, access_salt FROM leaves
               JOIN lanes ON lanes.lane = leaves.lane
               WHERE source = $1 AND service = $2 AND lanes.number = $3 AND leaves.number = $4";
    let key = [
        Value::Bytes(&lane.source),
        Value::Text(&lane.service),
        Value::Int(lane.number.into()),
        count(number),
    ];
    transaction.rows(sql, &key, &mut |row| {
        own = row.int(0)?;
        access_salt = row.maybe_bytes(4)?.map(|_| row.fixed(4)).transpose()?;
        let content = match row.maybe_bytes(3)? {
            Some(content) => Some((row.fixed(2)?, content.to_vec())),
            None => None,
        };
        leaf = Some(Leaf {
            lane: lane.clone(),
            number,
            hash: row.fixed(1)?,
            content,
            accesses: None,
            tags: Vec::new(),
        });
        Ok(())
    })?;
    let Some(mut leaf) = leaf else { return Ok(None) };
    let entry = leaf.open().map_err(tampered)?;
    if let (Some(salt), Some(run)) = (access_salt, entry.as_ref().and_then(|entry| entry.run)) {
        let rows = read_accesses(transaction, own, run.instance, run.first, run.next)?;
        let rows = rows.into_iter().collect::<Option<Vec<_>>>();
        let rows = rows.ok_or_else(|| tampered("a row of its accesses is none"))?;
        leaf.accesses = Some((salt, encode_accesses(&rows)));
    }
    for (handle, _) in entry.iter().flat_map(|entry| &entry.people) {
        leaf.tags.extend(tag_of(transaction, *handle)?);
    }
    Ok(Some(leaf))
}

fn tag_of(transaction: &mut dyn Transaction, handle: Handle) -> Result<Option<PersonTag>> {
    let mut found = None;
    let sql = "SELECT salt, tenant, tag FROM people WHERE handle = $1 AND tag IS NOT NULL";
    transaction.rows(sql, &[Value::Bytes(&handle.0)], &mut |row| {
        let tenant = row.text(1)?.to_owned();
        found = Some(PersonTag { handle, salt: row.fixed(0)?, tenant, tag: row.fixed(2)? });
        Ok(())
    })?;
    Ok(found)
}
