//! Receipts of erasures: what a destroyed key does not reach.

use rusqlite::{Connection, OptionalExtension, params};
use taggant_core::{Error, Outcome, Result};

use super::SqliteLedger;
use super::proof::{Op, Recorder, Value};
use super::queries::places;
use super::types::{Handle, Receipt, ReceiptLine};

impl SqliteLedger {
    /// Opens the work list of an erasure: a line for every place where the person's data was
    /// recorded. `final_ns` is when the last cache life ends.
    ///
    /// # Errors
    /// `JournalUnavailable`; so do all of these.
    pub fn open_receipt(
        &self,
        number: u64,
        handle: Handle,
        time_ns: u64,
        groups: &str,
        final_ns: u64,
    ) -> Result<()> {
        let number = number.cast_signed();
        self.record(|recorder| {
            let is_open = recorder
                .transaction()
                .prepare_cached("SELECT 1 FROM erasures WHERE number = ?1")?
                .exists([number])?;
            if is_open {
                return Ok(());
            }
            recorder.put(
                Op::Erasure,
                &[
                    Value::Int(number),
                    Value::Bytes(&handle.0),
                    Value::Time(time_ns.cast_signed()),
                    Value::Text(groups),
                    Value::Time(final_ns.cast_signed()),
                ],
            )?;
            lines(recorder, number, handle, groups == "*")
        })
    }

    /// The receipt of an erasure, as it stands now.
    ///
    /// # Errors
    /// `Invalid` where there is no erasure of that number.
    pub fn receipt(&self, number: u64) -> Result<Receipt> {
        let found = self.database.read(|connection| receipt(connection, number))?;
        found.ok_or_else(|| {
            Error::new(Outcome::Invalid, format!("there is no erasure number {number}"))
        })
    }

    /// The numbers of all erasures that have a receipt, in order.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn receipts(&self) -> Result<Vec<u64>> {
        self.database.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT number FROM erasures ORDER BY number")?;
            statement.query_map([], |row| row.get::<_, i64>(0).map(i64::cast_unsigned))?.collect()
        })
    }

    /// Confirms that a line of a work list is done.
    ///
    /// # Errors
    /// `Invalid` where there is no such line.
    pub fn confirm(&self, number: u64, line: u32) -> Result<()> {
        let is_there = self.record(|recorder| {
            let mut statement = recorder.transaction().prepare_cached(
                "SELECT confirmed_ns FROM erasure_lines WHERE erasure = ?1 AND line = ?2",
            )?;
            let found = statement
                .query_row(params![number.cast_signed(), line], |row| row.get::<_, Option<i64>>(0))
                .optional()?;
            if found == Some(None) {
                let now = taggant_core::event::now().cast_signed();
                let key = [number.cast_signed(), line.into()].map(Value::Int);
                recorder.put(Op::Confirm, &[key[0], key[1], Value::Time(now)])?;
            }
            Ok(found.is_some())
        })?;
        if is_there {
            return Ok(());
        }
        Err(Error::new(Outcome::Invalid, format!("erasure {number} has no line {line} to confirm")))
    }
}

/// The ledger does not know which key group a dataset is in: where not all groups were erased, a
/// line must not promise that everything is unreadable.
fn lines(
    recorder: &mut Recorder<'_>,
    number: i64,
    handle: Handle,
    is_all: bool,
) -> rusqlite::Result<()> {
    let mut line = 0;
    for place in
        places(recorder.transaction(), handle)?.iter().filter(|place| place.kind == "write")
    {
        let mut add = |what: &str| {
            line += 1;
            let texts = [&place.dataset, &place.location, what].map(Value::Text);
            let [dataset, location, what] = texts;
            let key = [number, line].map(Value::Int);
            recorder.put(Op::ErasureLine, &[key[0], key[1], dataset, location, what])
        };
        add(match place.form.as_str() {
            "plaintext" => "plaintext was disclosed: ask the recipient to delete it",
            "masked" => "masks stand there: delete them where they tell too much",
            _ if is_all => {
                "sealed values are unreadable now: clear blind-index values, if there are any"
            }
            _ => {
                "sealed values of the erased key groups are unreadable now, others are not: clear \
                 blind-index values, if there are any"
            }
        })?;
    }
    Ok(())
}

fn receipt(connection: &Connection, number: u64) -> rusqlite::Result<Option<Receipt>> {
    let head = connection
        .query_row(
            "SELECT handle, time_ns, key_groups, final_ns FROM erasures WHERE number = ?1",
            [number.cast_signed()],
            |row| {
                Ok(Receipt {
                    number,
                    handle: Handle(row.get(0)?),
                    time_ns: row.get::<_, i64>(1)?.cast_unsigned(),
                    groups: row.get(2)?,
                    final_ns: row.get::<_, i64>(3)?.cast_unsigned(),
                    waiting_for: Vec::new(),
                    lines: Vec::new(),
                })
            },
        )
        .optional()?;
    let Some(mut receipt) = head else { return Ok(None) };
    let mut waiting = connection.prepare_cached(
        "SELECT lower(hex(instance)) FROM instances
         WHERE started_ns <= ?1 AND drained_ns < ?2 AND ended = 0",
    )?;
    let (erased, until) = (receipt.time_ns.cast_signed(), receipt.final_ns.cast_signed());
    receipt.waiting_for =
        waiting.query_map(params![erased, until], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut statement = connection.prepare_cached(
        "SELECT line, dataset, location, what, confirmed_ns FROM erasure_lines
         WHERE erasure = ?1 ORDER BY line",
    )?;
    let lines = statement.query_map([number.cast_signed()], |row| {
        Ok(ReceiptLine {
            line: row.get(0)?,
            dataset: row.get(1)?,
            location: row.get(2)?,
            what: row.get(3)?,
            confirmed_ns: row.get::<_, Option<i64>>(4)?.map(i64::cast_unsigned),
        })
    })?;
    receipt.lines = lines.collect::<Result<_, _>>()?;
    Ok(Some(receipt))
}
