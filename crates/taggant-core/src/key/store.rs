//! Where keys are kept: the port that drivers implement.

use super::groups::Groups;
use super::history::EventRow;
pub use super::rows::*;
use crate::error::Result;
use crate::tag::{KeyId, SubjectTag};

/// Where keys are kept. It is dumb and not trusted: it holds rows, the ring judges them.
///
/// A store may be read and written by people who have no keys: nothing in it is secret or trusted.
/// Every method that writes is one transaction and returns only when the rows are on stable
/// storage. None needs the whole store to be locked: what was read before stands in the condition
/// of each write, so that `READ COMMITTED` is enough, and of two writers one is told that it lost.
/// The feature `contract` has the suite that any driver must pass.
///
/// Every method reports `KeyUnavailable` where the store can't be asked. Then a write may have
/// happened or not: the ring reads before it tries again.
pub trait KeyStore: Send + Sync {
    /// What the store belongs to; `None` for one that nothing was written to yet.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn folder(&self) -> Result<Option<Folder>>;

    /// How far the history is, in one read.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn watermark(&self) -> Result<Watermark>;

    /// The history from a number on, in order.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn history(&self, from: u64) -> Result<Vec<EventRow>>;

    /// Appends an entry to the history, with everything that belongs to it, if `head` is the last
    /// entry still. `false`, and nothing has changed, where it is not, where a key to replace or
    /// the version of the fence is not what was read, or where a key to add is there already.
    ///
    /// With a fence, what the replaced keys held is overwritten. Where a reader of another process
    /// keeps an old copy alive for now, that is done as soon as it can be, and
    /// [`overwritten`](Self::overwritten) tells.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn commit(&self, head: Option<&EventRow>, change: &Change) -> Result<bool>;

    /// The number of the last entry of the history up to which nothing is left in the store's files
    /// of the keys that were erased. Tries what is still to be done.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn overwritten(&self) -> Result<u64>;

    /// All tenants that have branch keys.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn tenants(&self) -> Result<Vec<String>>;

    /// All branch keys of a tenant.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn branches(&self, tenant: &str) -> Result<Vec<BranchRow>>;

    /// Replaces the root wraps of a branch key, if they are what was read.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn swap_root_wraps(
        &self,
        branch: [u8; 16],
        was: &[RootWrap],
        wraps: &[RootWrap],
    ) -> Result<bool>;

    /// The keys of a tenant's service, all generations.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn service_keys(&self, tenant: &str, kind: &str, scope: &[u8]) -> Result<Vec<ServiceRow>>;

    /// Those of these data keys that there are.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn data_keys(&self, ids: &[KeyId]) -> Result<Vec<DataKeyRow>>;

    /// All data keys of a tenant, by id, `limit` at most, after `after`.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn list(&self, tenant: &str, after: Option<KeyId>, limit: usize) -> Result<Vec<DataKeyRow>>;

    /// How each of these owners stands, in their order: for keys of a group and generation.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn standings(
        &self,
        tenant: &str,
        group: &str,
        generation: u32,
        kind: OwnerKind,
        owners: &[&[u8]],
    ) -> Result<Vec<Standing>>;

    /// Gives each proposed key to its owner, if their version is what was read and they have no
    /// active key of the group and generation; the version counts up. `false` for those that lost;
    /// the others are there.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn assign(&self, proposals: &[Proposal]) -> Result<Vec<bool>>;

    /// As [`assign`](Self::assign), where writers of several processes take turns: asks what is
    /// proposed when the turn has come, so that more goes into one transaction.
    ///
    /// # Errors
    /// `KeyUnavailable`, also without having asked.
    fn assign_in_turn(&self, proposed: &mut dyn FnMut() -> Vec<Proposal>) -> Result<Vec<bool>> {
        self.assign(&proposed())
    }

    /// Whether the store has a row for each of these people, in their order.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn knows(&self, tenant: &str, subjects: &[SubjectTag]) -> Result<Vec<bool>>;

    /// Replaces data keys, each if it is what was read. Returns how many were.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn swap(&self, swaps: &[Swap]) -> Result<usize>;

    /// What is kept of the newest checkpoint of a ledger, as its signer has made it.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn ledger_head(&self, ledger: [u8; 16]) -> Result<Option<Vec<u8>>>;

    /// Keeps the newest checkpoint of a ledger, in the place of one of the same or a lower number;
    /// one of a higher number stays.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn keep_ledger_head(&self, ledger: [u8; 16], number: u64, head: &[u8]) -> Result<()>;

    /// What an erasure works on. It is committed by [`commit`](Self::commit), with the version that
    /// was read here.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    fn erase_work(&self, tenant: &str, subject: SubjectTag, groups: &Groups) -> Result<EraseWork>;
}
