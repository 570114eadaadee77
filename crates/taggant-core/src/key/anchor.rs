//! The anchor: the list of erasures, kept outside the backups of the key store.

use super::chain::ErasureRow;
use crate::error::Result;

/// Where the erasures stand a second time. A key store that was restored from a backup is behind
/// it, and is brought up before it serves a key.
pub trait Anchor: Send + Sync {
    /// All erasures, in order; `None` where there is no anchor at all.
    ///
    /// # Errors
    /// `KeyUnavailable` where it can't be read, `Tampered` where it is damaged.
    fn read(&self) -> Result<Option<Vec<ErasureRow>>>;

    /// Adds erasures that it does not have yet, durably; makes it where there is none.
    ///
    /// # Errors
    /// `KeyUnavailable` where it can't be written.
    fn extend(&self, rows: &[ErasureRow]) -> Result<()>;
}
