//! Receipts of erasures: what a destroyed key does not reach.

use taggant_core::{Error, Outcome, Result, hex};

use super::SqlLedger;
use super::work::{Try, nothing_more};
use crate::answers::{Handle, Kind, Place, Protection, Receipt, ReceiptLine};
use crate::ledger::ErasureOpened;
use crate::rows::count;
use crate::sql::{Transaction, Value};
use crate::wire::{Confirmation, Entry, Erasure, clean};

impl SqlLedger {
    pub(super) fn open_work_list(&self, erasure: &ErasureOpened<'_>) -> Result<()> {
        let mut locked = self.lock();
        self.retry(&mut locked.state, |state| {
            let (mut is_open, mut places) = (false, Vec::new());
            self.sql().read(&mut |transaction| {
                is_open = self.work_lists(transaction, erasure)? > 0;
                places = crate::queries::places(transaction, erasure.handle)?;
                Ok(())
            })?;
            if is_open {
                return Ok(Try::Done(()));
            }
            let opened = Erasure {
                store: erasure.store,
                number: erasure.number,
                handle: erasure.handle,
                time_ns: erasure.time_ns.cast_signed(),
                groups: clean(erasure.groups, &[]).into_owned(),
                final_ns: erasure.final_ns.cast_signed(),
                lines: lines(&places, erasure.groups == "*"),
            };
            let entry = Entry { erasures: vec![opened], ..Entry::default() };
            // Another process may open it at the same time.
            self.add_own(state, &entry, &mut |transaction| {
                Ok(self.work_lists(transaction, erasure)? == 1)
            })
        })
    }

    /// How many work lists of an erasure this ledger has opened.
    fn work_lists(
        &self,
        transaction: &mut dyn Transaction,
        erasure: &ErasureOpened<'_>,
    ) -> Result<usize> {
        let mut lists = 0;
        let sql = "SELECT erasures.lane FROM erasures JOIN lanes ON lanes.lane = erasures.lane
                   WHERE store = $1 AND erasures.number = $2 AND source = $3";
        let (store, source) = (Value::Bytes(&erasure.store), self.own_id());
        let key = [store, count(erasure.number), Value::Bytes(&source)];
        transaction.rows(sql, &key, &mut |_| {
            lists += 1;
            Ok(())
        })?;
        Ok(lists)
    }

    pub(super) fn confirm_line(&self, number: u64, line: u32) -> Result<()> {
        let mut locked = self.lock();
        let is_there = self.retry(&mut locked.state, |state| {
            let (mut store, mut is_done): (Option<[u8; 16]>, bool) = (None, false);
            self.sql().read(&mut |transaction| {
                let source = self.own_id();
                let key = [count(number), Value::Int(line.into()), Value::Bytes(&source)];
                let sql = "SELECT store FROM erasure_lines
                           JOIN lanes ON lanes.lane = erasure_lines.lane
                           WHERE erasure_lines.number = $1 AND line = $2 AND source = $3";
                transaction.rows(sql, &key, &mut |row| {
                    store = Some(row.fixed(0)?);
                    Ok(())
                })?;
                let Some(store) = &store else { return Ok(()) };
                let sql = "SELECT confirmations.lane FROM confirmations
                           JOIN lanes ON lanes.lane = confirmations.lane
                           WHERE confirmations.number = $1 AND line = $2 AND source = $3
                                AND store = $4";
                transaction.rows(sql, &[&key[..], &[Value::Bytes(store)]].concat(), &mut |_| {
                    is_done = true;
                    Ok(())
                })
            })?;
            let Some(store) = store else { return Ok(Try::Done(false)) };
            if is_done {
                return Ok(Try::Done(true));
            }
            let time_ns = taggant_core::event::now().cast_signed();
            let done = Confirmation { store, number, line, time_ns };
            let entry = Entry { confirmations: vec![done], ..Entry::default() };
            Ok(match self.add_own(state, &entry, &mut nothing_more)? {
                Try::Done(()) => Try::Done(true),
                Try::Again => Try::Again,
            })
        })?;
        if is_there {
            return Ok(());
        }
        Err(Error::new(Outcome::Invalid, format!("erasure {number} has no line {line} to confirm")))
    }

    pub(super) fn read_receipt(&self, number: u64) -> Result<Receipt> {
        let mut found = None;
        self.sql().read(&mut |transaction| {
            found = receipt(transaction, number, self.own_id())?;
            Ok(())
        })?;
        found.ok_or_else(|| {
            Error::new(Outcome::Invalid, format!("there is no erasure number {number}"))
        })
    }

    pub(super) fn opened_for(&self, store: [u8; 16]) -> Result<Vec<u64>> {
        let mut found = Vec::new();
        self.sql().read(&mut |transaction| {
            found.clear();
            let sql = "SELECT erasures.number FROM erasures
                       JOIN lanes ON lanes.lane = erasures.lane
                       WHERE source = $1 AND store = $2 ORDER BY 1";
            let key = [Value::Bytes(&self.own_id()), Value::Bytes(&store)];
            transaction.rows(sql, &key, &mut |row| {
                found.push(row.count(0)?);
                Ok(())
            })
        })?;
        Ok(found)
    }

    pub(super) fn receipt_numbers(&self) -> Result<Vec<u64>> {
        let mut found = Vec::new();
        self.sql().read(&mut |transaction| {
            found.clear();
            let sql = "SELECT DISTINCT number FROM erasures ORDER BY number";
            transaction.rows(sql, &[], &mut |row| {
                found.push(row.count(0)?);
                Ok(())
            })
        })?;
        Ok(found)
    }
}

/// The ledger does not know which key group a dataset is in: where not all groups were erased, a
/// line must not promise that everything is unreadable.
fn lines(places: &[Place], is_all: bool) -> Vec<[String; 3]> {
    let is_there = |place: &&Place| place.form != Protection::Withheld;
    let written = places.iter().filter(|place| place.kind == Kind::Write).filter(is_there);
    let what = |place: &Place| match place.form {
        Protection::Sealed if is_all => {
            "sealed values are unreadable now: clear blind-index values, if there are any"
        }
        Protection::Sealed => {
            "sealed values of the erased key groups are unreadable now, others are not: clear \
             blind-index values, if there are any"
        }
        Protection::Masked => "masks stand there: delete them where they tell too much",
        Protection::Pseudonymised => "pseudonyms stand there: delete them where they tell too much",
        Protection::Plaintext => "plaintext was disclosed: ask the recipient to delete it",
        _ => {
            "protected values went to a place that no flow named: find it by what the program does, \
             and delete them there"
        }
    };
    let line = |text: &str| clean(text, &[]).into_owned();
    written
        .map(|place| [line(&place.dataset), line(&place.location), what(place).to_owned()])
        .collect()
}

/// The receipt of an erasure, of this ledger where it has one of that number, else of another one
/// that was brought here. What a ledger says of the erasures of another is its claim and counts for
/// nothing.
fn receipt(
    transaction: &mut dyn Transaction,
    number: u64,
    own: [u8; 16],
) -> Result<Option<Receipt>> {
    let mut found = None;
    let sql = "SELECT handle, time_ns, key_groups, final_ns, store, source FROM erasures
               JOIN lanes ON lanes.lane = erasures.lane
               WHERE erasures.number = $1
               ORDER BY CASE WHEN source = $2 THEN 0 ELSE 1 END, source, store LIMIT 1";
    transaction.rows(sql, &[count(number), Value::Bytes(&own)], &mut |row| {
        let receipt = Receipt {
            number,
            handle: Handle(row.fixed(0)?),
            time_ns: row.count(1)?,
            groups: row.text(2)?.to_owned(),
            final_ns: row.count(3)?,
            waiting_for: Vec::new(),
            overwritten: true,
            lines: Vec::new(),
        };
        let (store, source): ([u8; 16], [u8; 16]) = (row.fixed(4)?, row.fixed(5)?);
        found = Some((receipt, store, source));
        Ok(())
    })?;
    let Some((mut receipt, store, source)) = found else { return Ok(None) };
    let key = [count(number), Value::Bytes(&source), Value::Bytes(&store)];
    receipt.waiting_for = waiting_for(transaction, source, receipt.time_ns, receipt.final_ns)?;
    let sql = "SELECT erasure_lines.line, dataset, location, what,
                   (SELECT min(time_ns) FROM confirmations
                    JOIN lanes AS own ON own.lane = confirmations.lane
                    WHERE confirmations.store = erasure_lines.store
                      AND confirmations.number = erasure_lines.number
                      AND confirmations.line = erasure_lines.line
                      AND own.source = $2)
               FROM erasure_lines JOIN lanes ON lanes.lane = erasure_lines.lane
               WHERE erasure_lines.number = $1 AND lanes.source = $2 AND store = $3 ORDER BY 1";
    transaction.rows(sql, &key, &mut |row| {
        receipt.lines.push(ReceiptLine {
            line: u32::try_from(row.int(0)?).unwrap_or(0),
            dataset: row.text(1)?.to_owned(),
            location: row.text(2)?.to_owned(),
            what: row.text(3)?.to_owned(),
            confirmed_ns: row.maybe_int(4)?.map(i64::cast_unsigned),
        });
        Ok(())
    })?;
    Ok(Some(receipt))
}

/// The instances that may still hold a key: an instance counts in whatever lane it was drained.
fn waiting_for(
    transaction: &mut dyn Transaction,
    source: [u8; 16],
    erased_ns: u64,
    until_ns: u64,
) -> Result<Vec<String>> {
    let mut waiting = Vec::new();
    let sql = "SELECT instance FROM instances JOIN lanes ON lanes.lane = instances.lane
               WHERE source = $3 GROUP BY instance
               HAVING min(started_ns) <= $1 AND max(drained_ns) < $2 AND max(ended) = 0
               ORDER BY instance";
    let key = [count(erased_ns), count(until_ns), Value::Bytes(&source)];
    transaction.rows(sql, &key, &mut |row| {
        waiting.push(hex::encode(row.bytes(0)?));
        Ok(())
    })?;
    Ok(waiting)
}
