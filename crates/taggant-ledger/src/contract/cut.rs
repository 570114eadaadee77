//! A database that is cut off in the middle of its work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use taggant_core::{Error, Outcome, Result};

use crate::sql::{Sql, Transaction, Work};

/// When a transaction is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// All its statements have run, and nothing was committed.
    BeforeCommit,
    /// It was committed, and the answer was lost.
    AfterCommit,
}

/// Wraps a database: one of its writing transactions is cut off, as if the server had died.
pub struct Cut {
    inner: Arc<dyn Sql>,
    when: When,
    /// How many writing transactions go through before.
    left: AtomicU64,
    cuts: AtomicU64,
    is_down: AtomicBool,
}

impl Cut {
    /// A database that works until it is [taken down](Self::take_down).
    #[must_use]
    pub fn never(inner: Arc<dyn Sql>) -> Self {
        Self::new(inner, When::BeforeCommit, u64::MAX)
    }

    /// Takes the database down, or up again: every transaction of one that is down fails.
    pub fn take_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::SeqCst);
    }

    /// Cuts off the writing transaction after the first `after`.
    #[must_use]
    pub fn new(inner: Arc<dyn Sql>, when: When, after: u64) -> Self {
        Self {
            inner,
            when,
            left: AtomicU64::new(after),
            cuts: AtomicU64::new(0),
            is_down: AtomicBool::new(false),
        }
    }

    /// Whether a transaction was cut off.
    #[must_use]
    pub fn has_cut(&self) -> bool {
        self.cuts.load(Ordering::SeqCst) > 0
    }

    fn is_due(&self) -> bool {
        let before = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            // Once at 0 it is cut, and then never again.
            (left != u64::MAX).then(|| left.checked_sub(1).unwrap_or(u64::MAX))
        });
        before == Ok(0)
    }
}

fn lost() -> Error {
    Error::new(Outcome::JournalUnavailable, "the connection to the database was lost")
}

impl Sql for Cut {
    fn read(&self, work: &mut Work<'_>) -> Result<()> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err(lost());
        }
        self.inner.read(work)
    }

    fn write(&self, work: &mut Work<'_>) -> Result<()> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err(lost());
        }
        if !self.is_due() {
            return self.inner.write(work);
        }
        self.cuts.fetch_add(1, Ordering::SeqCst);
        if self.when == When::AfterCommit {
            self.inner.write(work)?;
            return Err(lost());
        }
        self.inner.write(&mut |transaction| {
            work(transaction)?;
            Err(lost())
        })
    }

    fn scratch(&self) -> Result<Box<dyn Sql>> {
        self.inner.scratch()
    }

    fn foreign_objects(&self, transaction: &mut dyn Transaction) -> Result<Vec<String>> {
        self.inner.foreign_objects(transaction)
    }
}
