//! What waits beside a ledger: journals whose events it does not have yet.

use std::path::Path;

use super::dead::{Locks, entries, is_instance};
use super::instance::lock_folder;
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
    let Some(entries) = entries(folder)? else { return Ok(Waiting::default()) };
    // Nobody who looks for ended processes is to find a lock held by this look. Who may only read
    // the folder can't hold it off, and holds nothing for long.
    let looking = lock_folder(folder).ok();
    let mut found = Waiting::default();
    for entry in entries.flatten().filter(is_instance) {
        match Locks::open(&entry.path(), false).is_free(|file| file.try_lock_shared().is_ok()) {
            true => found.ended += 1,
            false => found.running += 1,
        }
    }
    drop(looking);
    Ok(found)
}
