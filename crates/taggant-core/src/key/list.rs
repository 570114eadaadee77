//! What keys a tenant has.

use super::mac;
use super::ring::KeyRing;
use super::serve::Judged;
use super::store::{DataKeyRow, KeyState, OwnerKind};
use super::tenant::TenantKeys;
use crate::error::Result;
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
    /// What it may do now.
    pub state: KeyState,
    /// Unix time in nanoseconds.
    pub created_ns: u64,
}

/// How many rows a batch has.
const BATCH: usize = 1000;

impl KeyRing {
    /// The data keys of a tenant.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn list(&self, tenant: &str) -> Result<Vec<KeyInfo>> {
        let keys = self.tenant(tenant)?;
        let mut all = Vec::new();
        self.each_batch(&keys, |rows| {
            for row in rows {
                if let Some(state) = self.state_now(&keys, row)? {
                    all.push(info(row, state));
                }
            }
            Ok(())
        })?;
        Ok(all)
    }

    /// What a row's key may do; `None` where the row has gone.
    fn state_now(&self, keys: &TenantKeys, row: &DataKeyRow) -> Result<Option<KeyState>> {
        let mut row = row.clone();
        // Of the first row it is not known what was known when it was read.
        let mut look = keys.look(0);
        for attempt in 1..=super::serve::TRIES {
            match keys.judge(&row)? {
                Judged::Erased => return Ok(Some(KeyState::Erased)),
                Judged::Stands(state) => return Ok(Some(state)),
                Judged::Differs => keys.settled(&row, look).map(drop)?,
            }
            look = keys.look(attempt);
            let rows = self.shared.store().data_keys(&[row.id])?;
            let Some(fresh) = rows.into_iter().next() else { return Ok(None) };
            row = fresh;
        }
        Err(super::shared::crowded())
    }

    /// Runs through the verified rows of a tenant.
    pub(super) fn each_batch(
        &self,
        keys: &TenantKeys,
        mut work: impl FnMut(&[DataKeyRow]) -> Result<()>,
    ) -> Result<()> {
        let mut after = None;
        loop {
            let rows = self.shared.store().list(keys.name(), after, BATCH)?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.id);
            for row in &rows {
                mac::check_data_key(&keys.fence, row)?;
            }
            work(&rows)?;
        }
    }
}

fn info(row: &DataKeyRow, state: KeyState) -> KeyInfo {
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
        state,
        created_ns: row.created_ns,
    }
}
