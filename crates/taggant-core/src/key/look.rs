//! Whether what the store shows fits what is known, or will never.

use super::data::Owner;
use super::store::Standing;
use super::tenant::TenantKeys;
use crate::error::{Error, Outcome, Result};

/// A look at the store: which one it is, and what was known before it. A row that does not fit what is
/// known now is one that others have just changed, unless nothing has changed since the look began.
#[derive(Clone, Copy)]
pub(super) struct Look {
    attempt: usize,
    epoch: u64,
}

impl TenantKeys {
    /// To be taken before the store is asked.
    pub(super) fn look(&self, attempt: usize) -> Look {
        Look { attempt, epoch: self.shared.epoch() }
    }

    /// Learns what has happened. `true` where that is why something did not fit; `false` where nothing
    /// has changed since the look began, so that it never will.
    pub(super) fn has_changed(&self, look: Look) -> Result<bool> {
        self.shared.refresh_now()?;
        Ok(look.attempt == 0 || self.shared.epoch() != look.epoch)
    }

    /// Whether a person has as many keys as they were given: each assignment and each erasure counts
    /// their version up. `false` where it is to be read again, because the history had more than was
    /// known. A key that was deleted is not replaced behind everybody's back.
    pub(super) fn is_whole(&self, standing: &Standing, owner: Owner, look: Look) -> Result<bool> {
        let Owner::Subject(tag) = owner else { return Ok(true) };
        let erasures = self.shared.fact(|facts| facts.erasures(self.name(), tag));
        if standing.version == standing.keys + erasures {
            return Ok(true);
        }
        if !self.has_changed(look)? {
            return Err(Error::new(
                Outcome::KeyStoreRolledBack,
                "the key store lacks a data key that a person was given, or the row that counts \
                 them: the store is an older copy, or a row was deleted; restore a newer copy",
            ));
        }
        Ok(false)
    }
}
