//! Crypto-shredding: fence, destroy, overwrite, and remember for ever.

use super::chain::{ErasureRow, Groups};
use super::ring::{KeyRing, Shared};
use super::store::{DataKeyRow, EraseWork, KeyState};
use super::tenant::{TenantKeys, fence_key, now_ns, same, state_mac, tampered};
use crate::cipher::fork;
use crate::cipher::mac::MacKey;
use crate::error::{Error, Outcome, Result};
use crate::tag::SubjectTag;

/// What an erasure did.
#[derive(Clone, Debug)]
pub struct Erasure {
    /// Its entry in the chain.
    pub row: ErasureRow,
    /// How many data keys were destroyed.
    pub keys: usize,
    /// Whether the anchor has it already. If not, the next start adds it.
    pub anchored: bool,
}

impl KeyRing {
    /// Destroys the data keys of a person. Afterwards their values can be neither read nor written,
    /// in this process at once, in others within the cache life.
    ///
    /// # Errors
    /// `Denied` under a legal hold, `KeyUnavailable`, `KeyStoreRolledBack`, `Tampered`; then
    /// nothing was erased.
    pub fn erase(&self, tenant: &str, subject: SubjectTag, groups: &Groups) -> Result<Erasure> {
        check_groups(groups)?;
        let _hold = fork::hold();
        let keys = self.tenant(tenant)?;
        self.shared.refresh_now()?;
        let mut made = None;
        self.shared.store.erase(tenant, subject, groups, &mut |work| {
            let (row, rows) = plan(&keys, subject, groups, &work)?;
            made = Some((row.clone(), rows.len()));
            Ok((row, rows))
        })?;
        let (row, destroyed) = made.expect("the store ran the plan, or reported an error");
        // It has happened: what fails from here on is told by `anchored`, not by an error.
        let anchored = self.shared.erased(&row).unwrap_or(false);
        self.shared.void();
        self.clear_caches();
        Ok(Erasure { row, keys: destroyed, anchored })
    }

    /// Puts a person under legal hold, or ends it: while it lasts, erasure is refused.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    pub fn hold(&self, tenant: &str, subject: SubjectTag, on: bool) -> Result<()> {
        let keys = self.tenant(tenant)?;
        let mac = on.then(|| hold_mac(&keys, subject));
        self.shared.store.set_hold(tenant, subject, mac)
    }
}

/// Group names stand in a list separated by commas, `*` for all.
fn check_groups(groups: &Groups) -> Result<()> {
    match groups {
        Groups::These(names)
            if names.is_empty() || names.iter().any(|n| n.is_empty() || n.contains([',', '*'])) =>
        {
            Err(Error::new(
                Outcome::Invalid,
                "name at least one key group, without commas and asterisks, or use Groups::All",
            ))
        }
        _ => Ok(()),
    }
}

fn hold_mac(keys: &TenantKeys, subject: SubjectTag) -> [u8; 32] {
    keys.fence.tag(&[b"taggant legal hold", keys.name().as_bytes(), &subject.0])
}

fn plan(
    keys: &TenantKeys,
    subject: SubjectTag,
    groups: &Groups,
    work: &EraseWork,
) -> Result<(ErasureRow, Vec<DataKeyRow>)> {
    if let Some(mac) = work.hold {
        if !same(&hold_mac(keys, subject), &mac) {
            return Err(tampered());
        }
        return Err(Error::new(
            Outcome::Denied,
            "the person is under legal hold; end the hold before erasing",
        ));
    }
    let mut row = ErasureRow {
        number: work.head.as_ref().map_or(0, |head| head.number) + 1,
        time_ns: now_ns(),
        tenant: keys.name().to_owned(),
        subject,
        groups: groups.clone(),
        previous: work.head.as_ref().map_or([0; 32], |head| head.hash),
        hash: [0; 32],
        mac: [0; 32],
    };
    row.hash = row.computed_hash();
    row.mac = keys.fence.tag(&[b"taggant erasure", &row.hash]);
    Ok((row, destroy(&keys.fence, &work.keys)))
}

fn destroy(fence: &MacKey, rows: &[DataKeyRow]) -> Vec<DataKeyRow> {
    let destroyed = |row: &DataKeyRow| {
        let mut row = DataKeyRow { state: KeyState::Erased, wrapped: None, ..row.clone() };
        row.mac = state_mac(fence, &row);
        row
    };
    rows.iter().map(destroyed).collect()
}

/// Erases again what a store that was restored from a backup has forgotten.
pub(super) fn again(shared: &Shared, row: &ErasureRow) -> Result<()> {
    let store = &*shared.store;
    let fence = fence_key(shared, &row.tenant)?;
    store.erase(&row.tenant, row.subject, &row.groups, &mut |work| {
        // A store that is older than the tenant has no key of theirs.
        let rows = fence.as_ref().map_or_else(Vec::new, |fence| destroy(fence, &work.keys));
        Ok((row.clone(), rows))
    })
}
