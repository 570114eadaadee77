//! Data keys: served from memory where it is fresh, else from the store, judged by the history.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::branch::Branch;
use super::cache::{self, Asker, By};
use super::data::{DataKey, Owner};
use super::look::Look;
use super::mac;
use super::record::now_ns;
use super::shared::crowded;
use super::store::{DataKeyRow, KeyState, OwnerKind, Proposal, Standing};
use super::tenant::TenantKeys;
use super::wrap;
use crate::cipher::xaes::XaesKey;
use crate::error::{Error, Outcome, Result};
use crate::tag::{KeyId, SubjectTag};

/// How often an owner's standing is read again because others change it.
pub(super) const TRIES: usize = 16;

/// What the history says of a genuine row.
pub(super) enum Judged {
    /// It is as it should be; the state is what the key may do now.
    Stands(KeyState),
    /// Its person was erased.
    Erased,
    /// It tells another state than the history that is known here: one of them is older.
    Differs,
}

impl TenantKeys {
    pub(super) fn asker(&self) -> Asker {
        Asker { tenant: self.number, epoch: self.shared.epoch() }
    }

    /// A key in memory, if it is fresh enough to be used.
    pub(super) fn cached(&self, asker: Asker, by: &By) -> Option<Arc<DataKey>> {
        if let Some(key) = cache::thread_get(asker, by) {
            return Some(key);
        }
        let key = self.cache.get(asker.epoch, by)?;
        cache::thread_put(asker, *by, &key);
        Some(key)
    }

    fn remember(&self, asker: Asker, by: By, key: &Arc<DataKey>) {
        self.cache.put(asker.epoch, by, key);
        cache::thread_put(asker, by, key);
        // What is written is often read again.
        if !matches!(by, By::Id(_)) {
            self.cache.put(asker.epoch, By::Id(key.id()), key);
        }
    }

    /// The key to seal an owner's values with, made if there is none. When it returns, the key and
    /// whose it is are on stable storage.
    ///
    /// # Errors
    /// `Erased` for a person who was erased, `KeyUnavailable`, `KeyStoreRolledBack`, `Tampered`.
    pub fn seal_key(&self, group: &'static str, owner: Owner) -> Result<Arc<DataKey>> {
        self.shared.ensure_fresh()?;
        let by = By::Owner(group, owner);
        if let Some(key) = self.cached(self.asker(), &by) {
            return Ok(key);
        }
        for attempt in 0..TRIES {
            // Read before the row is: what is known later voids what is remembered now.
            let (asker, look) = (self.asker(), self.look(attempt));
            let standing = self.standing(group, owner)?;
            let known = match &standing.key {
                Some(row) => self.usable(row, group, owner, look)?,
                None => None,
            };
            if !self.is_whole(&standing, owner, look)? {
                continue;
            }
            let found = match standing.key {
                Some(_) => known,
                None => self.create(group, owner, standing.version)?,
            };
            if let Some(key) = found {
                self.remember(asker, by, &key);
                return Ok(key);
            }
        }
        Err(crowded())
    }

    fn standing(&self, group: &str, owner: Owner) -> Result<Standing> {
        self.refuse_erased(group, owner)?;
        let generation = self.generation(group);
        let owners = [owner.bytes()];
        let store = self.shared.store();
        let mut found = store.standings(self.name(), group, generation, owner.kind(), &owners)?;
        drop(store);
        let standing = found.pop().unwrap_or_default();
        self.refuse_fenced(&standing, group, owner)?;
        Ok(standing)
    }

    pub(super) fn generation(&self, group: &str) -> u32 {
        self.shared.fact(|facts| facts.generation(self.name(), group))
    }

    fn refuse_erased(&self, group: &str, owner: Owner) -> Result<()> {
        match owner {
            Owner::Subject(tag) if self.shared.is_erased(self.name(), tag, group) => Err(erased()),
            _ => Ok(()),
        }
    }

    /// The store says that the person was erased: it is believed if the history says so too.
    pub(super) fn refuse_fenced(
        &self,
        standing: &Standing,
        group: &str,
        owner: Owner,
    ) -> Result<()> {
        if standing.fenced.as_ref().is_none_or(|fenced| !fenced.contains(group)) {
            return Ok(());
        }
        self.shared.refresh_now()?;
        self.refuse_erased(group, owner)?;
        Err(Error::new(
            Outcome::Tampered,
            "the key store fences a person who was never erased; restore it from a backup",
        ))
    }

    fn create(&self, group: &str, owner: Owner, version: u64) -> Result<Option<Arc<DataKey>>> {
        let branch = self.branches.newest(&self.shared, group)?;
        let (proposal, key) = self.propose(&branch, owner, version)?;
        let row = proposal.row.clone();
        let won = self.committer.assign(&self.shared, proposal)?;
        Ok(won.then(|| Arc::new(data_key(&row, row.state, &key))))
    }

    pub(super) fn propose(
        &self,
        branch: &Branch,
        owner: Owner,
        version: u64,
    ) -> Result<(Proposal, Zeroizing<[u8; 32]>)> {
        let key = wrap::fresh_key()?;
        let mut row = DataKeyRow {
            id: KeyId(wrap::fresh_id()?),
            tenant: self.name().to_owned(),
            group: branch.group.to_string(),
            generation: self.generation(&branch.group),
            branch: branch.id,
            owner_kind: owner.kind(),
            owner: owner.bytes().to_vec(),
            state: KeyState::Active,
            wrapped: None,
            created_ns: now_ns(),
            mac: [0; 32],
        };
        row.wrapped = Some(wrap::wrap(&branch.cipher, &wrap::data_context(&row), &key)?);
        row.mac = mac::of_data_key(&self.fence, &row);
        Ok((Proposal { row, version }, key))
    }

    /// The key that an envelope names.
    ///
    /// # Errors
    /// `KeyNotFound`, `Erased`, `WrongTenant`, `Tampered`, `KeyUnavailable`, `KeyStoreRolledBack`.
    pub fn open_key(&self, id: KeyId) -> Result<Arc<DataKey>> {
        self.shared.ensure_fresh()?;
        let by = By::Id(id);
        if let Some(key) = self.cached(self.asker(), &by) {
            return Ok(key);
        }
        for attempt in 0..TRIES {
            let (asker, look) = (self.asker(), self.look(attempt));
            let rows = self.shared.store().data_keys(&[id])?;
            let row = rows.first().ok_or_else(not_found)?;
            if row.id != id {
                return Err(mac::tampered());
            }
            if let Some(state) = self.settled(row, look)? {
                let key = self.unwrapped(row, state)?;
                self.remember(asker, by, &key);
                return Ok(key);
            }
        }
        Err(crowded())
    }

    /// The key of a row that must be an owner's to write with; `None` where it is to be read again.
    pub(super) fn usable(
        &self,
        row: &DataKeyRow,
        group: &str,
        owner: Owner,
        look: Look,
    ) -> Result<Option<Arc<DataKey>>> {
        let state = self.settled(row, look)?;
        if row.owner_kind != owner.kind() || row.owner != owner.bytes() || row.group != group {
            return Err(mac::tampered());
        }
        match state {
            // Its generation has ended meanwhile.
            Some(state) if state != KeyState::Active => Ok(None),
            Some(state) => self.unwrapped(row, state).map(Some),
            None => Ok(None),
        }
    }

    /// What a row's key may do; `None` where the row is to be read again, because the history had
    /// more than was known.
    pub(super) fn settled(&self, row: &DataKeyRow, look: Look) -> Result<Option<KeyState>> {
        match self.judge(row)? {
            Judged::Stands(state) => Ok(Some(state)),
            Judged::Erased => Err(erased()),
            Judged::Differs => {
                if self.has_changed(look)? {
                    Ok(None)
                } else {
                    Err(mac::tampered())
                }
            }
        }
    }

    /// Judges a row by its MAC and by the history.
    pub(super) fn judge(&self, row: &DataKeyRow) -> Result<Judged> {
        if row.tenant != self.name() {
            return Err(Error::new(
                Outcome::WrongTenant,
                "the envelope was sealed for another tenant than the flow names",
            ));
        }
        mac::check_data_key(&self.fence, row)?;
        let person = match row.owner_kind {
            OwnerKind::Subject => {
                Some(SubjectTag(row.owner.as_slice().try_into().map_err(|_| mac::tampered())?))
            }
            OwnerKind::Dataset => None,
        };
        Ok(self.shared.fact(|facts| {
            let erased = person.and_then(|person| facts.erased(&row.tenant, person));
            if erased.is_some_and(|groups| groups.contains(&row.group)) {
                return Judged::Erased;
            }
            let generation = facts.generation(&row.tenant, &row.group);
            if row.state != facts.state(row.id) || row.generation > generation {
                return Judged::Differs;
            }
            let is_old = row.state == KeyState::Active && row.generation < generation;
            Judged::Stands(if is_old { KeyState::Retired } else { row.state })
        }))
    }

    pub(super) fn unwrapped(&self, row: &DataKeyRow, state: KeyState) -> Result<Arc<DataKey>> {
        Ok(Arc::new(data_key(row, state, &*self.unwrap_row(row)?)))
    }

    /// The raw key of a row that was judged.
    pub(super) fn unwrap_row(&self, row: &DataKeyRow) -> Result<Zeroizing<[u8; 32]>> {
        let branch = self.branches.by_id(&self.shared, &row.group, row.branch)?;
        let wrapped = row.wrapped.as_ref().ok_or_else(mac::tampered)?;
        wrap::unwrap(&branch.cipher, &wrap::data_context(row), wrapped)
    }
}

pub(super) fn data_key(row: &DataKeyRow, state: KeyState, key: &[u8; 32]) -> DataKey {
    DataKey {
        id: row.id,
        owner_kind: row.owner_kind,
        owner: row.owner.clone().into_boxed_slice(),
        group: Arc::from(row.group.as_str()),
        state,
        cipher: XaesKey::new(key),
    }
}

fn erased() -> Error {
    Error::new(
        Outcome::Erased,
        "the data subject was erased; nothing of theirs can be read or written any more",
    )
}

fn not_found() -> Error {
    Error::new(
        Outcome::KeyNotFound,
        "the key store has no key of this id: the envelope comes from another installation, or \
         the store was restored from before it was written",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::contract::{MemoryAnchor, MemoryKeyStore};
    use crate::key::{KeyConfig, KeyRing, KeyStore, LocalRoot};

    #[test]
    fn whatever_row_a_store_shows_only_the_owners_key_of_this_generation_writes() {
        let store = Arc::new(MemoryKeyStore::default());
        let (root, anchor) = (Arc::new(LocalRoot::new(&[7; 32])), MemoryAnchor::default());
        let config = KeyConfig::default();
        let ring = KeyRing::open(store.clone(), root, Box::new(anchor), config).unwrap();
        let tenant = ring.tenant("t").unwrap();
        let person = |bytes| Owner::Subject(SubjectTag(bytes));
        let [theirs, other] = [person([1; 16]), person([2; 16])];
        let dataset = Owner::Dataset("sixteen_letters_");
        let row = |owner| {
            let id = tenant.seal_key("main", owner).unwrap().id();
            store.data_keys(&[id]).unwrap().remove(0)
        };
        let used = |row, group, owner| {
            let used = tenant.usable(row, group, owner, tenant.look(0));
            used.map(|key| key.map(|key| key.id())).map_err(|error| error.outcome())
        };
        let (key, shared) = (row(theirs), row(dataset));
        assert_eq!(used(&key, "main", theirs), Ok(Some(key.id)));
        let refused = Err(Outcome::Tampered);
        assert_eq!(used(&key, "main", other), refused);
        assert_eq!(used(&key, "invoices", theirs), refused);
        assert_eq!(used(&shared, "main", person(*b"sixteen_letters_")), refused);
        ring.rotate_data("t", "main").unwrap();
        assert_eq!(used(&key, "main", theirs), Ok(None), "its generation has ended");
    }
}
