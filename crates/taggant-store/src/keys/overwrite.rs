//! Overwriting what erased keys held, in the file and in its log.
//!
//! `secure_delete` overwrites pages of the file; the log has them as they were until it is emptied,
//! which a reader of another process can hold up. `folder.overwritten` says how far it was done.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use taggant_core::Result;

use crate::sqlite::{Database, SHORT};

/// The number of the kind of entry that erases.
const ERASED: i64 = 2;

/// How long the next try waits at first, and at most.
const PAUSE: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_secs(2);

/// Empties the log after erasures, later where it can't be done at once.
pub(super) struct Overwriting {
    /// Whether a thread of this process tries.
    tried: AtomicBool,
}

impl Overwriting {
    pub(super) fn new() -> Self {
        Self { tried: AtomicBool::new(false) }
    }
}

/// Where the history ends, up to where nothing is left of erased keys, and whether entries after that
/// erase.
fn state(database: &Database) -> Result<(i64, i64, bool)> {
    database.read(|connection| {
        let sql = "SELECT coalesce((SELECT max(number) FROM key_events), 0),
                       coalesce((SELECT overwritten FROM folder), 0)";
        let transaction = connection.transaction()?;
        let (last, done): (i64, i64) =
            transaction.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let sql = "SELECT EXISTS (SELECT 1 FROM key_events WHERE number > ?1 AND kind = ?2)";
        let is_left = transaction.query_row(sql, [done, ERASED], |row| row.get(0))?;
        Ok((last, done, is_left))
    })
}

/// Does what can be done now; returns up to which entry nothing is left.
pub(super) fn try_now(database: &Database) -> Result<u64> {
    // Read before: what is committed after is not vouched for.
    let (last, done, is_left) = state(database)?;
    if !is_left {
        return Ok(last.max(done).cast_unsigned());
    }
    if !database.empty_log(SHORT)? {
        return Ok(done.cast_unsigned());
    }
    database.write(|transaction| {
        let sql = "UPDATE folder SET overwritten = ?1 WHERE overwritten < ?1";
        transaction.execute(sql, [last]).map(drop)
    })?;
    Ok(last.cast_unsigned())
}

/// As [`try_now`]; where a reader is in the way, a thread goes on until it is done or the store is
/// dropped.
pub(super) fn start(database: &Arc<Database>, state: &Arc<Overwriting>) -> Result<u64> {
    let done = try_now(database)?;
    if is_left(database)? && !state.tried.swap(true, Ordering::AcqRel) {
        let (database, tried) = (Arc::downgrade(database), state.clone());
        let trying = std::thread::Builder::new().name("taggant-overwrite".to_owned());
        let trying = trying.spawn(move || go_on(&database, &tried.tried));
        if trying.is_err() {
            // The next question tries again.
            state.tried.store(false, Ordering::Release);
        }
    }
    Ok(done)
}

fn is_left(database: &Database) -> Result<bool> {
    state(database).map(|(_, _, is_left)| is_left)
}

fn go_on(database: &Weak<Database>, tried: &AtomicBool) {
    let mut pause = PAUSE;
    loop {
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST);
        let Some(database) = database.upgrade() else { return };
        let done = try_now(&database).and_then(|_| is_left(&database));
        if matches!(done, Ok(false)) {
            break;
        }
    }
    tried.store(false, Ordering::Release);
}
