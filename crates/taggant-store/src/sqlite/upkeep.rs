//! What is done to a whole file: its log emptied, a copy made.

use std::path::Path;
use std::time::Duration;

use taggant_core::{Error, Outcome, Result};

use super::{BUSY, Database, sync_folder};
use crate::private;

/// How long the emptying of the log waits for readers, where it is tried again soon.
pub(crate) const SHORT: Duration = Duration::from_millis(20);

/// How long the emptying of a log that has become too long waits for readers, and writers for it.
const LONG: Duration = Duration::from_secs(2);

impl Database {
    /// A file of any schema, to be copied.
    pub(crate) fn existing(path: &Path, outcome: Outcome) -> Self {
        Self::new(path, false, true, outcome)
    }

    /// Empties a log that has become too long, if it can be done in a while.
    pub(crate) fn bound_log(&self) -> Result<()> {
        let log = private::with_end(&self.path, "-wal");
        if std::fs::metadata(log).is_ok_and(|file| file.len() > self.log_bytes) {
            self.empty_log(LONG)?;
        }
        Ok(())
    }

    /// Brings the log into the file and empties it, where no reader keeps it from that for so long:
    /// says whether it was.
    pub(crate) fn empty_log(&self, longest: Duration) -> Result<bool> {
        self.read(|connection| {
            // SQLite waits here for readers, and keeps writers away meanwhile.
            connection.busy_timeout(longest)?;
            let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
            let is_busy = connection.query_row(sql, [], |row| row.get::<_, i64>(0));
            connection.busy_timeout(BUSY)?;
            Ok(is_busy? == 0)
        })
    }

    /// Writes a copy of what is committed now, without what was deleted. Others go on meanwhile.
    pub(crate) fn copy_to(&self, path: &Path) -> Result<()> {
        let made = private::make(path).map_err(|error| self.not_copied(path, &error.to_string()));
        made?;
        let name = path.to_str().ok_or_else(|| self.not_copied(path, "its name is not UTF-8"))?;
        self.read(|connection| connection.execute("VACUUM INTO ?1", [name]).map(drop))?;
        let synced = std::fs::File::open(path).and_then(|file| file.sync_all());
        synced
            .and_then(|()| sync_folder(path))
            .map_err(|error| self.not_copied(path, &error.to_string()))
    }

    fn not_copied(&self, path: &Path, why: &str) -> Error {
        let (from, to) = (self.path.display(), path.display());
        Error::new(self.outcome, format!("{from} can't be copied to {to}: {why}"))
    }
}
