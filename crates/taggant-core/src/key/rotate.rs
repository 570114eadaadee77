//! Rotation: new keys for new writes, old wraps replaced. Keys are chosen by exact id, so nothing
//! that was written before becomes unreadable.

use super::branch;
use super::ring::KeyRing;
use super::root::RootKey;
use super::service;
use super::store::{DataKeyRow, KeyState, OwnerKind};
use super::tenant::{TenantKeys, same, state_mac, tampered};
use super::wrap;
use crate::cipher::fork;
use crate::error::{Error, Outcome, Result};
use crate::tag::{KeyId, SubjectTag};

/// What may be said of a data key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// Id.
    pub id: KeyId,
    /// Key group.
    pub group: String,
    /// The person, if it is a person's.
    pub subject: Option<SubjectTag>,
    /// The dataset, if it is a dataset's.
    pub dataset: Option<String>,
    /// State.
    pub state: KeyState,
    /// Unix time in nanoseconds.
    pub created_ns: u64,
}

/// How many rows a batch has.
const BATCH: usize = 1000;

impl KeyRing {
    /// Adds a wrap under another root key to every branch key of a tenant; with `only`, the wraps
    /// under other root keys go. Data keys stay as they are. Returns the number of branch keys.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn rotate_root(&self, tenant: &str, new: &dyn RootKey, only: bool) -> Result<usize> {
        let _hold = fork::hold();
        let store = &*self.shared.store;
        let rows = store.branches(tenant)?;
        for row in &rows {
            let key = branch::unwrap(&*self.shared.root, row)?;
            let added = branch::root_wrap(new, tenant, &row.group, row.id, &key)?;
            let mut wraps = row.wraps.clone();
            wraps.retain(|wrap| !only && wrap.root != new.id());
            wraps.push(added);
            store.set_root_wraps(row.id, &wraps)?;
        }
        Ok(rows.len())
    }

    /// Makes the next branch key of a group and wraps the group's data keys under it, in batches;
    /// call it again after an interruption with `resume`. Returns how many were wrapped anew.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn rotate_branch(&self, tenant: &str, group: &str, resume: bool) -> Result<usize> {
        let _hold = fork::hold();
        let keys = self.tenant(tenant)?;
        let newest = if resume { keys.newest_branch(group)? } else { keys.next_branch(group)? };
        let mut count = 0;
        self.each_batch(&keys, |rows| {
            let mut changed = Vec::new();
            for row in rows {
                if row.group != group || row.branch == newest.id || row.wrapped.is_none() {
                    continue;
                }
                let key = keys.unwrap_row(row)?;
                let mut row = DataKeyRow { branch: newest.id, ..row.clone() };
                row.wrapped = Some(wrap::wrap(&newest.cipher, &wrap::data_context(&row), &key)?);
                changed.push(row);
            }
            count += changed.len();
            self.shared.store.update(&changed)
        })?;
        Ok(count)
    }

    /// Retires the active data keys of a group: the next write of each owner gets a new key; what
    /// was written before stays readable. Returns how many were retired.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn rotate_data(&self, tenant: &str, group: &str) -> Result<usize> {
        let _hold = fork::hold();
        let keys = self.tenant(tenant)?;
        let mut count = 0;
        self.each_batch(&keys, |rows| {
            let mut changed = Vec::new();
            for row in rows.iter().filter(|r| r.group == group && r.state == KeyState::Active) {
                let mut row = DataKeyRow { state: KeyState::Retired, ..row.clone() };
                row.mac = state_mac(&keys.fence, &row);
                changed.push(row);
            }
            count += changed.len();
            self.shared.store.update(&changed)
        })?;
        self.shared.void();
        self.clear_caches();
        Ok(count)
    }

    /// Takes one data key out of use for writes: `Retired`, or `Compromised` where what it sealed is
    /// to be written anew. What it sealed stays readable.
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
        let _hold = fork::hold();
        let keys = self.tenant(tenant)?;
        let missing = || Error::new(Outcome::KeyNotFound, "the key store has no such data key");
        let row = self.shared.store.data_key(id)?.filter(|row| row.tenant == keys.name());
        let row = row.ok_or_else(missing)?;
        if !same(&state_mac(&keys.fence, &row), &row.mac) {
            return Err(tampered());
        }
        if row.state == KeyState::Erased {
            return Err(Error::new(Outcome::Erased, "the key was destroyed with its person"));
        }
        let mut row = DataKeyRow { state, ..row };
        row.mac = state_mac(&keys.fence, &row);
        self.shared.store.update(&[row])?;
        self.shared.void();
        self.clear_caches();
        Ok(())
    }

    /// Makes the next generation of a blind index's key. Values under older ones stay queryable.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn rotate_index(&self, tenant: &str, dataset: &str, index: &str) -> Result<u8> {
        let _hold = fork::hold();
        let keys = self.tenant(tenant)?;
        let next =
            keys.index_keys(dataset, index)?.current().0.checked_add(1).ok_or_else(|| {
                Error::new(
                    Outcome::Invalid,
                    "a blind index has 255 generations at most; make an index of another name",
                )
            })?;
        let branch = keys.newest_branch(super::branch::SERVICE_GROUP)?;
        let scope = wrap::frame(&[dataset.as_bytes(), index.as_bytes()]);
        service::create(&*self.shared.store, &branch, tenant, "index", &scope, next)?;
        self.shared.void();
        Ok(next)
    }

    /// The data keys of a tenant.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn list(&self, tenant: &str) -> Result<Vec<KeyInfo>> {
        let keys = self.tenant(tenant)?;
        let mut all = Vec::new();
        self.each_batch(&keys, |rows| {
            all.extend(rows.iter().map(info));
            Ok(())
        })?;
        Ok(all)
    }

    /// Runs through the verified rows of a tenant.
    fn each_batch(
        &self,
        keys: &TenantKeys,
        mut work: impl FnMut(&[DataKeyRow]) -> Result<()>,
    ) -> Result<()> {
        let mut after = None;
        loop {
            let rows = self.shared.store.list(keys.name(), after, BATCH)?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.id);
            if rows.iter().any(|row| !same(&state_mac(&keys.fence, row), &row.mac)) {
                return Err(tampered());
            }
            work(&rows)?;
        }
    }
}

fn info(row: &DataKeyRow) -> KeyInfo {
    let subject = match row.owner_kind {
        OwnerKind::Subject => row.owner.as_slice().try_into().ok().map(SubjectTag),
        OwnerKind::Dataset => None,
    };
    let dataset = match row.owner_kind {
        OwnerKind::Dataset => String::from_utf8(row.owner.clone()).ok(),
        OwnerKind::Subject => None,
    };
    KeyInfo {
        id: row.id,
        group: row.group.clone(),
        subject,
        dataset,
        state: row.state,
        created_ns: row.created_ns,
    }
}
