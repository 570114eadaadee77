//! The keys of one tenant.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use super::branch::{self, Branch, SERVICE_GROUP};
use super::cache::{self, Asker, By, Cache};
use super::commit::Committer;
use super::data::{DataKey, Owner};
use super::ring::Shared;
use super::service::{self, IndexKeys};
use super::store::{Assigned, DataKeyRow, KeyState, OwnerKind};
use super::wrap;
use crate::cipher::fork;
use crate::cipher::mac::MacKey;
use crate::cipher::sign::SigningKey;
use crate::cipher::xaes::XaesKey;
use crate::error::{Error, Outcome, Result};
use crate::tag::{KeyId, SubjectTag};

/// The keys of one tenant. Keys of one tenant never open another's envelopes.
pub struct TenantKeys {
    pub(super) shared: Arc<Shared>,
    number: u64,
    pub(super) name: Arc<str>,
    subject: MacKey,
    pub(super) fence: MacKey,
    pseudonym: OnceLock<Arc<MacKey>>,
    /// With the epoch that they were loaded in: another process may rotate them.
    indexes: RwLock<HashMap<Vec<u8>, Loaded>>,
    branches: RwLock<Vec<Arc<Branch>>>,
    cache: Cache,
    committer: Committer,
}

/// Index keys and the epoch that they were loaded in.
type Loaded = (u64, Arc<IndexKeys>);

static NEXT_NUMBER: AtomicU64 = AtomicU64::new(1);

impl TenantKeys {
    pub(super) fn open(shared: Arc<Shared>, name: &str) -> Result<Self> {
        let mut branches = Vec::new();
        for row in shared.store.branches(name)? {
            branches.push(Arc::new(branch::open(&*shared.root, &row)?));
        }
        if !branches.iter().any(|branch| &*branch.group == SERVICE_GROUP) {
            let made = branch::create(&*shared.store, &*shared.root, name, SERVICE_GROUP, 1)?;
            branches.push(Arc::new(made));
        }
        let subject = newest(load_service(&shared, &branches, name, "subject", &[])?)?;
        let fence = newest(load_service(&shared, &branches, name, "fence", &[])?)?;
        Ok(Self {
            number: NEXT_NUMBER.fetch_add(1, Ordering::Relaxed),
            name: Arc::from(name),
            subject,
            fence,
            pseudonym: OnceLock::new(),
            indexes: RwLock::default(),
            branches: RwLock::new(branches),
            cache: Cache::new(shared.config.cache_keys),
            committer: Committer::default(),
            shared,
        })
    }

    /// The tenant's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The tag of a person: HMAC-SHA-256 under the tenant's subject key over tenant, subject kind
    /// and canonical id, each framed, cut to 16 bytes.
    #[must_use]
    pub fn subject_tag(&self, kind: &str, canonical_id: &[u8]) -> SubjectTag {
        let tag = self.subject.tag(&[self.name.as_bytes(), kind.as_bytes(), canonical_id]);
        SubjectTag(*tag.first_chunk().expect("a tag has 32 bytes"))
    }

    fn asker(&self) -> Asker {
        Asker { tenant: self.number, epoch: self.shared.epoch() }
    }

    /// A key in memory, if it is fresh enough to be used.
    fn cached(&self, asker: Asker, by: &By) -> Option<Arc<DataKey>> {
        if let Some(key) = cache::thread_get(asker, by) {
            return Some(key);
        }
        let _hold = fork::hold();
        let key = self.cache.get(asker.epoch, by)?;
        cache::thread_put(asker, *by, &key);
        Some(key)
    }

    fn remember(&self, asker: Asker, by: By, key: &Arc<DataKey>) {
        self.cache.put(asker.epoch, by, key);
        cache::thread_put(asker, by, key);
    }

    pub(super) fn clear_cache(&self) {
        self.cache.clear();
    }

    /// The key to seal an owner's values with, made if there is none. When it returns, the key and
    /// whose it is are on stable storage.
    ///
    /// # Errors
    /// `Erased` for a person who was erased, `KeyUnavailable`, `Tampered`.
    pub fn seal_key(&self, group: &'static str, owner: Owner) -> Result<Arc<DataKey>> {
        self.shared.ensure_fresh()?;
        let (asker, by) = (self.asker(), By::Owner(group, owner));
        if let Some(key) = self.cached(asker, &by) {
            return Ok(key);
        }
        let _hold = fork::hold();
        self.refuse_erased(group, owner)?;
        let found =
            self.shared.store.active_keys(&self.name, group, owner.kind(), &[owner.bytes()])?;
        let key = match found.first() {
            Some(row) => self.materialise_for(row, group, owner)?,
            None => self.create(group, owner)?,
        };
        self.remember(asker, by, &key);
        Ok(key)
    }

    fn refuse_erased(&self, group: &str, owner: Owner) -> Result<()> {
        match owner {
            Owner::Subject(tag) if self.shared.is_erased(&self.name, tag, group) => Err(erased()),
            _ => Ok(()),
        }
    }

    fn create(&self, group: &str, owner: Owner) -> Result<Arc<DataKey>> {
        let (row, key) = self.propose(group, owner)?;
        match self.committer.assign(&*self.shared.store, row.clone())? {
            Assigned::New => Ok(Arc::new(data_key(&row, &key))),
            Assigned::Existing(theirs) => self.materialise_for(&theirs, group, owner),
            Assigned::Erased => Err(self.erased_elsewhere(group, owner)),
        }
    }

    /// The store says that the person was erased: believe it if the chain says so too.
    fn erased_elsewhere(&self, group: &str, owner: Owner) -> Error {
        if let Err(error) = self.shared.refresh_now() {
            return error;
        }
        self.refuse_erased(group, owner).err().unwrap_or_else(|| {
            Error::new(Outcome::Tampered, "the key store fences a person who was never erased")
        })
    }

    fn propose(
        &self,
        group: &str,
        owner: Owner,
    ) -> Result<(DataKeyRow, zeroize::Zeroizing<[u8; 32]>)> {
        let branch = self.newest_branch(group)?;
        let key = wrap::fresh_key()?;
        let mut row = DataKeyRow {
            id: KeyId(wrap::fresh_id()?),
            tenant: self.name.to_string(),
            group: group.to_owned(),
            branch: branch.id,
            owner_kind: owner.kind(),
            owner: owner.bytes().to_vec(),
            state: KeyState::Active,
            wrapped: None,
            created_ns: now_ns(),
            mac: [0; 32],
        };
        row.wrapped = Some(wrap::wrap(&branch.cipher, &wrap::data_context(&row), &key)?);
        row.mac = state_mac(&self.fence, &row);
        Ok((row, key))
    }

    /// The key that an envelope names.
    ///
    /// # Errors
    /// `KeyNotFound`, `Erased`, `WrongTenant`, `Tampered`, `KeyUnavailable`.
    pub fn open_key(&self, id: KeyId) -> Result<Arc<DataKey>> {
        self.shared.ensure_fresh()?;
        let (asker, by) = (self.asker(), By::Id(id));
        if let Some(key) = self.cached(asker, &by) {
            return Ok(key);
        }
        let _hold = fork::hold();
        let row = self.shared.store.data_key(id)?.ok_or_else(|| {
            Error::new(
                Outcome::KeyNotFound,
                "the key store has no key of this id: the envelope comes from another \
                 installation, or the store was restored from before it was written",
            )
        })?;
        let key = self.materialise(&row)?;
        if key.id != id {
            return Err(tampered());
        }
        self.remember(asker, by, &key);
        Ok(key)
    }

    fn materialise_for(&self, row: &DataKeyRow, group: &str, owner: Owner) -> Result<Arc<DataKey>> {
        let key = self.materialise(row)?;
        if !key.belongs_to(owner) || &*key.group != group || key.state != KeyState::Active {
            return Err(tampered());
        }
        Ok(key)
    }

    fn materialise(&self, row: &DataKeyRow) -> Result<Arc<DataKey>> {
        if row.tenant != *self.name {
            return Err(Error::new(
                Outcome::WrongTenant,
                "the envelope was sealed for another tenant than the flow names",
            ));
        }
        if !same(&state_mac(&self.fence, row), &row.mac) {
            return Err(tampered());
        }
        if row.state == KeyState::Erased {
            return Err(erased());
        }
        if row.owner_kind == OwnerKind::Subject {
            let tag = SubjectTag(row.owner.as_slice().try_into().map_err(|_| tampered())?);
            if self.shared.is_erased(&self.name, tag, &row.group) {
                return Err(erased());
            }
        }
        let branch = self.branch(row.branch)?;
        let wrapped = row.wrapped.as_ref().ok_or_else(tampered)?;
        let key = wrap::unwrap(&branch.cipher, &wrap::data_context(row), wrapped)?;
        Ok(Arc::new(data_key(row, &key)))
    }

    /// Loads or makes the keys of many people in one transaction.
    ///
    /// # Errors
    /// As [`seal_key`](Self::seal_key); people who were erased are passed over.
    pub fn prefetch(&self, group: &'static str, subjects: &[SubjectTag]) -> Result<()> {
        let _hold = fork::hold();
        self.shared.ensure_fresh()?;
        let asker = self.asker();
        let wanted: Vec<SubjectTag> = subjects
            .iter()
            .copied()
            .filter(|tag| self.cached(asker, &By::Owner(group, Owner::Subject(*tag))).is_none())
            .filter(|tag| !self.shared.is_erased(&self.name, *tag, group))
            .collect();
        let owners: Vec<&[u8]> = wanted.iter().map(|tag| tag.0.as_slice()).collect();
        let store = &*self.shared.store;
        let found = store.active_keys(&self.name, group, OwnerKind::Subject, &owners)?;
        let mut missing: BTreeSet<SubjectTag> = wanted.into_iter().collect();
        for row in &found {
            let tag = SubjectTag(row.owner.as_slice().try_into().map_err(|_| tampered())?);
            missing.remove(&tag);
            self.keep(asker, group, tag, &self.materialise_for(row, group, Owner::Subject(tag))?);
        }
        let mut proposed = Vec::with_capacity(missing.len());
        for tag in &missing {
            proposed.push(self.propose(group, Owner::Subject(*tag))?);
        }
        let rows: Vec<DataKeyRow> = proposed.iter().map(|(row, _)| row.clone()).collect();
        for ((assigned, (row, key)), tag) in
            store.assign(&rows)?.iter().zip(&proposed).zip(&missing)
        {
            let key = match assigned {
                Assigned::New => Arc::new(data_key(row, key)),
                Assigned::Existing(row) => {
                    self.materialise_for(row, group, Owner::Subject(*tag))?
                }
                Assigned::Erased => continue,
            };
            self.keep(asker, group, *tag, &key);
        }
        Ok(())
    }

    fn keep(&self, asker: Asker, group: &'static str, tag: SubjectTag, key: &Arc<DataKey>) {
        self.cache.put(asker.epoch, By::Owner(group, Owner::Subject(tag)), key);
    }

    /// The keys of a blind index.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn index_keys(&self, dataset: &str, index: &str) -> Result<Arc<IndexKeys>> {
        self.shared.ensure_fresh()?;
        let scope = wrap::frame(&[dataset.as_bytes(), index.as_bytes()]);
        let epoch = self.shared.epoch();
        let known =
            self.indexes.read().unwrap_or_else(PoisonError::into_inner).get(&scope).cloned();
        if let Some((_, keys)) = known.filter(|(made, _)| *made == epoch) {
            return Ok(keys);
        }
        let _hold = fork::hold();
        let keys = Arc::new(IndexKeys::new(self.service("index", &scope)?));
        let mut indexes = self.indexes.write().unwrap_or_else(PoisonError::into_inner);
        indexes.insert(scope, (epoch, keys.clone()));
        Ok(keys)
    }

    /// The key of pseudonyms.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn pseudonym_key(&self) -> Result<Arc<MacKey>> {
        if let Some(key) = self.pseudonym.get() {
            return Ok(key.clone());
        }
        let _hold = fork::hold();
        let key = Arc::new(newest(self.service("pseudonym", &[])?)?);
        Ok(self.pseudonym.get_or_init(|| key).clone())
    }

    /// The key that signs the checkpoints of a ledger, by the ledger's id.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn checkpoint_key(&self, ledger: &[u8; 16]) -> Result<SigningKey> {
        let _hold = fork::hold();
        let branches = self.branches.read().unwrap_or_else(PoisonError::into_inner);
        let keys = load_seeds(&self.shared, &branches, &self.name, "checkpoint", ledger)?;
        let newest = keys.iter().max_by_key(|(generation, _)| *generation);
        newest.map(|(_, seed)| SigningKey::new(seed)).ok_or_else(|| branch::missing(SERVICE_GROUP))
    }

    /// The key that authenticates what one instance of the journal writes, by the instance's id.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn instance_key(&self, instance: &[u8; 16]) -> Result<zeroize::Zeroizing<[u8; 32]>> {
        let _hold = fork::hold();
        let branches = self.branches.read().unwrap_or_else(PoisonError::into_inner);
        let keys = load_seeds(&self.shared, &branches, &self.name, "instance", &[])?;
        let newest = keys.iter().max_by_key(|(generation, _)| *generation);
        let (_, seed) = newest.ok_or_else(|| branch::missing(SERVICE_GROUP))?;
        let mut key = zeroize::Zeroizing::new([0; 32]);
        hkdf::Hkdf::<sha2::Sha256>::new(None, &**seed)
            .expand(instance, &mut *key)
            .expect("HKDF-SHA-256 gives 32 bytes");
        Ok(key)
    }

    fn service(&self, kind: &str, scope: &[u8]) -> Result<Vec<(u8, MacKey)>> {
        let branches = self.branches.read().unwrap_or_else(PoisonError::into_inner);
        load_service(&self.shared, &branches, &self.name, kind, scope)
    }

    /// The newest branch key of a group, made if there is none.
    pub(super) fn newest_branch(&self, group: &str) -> Result<Arc<Branch>> {
        let find = |branches: &[Arc<Branch>]| {
            branches
                .iter()
                .filter(|branch| &*branch.group == group)
                .max_by_key(|branch| branch.generation)
                .cloned()
        };
        if let Some(found) = find(&self.branches.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(found);
        }
        let mut branches = self.branches.write().unwrap_or_else(PoisonError::into_inner);
        self.load_branches(&mut branches)?;
        if let Some(found) = find(&branches) {
            return Ok(found);
        }
        let Shared { store, root, .. } = &*self.shared;
        let made = Arc::new(branch::create(&**store, &**root, &self.name, group, 1)?);
        branches.push(made.clone());
        Ok(made)
    }

    fn branch(&self, id: [u8; 16]) -> Result<Arc<Branch>> {
        let find = |branches: &[Arc<Branch>]| branches.iter().find(|b| b.id == id).cloned();
        if let Some(found) = find(&self.branches.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(found);
        }
        let mut branches = self.branches.write().unwrap_or_else(PoisonError::into_inner);
        self.load_branches(&mut branches)?;
        find(&branches).ok_or_else(|| branch::missing("(by id)"))
    }

    /// Takes in branch keys that other processes made.
    fn load_branches(&self, branches: &mut Vec<Arc<Branch>>) -> Result<()> {
        for row in self.shared.store.branches(&self.name)? {
            if !branches.iter().any(|branch| branch.id == row.id) {
                branches.push(Arc::new(branch::open(&*self.shared.root, &row)?));
            }
        }
        Ok(())
    }

    /// Adds the next generation of a group's branch key.
    pub(super) fn next_branch(&self, group: &str) -> Result<Arc<Branch>> {
        let generation = self.newest_branch(group)?.generation + 1;
        let mut branches = self.branches.write().unwrap_or_else(PoisonError::into_inner);
        let Shared { store, root, .. } = &*self.shared;
        let made = Arc::new(branch::create(&**store, &**root, &self.name, group, generation)?);
        branches.push(made.clone());
        Ok(made)
    }

    /// The raw key of a row that was checked: to wrap it anew.
    pub(super) fn unwrap_row(&self, row: &DataKeyRow) -> Result<zeroize::Zeroizing<[u8; 32]>> {
        let branch = self.branch(row.branch)?;
        let wrapped = row.wrapped.as_ref().ok_or_else(tampered)?;
        wrap::unwrap(&branch.cipher, &wrap::data_context(row), wrapped)
    }
}

fn data_key(row: &DataKeyRow, key: &[u8; 32]) -> DataKey {
    DataKey {
        id: row.id,
        owner_kind: row.owner_kind,
        owner: row.owner.clone().into_boxed_slice(),
        group: Arc::from(row.group.as_str()),
        state: row.state,
        cipher: XaesKey::new(key),
    }
}

fn load_service(
    shared: &Shared,
    branches: &[Arc<Branch>],
    tenant: &str,
    kind: &str,
    scope: &[u8],
) -> Result<Vec<(u8, MacKey)>> {
    let seeds = load_seeds(shared, branches, tenant, kind, scope)?;
    Ok(seeds.iter().map(|(generation, seed)| (*generation, MacKey::new(seed))).collect())
}

fn load_seeds(
    shared: &Shared,
    branches: &[Arc<Branch>],
    tenant: &str,
    kind: &str,
    scope: &[u8],
) -> Result<Vec<service::Generation>> {
    let newest = branches
        .iter()
        .filter(|branch| &*branch.group == SERVICE_GROUP)
        .max_by_key(|branch| branch.generation)
        .ok_or_else(|| branch::missing(SERVICE_GROUP))?;
    let by_id = |id| {
        branches
            .iter()
            .find(|branch| branch.id == id && &*branch.group == SERVICE_GROUP)
            .cloned()
            .ok_or_else(|| branch::missing(SERVICE_GROUP))
    };
    service::load(&*shared.store, &by_id, newest, tenant, kind, scope)
}

/// The fence key of a tenant, if the store knows the tenant.
pub(super) fn fence_key(shared: &Shared, tenant: &str) -> Result<Option<MacKey>> {
    if shared.store.service_keys(tenant, "fence", &[])?.is_empty() {
        return Ok(None);
    }
    let mut branches = Vec::new();
    for row in shared.store.branches(tenant)?.iter().filter(|row| row.group == SERVICE_GROUP) {
        branches.push(Arc::new(branch::open(&*shared.root, row)?));
    }
    newest(load_service(shared, &branches, tenant, "fence", &[])?).map(Some)
}

fn newest(keys: Vec<(u8, MacKey)>) -> Result<MacKey> {
    keys.into_iter()
        .max_by_key(|(generation, _)| *generation)
        .map(|(_, key)| key)
        .ok_or_else(|| branch::missing(SERVICE_GROUP))
}

/// MAC over what a key row says of its key: who can write the store but has no keys can't turn a
/// live key into an erased one, nor back.
pub(super) fn state_mac(fence: &MacKey, row: &DataKeyRow) -> [u8; 32] {
    fence.tag(&[
        b"taggant key state",
        row.tenant.as_bytes(),
        row.group.as_bytes(),
        &row.id.0,
        &[row.owner_kind as u8],
        &row.owner,
        &[row.state as u8],
    ])
}

/// Compares two MACs in constant time.
pub(super) fn same(a: &[u8; 32], b: &[u8; 32]) -> bool {
    subtle::ConstantTimeEq::ct_eq(a.as_slice(), b.as_slice()).into()
}

pub(super) fn now_ns() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

pub(super) fn erased() -> Error {
    Error::new(
        Outcome::Erased,
        "the data subject was erased; nothing of theirs can be read or written any more",
    )
}

pub(super) fn tampered() -> Error {
    Error::new(
        Outcome::Tampered,
        "a key row of the store does not bear the MAC of its tenant: it was changed by somebody \
         without keys; restore the key store from a backup",
    )
}
