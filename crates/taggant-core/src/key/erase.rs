//! Crypto-shredding: fence, destroy, overwrite, and remember for ever.

use super::groups::Groups;
use super::history::{ErasureRow, EventRow, KeyEvent};
use super::mac;
use super::record::Draft;
use super::ring::KeyRing;
use super::store::{DataKeyRow, Fence, KeyState, KeyStore, OwnerKind, Swap};
use super::tenant::TenantKeys;
use crate::cipher::mac::MacKey;
use crate::error::{Error, Outcome, Result};
use crate::tag::SubjectTag;

/// What an erasure did.
#[derive(Clone, Debug)]
pub struct Erasure {
    /// Its entry in the history.
    pub row: ErasureRow,
    /// How many data keys were destroyed.
    pub keys: usize,
    /// Whether the anchor has it already. If not, a refresh or the next start adds it.
    pub anchored: bool,
    /// Whether nothing of the keys is left in the store's files. If not, a reader of another process
    /// keeps an old copy alive: the store goes on trying, and [`KeyRing::is_overwritten`] tells.
    pub overwritten: bool,
}

impl KeyRing {
    /// Destroys the data keys of a person. Afterwards their values can be neither read nor written,
    /// in this process at once, in others within the cache life.
    ///
    /// A person who was erased already has no second erasure: the first one is returned.
    ///
    /// # Errors
    /// `Denied` under a legal hold, `KeyUnavailable`, `KeyStoreRolledBack`, `Tampered`; then
    /// nothing was erased, unless the store took the erasure and could not be asked whether it
    /// did: trying again tells.
    pub fn erase(&self, tenant: &str, subject: SubjectTag, groups: &Groups) -> Result<Erasure> {
        check_groups(groups)?;
        let keys = self.tenant(tenant)?;
        let mut destroyed = 0;
        let recorded = self.shared.record(&mut || {
            let draft = plan(&keys, subject, groups)?;
            destroyed = draft.as_ref().map_or(0, |draft| draft.keys.len());
            Ok(draft)
        })?;
        let Some(recorded) = recorded else { return self.erased_before(tenant, subject) };
        let row = recorded.row.erasure().ok_or_else(mac::tampered)?;
        // It has happened: where the store can't be asked any more, the next question tells.
        let overwritten = self.shared.store().overwritten().unwrap_or(0) >= recorded.row.number;
        Ok(Erasure { row, keys: destroyed, anchored: recorded.anchored, overwritten })
    }

    fn erased_before(&self, tenant: &str, subject: SubjectTag) -> Result<Erasure> {
        let rows = self.erasures(1)?;
        let is_it = |row: &ErasureRow| row.tenant == tenant && row.subject == subject;
        let row = rows.into_iter().rfind(is_it).ok_or_else(mac::tampered)?;
        let overwritten = self.is_overwritten(row.number)?;
        let known = self.shared.known.lock();
        Ok(Erasure { row, keys: 0, anchored: known.anchored == known.number(), overwritten })
    }

    /// Whether nothing is left in the store's files of the keys that an erasure destroyed, by its
    /// number.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    pub fn is_overwritten(&self, erasure: u64) -> Result<bool> {
        is_overwritten(&*self.shared.store(), erasure)
    }

    /// Puts a person under legal hold, or ends it: while it lasts, erasure is refused.
    ///
    /// # Errors
    /// `KeyUnavailable`, `KeyStoreRolledBack`, `Tampered`.
    pub fn hold(&self, tenant: &str, subject: SubjectTag, on: bool) -> Result<()> {
        let keys = self.tenant(tenant)?;
        self.shared.record(&mut || {
            keys.people.check_identity(&self.shared)?;
            if self.shared.fact(|facts| facts.is_held(tenant, subject)) == on {
                return Ok(None);
            }
            Ok(Some(Draft::new(tenant, KeyEvent::Hold { subject, on })))
        })?;
        Ok(())
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

fn plan(keys: &TenantKeys, subject: SubjectTag, groups: &Groups) -> Result<Option<Draft>> {
    let (shared, tenant) = (&keys.shared, keys.name());
    // A tag from before an adoption may not be the person's any more.
    keys.people.check_identity(shared)?;
    let (is_held, mut all, last) = shared.fact(|facts| {
        let erased = facts.erased(tenant, subject).cloned().unwrap_or(Groups::none());
        let last = facts.last_erasure().map_or(0, |last| last.number);
        (facts.is_held(tenant, subject), erased, last)
    });
    if is_held {
        return Err(Error::new(
            Outcome::Denied,
            "the person is under legal hold; end the hold before erasing",
        ));
    }
    let work = shared.store().erase_work(tenant, subject, groups)?;
    if all.covers(groups) && work.keys.is_empty() {
        return Ok(None);
    }
    all.add(groups);
    let event = KeyEvent::Erased { number: last + 1, subject, groups: groups.clone() };
    let mut draft = Draft::new(tenant, event);
    draft.keys = destroy(&keys.fence, tenant, subject, groups, &work.keys)?;
    let (tenant, version) = (tenant.to_owned(), work.version);
    draft.fence = Some(Fence { tenant, subject, version, groups: all });
    Ok(Some(draft))
}

/// Whether nothing is left in a store's files of the keys that an erasure destroyed. Needs no key: it
/// tells what the store says.
///
/// # Errors
/// `KeyUnavailable`.
pub fn is_overwritten(store: &dyn KeyStore, erasure: u64) -> Result<bool> {
    let until = store.overwritten()?;
    let later = store.history(until + 1)?;
    let left = later.iter().filter_map(EventRow::erasure).any(|other| other.number <= erasure);
    Ok(!left)
}

/// The rows without key material. Each is checked before it is signed anew: that it is genuine, and
/// one that the erasure is about.
pub(super) fn destroy(
    fence: &MacKey,
    tenant: &str,
    subject: SubjectTag,
    groups: &Groups,
    rows: &[DataKeyRow],
) -> Result<Vec<Swap>> {
    let destroyed = |row: &DataKeyRow| {
        mac::check_data_key(fence, row)?;
        let is_theirs = row.tenant == tenant
            && row.owner_kind == OwnerKind::Subject
            && row.owner == subject.0
            && groups.contains(&row.group);
        if !is_theirs {
            return Err(mac::tampered());
        }
        let mut swap = super::rotate::in_state(fence, row, KeyState::Erased);
        swap.row.wrapped = None;
        Ok(swap)
    };
    rows.iter().map(destroyed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tag::KeyId;

    /// Whatever a driver says that an erasure is about.
    #[test]
    fn an_erasure_destroys_nothing_of_anybody_else() {
        let fence = MacKey::new(&[1; 32]);
        let person = SubjectTag([5; 16]);
        let groups = Groups::These(vec!["main".to_owned()]);
        let theirs = DataKeyRow {
            id: KeyId([2; 16]),
            tenant: "t".to_owned(),
            group: "main".to_owned(),
            generation: 1,
            branch: [3; 16],
            owner_kind: OwnerKind::Subject,
            owner: person.0.to_vec(),
            state: KeyState::Active,
            wrapped: Some(vec![4; 72]),
            created_ns: 6,
            mac: [0; 32],
        };
        let destroyed = |mut row: DataKeyRow| {
            row.mac = mac::of_data_key(&fence, &row);
            destroy(&fence, "t", person, &groups, &[row])
        };
        let swaps = destroyed(theirs.clone()).unwrap();
        assert_eq!((swaps[0].row.state, &swaps[0].row.wrapped), (KeyState::Erased, &None));
        for other in [
            DataKeyRow { tenant: "u".to_owned(), ..theirs.clone() },
            DataKeyRow { owner_kind: OwnerKind::Dataset, ..theirs.clone() },
            DataKeyRow { owner: vec![7; 16], ..theirs.clone() },
            DataKeyRow { group: "invoices".to_owned(), ..theirs.clone() },
        ] {
            assert_eq!(destroyed(other).unwrap_err().outcome(), Outcome::Tampered);
        }
    }
}
