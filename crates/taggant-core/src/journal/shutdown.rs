//! The end of a journal that has a time limit: a process that is told to stop has some seconds.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::drain::Shared;
use super::open::Journal;
use crate::error::Result;

/// What a process leaves behind when it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shutdown {
    /// Events that the ledger has not taken. They stay in the journal, and the next process that
    /// starts with the same data folder takes them in.
    pub left: u64,
}

/// How long to wait before a ledger that takes nothing is tried again.
const PAUSE: Duration = Duration::from_millis(50);

impl Journal {
    /// Drains every event so far, and tells the ledger that this process has ended, for no longer
    /// than this. From then on nothing can be recorded, so that nothing can be opened or sealed.
    ///
    /// # Errors
    /// `JournalUnavailable` where the journal's folder can't be used.
    pub fn shutdown(&self, longest: Duration) -> Result<Shutdown> {
        let until = Instant::now() + longest;
        let instance = self.instance()?;
        instance.close();
        let Some(shared) = self.drainer_of() else { return Ok(Shutdown { left: 0 }) };
        let (done, ended) = mpsc::channel();
        // A ledger that hangs must not hang the process: the thread is left to itself then.
        let own = shared.clone();
        let thread =
            std::thread::Builder::new().name("taggant-shutdown".to_owned()).spawn(move || {
                drain_to_the_end(&own, until);
                let _ = done.send(());
            });
        match thread {
            // Whether it came to its end in time shows by what is left.
            Ok(_) => drop(ended.recv_timeout(longest)),
            Err(_) => drain_to_the_end(&shared, until),
        }
        Ok(Shutdown { left: instance.ring.next().saturating_sub(instance.ring.drained()) })
    }
}

fn drain_to_the_end(shared: &Arc<Shared>, until: Instant) {
    loop {
        let is_done = shared.end().is_ok() && shared.is_empty();
        if is_done || Instant::now() + PAUSE >= until {
            return;
        }
        std::thread::sleep(PAUSE);
    }
}
