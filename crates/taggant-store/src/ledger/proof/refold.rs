//! Reads the log from its first entry and does everything again, in a scratch ledger.

use std::collections::BTreeSet;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params};
use sha2::{Digest, Sha256};

use super::codec::{Reader, Writer};
use super::drops;
use super::heads::{Counted, Heads};
use super::log::{ACCESS_COLUMNS, ACCESSES, OPERATIONS, entry_hash, hashed};
use super::merkle::{Hash, Tree};
use super::op::{Op, Owned, Value};
use super::verify::Findings;

/// What came out.
#[derive(Default)]
pub(super) struct Refolded {
    pub(super) tree: Tree,
    pub(super) events: u64,
    /// Rows of `accesses`.
    pub(super) accesses: u64,
    pub(super) dropped: u64,
}

/// An empty ledger in a temporary file of SQLite's, which goes with the connection.
pub(super) fn scratch() -> rusqlite::Result<Connection> {
    let scratch = Connection::open("")?;
    scratch.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;
         PRAGMA cache_size = -131072; PRAGMA temp_store = FILE;",
    )?;
    scratch.execute_batch(include_str!("../0001_ledger.sql"))?;
    scratch.set_prepared_statement_cache_capacity(64);
    Ok(scratch)
}

/// Reads all entries.
pub(super) fn refold(
    ledger: &Connection,
    scratch: &Connection,
    heads: &mut Heads,
    findings: &mut Findings,
) -> rusqlite::Result<Refolded> {
    scratch.execute_batch("BEGIN")?;
    let mut folder = Folder {
        ledger,
        scratch,
        findings,
        counted: Counted::default(),
        done: Refolded::default(),
        empty: BTreeSet::new(),
        dropped: BTreeSet::new(),
    };
    let mut statement =
        ledger.prepare("SELECT number, hash, salt, data FROM leaves ORDER BY number")?;
    let mut rows = statement.query([])?;
    heads.reached(&folder.done.tree, &folder.counted, folder.findings);
    while let Some(row) = rows.next()? {
        folder.entry(row)?;
        heads.reached(&folder.done.tree, &folder.counted, folder.findings);
    }
    folder.end()?;
    scratch.execute_batch("COMMIT")?;
    Ok(folder.done)
}

struct Folder<'a> {
    ledger: &'a Connection,
    scratch: &'a Connection,
    findings: &'a mut Findings,
    counted: Counted,
    done: Refolded,
    /// Entries without salt and data.
    empty: BTreeSet<u64>,
    /// Entries that were dropped, by what the log says.
    dropped: BTreeSet<u64>,
}

impl Folder<'_> {
    fn entry(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        let expected = self.done.tree.size();
        let number = row.get::<_, i64>(0)?.cast_unsigned();
        if number != expected {
            let what = format!("entry {number} stands where {expected} should be");
            self.findings.add("missing", "leaves", what);
        }
        let bytes: Vec<u8> = row.get(1)?;
        let hash: Hash = bytes.try_into().unwrap_or_else(|_| {
            let what = format!("the hash of entry {expected} is none");
            self.findings.add("changed", "leaves", what);
            [0; 32]
        });
        let (salt, data): (Option<Vec<u8>>, Option<Vec<u8>>) = (row.get(2)?, row.get(3)?);
        match (salt, data) {
            (None, None) => {
                self.empty.insert(expected);
            }
            (Some(salt), Some(data)) => match data.first() {
                Some(&ACCESSES) => self.accesses(expected, &hash, &salt, &data)?,
                _ => self.operations(expected, &hash, &salt, &data)?,
            },
            _ => self.findings.add("changed", "leaves", format!("entry {expected} is half there")),
        }
        self.done.tree.add(&hash);
        Ok(())
    }

    fn operations(
        &mut self,
        entry: u64,
        hash: &Hash,
        salt: &[u8],
        data: &[u8],
    ) -> rusqlite::Result<()> {
        if entry_hash(salt, data, &[]) != *hash {
            let what = format!("the content of entry {entry} does not have its hash");
            self.findings.add("changed", "leaves", what);
        }
        let mut reader = Reader::new(data);
        let mut is_whole = reader.byte() == Some(OPERATIONS);
        while is_whole && !reader.is_empty() {
            match Op::decode(&mut reader) {
                Some((op, values)) => self.operation(entry, op, &values)?,
                None => is_whole = false,
            }
        }
        if !is_whole {
            let what = format!("the content of entry {entry} can't be read");
            self.findings.add("changed", "leaves", what);
        }
        Ok(())
    }

    fn operation(&mut self, entry: u64, op: Op, values: &[Owned<'_>]) -> rusqlite::Result<()> {
        match (op, values) {
            (Op::Instance, [id, Owned::Short(instance)]) => {
                self.counted.instances.insert(id.number(), *instance);
            }
            (Op::Run, [_, instance, first, next, _]) => {
                let count = next.number().wrapping_sub(first.number()).cast_unsigned();
                self.counted.events = self.counted.events.wrapping_add(count);
                self.counted.next.insert(instance.number(), next.number().cast_unsigned());
            }
            (Op::AccessesDropped, [leaf]) => {
                self.dropped.insert(leaf.number().cast_unsigned());
            }
            _ => {}
        }
        match op.fold(self.scratch, values) {
            Ok(()) => Ok(()),
            // It can't have been done like this: the entry was changed, or entries before it.
            Err(rusqlite::Error::SqliteFailure(error, _))
                if error.code == rusqlite::ErrorCode::ConstraintViolation =>
            {
                let what = format!("entry {entry} does not follow from those before it");
                self.findings.add("changed", "leaves", what);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// The rows of an entry of accesses are those of the table.
    fn accesses(
        &mut self,
        entry: u64,
        hash: &Hash,
        salt: &[u8],
        data: &[u8],
    ) -> rusqlite::Result<()> {
        let Some((instance, first, next, count)) = drops::parse(data) else {
            let what = format!("the content of entry {entry} can't be read");
            self.findings.add("changed", "leaves", what);
            return Ok(());
        };
        let mut found = Sha256::new().chain_update(salt).chain_update(data);
        let mut statement = self.ledger.prepare_cached(&format!(
            "SELECT {ACCESS_COLUMNS} FROM accesses
             WHERE instance = ?1 AND number >= ?2 AND number < ?3 ORDER BY number"
        ))?;
        let mut rows =
            statement.query(params![instance, first.cast_signed(), next.cast_signed()])?;
        let mut seen = 0_u64;
        while let Some(row) = rows.next()? {
            let mut bytes = Writer::default();
            for column in 0..row.as_ref().column_count() {
                hashed(borrowed(row.get_ref(column)?), &mut bytes);
            }
            found.update(&bytes.bytes);
            seen += 1;
        }
        self.done.accesses += seen;
        let at = format!("instance {instance}, events {first} to {}", next.wrapping_sub(1));
        let kind = match seen.cmp(&count) {
            std::cmp::Ordering::Less => "missing",
            std::cmp::Ordering::Greater => "inserted",
            std::cmp::Ordering::Equal => "changed",
        };
        if <[u8; 32]>::from(found.finalize()) != *hash {
            let what = format!("{at}: {seen} rows, where {count} others were written");
            self.findings.add(kind, "accesses", what);
        }
        Ok(())
    }

    fn end(&mut self) -> rusqlite::Result<()> {
        for entry in self.empty.difference(&self.dropped) {
            let what = format!("the content of entry {entry} is gone, and was not dropped");
            self.findings.add("missing", "leaves", what);
        }
        for entry in self.dropped.difference(&self.empty) {
            let what = format!("entry {entry} was dropped and has content again");
            self.findings.add("inserted", "leaves", what);
        }
        self.done.dropped = self.dropped.len() as u64;
        self.done.events = self.counted.events;
        let rows: i64 =
            self.ledger.query_row("SELECT count(*) FROM accesses", [], |row| row.get(0))?;
        if rows.cast_unsigned() != self.done.accesses {
            let what = format!("{rows} rows, where {} belong to entries", self.done.accesses);
            self.findings.add("inserted", "accesses", what);
        }
        Ok(())
    }
}

fn borrowed(value: ValueRef<'_>) -> Value<'_> {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        // The columns are strict: none is a REAL. Bytes that are no text show as such.
        ValueRef::Real(number) => Value::Int(number.to_bits().cast_signed()),
        ValueRef::Text(text) => std::str::from_utf8(text).map_or(Value::Bytes(text), Value::Text),
        ValueRef::Blob(bytes) => Value::Bytes(bytes),
    }
}
