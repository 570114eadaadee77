//! Rotation: new keys for new writes, old wraps replaced. Keys are chosen by exact id, so nothing
//! that was written before becomes unreadable.

use super::branch::{self, Branch};
use super::found::STORE;
use super::history::KeyEvent;
use super::mac;
use super::reconcile::TRIES;
use super::record::Draft;
use super::ring::KeyRing;
use super::root::RootKey;
use super::serve::Judged;
use super::service::{self, Kind};
use super::shared::crowded;
use super::store::{BranchRow, DataKeyRow, KeyState, RootWrap, Swap};
use super::tenant::TenantKeys;
use super::wrap;
use crate::cipher::mac::MacKey;
use crate::error::{Error, Outcome, Result};
use crate::tag::KeyId;

impl KeyRing {
    /// Adds a wrap under another root key to every branch key of a tenant, and to those of the
    /// store itself; with `only`, the wraps under other root keys go, at the store's own branch
    /// keys as far as no other tenant needs them. Data keys stay as they are. Returns the number of
    /// branch keys of the tenant.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn rotate_root(&self, tenant: &str, new: &dyn RootKey, only: bool) -> Result<usize> {
        let rows = self.wrapped_anew(tenant, new, &|_| !only)?;
        let mut needed = Vec::new();
        let tenants = self.shared.store().tenants()?;
        for other in tenants.iter().filter(|other| *other != STORE) {
            let rows = self.shared.store().branches(other)?;
            needed.extend(rows.into_iter().flat_map(|row| row.wraps).map(|wrap| wrap.root));
        }
        self.wrapped_anew(STORE, new, &|wrap| !only || needed.contains(&wrap.root))?;
        Ok(rows)
    }

    /// Wraps all branch keys of a tenant, those too that others make meanwhile. Returns how many
    /// there are.
    fn wrapped_anew(
        &self,
        tenant: &str,
        new: &dyn RootKey,
        stays: &dyn Fn(&RootWrap) -> bool,
    ) -> Result<usize> {
        let mut done: Vec<[u8; 16]> = Vec::new();
        loop {
            let mut rows = self.shared.store().branches(tenant)?;
            rows.retain(|row| !done.contains(&row.id));
            if rows.is_empty() {
                return Ok(done.len());
            }
            for row in rows {
                self.wrap_anew(&row, new, stays)?;
                done.push(row.id);
            }
        }
    }

    fn wrap_anew(
        &self,
        row: &BranchRow,
        new: &dyn RootKey,
        stays: &dyn Fn(&RootWrap) -> bool,
    ) -> Result<()> {
        let mut row = row.clone();
        for _ in 0..TRIES {
            let key = branch::unwrap(&*self.shared.root(), &row)?;
            let mut wraps = row.wraps.clone();
            wraps.retain(|wrap| wrap.root != new.id() && stays(wrap));
            wraps.push(branch::root_wrap(new, &row, &key)?);
            if self.shared.store().swap_root_wraps(row.id, &row.wraps, &wraps)? {
                return Ok(());
            }
            let rows = self.shared.store().branches(&row.tenant)?;
            let found = rows.into_iter().find(|other| other.id == row.id);
            row = found.ok_or_else(|| branch::lost(&row.tenant, &row.group))?;
        }
        Err(crowded())
    }

    /// Makes the next branch key of a group and wraps the group's data keys under it, in batches;
    /// call it again after an interruption with `resume`. Returns how many were wrapped anew.
    ///
    /// # Errors
    /// `KeyUnavailable`, `KeyStoreRolledBack`, `Tampered`.
    pub fn rotate_branch(&self, tenant: &str, group: &str, resume: bool) -> Result<usize> {
        let keys = self.tenant(tenant)?;
        let shared = &self.shared;
        let newest = if resume {
            keys.branches.newest(shared, group)?
        } else {
            keys.branches.next(shared, group)?
        };
        let mut count = 0;
        self.each_batch(&keys, |rows| {
            count += self.wrap_batch(&keys, group, &newest, rows)?;
            Ok(())
        })?;
        Ok(count)
    }

    /// Rows that others change meanwhile are read again, so that none is passed over.
    fn wrap_batch(
        &self,
        keys: &TenantKeys,
        group: &str,
        newest: &Branch,
        rows: &[DataKeyRow],
    ) -> Result<usize> {
        let (mut count, mut rows) = (0, rows.to_vec());
        for _ in 0..TRIES {
            // What was erased is not wrapped anew, whatever its row says.
            let is_erased =
                |row: &DataKeyRow| Result::Ok(matches!(keys.judge(row)?, Judged::Erased));
            let mut left = Vec::new();
            for row in rows {
                let is_old = row.group == group && row.branch != newest.id;
                if is_old && row.wrapped.is_some() && !is_erased(&row)? {
                    left.push(row);
                }
            }
            rows = left;
            if rows.is_empty() {
                return Ok(count);
            }
            let swaps: Result<Vec<Swap>> =
                rows.iter().map(|row| under(keys, newest, row)).collect();
            count += self.shared.store().swap(&swaps?)?;
            let ids: Vec<KeyId> = rows.iter().map(|row| row.id).collect();
            rows = self.shared.store().data_keys(&ids)?;
        }
        Err(crowded())
    }

    /// Ends the data generation of a group: the next write of each owner gets a new key; what was
    /// written before stays readable. One entry of the history, however many keys there are.
    /// Returns how many keys write no more.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn rotate_data(&self, tenant: &str, group: &str) -> Result<usize> {
        let keys = self.tenant(tenant)?;
        let active = |key: &super::KeyInfo| key.group == group && key.state == KeyState::Active;
        let count = self.list(tenant)?.iter().filter(|key| active(key)).count();
        let next = keys.generation(group) + 1;
        self.shared.record(&mut || {
            if keys.generation(group) >= next {
                return Ok(None);
            }
            let event = KeyEvent::Generation { group: group.to_owned(), generation: next };
            Ok(Some(Draft::new(tenant, event)))
        })?;
        Ok(count)
    }

    /// Takes one data key out of use for writes: `Retired`, or `Compromised` where what it sealed is
    /// to be written anew. What it sealed stays readable. A compromised key stays compromised.
    ///
    /// # Errors
    /// `KeyNotFound`, `Erased`, `KeyUnavailable`, `Tampered`, `Invalid` for another state.
    pub fn retire(&self, tenant: &str, id: KeyId, state: KeyState) -> Result<()> {
        if !matches!(state, KeyState::Retired | KeyState::Compromised) {
            return Err(Error::new(
                Outcome::Invalid,
                "a key can be retired or marked as compromised; erasing goes by person",
            ));
        }
        let keys = self.tenant(tenant)?;
        self.shared.record(&mut || {
            let row = self.settled_row(&keys, id)?;
            // What one administrator has marked as compromised, another does not merely retire.
            if row.state as u8 >= state as u8 {
                return Ok(None);
            }
            let mut draft = Draft::new(tenant, KeyEvent::State { key: id, state });
            draft.keys.push(in_state(&keys.fence, &row, state));
            Ok(Some(draft))
        })?;
        Ok(())
    }

    /// A row whose state is that of the history: it is checked before it is signed anew.
    fn settled_row(&self, keys: &TenantKeys, id: KeyId) -> Result<DataKeyRow> {
        for attempt in 0..TRIES {
            let look = keys.look(attempt);
            let rows = self.shared.store().data_keys(&[id])?;
            let row = rows.into_iter().find(|row| row.id == id && row.tenant == keys.name());
            let row = row.ok_or_else(|| {
                Error::new(Outcome::KeyNotFound, "the key store has no such data key")
            })?;
            if keys.settled(&row, look)?.is_some() {
                return Ok(row);
            }
        }
        Err(crowded())
    }

    /// Makes the next generation of a blind index's key. Values under older ones stay queryable.
    ///
    /// # Errors
    /// `KeyUnavailable`, `KeyStoreRolledBack`, `Tampered`.
    pub fn rotate_index(&self, tenant: &str, dataset: &str, index: &str) -> Result<u8> {
        let keys = self.tenant(tenant)?;
        let next =
            keys.index_keys(dataset, index)?.current().0.checked_add(1).ok_or_else(|| {
                Error::new(
                    Outcome::Invalid,
                    "a blind index has 255 generations at most; make an index of another name",
                )
            })?;
        let scope = wrap::frame(&[dataset.as_bytes(), index.as_bytes()]);
        let (shared, branches) = (&self.shared, &keys.branches);
        service::make(shared, branches, Kind::Index, &scope, next, &wrap::fresh_key)?;
        Ok(next)
    }
}

/// A row in another state.
pub(super) fn in_state(fence: &MacKey, row: &DataKeyRow, state: KeyState) -> Swap {
    let was = (row.state, row.mac);
    let mut row = DataKeyRow { state, ..row.clone() };
    row.mac = mac::of_data_key(fence, &row);
    Swap { was, row }
}

/// A row whose key is wrapped by another branch key. It is checked before it is signed anew.
fn under(keys: &TenantKeys, branch: &Branch, row: &DataKeyRow) -> Result<Swap> {
    mac::check_data_key(&keys.fence, row)?;
    let key = keys.unwrap_row(row)?;
    let was = (row.state, row.mac);
    let mut row = DataKeyRow { branch: branch.id, ..row.clone() };
    row.wrapped = Some(wrap::wrap(&branch.cipher, &wrap::data_context(&row), &key)?);
    row.mac = mac::of_data_key(&keys.fence, &row);
    Ok(Swap { was, row })
}
