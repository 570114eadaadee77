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

/// What is wrong with a number of an instance, or with its journal as a whole. The codes are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Flaw {
    /// The number was claimed and no event was written, as where the process was killed or the
    /// power went.
    Gap = 1,
    /// What stands there is not what was written, or was there and is gone.
    Changed = 2,
    /// Nobody has the key any more to check it with. The event is taken.
    Unverified = 3,
    /// The journal's header is gone or not what was written.
    Header = 4,
    /// The journal is older than what was taken of it: somebody put an old copy back.
    Older = 5,
    /// The journal is another folder's. The event is taken.
    Foreign = 6,
    /// The journal's file is shorter or longer than it was made.
    Resized = 7,
}

impl Flaw {
    /// The word used in the ledger.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Changed => "changed",
            Self::Unverified => "unverified",
            Self::Header => "header",
            Self::Older => "older",
            Self::Foreign => "foreign",
            Self::Resized => "resized",
        }
    }
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
    /// Events in it, by number. Those that could not be verified are among them.
    pub events: Vec<(u64, RecordEvent)>,
    /// What is wrong with numbers in it, sorted, each pair once. What is wrong with the journal as a
    /// whole stands under the first number.
    pub flaws: Vec<(u64, Flaw)>,
}

impl Batch {
    /// A run without events.
    #[must_use]
    pub fn new(instance: InstanceId, first: u64) -> Self {
        Self {
            instance,
            first,
            next: first,
            through_ns: 0,
            definitions: Vec::new(),
            events: Vec::new(),
            flaws: Vec::new(),
        }
    }
}

/// What takes the events of a journal: a ledger.
pub trait EventSink: Send + Sync {
    /// Takes a run in one transaction. A run, or a part of one, that was taken before is passed
    /// over: each event counts once. When it returns, the run is on stable storage: the journal
    /// does not flush what was taken.
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
