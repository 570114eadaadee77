//! Who saw how much.

use rusqlite::params;
use taggant_core::Result;
use taggant_core::event::RecordKind;

use super::SqliteLedger;
use super::types::ActorSum;

impl SqliteLedger {
    /// What each actor saw since a Unix time in nanoseconds: every time that plaintext was handed
    /// out, and every time that it was refused.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn actors(&self, since_ns: u64) -> Result<Vec<ActorSum>> {
        self.database.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT names.text, count(DISTINCT CASE WHEN outcome = 0 THEN handle END),
                        count(*) FILTER (WHERE outcome = 0), count(*) FILTER (WHERE outcome <> 0),
                        min(time_ns), max(time_ns)
                 FROM accesses JOIN names ON names.id = accesses.actor
                 WHERE time_ns >= ?1 AND kind IN (?2, ?3, ?4, ?5)
                 GROUP BY accesses.actor ORDER BY 1",
            )?;
            let kinds = [
                RecordKind::Write as u8,
                RecordKind::Read as u8,
                RecordKind::Access as u8,
                RecordKind::Lookup as u8,
            ];
            let since = i64::try_from(since_ns).unwrap_or(i64::MAX);
            let found = statement.query_map(
                params![since, kinds[0], kinds[1], kinds[2], kinds[3]],
                |row| {
                    let number = |at| row.get::<_, i64>(at).map(i64::cast_unsigned);
                    Ok(ActorSum {
                        actor: row.get(0)?,
                        people: number(1)?,
                        accesses: number(2)?,
                        refused: number(3)?,
                        first_ns: number(4)?,
                        last_ns: number(5)?,
                    })
                },
            )?;
            found.collect()
        })
    }
}
