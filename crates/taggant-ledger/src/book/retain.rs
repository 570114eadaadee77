//! What may go when nothing needs it any more. The log says that it went.

use taggant_core::{Error, Outcome, Result};

use super::SqlLedger;
use super::people::Met;
use super::work::{Addition, OWN, State, Try, nothing_more};
use crate::answers::Handle;
use crate::rows::{count, read_accesses};
use crate::sql::{Row, Transaction, Value};
use crate::wire::{Accesses, Dropped, Entry, LaneName, access_hash, encode_accesses};

/// The access rows of a leaf.
struct Rows {
    lane: i64,
    name: LaneName,
    leaf: u64,
    instance: u64,
    first: u64,
    next: u64,
    /// How many the leaf was written with, and their hash.
    written: Option<Accesses>,
    salt: Vec<u8>,
}

impl SqlLedger {
    pub(super) fn forget(&self, handle: Handle) -> Result<bool> {
        let mut locked = self.lock();
        let dropped = self.retry(&mut locked.state, |state| {
            let mut is_linked = false;
            self.sql().read(&mut |transaction| {
                let sql = "SELECT person FROM people WHERE handle = $1 AND link IS NOT NULL";
                transaction.rows(sql, &[Value::Bytes(&handle.0)], &mut |_| {
                    is_linked = true;
                    Ok(())
                })
            })?;
            if !is_linked {
                return Ok(Try::Done(false));
            }
            let entry = Entry { forgotten: vec![handle], ..Entry::default() };
            self.add_own(state, &entry, &mut nothing_more).map(|done| match done {
                Try::Done(()) => Try::Done(true),
                Try::Again => Try::Again,
            })
        })?;
        locked.state.forget();
        Ok(dropped)
    }

    /// Adds an entry to the ledger's own lane.
    pub(super) fn add_own(
        &self,
        state: &mut State,
        entry: &Entry,
        more: &mut dyn FnMut(&mut dyn Transaction) -> Result<bool>,
    ) -> Result<Try<()>> {
        self.lane(state, OWN)?;
        let nobody = Met::default();
        let mut addition = Addition { entry, access_salt: None, people: &nobody, more };
        self.add(state, OWN, &mut addition)
    }

    pub(super) fn expire(&self, before_ns: u64) -> Result<u64> {
        let before = i64::try_from(before_ns).unwrap_or(i64::MAX);
        let mut locked = self.lock();
        let (mut deleted, mut changed) = (0, 0);
        let mut after = (0, 0);
        loop {
            let Found { old, others, next } = self.old(after, before)?;
            changed += others;
            if !old.is_empty() {
                deleted += self.retry(&mut locked.state, |state| self.drop_rows(state, &old))?;
            }
            match next {
                Some(next) => after = next,
                None => break,
            }
        }
        if changed == 0 {
            return Ok(deleted);
        }
        // Deleted as old, nobody could tell any more that they are not what was written.
        Err(Error::new(
            Outcome::Tampered,
            format!(
                "{deleted} old accesses were deleted; those of {changed} entries are not what was \
                 written, and stay: verify the ledger, and restore it from before they were changed"
            ),
        ))
    }

    /// The old ones among the next leaves that have accesses.
    fn old(&self, after: (i64, u64), before: i64) -> Result<Found> {
        let mut found = Found::default();
        self.sql().read(&mut |transaction| {
            found = Found::default();
            let leaves = with_accesses(transaction, after)?;
            if leaves.len() == TOGETHER {
                found.next = leaves.last().map(|rows| (rows.lane, rows.leaf));
            }
            for rows in leaves {
                match newest(transaction, &rows)? {
                    Some(at) if at >= before => {}
                    _ if is_whole(transaction, &rows)? => found.old.push(rows),
                    _ => found.others += 1,
                }
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn drop_rows(&self, state: &mut State, old: &[Rows]) -> Result<Try<u64>> {
        let mut dropped: Vec<Dropped> =
            old.iter().map(|rows| Dropped { lane: rows.name.clone(), leaf: rows.leaf }).collect();
        dropped.sort();
        let entry = Entry { dropped, ..Entry::default() };
        let mut deleted = 0;
        let done = self.add_own(state, &entry, &mut |transaction| {
            deleted = 0;
            for rows in old {
                deleted += delete(transaction, rows)?;
            }
            Ok(true)
        })?;
        Ok(match done {
            Try::Done(()) => Try::Done(deleted),
            Try::Again => Try::Again,
        })
    }
}

/// Leaves that one transaction deletes the accesses of.
const TOGETHER: usize = 4096;

/// Leaves whose accesses may go.
#[derive(Default)]
struct Found {
    old: Vec<Rows>,
    /// How many have accesses that are not what was written.
    others: u64,
    /// Lane and number of the last one that was looked at, where there may be more.
    next: Option<(i64, u64)>,
}

const COLUMNS: &str = "SELECT leaves.lane, source, service, lanes.number, leaf, instance, first,
        next, leaves.content, access_salt
    FROM leaves
    JOIN runs ON runs.lane = leaves.lane AND runs.leaf = leaves.number
    JOIN lanes ON lanes.lane = leaves.lane
    WHERE access_salt IS NOT NULL";

/// The next leaves that have access rows, after one of a lane.
fn with_accesses(transaction: &mut dyn Transaction, after: (i64, u64)) -> Result<Vec<Rows>> {
    let mut found = Vec::new();
    let sql = format!(
        "{COLUMNS} AND (leaves.lane, leaves.number) > ($1, $2)
         ORDER BY leaves.lane, leaves.number LIMIT {TOGETHER}"
    );
    // The first leaf of a lane is number 0, and no lane is.
    transaction.rows(&sql, &[Value::Int(after.0), count(after.1)], &mut |row| {
        found.push(rows_of(row)?);
        Ok(())
    })?;
    Ok(found)
}

fn rows_of(row: &dyn Row) -> Result<Rows> {
    let content = row.maybe_bytes(8)?.and_then(Entry::decode);
    Ok(Rows {
        lane: row.int(0)?,
        name: LaneName {
            source: row.fixed(1)?,
            service: row.text(2)?.to_owned(),
            number: row.code(3)?,
        },
        leaf: row.count(4)?,
        instance: row.count(5)?,
        first: row.count(6)?,
        next: row.count(7)?,
        written: content.and_then(|entry| entry.accesses),
        salt: row.bytes(9)?.to_vec(),
    })
}

/// Whether the rows are those that the leaf was written with.
fn is_whole(transaction: &mut dyn Transaction, rows: &Rows) -> Result<bool> {
    let Some(written) = &rows.written else { return Ok(false) };
    let found = read_accesses(transaction, rows.lane, rows.instance, rows.first, rows.next)?;
    let found: Option<Vec<_>> = found.into_iter().collect();
    Ok(found.is_some_and(|found| {
        found.len() as u64 == written.count
            && access_hash(&rows.salt, &encode_accesses(&found)) == written.hash
    }))
}

impl Rows {
    fn range(&self) -> [Value<'static>; 4] {
        let [instance, first, next] = [self.instance, self.first, self.next].map(count);
        [Value::Int(self.lane), instance, first, next]
    }
}

fn newest(transaction: &mut dyn Transaction, rows: &Rows) -> Result<Option<i64>> {
    let mut newest = None;
    let sql = "SELECT max(time_ns) FROM accesses
               WHERE lane = $1 AND instance = $2 AND number >= $3 AND number < $4";
    transaction.rows(sql, &rows.range(), &mut |row| {
        newest = row.maybe_int(0)?;
        Ok(())
    })?;
    Ok(newest)
}

/// Deletes the accesses of a leaf that another ledger has dropped, if they are here.
pub(super) fn expire_leaf(transaction: &mut dyn Transaction, gone: &Dropped) -> Result<()> {
    let mut found = None;
    let sql = format!(
        "{COLUMNS} AND source = $1 AND service = $2 AND lanes.number = $3 AND leaves.number = $4"
    );
    let LaneName { source, service, number } = &gone.lane;
    let lane = [Value::Bytes(source), Value::Text(service), Value::Int((*number).into())];
    transaction.rows(&sql, &[&lane[..], &[count(gone.leaf)]].concat(), &mut |row| {
        found = Some(rows_of(row)?);
        Ok(())
    })?;
    found.map_or(Ok(()), |rows| delete(transaction, &rows).map(drop))
}

fn delete(transaction: &mut dyn Transaction, rows: &Rows) -> Result<u64> {
    let sql = "DELETE FROM accesses
               WHERE lane = $1 AND instance = $2 AND number >= $3 AND number < $4";
    let deleted = transaction.execute(sql, &rows.range())?;
    transaction.execute(
        "UPDATE leaves SET access_salt = NULL WHERE lane = $1 AND number = $2",
        &[Value::Int(rows.lane), count(rows.leaf)],
    )?;
    Ok(deleted)
}
