//! What may go when nothing needs it any more. The log says that it went.

use std::collections::HashMap;

use taggant_core::{Error, Outcome, Result};

use super::SqlLedger;
use super::people::Met;
use super::work::{Addition, OWN, State, Try, nothing_more};
use crate::answers::Handle;
use crate::log::{self, Tree, Vouch};
use crate::rows::{count, read_accesses};
use crate::sql::{Row, Transaction, Value};
use crate::wire::{Accesses, Dropped, Entry, LaneName, access_hash, encode_accesses, leaf_hash};

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
    salt: [u8; 16],
}

impl SqlLedger {
    pub(super) fn forget(&self, handle: Handle) -> Result<bool> {
        let mut locked = self.lock();
        let dropped = self.retry(&mut locked.state, |state| {
            let mut is_linked = false;
            self.sql().read(&mut |transaction| {
                is_linked = is_known(transaction, handle)?;
                Ok(())
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
        let mut lanes = Lanes { vouch: self.vouch(&locked.state), whole: HashMap::new() };
        loop {
            let Found { old, others, next } = self.old(after, before, &mut lanes)?;
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
    fn old(&self, after: (i64, u64), before: i64, lanes: &mut Lanes) -> Result<Found> {
        let mut found = Found::default();
        self.sql().read(&mut |transaction| {
            found = Found::default();
            let leaves = with_accesses(transaction, after)?;
            if leaves.len() == TOGETHER {
                found.next = leaves.last().map(|rows| (rows.lane, rows.leaf));
            }
            for rows in leaves {
                let is_whole_lane = lanes.is_whole(transaction, rows.lane)?;
                match newest(transaction, &rows)? {
                    Some(at) if at >= before => {}
                    _ if is_whole_lane && is_whole(transaction, &rows)? => found.old.push(rows),
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
                // They may have been changed since they were looked at.
                if !is_whole(transaction, rows)? {
                    return Ok(false);
                }
                match delete(transaction, rows)? {
                    Some(count) => deleted += count,
                    None => return Ok(false),
                }
            }
            Ok(true)
        })?;
        Ok(match done {
            Try::Done(()) => Try::Done(deleted),
            Try::Again => Try::Again,
        })
    }
}

/// Whether somebody is known by a handle.
fn is_known(transaction: &mut dyn Transaction, handle: Handle) -> Result<bool> {
    let mut found = None;
    let sql = "SELECT forgotten, link FROM people WHERE handle = $1";
    transaction.rows(sql, &[Value::Bytes(&handle.0)], &mut |row| {
        found = Some((row.int(0)? != 0, row.maybe_bytes(1)?.is_some()));
        Ok(())
    })?;
    match found {
        // A handle that another ledger has named and not introduced has no link either.
        None | Some((true, false)) => Ok(false),
        Some((false, true)) => Ok(true),
        Some(_) => Err(Error::new(
            Outcome::Tampered,
            "the ledger has a person whose link is gone, and nobody has dropped it: verify the \
             ledger, and restore it from before it was changed",
        )),
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

const COLUMNS: &str =
    "SELECT leaves.lane, source, service, lanes.number, leaves.number, hash, salt,
        content, access_salt
    FROM leaves JOIN lanes ON lanes.lane = leaves.lane
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

/// What the leaf itself says is believed, if it has its hash; no other table is.
fn rows_of(row: &dyn Row) -> Result<Rows> {
    let (hash, salt): ([u8; 32], [u8; 16]) = (row.fixed(5)?, row.fixed(6)?);
    let content = row.maybe_bytes(7)?.filter(|content| leaf_hash(&salt, content) == hash);
    let entry = content.and_then(Entry::decode).unwrap_or_default();
    let run = entry.run.map(|run| (run.instance, run.first, run.next));
    let (instance, first, next) = run.unwrap_or_default();
    Ok(Rows {
        lane: row.int(0)?,
        name: LaneName {
            source: row.fixed(1)?,
            service: row.text(2)?.to_owned(),
            number: row.code(3)?,
        },
        leaf: row.count(4)?,
        instance,
        first,
        next,
        written: entry.accesses,
        salt: row.fixed(8)?,
    })
}

/// What was found out of the lanes: each is looked through once, however many leaves it has.
struct Lanes {
    vouch: Vouch,
    whole: HashMap<i64, bool>,
}

impl Lanes {
    fn is_whole(&mut self, transaction: &mut dyn Transaction, lane: i64) -> Result<bool> {
        if let Some(known) = self.whole.get(&lane) {
            return Ok(*known);
        }
        let is_whole = is_whole_lane(transaction, lane, &self.vouch)?;
        self.whole.insert(lane, is_whole);
        Ok(is_whole)
    }
}

/// Whether the hashes of a lane's leaves are those of its head, and that is signed.
fn is_whole_lane(transaction: &mut dyn Transaction, lane: i64, vouch: &Vouch) -> Result<bool> {
    let Some(head) = log::all(transaction)?.into_iter().find(|head| head.lane == lane) else {
        return Ok(false);
    };
    let (mut tree, mut is_right) = (Tree::default(), vouch.accepts(&head));
    let sql = "SELECT number, hash FROM leaves WHERE lane = $1 ORDER BY number";
    transaction.rows(sql, &[Value::Int(lane)], &mut |row| {
        is_right &= row.count(0)? == tree.size();
        tree.add(&row.fixed(1)?);
        Ok(())
    })?;
    Ok(is_right && tree == head.tree)
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

/// `None` where others were faster.
fn delete(transaction: &mut dyn Transaction, rows: &Rows) -> Result<Option<u64>> {
    let sql = "DELETE FROM accesses
               WHERE lane = $1 AND instance = $2 AND number >= $3 AND number < $4";
    let deleted = transaction.execute(sql, &rows.range())?;
    let changed = transaction.execute(
        "UPDATE leaves SET access_salt = NULL
         WHERE lane = $1 AND number = $2 AND access_salt IS NOT NULL",
        &[Value::Int(rows.lane), count(rows.leaf)],
    )?;
    Ok((changed == 1).then_some(deleted))
}
