//! Lawful deletions: the entry's hash stays, its salt and content go.

use rusqlite::params;

use super::codec::Reader;
use super::log::{ACCESSES, Recorder};
use super::op::{Op, Value};

/// An entry of accesses: its number, instance, first number, number after the last.
pub(in crate::ledger) type AccessEntry = (i64, i64, u64, u64);

/// What the data of an entry of accesses says: instance, first, next, count.
pub(super) fn parse(data: &[u8]) -> Option<(i64, u64, u64, u64)> {
    let mut reader = Reader::new(data);
    let is_accesses = reader.byte()? == ACCESSES;
    let parts = (reader.signed()?, reader.unsigned()?, reader.unsigned()?, reader.unsigned()?);
    (is_accesses && reader.is_empty()).then_some(parts)
}

impl Recorder<'_> {
    /// Deletes what links a handle to a person.
    pub(in crate::ledger) fn drop_link(&mut self, handle: i64) -> rusqlite::Result<()> {
        self.transaction().execute(
            "UPDATE handles SET salt = NULL, tenant = NULL, tag = NULL WHERE id = ?1",
            [handle],
        )?;
        self.note(Op::LinkDropped, &[Value::Int(handle)]);
        Ok(())
    }

    /// The entries of accesses that have their rows.
    pub(in crate::ledger) fn access_entries(&self) -> rusqlite::Result<Vec<AccessEntry>> {
        let mut statement = self
            .transaction()
            .prepare("SELECT number, data FROM leaves WHERE substr(data, 1, 1) = x'02'")?;
        let found = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        let mut entries = Vec::new();
        for entry in found {
            let (number, data) = entry?;
            if let Some((instance, first, next, _)) = parse(&data) {
                entries.push((number, instance, first, next));
            }
        }
        Ok(entries)
    }

    /// Deletes an entry of accesses. Returns how many rows it had.
    pub(in crate::ledger) fn drop_accesses(
        &mut self,
        entry: i64,
        instance: i64,
        first: u64,
        next: u64,
    ) -> rusqlite::Result<u64> {
        let rows = self.transaction().execute(
            "DELETE FROM accesses WHERE instance = ?1 AND number >= ?2 AND number < ?3",
            params![instance, first.cast_signed(), next.cast_signed()],
        )?;
        self.transaction()
            .execute("UPDATE leaves SET salt = NULL, data = NULL WHERE number = ?1", [entry])?;
        self.note(Op::AccessesDropped, &[Value::Int(entry)]);
        Ok(rows as u64)
    }
}
