//! A leaf as it goes from one ledger to another.

use std::fmt;

use sha2::{Digest, Sha256};

use super::access::{AccessRow, access_hash, decode_accesses};
use super::entry::{Entry, LaneName, Link};
use crate::answers::Handle;

/// One leaf: one transaction, one batch.
#[derive(Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Of which lane.
    pub lane: LaneName,
    /// Its number in the lane, from 0.
    pub number: u64,
    /// What the tree is made of.
    pub hash: [u8; 32],
    /// Salt and content; gone where they were deleted.
    pub content: Option<([u8; 16], Vec<u8>)>,
    /// Salt and rows of its accesses; gone where there are none, or where they were deleted.
    pub accesses: Option<([u8; 16], Vec<u8>)>,
    /// Which tags the new people of the content have. Not part of the hash; left out, or encrypted
    /// to the collector, wherever a leaf is kept.
    pub tags: Vec<PersonTag>,
}

/// Whose handle one is.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonTag {
    /// The handle.
    pub handle: Handle,
    /// What the link was salted with.
    pub salt: [u8; 16],
    /// Tenant.
    pub tenant: String,
    /// Subject tag.
    pub tag: [u8; 16],
}

impl PersonTag {
    /// What the content says of it.
    #[must_use]
    pub fn link(&self) -> Link {
        link(&self.salt, self.tenant.as_bytes(), &self.tag)
    }
}

/// Not the tag: it is the person's under whatever handle.
impl fmt::Debug for PersonTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonTag").field("handle", &self.handle).finish_non_exhaustive()
    }
}

/// How much there is, and not what: salts keep deleted content from being guessed.
impl fmt::Debug for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = |part: &Option<([u8; 16], Vec<u8>)>| part.as_ref().map(|(_, b)| b.len());
        f.debug_struct("Leaf")
            .field("lane", &self.lane)
            .field("number", &self.number)
            .field("hash", &taggant_core::hex::encode(&self.hash))
            .field("content_bytes", &length(&self.content))
            .field("accesses_bytes", &length(&self.accesses))
            .field("tags", &self.tags.len())
            .finish()
    }
}

/// The first half of SHA-256(salt | length of the tenant as a big-endian u64 | tenant | tag).
#[must_use]
pub fn link(salt: &[u8], tenant: &[u8], tag: &[u8]) -> Link {
    let hash: [u8; 32] = Sha256::new()
        .chain_update(salt)
        .chain_update((tenant.len() as u64).to_be_bytes())
        .chain_update(tenant)
        .chain_update(tag)
        .finalize()
        .into();
    *hash.first_chunk().expect("a hash has 32 bytes")
}

/// The hash of a leaf: SHA-256(salt | content).
#[must_use]
pub fn leaf_hash(salt: &[u8; 16], content: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(content).finalize().into()
}

impl Leaf {
    /// The leaf without its tags, and the tags, to go another way:
    /// [`encode_tags`](super::encode_tags).
    #[must_use]
    pub fn without_tags(mut self) -> (Self, Vec<PersonTag>) {
        let tags = std::mem::take(&mut self.tags);
        (self, tags)
    }

    /// What it says, if all of its parts belong together; `None` of the entry where the content was
    /// deleted. That it is leaf [`number`](Self::number) of its lane is what the tree proves.
    ///
    /// # Errors
    /// What does not belong to what.
    pub fn open(&self) -> Result<Option<Entry>, &'static str> {
        let Some((salt, content)) = &self.content else {
            // Nothing says whose rows and tags these would be.
            let is_bare = self.accesses.is_none() && self.tags.is_empty();
            let stray = "there are accesses or tags without the content that they belong to";
            return if is_bare { Ok(None) } else { Err(stray) };
        };
        if leaf_hash(salt, content) != self.hash {
            return Err("the content does not have the hash of the leaf");
        }
        let entry = Entry::read(content)?;
        if let Some((salt, rows)) = &self.accesses {
            entry.rows(salt, rows)?;
        }
        if !self.tags.iter().all(|tag| entry.has(tag)) {
            return Err("a tag is not that of the person that it stands with");
        }
        Ok(Some(entry))
    }
}

impl Entry {
    /// The access rows that stand beside it, if they are its own: as many as it says, with its
    /// hash, of events of its run.
    ///
    /// # Errors
    /// What is not as it says.
    pub fn rows(&self, salt: &[u8; 16], rows: &[u8]) -> Result<Vec<AccessRow>, &'static str> {
        let own = self.accesses.as_ref().filter(|own| own.hash == access_hash(salt, rows));
        let (Some(own), Some(run)) = (own, &self.run) else {
            return Err("the accesses are not those of the content");
        };
        let rows = decode_accesses(rows).ok_or("the accesses are none of this version")?;
        if rows.len() as u64 != own.count {
            return Err("the accesses are more or fewer than the content says");
        }
        if !rows.iter().all(|row| (run.first..run.next).contains(&row.number)) {
            return Err("an access is of an event outside of the run");
        }
        Ok(rows)
    }

    /// Whether the tag is that of one of its people, who stand in order.
    fn has(&self, tag: &PersonTag) -> bool {
        let found = self.people.binary_search_by(|(handle, _)| handle.cmp(&tag.handle));
        found.is_ok_and(|at| self.people[at].1 == tag.link())
    }
}
