//! Rows of a key store.

use super::groups::Groups;
use super::history::EventRow;
use crate::tag::{KeyId, SubjectTag};

/// What a data key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum KeyState {
    /// Reads and writes.
    Active = 1,
    /// Reads only: a newer key takes the writes.
    Retired = 2,
    /// Reads only, and to be re-encrypted away.
    Compromised = 3,
    /// Destroyed. The row stays for ever, without key material.
    Erased = 4,
}

impl KeyState {
    /// The state of a stored number.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::Active, Self::Retired, Self::Compromised, Self::Erased]
            .into_iter()
            .find(|state| *state as u8 == code)
    }
}

/// Whose a data key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum OwnerKind {
    /// A data subject, by its tag.
    Subject = 1,
    /// A dataset, by its name.
    Dataset = 2,
}

/// What a key store belongs to: stands in the anchor, the journal and the ledger too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Random id of the data folder.
    pub id: [u8; 16],
    /// Version of the bytes in it.
    pub format: u32,
}

/// A branch key.
#[derive(Clone, Debug)]
pub struct BranchRow {
    /// Random id.
    pub id: [u8; 16],
    /// Tenant.
    pub tenant: String,
    /// Key group; for service keys `$` and their kind.
    pub group: String,
    /// Counts up at each rotation.
    pub generation: u32,
    /// The wraps, one per root key that may unwrap it.
    pub wraps: Vec<RootWrap>,
}

/// A branch key under one root key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootWrap {
    /// [`RootKey::id`](super::RootKey::id).
    pub root: String,
    /// [`RootKey::check_value`](super::RootKey::check_value).
    pub check: Option<[u8; 8]>,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
}

/// A key of a tenant's own: for subject tags, blind indexes, pseudonyms, fences, checkpoints,
/// instances.
#[derive(Clone, Debug)]
pub struct ServiceRow {
    /// Which service: `subject`, `index`, ..
    pub kind: String,
    /// Tenant.
    pub tenant: String,
    /// What of the tenant: for `index` the dataset and index name, framed; for `checkpoint`
    /// the ledger's id; else empty.
    pub scope: Vec<u8>,
    /// Counts up at each rotation.
    pub generation: u8,
    /// Which branch key wraps it.
    pub branch: [u8; 16],
    /// The wrapped key.
    pub wrapped: Vec<u8>,
}

/// A data key.
#[derive(Clone, Debug)]
pub struct DataKeyRow {
    /// Random id.
    pub id: KeyId,
    /// Tenant.
    pub tenant: String,
    /// Key group.
    pub group: String,
    /// The group's data generation when it was made: in an older one than the group has now, it
    /// only reads.
    pub generation: u32,
    /// Which branch key wraps it.
    pub branch: [u8; 16],
    /// Whose it is.
    pub owner_kind: OwnerKind,
    /// Subject tag, or dataset name.
    pub owner: Vec<u8>,
    /// State.
    pub state: KeyState,
    /// The wrapped key; none once erased.
    pub wrapped: Option<Vec<u8>>,
    /// Unix time in nanoseconds.
    pub created_ns: u64,
    /// MAC over all but the wrap, which binds itself.
    pub mac: [u8; 32],
}

/// How an owner stands: read before a key is given to them.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// The version of the subject's row; 0 where there is none. Datasets have none.
    pub version: u64,
    /// The groups that the store fences.
    pub fenced: Option<Groups>,
    /// The active key of the group and generation that was asked for.
    pub key: Option<DataKeyRow>,
    /// How many data keys the subject has a row of, in all groups and states. Datasets have none.
    pub keys: u64,
}

/// A new data key, if its owner still stands as they did.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The key.
    pub row: DataKeyRow,
    /// [`Standing::version`].
    pub version: u64,
}

/// A row to replace, if it is still what was read.
#[derive(Clone, Debug)]
pub struct Swap {
    /// State and MAC that were read.
    pub was: (KeyState, [u8; 32]),
    /// What takes its place; the id is the same.
    pub row: DataKeyRow,
}

/// The fence around an erased person, if their version is still what was read.
#[derive(Clone, Debug)]
pub struct Fence {
    /// Tenant.
    pub tenant: String,
    /// Who.
    pub subject: SubjectTag,
    /// [`EraseWork::version`].
    pub version: u64,
    /// All groups that are fenced from now on.
    pub groups: Groups,
}

/// What an erasure works on.
#[derive(Clone, Debug)]
pub struct EraseWork {
    /// The version of the subject's row; 0 where there is none.
    pub version: u64,
    /// The subject's keys that are not erased yet.
    pub keys: Vec<DataKeyRow>,
}

/// One entry of the history with everything that it says happened: all of it, or nothing.
#[derive(Clone, Debug)]
pub struct Change {
    /// Makes the folder; with the first entry only.
    pub folder: Option<Folder>,
    /// The entry.
    pub event: EventRow,
    /// Branch keys to add.
    pub branches: Vec<BranchRow>,
    /// Service keys to add.
    pub services: Vec<ServiceRow>,
    /// Data keys to replace, each only if it is what was read.
    pub keys: Vec<Swap>,
    /// The fence of an erasure.
    pub fence: Option<Fence>,
}

/// How far a store is, in one read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watermark {
    /// How many entries the history has.
    pub count: u64,
    /// The last one. It moves whenever a key in somebody's memory may be void.
    pub head: Option<EventRow>,
}
