//! A leaf as it goes from one ledger to another.

use sha2::{Digest, Sha256};

use super::access::access_hash;
use super::entry::{Entry, LaneName, Link};
use crate::answers::Handle;

/// One leaf: one transaction, one batch.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// What it says, if all of its parts belong together; `None` of the entry where the content was
    /// deleted.
    ///
    /// # Errors
    /// What does not belong to what.
    pub fn open(&self) -> Result<Option<Entry>, &'static str> {
        let Some((salt, content)) = &self.content else { return Ok(None) };
        if leaf_hash(salt, content) != self.hash {
            return Err("the content does not have the hash of the leaf");
        }
        let entry = Entry::decode(content).ok_or("the content is none of this version")?;
        if let Some((salt, rows)) = &self.accesses
            && entry.accesses.is_none_or(|own| own.hash != access_hash(salt, rows))
        {
            return Err("the accesses are not those of the content");
        }
        let is_bound = |tag: &PersonTag| entry.people.contains(&(tag.handle, tag.link()));
        if !self.tags.iter().all(is_bound) {
            return Err("a tag is not that of the person that it stands with");
        }
        Ok(Some(entry))
    }
}
