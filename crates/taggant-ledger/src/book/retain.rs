//! What may go when nothing needs it any more. The log says that it went.

use taggant_core::Result;

use super::SqlLedger;
use super::people::Met;
use super::work::{Addition, OWN, State, Try, nothing_more};
use crate::answers::Handle;
use crate::rows::count;
use crate::sql::{Transaction, Value};
use crate::wire::{Dropped, Entry, LaneName};

/// The access rows of a leaf.
struct Rows {
    lane: i64,
    name: LaneName,
    leaf: u64,
    instance: u64,
    first: u64,
    next: u64,
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
        self.retry(&mut locked.state, |state| {
            let mut old = Vec::new();
            self.sql().read(&mut |transaction| {
                old = with_accesses(transaction)?;
                let mut is_old = Vec::with_capacity(old.len());
                for rows in &old {
                    is_old.push(newest(transaction, rows)?.is_none_or(|at| at < before));
                }
                let mut is_old = is_old.into_iter();
                old.retain(|_| is_old.next().unwrap_or(false));
                Ok(())
            })?;
            if old.is_empty() {
                return Ok(Try::Done(0));
            }
            let dropped =
                old.iter().map(|rows| Dropped { lane: rows.name.clone(), leaf: rows.leaf });
            let entry = Entry { dropped: dropped.collect(), ..Entry::default() };
            let mut deleted = 0;
            let done = self.add_own(state, &entry, &mut |transaction| {
                deleted = 0;
                for rows in &old {
                    deleted += delete(transaction, rows)?;
                }
                Ok(true)
            })?;
            Ok(match done {
                Try::Done(()) => Try::Done(deleted),
                Try::Again => Try::Again,
            })
        })
    }
}

/// The leaves that have access rows.
fn with_accesses(transaction: &mut dyn Transaction) -> Result<Vec<Rows>> {
    let mut found = Vec::new();
    let sql = "SELECT leaves.lane, source, service, lanes.number, leaf, instance, first, next
               FROM leaves
               JOIN runs ON runs.lane = leaves.lane AND runs.leaf = leaves.number
               JOIN lanes ON lanes.lane = leaves.lane
               WHERE access_salt IS NOT NULL ORDER BY leaves.lane, leaf";
    transaction.rows(sql, &[], &mut |row| {
        found.push(Rows {
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
        });
        Ok(())
    })?;
    Ok(found)
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
    let rows = with_accesses(transaction)?;
    match rows.iter().find(|rows| rows.name == gone.lane && rows.leaf == gone.leaf) {
        Some(rows) => delete(transaction, rows).map(drop),
        None => Ok(()),
    }
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
