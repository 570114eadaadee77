//! The end of a process that is told to stop.

use std::time::Duration;

use taggant_core::Result;
use taggant_core::journal::Shutdown;

use crate::Runtime;

impl Runtime {
    /// Ends the recording of this process: takes every event so far into the ledger, has the ledger
    /// signed, and says what is left, for no longer than `longest`. A program calls it when it is
    /// told to stop (SIGTERM), after its last request: events that were not taken are safe in the
    /// journal, and no answer shows them until the next process starts with the same data folder.
    ///
    /// From then on nothing is opened, revealed or sealed by this runtime: it could not be recorded.
    ///
    /// ```
    /// # fn main() -> taggant::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// let runtime = taggant::Runtime::embedded(folder.path())?;
    /// // ... the program, until it is told to stop ...
    /// let shutdown = runtime.shutdown(std::time::Duration::from_secs(5))?;
    /// assert_eq!(shutdown.left, 0, "nothing waits for the next start");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `JournalUnavailable` where the journal's folder can't be used.
    pub fn shutdown(&self, longest: Duration) -> Result<Shutdown> {
        self.core.journal().shutdown(longest)
    }
}
