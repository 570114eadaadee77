//! Adds entries to the log, in the transaction that changes the tables.

use rusqlite::{Connection, Transaction, params, params_from_iter};
use sha2::{Digest, Sha256};
use taggant_core::cipher::random;

use super::codec::Writer;
use super::merkle::{Hash, Tree};
use super::op::{Op, Value};

/// Kinds of entries: the first byte of their data.
pub(super) const OPERATIONS: u8 = 1;
pub(super) const ACCESSES: u8 = 2;

/// Columns of `accesses`, in the order in which they are hashed.
pub(super) const ACCESS_COLUMNS: &str = "instance, number, time_ns, kind, outcome, dataset, actions, first_field, field, location, \
     purpose, actor, on_behalf, tenant, handle, origin, refers, reason, trace";

/// A run of an instance's events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ledger) struct Run {
    /// Row id of the instance.
    pub(in crate::ledger) instance: i64,
    pub(in crate::ledger) first: u64,
    pub(in crate::ledger) next: u64,
    pub(in crate::ledger) content: Hash,
}

/// Changes covered tables, and remembers how.
pub(in crate::ledger) struct Recorder<'t> {
    transaction: &'t Transaction<'t>,
    operations: Writer,
    rows: Writer,
    row_count: u64,
}

impl<'t> Recorder<'t> {
    pub(in crate::ledger) fn new(transaction: &'t Transaction<'t>) -> Self {
        let mut operations = Writer::default();
        operations.byte(OPERATIONS);
        Self { transaction, operations, rows: Writer::default(), row_count: 0 }
    }

    pub(in crate::ledger) fn transaction(&self) -> &'t Transaction<'t> {
        self.transaction
    }

    /// Does an operation. A row that is to be inserted must not be there.
    pub(in crate::ledger) fn put(&mut self, op: Op, values: &[Value<'_>]) -> rusqlite::Result<()> {
        self.put_all(op, [values])
    }

    /// Does an operation with many rows.
    pub(in crate::ledger) fn put_all<V: AsRef<[T]>, T: AsValue>(
        &mut self,
        op: Op,
        rows: impl IntoIterator<Item = V>,
    ) -> rusqlite::Result<()> {
        let mut statement = self.transaction.prepare_cached(op.sql())?;
        for row in rows {
            let values: Vec<Value<'_>> = row.as_ref().iter().map(T::value).collect();
            statement.execute(params_from_iter(&values))?;
            op.encode(&values, &mut self.operations);
        }
        Ok(())
    }

    /// Remembers an operation that was done already.
    pub(in crate::ledger) fn note(&mut self, op: Op, values: &[Value<'_>]) {
        op.encode(values, &mut self.operations);
    }

    /// Adds a row of `accesses`; rows come in the order of their numbers.
    pub(in crate::ledger) fn access(&mut self, row: &[Value<'_>; 19]) -> rusqlite::Result<()> {
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO accesses VALUES
             (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
        )?;
        statement.execute(params_from_iter(row))?;
        row.iter().for_each(|value| hashed(*value, &mut self.rows));
        self.row_count += 1;
        Ok(())
    }

    /// The run of events that this is about.
    pub(in crate::ledger) fn run(&mut self, run: Run) -> rusqlite::Result<()> {
        let leaf: i64 = self
            .transaction
            .prepare_cached("SELECT size FROM log")?
            .query_row([], |row| row.get(0))?;
        let Run { instance, first, next, content } = run;
        self.put(
            Op::Run,
            &[
                Value::Int(leaf),
                Value::Int(instance),
                Value::Int(first.cast_signed()),
                Value::Int(next.cast_signed()),
                Value::Bytes(&content),
            ],
        )?;
        self.put(Op::Next, &[Value::Int(instance), Value::Int(next.cast_signed())])
    }

    /// Adds what was done to the log, if anything was.
    pub(in crate::ledger) fn finish(self, run: Option<Run>) -> rusqlite::Result<()> {
        if self.operations.bytes.len() == 1 {
            return Ok(());
        }
        let mut log = Log::load(self.transaction)?;
        log.events += run.map_or(0, |run| run.next - run.first);
        log.add(self.transaction, &self.operations.bytes, &[])?;
        if let Some(run) = run.filter(|_| self.row_count > 0) {
            let mut data = Writer::default();
            data.byte(ACCESSES);
            data.signed(run.instance);
            data.unsigned(run.first);
            data.unsigned(run.next);
            data.unsigned(self.row_count);
            log.add(self.transaction, &data.bytes, &self.rows.bytes)?;
        }
        log.store(self.transaction)
    }
}

/// What can stand in a row.
pub(in crate::ledger) trait AsValue {
    fn value(&self) -> Value<'_>;
}

impl AsValue for Value<'_> {
    fn value(&self) -> Value<'_> {
        *self
    }
}

/// A value of an access row, as it is hashed.
pub(super) fn hashed(value: Value<'_>, out: &mut Writer) {
    match value {
        Value::Null => out.byte(0),
        Value::Int(number) | Value::Time(number) => {
            out.byte(1);
            out.signed(number);
        }
        Value::Text(text) => {
            out.byte(2);
            out.text(text);
        }
        Value::Bytes(bytes) => {
            out.byte(3);
            out.bytes(bytes);
        }
    }
}

/// The hash of an entry.
pub(super) fn entry_hash(salt: &[u8], data: &[u8], rows: &[u8]) -> Hash {
    Sha256::new().chain_update(salt).chain_update(data).chain_update(rows).finalize().into()
}

/// The row of `log`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Log {
    pub(super) id: [u8; 16],
    pub(super) tree: Tree,
    pub(super) events: u64,
}

impl Log {
    pub(super) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut statement = connection.prepare_cached("SELECT id, size, roots, events FROM log")?;
        statement.query_row([], |row| {
            let (size, roots): (i64, Vec<u8>) = (row.get(1)?, row.get(2)?);
            Ok(Self {
                id: row.get(0)?,
                tree: Tree::from_bytes(size.cast_unsigned(), &roots)
                    .ok_or(rusqlite::Error::InvalidQuery)?,
                events: row.get::<_, i64>(3)?.cast_unsigned(),
            })
        })
    }

    fn add(
        &mut self,
        transaction: &Transaction<'_>,
        data: &[u8],
        rows: &[u8],
    ) -> rusqlite::Result<()> {
        let salt = fresh()?;
        let hash = entry_hash(&salt, data, rows);
        transaction
            .prepare_cached("INSERT INTO leaves VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![self.tree.size().cast_signed(), hash, salt, data])?;
        self.tree.add(&hash);
        Ok(())
    }

    fn store(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction
            .prepare_cached("UPDATE log SET size = ?1, roots = ?2, events = ?3")?
            .execute(params![
                self.tree.size().cast_signed(),
                self.tree.to_bytes(),
                self.events.cast_signed()
            ])
            .map(drop)
    }
}

/// Makes the row of `log` where there is none.
pub(in crate::ledger) fn begin(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute("INSERT OR IGNORE INTO log VALUES (1, ?1, 0, x'', 0)", [fresh()?]).map(drop)
}

/// 16 random bytes.
pub(in crate::ledger) fn fresh() -> rusqlite::Result<[u8; 16]> {
    let mut bytes = [0; 16];
    random::fill(&mut bytes).map_err(|_| rusqlite::Error::InvalidQuery)?;
    Ok(bytes)
}
