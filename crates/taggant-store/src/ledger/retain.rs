//! What may go when nothing needs it any more. The log says that it went.

use rusqlite::{OptionalExtension, params};
use std::sync::PoisonError;
use taggant_core::Result;
use taggant_core::cipher::fork;

use super::SqliteLedger;
use super::types::Handle;

impl SqliteLedger {
    /// Forgets which person a handle is: what remains of an erased person is anonymous. Do it when
    /// the work list of the erasure is done and accesses need no longer be accounted for: a later
    /// event of the same person gets a new handle. Returns whether there was a link.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn drop_link(&self, handle: Handle) -> Result<bool> {
        let dropped = self.record(|recorder| {
            let id = recorder
                .transaction()
                .query_row(
                    "SELECT id FROM handles WHERE handle = ?1 AND tag IS NOT NULL",
                    [handle.0],
                    |row| row.get(0),
                )
                .optional()?;
            match id {
                Some(id) => recorder.drop_link(id).map(|()| true),
                None => Ok(false),
            }
        })?;
        let _hold = fork::hold();
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(dropped)
    }

    /// Deletes accesses from before a Unix time in nanoseconds: those drained together go together,
    /// when the last of them is old enough. Returns how many rows went.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn drop_accesses(&self, before_ns: u64) -> Result<u64> {
        let before = i64::try_from(before_ns).unwrap_or(i64::MAX);
        self.record(|recorder| {
            let mut count = 0;
            for (entry, instance, first, next) in recorder.access_entries()? {
                let range = params![instance, first.cast_signed(), next.cast_signed(), before];
                let is_young = recorder
                    .transaction()
                    .prepare_cached(
                        "SELECT 1 FROM accesses WHERE instance = ?1 AND number >= ?2
                         AND number < ?3 AND time_ns >= ?4",
                    )?
                    .exists(range)?;
                if !is_young {
                    count += recorder.drop_accesses(entry, instance, first, next)?;
                }
            }
            Ok(count)
        })
    }
}
