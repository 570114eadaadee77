//! What the ledger knows of a person; asking is an access itself.

use taggant_core::Result;
use taggant_core::seal::SubjectId;
use taggant_ledger::answers::{Access, Handle, Place};

use crate::runtime::Runtime;

/// Where a person's data is, and who has seen it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The person.
    pub handle: Handle,
    /// Where their data is or was.
    pub places: Vec<Place>,
    /// Who saw it, asked for it or erased it, newest first; this question is the first.
    pub accesses: Vec<Access>,
}

impl Runtime {
    /// What the ledger knows of a person, after what was just written is in it. The question is
    /// recorded first, with actor, purpose and reason of this thread's flow; also where nothing is
    /// known of the person (`None`).
    ///
    /// # Errors
    /// `KeyUnavailable`, `JournalUnavailable`, `Invalid` for a kind that is not in the taxonomy.
    pub fn about<I: SubjectId + ?Sized>(
        &self,
        tenant: &str,
        kind: &str,
        id: &I,
    ) -> Result<Option<About>> {
        let tag = self.tag(tenant, kind, id)?;
        self.drain()?;
        let known = match tag {
            Some(tag) => self.ledger.handle(tenant, tag)?,
            None => None,
        };
        self.core.record_query(tenant, tag.filter(|_| known.is_some()))?;
        self.drain()?;
        let Some(handle) = known else { return Ok(None) };
        Ok(Some(About {
            handle,
            places: self.ledger.where_is_person(handle)?,
            accesses: self.ledger.accesses_of(handle)?,
        }))
    }
}
