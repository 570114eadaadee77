//! What the tenants of a ring share: the ports, the history as it is known, and how fresh that is.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::anchor::Anchor;
use super::cache::Cache;
use super::facts::Facts;
use super::history::{ErasureRow, EventRow};
use super::identity::IdentityKey;
use super::root::RootKey;
use super::store::{Folder, KeyStore};
use crate::cipher::fork::{Guard, Mutex, Port, RwLock};
use crate::cipher::mac::MacKey;
use crate::error::{Error, Outcome, Result};
use crate::tag::SubjectTag;

/// How a key ring behaves.
#[derive(Clone, Debug)]
pub struct KeyConfig {
    /// How long a key may serve from memory until the store is asked whether somebody was erased.
    pub cache_life: Duration,
    /// How many data keys a tenant keeps in memory.
    pub cache_keys: usize,
    /// Makes a new anchor where the store has a history and the anchor is gone. Set it once, by
    /// hand, after making sure that the store is not an old copy.
    pub adopt_anchor: bool,
    /// Makes a new key store where the anchor belongs to one that is lost for good, and puts that
    /// anchor away. Set it once, by hand: what the lost store's keys sealed can't be opened again.
    pub begin_anew: bool,
    /// The identity key that the store shares with others. A store that had its own adopts it.
    pub identity: Option<Arc<IdentityKey>>,
}

impl Default for KeyConfig {
    fn default() -> Self {
        Self {
            cache_life: Duration::from_secs(60),
            cache_keys: 16_384,
            adopt_anchor: false,
            begin_anew: false,
            identity: None,
        }
    }
}

/// What is outside the process. A fork waits while one of them is asked.
pub(super) struct Ports {
    pub(super) store: Port<dyn KeyStore>,
    pub(super) root: Port<dyn RootKey>,
    pub(super) anchor: Port<dyn Anchor>,
}

pub(super) struct Shared {
    pub(super) ports: Ports,
    pub(super) config: KeyConfig,
    pub(super) folder: Folder,
    /// The key of the history's MACs.
    pub(super) history: MacKey,
    pub(super) known: Mutex<Known>,
    facts: RwLock<Facts>,
    /// Moves when keys in memory may be void.
    epoch: AtomicU64,
    /// The caches of the tenants.
    caches: Mutex<Vec<Weak<Cache>>>,
    /// Moves when somebody made branch or service keys.
    made: AtomicU64,
    /// Whether an identity key from outside is in force.
    adopted: AtomicBool,
    /// Until when, in nanoseconds after `start`, memory is fresh enough.
    fresh_until: AtomicU64,
    start: Instant,
}

/// How far the history is known.
#[derive(Default)]
pub(super) struct Known {
    pub(super) head: Option<EventRow>,
    /// The number up to which the anchor is known to have every entry.
    pub(super) anchored: u64,
}

impl Known {
    pub(super) fn number(&self) -> u64 {
        self.head.as_ref().map_or(0, |row| row.number)
    }
}

impl Shared {
    pub(super) fn new(ports: Ports, config: KeyConfig, folder: Folder, history: MacKey) -> Self {
        Self {
            ports,
            config,
            folder,
            history,
            known: Mutex::default(),
            facts: RwLock::default(),
            epoch: AtomicU64::new(1),
            caches: Mutex::default(),
            made: AtomicU64::new(1),
            adopted: AtomicBool::new(false),
            fresh_until: AtomicU64::new(0),
            start: Instant::now(),
        }
    }

    pub(super) fn store(&self) -> Guard<&dyn KeyStore> {
        self.ports.store.ask()
    }

    pub(super) fn root(&self) -> Guard<&dyn RootKey> {
        self.ports.root.ask()
    }

    /// Asks the history. The closure must ask nothing else: it runs under a lock.
    pub(super) fn fact<R>(&self, ask: impl FnOnce(&Facts) -> R) -> R {
        ask(&self.facts.read())
    }

    /// Takes entries in, in order.
    pub(super) fn learn(&self, rows: &[EventRow]) -> Result<()> {
        let mut facts = self.facts.write();
        let done = rows.iter().try_for_each(|row| facts.apply(row));
        self.adopted.store(facts.identity().is_some(), Ordering::Release);
        drop(facts);
        if rows.iter().any(|row| row.kind == 1) {
            self.made.fetch_add(1, Ordering::AcqRel);
        }
        if rows.iter().any(|row| row.kind != 1) {
            self.void();
        }
        done
    }

    /// Takes another whole history in.
    pub(super) fn learn_anew(&self, rows: &[EventRow]) -> Result<()> {
        *self.facts.write() = Facts::default();
        self.void();
        self.learn(rows)
    }

    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    pub(super) fn made(&self) -> u64 {
        self.made.load(Ordering::Acquire)
    }

    pub(super) fn is_adopted(&self) -> bool {
        self.adopted.load(Ordering::Acquire)
    }

    /// A cache of a tenant, which is cleared when keys in memory may be void.
    pub(super) fn cache(&self) -> Arc<Cache> {
        let cache = Arc::new(Cache::new(self.config.cache_keys));
        self.caches.lock().push(Arc::downgrade(&cache));
        cache
    }

    /// Voids every key in memory, and wipes those that nobody uses.
    fn void(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        for cache in self.caches.lock().iter().filter_map(Weak::upgrade) {
            cache.clear();
        }
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    pub(super) fn now_fresh(&self) {
        let life = u64::try_from(self.config.cache_life.as_nanos()).unwrap_or(u64::MAX);
        self.fresh_until.store(self.elapsed().saturating_add(life), Ordering::Release);
    }

    /// Asks the store if the last time is longer ago than the cache life.
    pub(super) fn ensure_fresh(&self) -> Result<()> {
        if self.is_fresh() {
            return Ok(());
        }
        // One asks for all that come at the same time.
        let mut known = self.known.lock();
        if self.is_fresh() { Ok(()) } else { self.refresh(&mut known) }
    }

    fn is_fresh(&self) -> bool {
        self.elapsed() <= self.fresh_until.load(Ordering::Acquire)
    }

    /// Whether a person's keys of a group were erased, as far as is known here.
    pub(super) fn is_erased(&self, tenant: &str, subject: SubjectTag, group: &str) -> bool {
        self.fact(|facts| {
            facts.erased(tenant, subject).is_some_and(|groups| groups.contains(group))
        })
    }

    pub(super) fn last_erasure(&self) -> Option<ErasureRow> {
        self.fact(|facts| facts.last_erasure().cloned())
    }
}

pub(super) fn rolled_back() -> Error {
    Error::new(
        Outcome::KeyStoreRolledBack,
        "the key store and its anchor tell different histories of keys: one of them is an old or \
         foreign copy; restore the pair that belongs together",
    )
}

/// Several writers were always faster.
pub(super) fn crowded() -> Error {
    Error::new(
        Outcome::KeyUnavailable,
        "others changed the same keys again and again meanwhile; nothing was changed here, try \
         again",
    )
}
