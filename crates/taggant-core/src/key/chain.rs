//! Erasures, numbered and hash-chained.

use sha2::{Digest, Sha256};

use super::wrap::frame;
use crate::tag::SubjectTag;

/// Which key groups an erasure takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Groups {
    /// All that there are and will be.
    All,
    /// These.
    These(Vec<String>),
}

impl Groups {
    /// The text that is stored: `*`, or the names separated by commas.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::All => "*".to_owned(),
            Self::These(names) => names.join(","),
        }
    }

    /// Reads the stored text.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        match text {
            "*" => Self::All,
            names => Self::These(names.split(',').map(str::to_owned).collect()),
        }
    }

    /// Whether a group is among them.
    #[must_use]
    pub fn contains(&self, group: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(names) => names.iter().any(|name| name == group),
        }
    }

    pub(super) fn add(&mut self, more: &Self) {
        match (&mut *self, more) {
            (Self::All, _) => {}
            (_, Self::All) => *self = Self::All,
            (Self::These(names), Self::These(more)) => names.extend(more.iter().cloned()),
        }
    }
}

/// One erasure. It has no personal data: the subject tag is a keyed hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureRow {
    /// Counts from 1, without gaps.
    pub number: u64,
    /// Unix time in nanoseconds.
    pub time_ns: u64,
    /// Tenant.
    pub tenant: String,
    /// Who.
    pub subject: SubjectTag,
    /// Which key groups.
    pub groups: Groups,
    /// Hash of the erasure before; zeros for the first.
    pub previous: [u8; 32],
    /// Hash of this one.
    pub hash: [u8; 32],
    /// MAC of the hash under the tenant's fence key.
    pub mac: [u8; 32],
}

impl ErasureRow {
    /// SHA-256 over number, time, tenant, subject, groups and the previous hash, each framed.
    #[must_use]
    pub fn computed_hash(&self) -> [u8; 32] {
        let parts = frame(&[
            b"taggant erasure",
            &self.number.to_be_bytes(),
            &self.time_ns.to_be_bytes(),
            self.tenant.as_bytes(),
            &self.subject.0,
            self.groups.to_text().as_bytes(),
            &self.previous,
        ]);
        Sha256::digest(parts).into()
    }

    /// Whether it follows `before` in the chain.
    #[must_use]
    pub fn follows(&self, before: Option<&Self>) -> bool {
        let (number, hash) = before.map_or((0, [0; 32]), |row| (row.number, row.hash));
        self.number == number + 1 && self.previous == hash && self.hash == self.computed_hash()
    }
}
