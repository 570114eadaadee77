//! Where checkpoints are kept besides the ledger.

use taggant_core::Result;

/// Keeps the newest checkpoint of each ledger outside of the ledgers: beside the anchor of erasures,
/// for instance. Who can change a ledger must not be able to change what is kept here; that is what
/// shows a ledger that was put back or made anew.
pub trait CheckpointKeeper: Send + Sync {
    /// The checkpoint that is kept of a ledger, if there is one.
    ///
    /// # Errors
    /// `JournalUnavailable` where it can't be read.
    fn kept(&self, ledger: &[u8; 16]) -> Result<Option<String>>;

    /// Keeps a checkpoint of a ledger, in the place of the one before, durably and whole: a crash
    /// leaves one of the two.
    ///
    /// # Errors
    /// `JournalUnavailable` where it can't be written.
    fn keep(&self, ledger: &[u8; 16], note: &str) -> Result<()>;

    /// The ledgers that a checkpoint is kept of.
    ///
    /// # Errors
    /// `JournalUnavailable` where they can't be listed.
    fn ledgers(&self) -> Result<Vec<[u8; 16]>>;
}

/// What a checkpoint says, without the signatures: witnesses may add theirs.
#[must_use]
pub fn text(note: &str) -> &str {
    crate::log::text_of(note).map_or("", |(text, _)| text)
}

/// How many entries the log of a checkpoint has; `None` where the text is no checkpoint.
#[must_use]
pub fn entries(note: &str) -> Option<u64> {
    note.lines().nth(1)?.parse().ok()
}

/// The number of a checkpoint among those of its ledger; `None` where the text is no checkpoint.
#[must_use]
pub fn number(note: &str) -> Option<u64> {
    note.lines().nth(3)?.strip_prefix("number ")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{entries, number};

    #[test]
    fn a_checkpoint_says_which_one_it_is() {
        assert_eq!(number("taggant/ledger/00\n12\nroot\nnumber 7\n"), Some(7));
        assert_eq!(entries("taggant/ledger/00\n12\nroot\n"), Some(12));
        assert_eq!((entries("anything else"), entries("")), (None, None));
        assert_eq!(number("anything else"), None);
        assert_eq!(number(""), None);
    }
}
