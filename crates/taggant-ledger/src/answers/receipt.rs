//! What an erasure leaves to do.

use std::fmt;

use serde::Serialize;

use super::person::Handle;

/// What an erasure leaves to do. It has no personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Receipt {
    /// Number in the chain of erasures.
    pub number: u64,
    /// Who.
    pub handle: Handle,
    /// When.
    pub time_ns: u64,
    /// Which key groups: `*` for all.
    pub groups: String,
    /// Until then another process may still serve a key from its memory: the receipt is
    /// provisional before.
    pub final_ns: u64,
    /// Journal instances that have not drained past `final_ns` yet, in hex.
    pub waiting_for: Vec<String>,
    /// Whether nothing of the keys is left in the files of the key store, as far as whoever asked
    /// could tell: a ledger alone can't, and says so by `true`.
    pub overwritten: bool,
    /// The work list.
    pub lines: Vec<ReceiptLine>,
}

impl Receipt {
    /// A receipt without lines, for which no journal instance is waited.
    #[must_use]
    pub fn new(
        number: u64,
        handle: Handle,
        time_ns: u64,
        groups: impl Into<String>,
        final_ns: u64,
    ) -> Self {
        let groups = groups.into();
        let (waiting_for, lines) = (Vec::new(), Vec::new());
        Self { number, handle, time_ns, groups, final_ns, waiting_for, overwritten: true, lines }
    }

    /// Whether some process or file may still hold a key.
    #[must_use]
    pub fn is_provisional(&self) -> bool {
        !self.overwritten
            || !self.waiting_for.is_empty()
            || taggant_core::event::now() < self.final_ns
    }
}

/// One thing that a destroyed key does not reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReceiptLine {
    /// Number in the list.
    pub line: u32,
    /// Dataset.
    pub dataset: String,
    /// Where.
    pub location: String,
    /// What to do there.
    pub what: String,
    /// When somebody confirmed that it is done.
    pub confirmed_ns: Option<u64>,
}

impl ReceiptLine {
    /// A line that nobody has confirmed yet.
    pub fn new(
        line: u32,
        dataset: impl Into<String>,
        location: impl Into<String>,
        what: impl Into<String>,
    ) -> Self {
        let (dataset, location, what) = (dataset.into(), location.into(), what.into());
        Self { line, dataset, location, what, confirmed_ns: None }
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let now = taggant_core::event::now();
        let state = if now < self.final_ns {
            let seconds = (self.final_ns - now).div_ceil(1_000_000_000);
            format!("provisional: other processes may hold a key for {seconds} s more")
        } else if !self.overwritten {
            "provisional: a reader keeps an old copy of the key store in its file, a backup or a \
             report that still runs; it is overwritten once that ends"
                .to_owned()
        } else if self.waiting_for.is_empty() {
            "final".to_owned()
        } else {
            format!("provisional: waiting for journal instances {}", self.waiting_for.join(", "))
        };
        writeln!(f, "erasure {} of {}, key groups {}", self.number, self.handle, self.groups)?;
        writeln!(f, "{state}")?;
        for line in &self.lines {
            let mark = if line.confirmed_ns.is_some() { "x" } else { " " };
            writeln!(
                f,
                "  [{mark}] {}. {} at {}: {}",
                line.line, line.dataset, line.location, line.what
            )?;
        }
        Ok(())
    }
}
