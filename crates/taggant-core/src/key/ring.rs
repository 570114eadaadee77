//! The key ring of a process: tenants, the erasures that are known, and how fresh that is.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use super::anchor::Anchor;
use super::branch::SERVICE_GROUP;
use super::chain::{ErasureRow, Groups};
use super::root::RootKey;
use super::store::KeyStore;
use super::tenant::TenantKeys;
use crate::cipher::fork;
use crate::error::{Error, Outcome, Result};
use crate::tag::SubjectTag;

/// How a key ring behaves.
#[derive(Clone, Debug)]
pub struct KeyConfig {
    /// How long a key may serve from memory until the store is asked whether somebody was erased.
    pub cache_life: Duration,
    /// How many data keys a tenant keeps in memory.
    pub cache_keys: usize,
    /// Makes a new anchor where the store has erasures and the anchor is gone. Set it once, by
    /// hand, after making sure that the store is not an old copy.
    pub adopt_anchor: bool,
}

impl Default for KeyConfig {
    fn default() -> Self {
        Self { cache_life: Duration::from_secs(60), cache_keys: 16_384, adopt_anchor: false }
    }
}

/// The keys of a process.
pub struct KeyRing {
    pub(super) shared: Arc<Shared>,
    tenants: RwLock<HashMap<Arc<str>, Arc<TenantKeys>>>,
}

/// What the tenants of a ring share.
pub(super) struct Shared {
    pub(super) store: Arc<dyn KeyStore>,
    pub(super) root: Arc<dyn RootKey>,
    anchor: Box<dyn Anchor>,
    pub(super) config: KeyConfig,
    /// Moves when keys in memory may be void.
    epoch: AtomicU64,
    /// Until when, in nanoseconds after `start`, memory is fresh enough.
    fresh_until: AtomicU64,
    start: Instant,
    known: Mutex<Known>,
    erased: RwLock<HashMap<(String, SubjectTag), Groups>>,
}

#[derive(Default)]
struct Known {
    head: Option<ErasureRow>,
    version: u64,
    /// The number up to which the anchor is known to have every erasure.
    anchored: u64,
}

impl KeyRing {
    /// Opens the ring: verifies the chain of erasures, and brings a store that is behind its anchor
    /// up before any key is served.
    ///
    /// # Errors
    /// `KeyUnavailable` where store, root key or anchor can't be asked, `KeyStoreRolledBack` where
    /// store and anchor tell different histories, `Tampered` where the chain was changed.
    pub fn open(
        store: Arc<dyn KeyStore>,
        root: Arc<dyn RootKey>,
        anchor: Box<dyn Anchor>,
        config: KeyConfig,
    ) -> Result<Self> {
        let shared = Arc::new(Shared {
            store,
            root,
            anchor,
            config,
            epoch: AtomicU64::new(1),
            fresh_until: AtomicU64::new(0),
            start: Instant::now(),
            known: Mutex::default(),
            erased: RwLock::default(),
        });
        let _hold = fork::hold();
        let ring = Self { shared, tenants: RwLock::default() };
        ring.shared.reconcile()?;
        ring.shared.now_fresh();
        Ok(ring)
    }

    /// The keys of a tenant, made on first use.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn tenant(&self, tenant: &str) -> Result<Arc<TenantKeys>> {
        let _hold = fork::hold();
        if let Some(known) = self.tenants.read().unwrap_or_else(PoisonError::into_inner).get(tenant)
        {
            return Ok(known.clone());
        }
        let mut tenants = self.tenants.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = tenants.get(tenant) {
            return Ok(known.clone());
        }
        let fresh = Arc::new(TenantKeys::open(self.shared.clone(), tenant)?);
        tenants.insert(Arc::from(tenant), fresh.clone());
        Ok(fresh)
    }

    /// The key groups of a tenant, by name; none where it has no keys yet. Makes no keys, unlike
    /// [`tenant`](Self::tenant): a misspelt name can be told.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    pub fn groups(&self, tenant: &str) -> Result<Option<Vec<String>>> {
        let _hold = fork::hold();
        let rows = self.shared.store.branches(tenant)?;
        if rows.is_empty() {
            return Ok(None);
        }
        let groups = rows.into_iter().map(|row| row.group);
        let groups: BTreeSet<String> = groups.filter(|name| name != SERVICE_GROUP).collect();
        Ok(Some(groups.into_iter().collect()))
    }

    /// The last erasure that this process knows of.
    #[must_use]
    pub fn head(&self) -> Option<ErasureRow> {
        self.shared.lock_known().head.clone()
    }

    /// The erasures from a number on, in order; the first is number 1.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    pub fn erasures(&self, from: u64) -> Result<Vec<ErasureRow>> {
        let _hold = fork::hold();
        self.shared.store.erasures(from)
    }

    /// Asks the store now whether somebody was erased elsewhere.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn refresh(&self) -> Result<()> {
        self.shared.refresh_now()
    }

    pub(super) fn clear_caches(&self) {
        for tenant in self.tenants.read().unwrap_or_else(PoisonError::into_inner).values() {
            tenant.clear_cache();
        }
    }
}

impl Shared {
    fn lock_known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Voids every key in memory.
    pub(super) fn void(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn now_fresh(&self) {
        let life = u64::try_from(self.config.cache_life.as_nanos()).unwrap_or(u64::MAX);
        self.fresh_until.store(self.elapsed().saturating_add(life), Ordering::Release);
    }

    /// Asks the store if the last time is longer ago than the cache life.
    pub(super) fn ensure_fresh(&self) -> Result<()> {
        if self.elapsed() <= self.fresh_until.load(Ordering::Acquire) {
            return Ok(());
        }
        self.refresh_now()
    }

    pub(super) fn refresh_now(&self) -> Result<()> {
        let _hold = fork::hold();
        let mut known = self.lock_known();
        let (count, head) = self.store.head()?;
        let version = self.store.version()?;
        let same = head == known.head && count == head.as_ref().map_or(0, |row| row.number);
        if !same {
            drop(known);
            self.reconcile()?;
        } else if version != known.version {
            known.version = version;
            self.void();
        }
        self.now_fresh();
        Ok(())
    }

    /// Whether a person's keys of a group were erased, as far as is known here.
    pub(super) fn is_erased(&self, tenant: &str, subject: SubjectTag, group: &str) -> bool {
        let erased = self.erased.read().unwrap_or_else(PoisonError::into_inner);
        !erased.is_empty()
            && erased
                .get(&(tenant.to_owned(), subject))
                .is_some_and(|groups| groups.contains(group))
    }

    /// Compares store and anchor, verifies both, brings the one that is behind up.
    fn reconcile(&self) -> Result<()> {
        let mut known = self.lock_known();
        let stored = self.store.erasures(1)?;
        verify(&stored, "the key store")?;
        let anchored = self.anchor.read()?;
        if anchored.is_none() && !stored.is_empty() && !self.config.adopt_anchor {
            return Err(Error::new(
                Outcome::KeyUnavailable,
                "the key store has erasures and its anchor file is missing, so it can't be told \
                 whether the store is an old copy; restore the anchor file, or, having made sure, \
                 open once with adopt_anchor",
            ));
        }
        if anchored.is_none() {
            // Made before the first erasure: a power cut in between must not look like a lost file.
            self.anchor.extend(&[])?;
        }
        let anchored = anchored.unwrap_or_default();
        verify(&anchored, "the anchor file")?;
        let common = stored.len().min(anchored.len());
        if stored[..common] != anchored[..common] {
            return Err(rolled_back());
        }
        for row in &anchored[common..] {
            self.check_mac(row, false)?;
            super::erase::again(self, row)?;
        }
        for row in &stored {
            self.check_mac(row, true)?;
        }
        if stored.len() > common {
            self.anchor.extend(&stored[common..])?;
        }
        let all = if stored.len() > common { &stored } else { &anchored };
        // What this process knew must be in there: a store can't lose an erasure behind its back.
        if let Some(head) = &known.head
            && all.get(usize::try_from(head.number).unwrap_or(usize::MAX) - 1) != Some(head)
        {
            return Err(rolled_back());
        }
        self.learn(all);
        known.head = all.last().cloned();
        known.anchored = all.last().map_or(0, |row| row.number);
        known.version = self.store.version()?;
        self.void();
        Ok(())
    }

    fn learn(&self, rows: &[ErasureRow]) {
        let mut erased = self.erased.write().unwrap_or_else(PoisonError::into_inner);
        erased.clear();
        for row in rows {
            erased
                .entry((row.tenant.clone(), row.subject))
                .or_insert_with(|| Groups::These(Vec::new()))
                .add(&row.groups);
        }
    }

    /// One more erasure, made by this process. Those before it that the anchor may not have go
    /// with it: one that it couldn't take, or one that another process has just committed. A gap
    /// in the anchor would keep every later start from opening.
    pub(super) fn erased(&self, row: &ErasureRow) -> Result<bool> {
        let mut known = self.lock_known();
        let rows = self.store.erasures(known.anchored + 1)?;
        for row in &rows {
            self.check_mac(row, true)?;
        }
        let last = rows.last().map_or(0, |row| row.number);
        let whole = rows.windows(2).all(|pair| pair[1].follows(Some(&pair[0])))
            && rows.first().is_some_and(|first| first.number == known.anchored + 1)
            && rows.contains(row);
        let anchored = whole && self.anchor.extend(&rows).is_ok();
        if anchored {
            known.anchored = last;
        }
        let mut erased = self.erased.write().unwrap_or_else(PoisonError::into_inner);
        for row in rows.iter().chain([row]) {
            erased
                .entry((row.tenant.clone(), row.subject))
                .or_insert_with(|| Groups::These(Vec::new()))
                .add(&row.groups);
        }
        drop(erased);
        known.head = Some(rows.last().unwrap_or(row).clone());
        known.version = self.store.version()?;
        self.void();
        Ok(anchored)
    }

    /// Checks the MAC of an erasure. The anchor may know tenants that an old store does not; their
    /// keys are gone, and nothing is left to protect.
    fn check_mac(&self, row: &ErasureRow, must: bool) -> Result<()> {
        match super::tenant::fence_key(self, &row.tenant)? {
            Some(key) if key.verify(&[b"taggant erasure", &row.hash], &row.mac) => Ok(()),
            None if !must => Ok(()),
            _ => Err(Error::new(
                Outcome::Tampered,
                "the chain of erasures has an entry that was not made with the keys of this store",
            )),
        }
    }
}

fn verify(rows: &[ErasureRow], place: &str) -> Result<()> {
    let mut before = None;
    for row in rows {
        if !row.follows(before) {
            return Err(Error::new(
                Outcome::Tampered,
                format!(
                    "the chain of erasures in {place} has a gap or a changed entry; restore it"
                ),
            ));
        }
        before = Some(row);
    }
    Ok(())
}

fn rolled_back() -> Error {
    Error::new(
        Outcome::KeyStoreRolledBack,
        "the key store and its anchor tell different histories of erasures: one of them is an old \
         or foreign copy; restore the pair that belongs together",
    )
}
