//! The runtime: keys, policy, journal and ledger of a process.

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::describe::Flow;
use super::resolved::{Resolved, UNKNOWN_LOCATION};
use crate::error::{Error, Outcome, Result};
use crate::event::DefineKind;
use crate::journal::Journal;
use crate::key::KeyRing;
use crate::place::Location;
use crate::policy::Policy;

/// Keys, policy and journal, shared by every flow of a process. Cheap to clone.
#[derive(Clone)]
pub struct Runtime(Arc<Inner>);

struct Inner {
    id: u64,
    keys: Arc<KeyRing>,
    journal: Arc<Journal>,
    policy: RwLock<Arc<Policy>>,
    policy_generation: AtomicU64,
    max_locations: usize,
    counters: Counters,
}

/// What a process counts besides its journal.
#[derive(Debug, Default)]
pub struct Counters {
    pub(crate) unknown_writes: AtomicU64,
    pub(crate) would_reveal: AtomicU64,
    pub(crate) plaintext_reads: AtomicU64,
    pub(crate) unbound_subjects: AtomicU64,
}

impl Counters {
    /// Records that were written without a sink flow: sealed, and recorded at `unknown`.
    pub fn unknown_writes(&self) -> u64 {
        self.unknown_writes.load(Ordering::Relaxed)
    }
    /// Fields that an ambient scope would have revealed, had they been wrapped: sealed instead.
    pub fn would_reveal(&self) -> u64 {
        self.would_reveal.load(Ordering::Relaxed)
    }
    /// Plaintext values that a migration let through; reaches zero when the migration is done.
    pub fn plaintext_reads(&self) -> u64 {
        self.plaintext_reads.load(Ordering::Relaxed)
    }
    /// Records whose subject id was `None`: sealed under the dataset's key.
    pub fn unbound_subjects(&self) -> u64 {
        self.unbound_subjects.load(Ordering::Relaxed)
    }
}

/// All further locations are recorded as this one when the bound is reached.
pub const OVERFLOW_LOCATION: &str = crate::journal::MANY_LOCATIONS;

/// How many locations a runtime tells apart unless told otherwise.
pub const DEFAULT_MAX_LOCATIONS: usize = 4096;

static NEXT_ID: AtomicU64 = AtomicU64::new(1);
static INSTALLED: OnceLock<Runtime> = OnceLock::new();
thread_local! {
    static SCOPED: RefCell<Vec<Runtime>> = const { RefCell::new(Vec::new()) };
    /// The flow of writes that have none, of the runtime that this thread used last. Kept in the
    /// runtime itself it would keep that alive for ever.
    static UNKNOWN: RefCell<Option<Arc<Resolved>>> = const { RefCell::new(None) };
}

impl Runtime {
    /// Puts a runtime together. Most programs use `taggant::Runtime::embedded` instead.
    pub fn new(
        keys: Arc<KeyRing>,
        journal: Arc<Journal>,
        policy: Policy,
        max_locations: usize,
    ) -> Self {
        Self(Arc::new(Inner {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            keys,
            journal,
            policy: RwLock::new(Arc::new(policy)),
            policy_generation: AtomicU64::new(1),
            max_locations,
            counters: Counters::default(),
        }))
    }

    /// The runtime scoped to this thread, else the installed one.
    ///
    /// # Errors
    /// `NoRuntime` where there is neither.
    pub fn current() -> Result<Self> {
        scoped().or_else(|| INSTALLED.get().cloned()).ok_or_else(|| {
            Error::new(
                Outcome::NoRuntime,
                "no taggant runtime: call Runtime::embedded(folder)?.install()? once at the start \
                 of the program (tests: Runtime::scope)",
            )
        })
    }

    /// Makes this the runtime of the process.
    ///
    /// # Errors
    /// `Invalid` where another one is installed already.
    pub fn install(&self) -> Result<()> {
        INSTALLED.set(self.clone()).map_err(|_| {
            Error::new(
                Outcome::Invalid,
                "a taggant runtime is installed already; install one per process, once",
            )
        })
    }

    /// Runs a closure with this runtime on this thread, whatever is installed: for tests.
    pub fn scope<R>(&self, work: impl FnOnce() -> R) -> R {
        let _entered = enter(self.clone());
        work()
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &Arc<KeyRing> {
        &self.0.keys
    }

    /// The journal.
    #[must_use]
    pub fn journal(&self) -> &Arc<Journal> {
        &self.0.journal
    }

    /// The counters of this process.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.0.counters
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        self.0.policy.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the policy, and records that it was replaced.
    ///
    /// # Errors
    /// `JournalUnavailable`: the old policy stays in force.
    pub fn reload(&self, policy: Policy) -> Result<()> {
        self.0.journal.policy(&policy.digest(), policy.text())?;
        *self.0.policy.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(policy);
        self.0.policy_generation.fetch_add(1, Ordering::Release);
        Ok(())
    }

    pub(crate) fn policy_generation(&self) -> u64 {
        self.0.policy_generation.load(Ordering::Acquire)
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// How a place is recorded: by its text, or as the overflow place once too many different ones
    /// were seen: ids in a location's path must not fill the ledger.
    pub(crate) fn record_place(&self, place: &Location) -> Result<(Arc<str>, u32)> {
        let (kind, text) = (DefineKind::Location, place.as_str());
        let defined = self.0.journal.define_within(kind, text, self.0.max_locations)?;
        let name = if defined.is_many { OVERFLOW_LOCATION } else { text };
        Ok((Arc::from(name), defined.number))
    }

    /// The flow of writes that have none.
    pub(crate) fn unknown(&self) -> Result<Arc<Resolved>> {
        let known = UNKNOWN.with_borrow(Clone::clone).filter(|known| known.runtime.is(self));
        if let Some(known) = known {
            return known.current();
        }
        let fresh = self.scope(|| Resolved::of(&Flow::to("taggant://flow", "unknown")))?;
        debug_assert_eq!(&*fresh.location, UNKNOWN_LOCATION);
        let fresh = fresh.as_unknown()?;
        UNKNOWN.set(Some(fresh.clone()));
        Ok(fresh)
    }
}

/// What is replaced in a runtime is replaced as a whole, and locks are taken although a holder has
/// panicked: nobody finds half a change.
impl std::panic::UnwindSafe for Runtime {}
impl std::panic::RefUnwindSafe for Runtime {}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("id", &self.0.id).finish_non_exhaustive()
    }
}

/// The runtime scoped to this thread.
pub(crate) fn scoped() -> Option<Runtime> {
    SCOPED.with_borrow(|scoped| scoped.last().cloned())
}

/// Scopes a runtime to this thread until dropped.
pub(crate) fn enter(runtime: Runtime) -> EnteredRuntime {
    super::scope::step_in();
    SCOPED.with_borrow_mut(|scoped| scoped.push(runtime));
    EnteredRuntime(PhantomData)
}

pub(crate) struct EnteredRuntime(PhantomData<*const ()>);

impl Drop for EnteredRuntime {
    fn drop(&mut self) {
        super::scope::step_out();
        SCOPED.with_borrow_mut(|scoped| scoped.pop());
    }
}
