//! The ledger's movements as OpenLineage events (<https://openlineage.io/spec/2-0-2/OpenLineage.json>).
//!
//! The ledger sums movements up, so what is exported is what came to each sum since the last export:
//! a cursor keeps the counts that were sent. An event covers what one actor sent to (or read from)
//! one place for one purpose in that window. It has the type `RUNNING`: services have no end. A run
//! id goes by job, place and window, so that an event that is sent twice is the same run's.

mod cursor;
mod event;
mod file;
#[cfg(feature = "http")]
mod http;
mod names;
mod sources;

pub use cursor::{Cursor, cursor_name};
pub use event::{Options, Pending, pending};
pub use file::FileTarget;
#[cfg(feature = "http")]
pub use http::{HttpTarget, Retry};
pub use names::{PRODUCER, dataset_of};

use std::fmt;
use std::path::Path;

use serde::Serialize;
use taggant_ledger::Ledger;
use taggant_ledger::answers::{Derivation, FlowEdge};

/// Why an export stopped. What was sent until then is in the cursor.
#[derive(Debug)]
pub struct ExportError(pub(crate) String);

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ExportError {}

/// Where events go.
pub trait Target {
    /// Sends one event.
    ///
    /// # Errors
    /// Says what to do; the same event is sent again by the next export.
    fn send(&mut self, event: &[u8]) -> Result<(), ExportError>;

    /// Returns when what was sent will not be lost: the cursor is written afterwards.
    ///
    /// # Errors
    /// As `send`.
    fn keep(&mut self) -> Result<(), ExportError> {
        Ok(())
    }
}

/// What an export did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Events that were sent.
    pub events: usize,
    /// Movements in them: records, however many fields they have.
    pub movements: u64,
}

/// What the ledger says for an export.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Movements.
    pub flows: Vec<FlowEdge>,
    /// Values made from other fields.
    pub derivations: Vec<Derivation>,
    /// The ledger's id: a cursor counts for one ledger.
    pub ledger: [u8; 16],
}

impl Answers {
    /// Asks a ledger.
    ///
    /// # Errors
    /// `JournalUnavailable` where it can't be read.
    pub fn of(ledger: &dyn Ledger) -> taggant_core::Result<Self> {
        Ok(Self {
            flows: ledger.flows()?,
            derivations: ledger.derivations()?,
            ledger: ledger.id()?,
        })
    }
}

/// So many events are sent before the cursor is written again.
const CURSOR_EVERY: usize = 50;

/// Sends what came since the cursor's last state, and moves it. Each event is sent at least once:
/// after a crash up to 50 of them again. A cursor of another ledger counts for nothing: all is sent.
///
/// # Errors
/// Where the target or the cursor's file fails; the next export goes on there.
pub fn export(
    answers: &Answers,
    cursor_path: &Path,
    target: &mut dyn Target,
    options: &Options,
) -> Result<Exported, ExportError> {
    let mut cursor = Cursor::read(cursor_path)?.of_ledger(answers.ledger);
    let mut done = Exported { events: 0, movements: 0 };
    let result = pending(answers, &cursor, options).into_iter().try_for_each(|one| {
        let bytes = serde_json::to_vec(&one.event).map_err(|e| ExportError(e.to_string()))?;
        target.send(&bytes)?;
        cursor.sent(&one);
        done.events += 1;
        done.movements += one.movements;
        if !done.events.is_multiple_of(CURSOR_EVERY) {
            return Ok(());
        }
        target.keep()?;
        cursor.write(cursor_path)
    });
    if result.is_ok() {
        cursor.close_window();
    }
    if done.events > 0 {
        target.keep()?;
        cursor.write(cursor_path)?;
    }
    result.map(|()| done)
}

#[cfg(test)]
mod tests;
