//! The keys of one tenant.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use zeroize::Zeroizing;

use super::branches::Branches;
use super::cache::Cache;
use super::commit::Committer;
use super::person::People;
use super::service::{self, IndexKeys, Kind};
use super::shared::Shared;
use super::wrap;
use crate::cipher::fork::RwLock;
use crate::cipher::hkdf;
use crate::cipher::mac::MacKey;
use crate::cipher::sign::SigningKey;
use crate::error::Result;

/// The keys of one tenant. Keys of one tenant never open another's envelopes.
pub struct TenantKeys {
    pub(super) shared: Arc<Shared>,
    pub(super) number: u64,
    pub(super) people: People,
    pub(super) fence: MacKey,
    pseudonym: OnceLock<Arc<MacKey>>,
    indexes: RwLock<HashMap<Vec<u8>, Loaded>>,
    pub(super) branches: Branches,
    pub(super) cache: Arc<Cache>,
    pub(super) committer: Committer,
}

/// Index keys and how much had been made when they were loaded: another process may rotate them.
type Loaded = (u64, Arc<IndexKeys>);

static NEXT_NUMBER: AtomicU64 = AtomicU64::new(1);

impl TenantKeys {
    pub(super) fn open(shared: Arc<Shared>, name: &str) -> Result<Self> {
        let branches = Branches::new(name);
        let fence = service::newest(&shared, &branches, Kind::Fence, &[])?;
        Ok(Self {
            number: NEXT_NUMBER.fetch_add(1, Ordering::Relaxed),
            people: People::load(&shared, &branches)?,
            fence: MacKey::new(&fence),
            pseudonym: OnceLock::new(),
            indexes: RwLock::default(),
            branches,
            cache: shared.cache(),
            committer: Committer::default(),
            shared,
        })
    }

    /// The tenant's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.branches.tenant
    }

    /// The keys of a blind index.
    ///
    /// # Errors
    /// `KeyUnavailable`, `KeyStoreRolledBack`, `Tampered`.
    pub fn index_keys(&self, dataset: &str, index: &str) -> Result<Arc<IndexKeys>> {
        self.shared.ensure_fresh()?;
        let scope = wrap::frame(&[dataset.as_bytes(), index.as_bytes()]);
        let made = self.shared.made();
        let known = self.indexes.read().get(&scope).cloned();
        if let Some((_, keys)) = known.filter(|(then, _)| *then == made) {
            return Ok(keys);
        }
        let keys = service::load(&self.shared, &self.branches, Kind::Index, &scope)?;
        let keys = Arc::new(IndexKeys::new(keys));
        self.indexes.write().insert(scope, (made, keys.clone()));
        Ok(keys)
    }

    /// The key of pseudonyms.
    ///
    /// # Errors
    /// `KeyUnavailable`, `KeyStoreRolledBack`, `Tampered`.
    pub fn pseudonym_key(&self) -> Result<Arc<MacKey>> {
        if let Some(key) = self.pseudonym.get() {
            return Ok(key.clone());
        }
        let seed = service::newest(&self.shared, &self.branches, Kind::Pseudonym, &[])?;
        let key = Arc::new(MacKey::new(&seed));
        Ok(self.pseudonym.get_or_init(|| key).clone())
    }

    /// The key that signs the checkpoints of a ledger, by the ledger's id.
    ///
    /// # Errors
    /// `KeyUnavailable`, `KeyStoreRolledBack`, `Tampered`.
    pub fn checkpoint_key(&self, ledger: &[u8; 16]) -> Result<SigningKey> {
        let seed = service::newest(&self.shared, &self.branches, Kind::Checkpoint, ledger)?;
        Ok(SigningKey::new(&seed))
    }

    /// The key of one instance of a process, by its id: HKDF-SHA-256 of the tenant's instance key.
    ///
    /// # Errors
    /// `KeyUnavailable`, `KeyStoreRolledBack`, `Tampered`.
    pub fn instance_key(&self, instance: &[u8; 16]) -> Result<Zeroizing<[u8; 32]>> {
        let seed = service::newest(&self.shared, &self.branches, Kind::Instance, &[])?;
        Ok(hkdf::derive(seed.as_slice(), instance))
    }
}
