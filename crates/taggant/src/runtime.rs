//! Keys, policy, journal and ledger of a process.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use taggant_core::flow::runtime::Counters;
use taggant_core::flow::{DEFAULT_TENANT, Instrumented, Runtime as Core, Spawner};
use taggant_core::key::KeyRing;
use taggant_core::policy::Policy;
use taggant_core::seal::SubjectId;
use taggant_core::tag::SubjectTag;
use taggant_core::{Error, Outcome, Result};
use taggant_ledger::Ledger;
use taggant_ledger::answers::Handle;

/// Keys, policy, journal and ledger of a process. Cheap to clone.
#[derive(Clone)]
pub struct Runtime {
    pub(crate) core: Core,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) cache_life: Duration,
}

impl Runtime {
    /// Makes this the runtime of the process.
    ///
    /// # Errors
    /// `Invalid` where one is installed already.
    pub fn install(&self) -> Result<()> {
        self.core.install()
    }

    /// Runs a closure with this runtime on this thread, whatever is installed: for tests.
    pub fn scope<R>(&self, work: impl FnOnce() -> R) -> R {
        self.core.scope(work)
    }

    /// A future that has this runtime at each of its polls, on whichever thread.
    ///
    /// An installed runtime is there anyway; this is for programs and tests with several.
    pub fn instrument<F: Future>(&self, future: F) -> Instrumented<F> {
        self.core.instrument(future)
    }

    /// What carries this runtime, and the flow around this call, to spawned tasks and to blocking
    /// threads: scopes belong to a thread and stay behind otherwise. It wraps a future or a closure
    /// and so goes with any executor.
    ///
    /// ```
    /// # use taggant::{Flow, Runtime};
    /// # fn example(runtime: &Runtime) {
    /// let table = Flow::to("postgres://shop:5432", "shop.public.customers");
    /// table.run(|| {
    ///     let work = runtime.spawner().closure(|| "under the flow of the table");
    ///     std::thread::spawn(work)
    /// });
    /// # }
    /// ```
    #[must_use]
    pub fn spawner(&self) -> Spawner {
        self.core.spawner()
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        self.core.policy()
    }

    /// Replaces the policy; the change is recorded.
    ///
    /// # Errors
    /// `JournalUnavailable`: the old policy stays in force.
    pub fn reload(&self, policy: Policy) -> Result<()> {
        self.core.reload(policy)
    }

    /// What this process counts besides its journal.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        self.core.counters()
    }

    /// The ledger, to ask where data is and who has seen it.
    #[must_use]
    pub fn ledger(&self) -> &dyn Ledger {
        &*self.ledger
    }

    /// Folds every event so far into the ledger, now.
    ///
    /// # Errors
    /// `JournalUnavailable` where the ledger can't be written.
    pub fn drain(&self) -> Result<()> {
        self.core.journal().drain()
    }

    /// Waits until every event so far is on stable storage.
    ///
    /// # Errors
    /// `JournalUnavailable` where the disk fails.
    pub fn flush(&self) -> Result<()> {
        self.core.journal().flush()
    }

    /// Loads or makes the keys of many people in one transaction, so that writing their records
    /// costs no round trip each. Default tenant, key group `main`.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn prefetch<'a, I: SubjectId + ?Sized + 'a>(
        &self,
        kind: &str,
        ids: impl IntoIterator<Item = &'a I>,
    ) -> Result<()> {
        self.prefetch_in(DEFAULT_TENANT, "main", kind, ids)
    }

    /// As [`prefetch`](Self::prefetch), of another tenant and key group.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Tampered`.
    pub fn prefetch_in<'a, I: SubjectId + ?Sized + 'a>(
        &self,
        tenant: &str,
        group: &'static str,
        kind: &str,
        ids: impl IntoIterator<Item = &'a I>,
    ) -> Result<()> {
        let keys = self.core.keys().tenant(tenant)?;
        let mut tags = Vec::new();
        for id in ids {
            tags.extend(self.tag(tenant, kind, id)?);
        }
        keys.prefetch(group, &tags)
    }

    pub(crate) fn tag<I: SubjectId + ?Sized>(
        &self,
        tenant: &str,
        kind: &str,
        id: &I,
    ) -> Result<Option<SubjectTag>> {
        if !taggant_taxonomy::is_subject_kind(kind) {
            let near = taggant_taxonomy::suggest(kind, taggant_taxonomy::SUBJECT_KINDS);
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return Err(Error::new(
                Outcome::Invalid,
                format!("`{kind}` is no subject kind of the taxonomy{hint}"),
            ));
        }
        let mut bytes = Vec::new();
        let present = id.canonical(&mut |part| bytes.extend_from_slice(part));
        let keys = self.core.keys().tenant(tenant)?;
        if !present {
            return Ok(None);
        }
        keys.subject_tag(kind, &bytes).map(Some)
    }

    /// The handle under which the ledger knows a person of the default tenant, if any of their data
    /// has moved yet.
    ///
    /// # Errors
    /// `KeyUnavailable`, `JournalUnavailable`, `Invalid` for a kind that is not in the taxonomy.
    pub fn handle_of<I: SubjectId + ?Sized>(&self, kind: &str, id: &I) -> Result<Option<Handle>> {
        self.handle_in(DEFAULT_TENANT, kind, id)
    }

    /// As [`handle_of`](Self::handle_of), of another tenant.
    ///
    /// # Errors
    /// As [`handle_of`](Self::handle_of).
    pub fn handle_in<I: SubjectId + ?Sized>(
        &self,
        tenant: &str,
        kind: &str,
        id: &I,
    ) -> Result<Option<Handle>> {
        let Some(tag) = self.tag(tenant, kind, id)? else { return Ok(None) };
        // What was just written counts.
        self.drain()?;
        self.ledger.handle(tenant, tag)
    }

    /// The key ring: rotation and lists of keys.
    #[must_use]
    pub fn keys(&self) -> &KeyRing {
        self.core.keys()
    }
}

/// As the parts of it: nobody finds half a change after a panic.
impl std::panic::UnwindSafe for Runtime {}
impl std::panic::RefUnwindSafe for Runtime {}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.core.fmt(f)
    }
}
