//! What the drainer hands to a ledger.

use super::instance::InstanceId;
use crate::error::Result;
use crate::event::{DefineKind, RecordEvent};

/// A dictionary entry of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// What is named.
    pub kind: DefineKind,
    /// Its number in the instance's events.
    pub number: u32,
    /// Its text.
    pub text: String,
    /// Unix time in nanoseconds.
    pub time_ns: u64,
}

/// A run of an instance's events.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Whose.
    pub instance: InstanceId,
    /// Number of the first event of the run.
    pub first: u64,
    /// Number after the last event of the run.
    pub next: u64,
    /// Every event of the instance from before this time is in the ledger once the run is; 0 where
    /// more of them wait.
    pub through_ns: u64,
    /// Dictionary entries in it.
    pub definitions: Vec<Definition>,
    /// Events in it, by number.
    pub events: Vec<(u64, RecordEvent)>,
    /// Numbers in it that hold nothing: claimed by a process that died before it could write.
    pub gaps: Vec<u64>,
    /// Numbers in it whose content is not what was written.
    pub damaged: Vec<u64>,
}

/// The durable, queryable store of what happened.
pub trait EventSink: Send + Sync {
    /// Takes a run in one transaction. A run, or a part of one, that was taken before is passed
    /// over: each event counts once.
    ///
    /// # Errors
    /// `JournalUnavailable` where the ledger can't be written; then nothing was taken.
    fn apply(&self, batch: &Batch) -> Result<()>;

    /// The number after the last event of an instance that was taken; 0 if none was.
    ///
    /// # Errors
    /// `JournalUnavailable` where the ledger can't be read.
    fn next_sequence(&self, instance: InstanceId) -> Result<u64>;

    /// Notes that every event of an instance from before a time was taken, and whether the instance
    /// has ended for good.
    ///
    /// # Errors
    /// `JournalUnavailable` where the ledger can't be written.
    fn idle(&self, instance: InstanceId, through_ns: u64, ended: bool) -> Result<()>;
}
