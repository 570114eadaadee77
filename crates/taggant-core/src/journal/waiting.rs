//! What waits beside a ledger: journals whose events it does not have yet.

use std::io;
use std::path::Path;

use super::dead::parse;
use super::instance::{LOCK_FILE, lock_folder, open_file, unavailable};
use crate::error::Result;

/// The journals in a folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting {
    /// Those of processes that have ended, and that no ledger has taken to the end.
    pub ended: usize,
    /// Those of processes that run. Their last events may be on their way still.
    pub running: usize,
}

/// Counts the journals in a folder, without touching one: who asks a ledger learns what it may lack.
///
/// # Errors
/// `JournalUnavailable` where the folder can't be read. One that is not there has no journals.
pub fn waiting(folder: &Path) -> Result<Waiting> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Waiting::default()),
        Err(error) => return Err(unavailable(folder, &error)),
    };
    // Nobody who looks for ended processes is to find a lock held by this look. Who may only read
    // the folder can't hold it off, and holds nothing for long.
    let looking = lock_folder(folder).ok();
    let mut found = Waiting::default();
    for entry in entries.flatten() {
        if parse(&entry.file_name()).is_none() {
            continue;
        }
        let Ok(lock) = open_file(&entry.path().join(LOCK_FILE), false) else { continue };
        match lock.try_lock_shared() {
            Ok(()) => found.ended += 1,
            Err(_) => found.running += 1,
        }
    }
    drop(looking);
    Ok(found)
}
