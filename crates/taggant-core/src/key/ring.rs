//! The key ring of a process.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::anchor::Anchor;
use super::branch::SERVICE;
use super::found;
use super::history::{ErasureRow, EventRow};
use super::person;
use super::root::RootKey;
use super::shared::{KeyConfig, Ports, Shared};
use super::store::KeyStore;
use super::tenant::TenantKeys;
use crate::cipher::fork::{Mutex, Port, RwLock};
use crate::error::{Error, Outcome, Result};

/// The keys of a process.
pub struct KeyRing {
    pub(super) shared: Arc<Shared>,
    tenants: RwLock<HashMap<Arc<str>, Arc<TenantKeys>>>,
    /// Those that are being opened: others wait for theirs only.
    opening: Mutex<HashMap<Arc<str>, Arc<Mutex<()>>>>,
}

impl KeyRing {
    /// Opens the ring: verifies the history of keys, and brings a store that is behind its anchor
    /// up before any key is served. A new store is given its folder here.
    ///
    /// # Errors
    /// `KeyUnavailable` where store, root key or anchor can't be asked, or where a part is missing
    /// or of a newer format; `KeyStoreRolledBack` where store and anchor tell different histories or
    /// belong to different folders; `Tampered` where the history was changed.
    pub fn open(
        store: Arc<dyn KeyStore>,
        root: Arc<dyn RootKey>,
        anchor: Box<dyn Anchor>,
        config: KeyConfig,
    ) -> Result<Self> {
        let anchor: Arc<dyn Anchor> = Arc::from(anchor);
        let ports =
            Ports { store: Port::new(store), root: Port::new(root), anchor: Port::new(anchor) };
        let (folder, history) = found::open(&ports, &config)?;
        let shared = Arc::new(Shared::new(ports, config, folder, history));
        shared.reconcile(&mut shared.known.lock())?;
        person::settle(&shared)?;
        shared.now_fresh();
        Ok(Self { shared, tenants: RwLock::default(), opening: Mutex::default() })
    }

    /// The random id of the data folder that the keys belong to.
    #[must_use]
    pub fn folder(&self) -> [u8; 16] {
        self.shared.folder.id
    }

    /// What the key store keeps of the newest checkpoint of a ledger. The store is not trusted: what
    /// comes back must bear a signature.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    pub fn ledger_head(&self, ledger: [u8; 16]) -> Result<Option<Vec<u8>>> {
        self.shared.store().ledger_head(ledger)
    }

    /// Keeps the newest checkpoint of a ledger in the key store.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    pub fn keep_ledger_head(&self, ledger: [u8; 16], number: u64, head: &[u8]) -> Result<()> {
        self.shared.store().keep_ledger_head(ledger, number, head)
    }

    /// The keys of a tenant, made on first use.
    ///
    /// # Errors
    /// `KeyUnavailable`, `KeyStoreRolledBack`, `Tampered`, `Invalid` for a name that begins with
    /// `$`.
    pub fn tenant(&self, tenant: &str) -> Result<Arc<TenantKeys>> {
        if let Some(known) = self.tenants.read().get(tenant) {
            return Ok(known.clone());
        }
        if tenant.starts_with(SERVICE) {
            return Err(Error::new(
                Outcome::Invalid,
                "the name of a tenant can't begin with `$`: such names are the key store's own",
            ));
        }
        let turn = self.opening.lock().entry(Arc::from(tenant)).or_default().clone();
        let _turn = turn.lock();
        if let Some(known) = self.tenants.read().get(tenant) {
            return Ok(known.clone());
        }
        let fresh = Arc::new(TenantKeys::open(self.shared.clone(), tenant)?);
        self.tenants.write().insert(Arc::from(tenant), fresh.clone());
        self.opening.lock().remove(tenant);
        Ok(fresh)
    }

    /// The key groups of a tenant, by name; none where it has no keys yet. Makes no keys, unlike
    /// [`tenant`](Self::tenant): a misspelt name can be told.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    pub fn groups(&self, tenant: &str) -> Result<Option<Vec<String>>> {
        let rows = self.shared.store().branches(tenant)?;
        if rows.is_empty() {
            return Ok(None);
        }
        let groups = rows.into_iter().map(|row| row.group);
        let groups: BTreeSet<String> = groups.filter(|name| !name.starts_with(SERVICE)).collect();
        Ok(Some(groups.into_iter().collect()))
    }

    /// The last erasure that this process knows of.
    #[must_use]
    pub fn head(&self) -> Option<ErasureRow> {
        self.shared.last_erasure()
    }

    /// The erasures from a number on, in order; the first is number 1.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn erasures(&self, from: u64) -> Result<Vec<ErasureRow>> {
        let rows = self.history()?;
        let erasures = rows.iter().filter_map(EventRow::erasure);
        Ok(erasures.filter(|row| row.number >= from).collect())
    }

    /// The whole history of keys, verified.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn history(&self) -> Result<Vec<EventRow>> {
        let rows = self.shared.store().history(1)?;
        self.shared.check(&rows, None, "the key store")?;
        Ok(rows)
    }

    /// Asks the store now what has happened elsewhere.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn refresh(&self) -> Result<()> {
        self.shared.refresh_now()
    }
}
