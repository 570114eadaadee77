//! What a key store keeps. It is dumb and not trusted: it holds rows, the ring judges them.

use super::chain::ErasureRow;
use crate::error::Result;
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

/// A branch key.
#[derive(Clone, Debug)]
pub struct BranchRow {
    /// Random id.
    pub id: [u8; 16],
    /// Tenant.
    pub tenant: String,
    /// Key group.
    pub group: String,
    /// Counts up at each rotation.
    pub generation: u32,
    /// The wraps, one per root key that may unwrap it.
    pub wraps: Vec<RootWrap>,
}

/// A branch key under one root key.
#[derive(Clone, Debug)]
pub struct RootWrap {
    /// [`RootKey::id`](super::RootKey::id).
    pub root: String,
    /// [`RootKey::check_value`](super::RootKey::check_value).
    pub check: Option<[u8; 8]>,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
}

/// A key of a tenant's own: for subject tags, blind indexes, pseudonyms, fences, checkpoints.
#[derive(Clone, Debug)]
pub struct ServiceRow {
    /// `subject`, `index`, `pseudonym`, `fence` or `checkpoint`.
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
    /// MAC over id, owner and state.
    pub mac: [u8; 32],
}

/// The answer to an assignment.
#[derive(Clone, Debug)]
pub enum Assigned {
    /// The proposed key is the owner's now, durably.
    New,
    /// The owner has an active key already.
    Existing(DataKeyRow),
    /// The owner was erased.
    Erased,
}

/// What an erasure works on, read in its transaction.
#[derive(Clone, Debug)]
pub struct EraseWork {
    /// The last erasure.
    pub head: Option<ErasureRow>,
    /// The subject's keys that are not erased yet.
    pub keys: Vec<DataKeyRow>,
    /// The MAC of a legal hold on the subject, if there is one.
    pub hold: Option<[u8; 32]>,
}

/// Where keys are kept.
///
/// A store may be read and written by people who have no keys: nothing in it is secret or trusted.
/// Every method that writes returns only when the rows are on stable storage.
pub trait KeyStore: Send + Sync {
    /// All branch keys of a tenant.
    ///
    /// # Errors
    /// `KeyUnavailable` where the store can't be asked; so do all methods.
    fn branches(&self, tenant: &str) -> Result<Vec<BranchRow>>;

    /// Adds a branch key; `false` where its tenant, group and generation exist already.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn insert_branch(&self, row: &BranchRow) -> Result<bool>;

    /// Replaces the root wraps of a branch key.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn set_root_wraps(&self, branch: [u8; 16], wraps: &[RootWrap]) -> Result<()>;

    /// The keys of a tenant's service, all generations.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn service_keys(&self, tenant: &str, kind: &str, scope: &[u8]) -> Result<Vec<ServiceRow>>;

    /// Adds a service key; `false` where its generation exists already.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn insert_service_key(&self, row: &ServiceRow) -> Result<bool>;

    /// One data key.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn data_key(&self, id: KeyId) -> Result<Option<DataKeyRow>>;

    /// The active data key of each of these owners that has one.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn active_keys(
        &self,
        tenant: &str,
        group: &str,
        kind: OwnerKind,
        owners: &[&[u8]],
    ) -> Result<Vec<DataKeyRow>>;

    /// Gives each proposed key to its owner, unless the owner has one or was erased; one
    /// transaction that excludes erasures.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn assign(&self, proposed: &[DataKeyRow]) -> Result<Vec<Assigned>>;

    /// All data keys of a tenant, by id, `limit` at most, after `after`.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn list(&self, tenant: &str, after: Option<KeyId>, limit: usize) -> Result<Vec<DataKeyRow>>;

    /// Replaces data keys by id: other wraps or states.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn update(&self, rows: &[DataKeyRow]) -> Result<()>;

    /// Runs an erasure in one transaction that excludes assignments: `plan` gets what is there and
    /// gives the new head and the rows without key material. Overwrites what was deleted.
    ///
    /// # Errors
    /// `KeyUnavailable`, or what `plan` reports; then nothing has changed.
    fn erase(
        &self,
        tenant: &str,
        subject: SubjectTag,
        groups: &super::Groups,
        plan: &mut dyn FnMut(EraseWork) -> Result<(ErasureRow, Vec<DataKeyRow>)>,
    ) -> Result<()>;

    /// The erasures from a number on, in order.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn erasures(&self, from: u64) -> Result<Vec<ErasureRow>>;

    /// How many erasures there are, and the last one.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn head(&self) -> Result<(u64, Option<ErasureRow>)>;

    /// Sets or clears a legal hold.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn set_hold(&self, tenant: &str, subject: SubjectTag, mac: Option<[u8; 32]>) -> Result<()>;

    /// Changes whenever a key that may be in a cache has changed its state.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn version(&self) -> Result<u64>;
}
