//! A store between a ring and a driver: fails at one call, or lets somebody else work before it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::cipher::fork::Mutex;
use crate::error::{Error, Outcome, Result};
use crate::key::store::{
    BranchRow, Change, DataKeyRow, EraseWork, Folder, KeyStore, OwnerKind, Proposal, RootWrap,
    ServiceRow, Standing, Swap, Watermark,
};
use crate::key::{EventRow, Groups};
use crate::tag::{KeyId, SubjectTag};

/// What happens at the call.
pub(super) enum Meddle {
    /// It fails before anything was done.
    CutBefore,
    /// It is done, and the answer is lost.
    CutAfter,
    /// Somebody else is faster.
    Other(Box<dyn FnOnce() + Send>),
}

/// Meddles with one call.
pub struct Meddled {
    is_down: AtomicBool,
    inner: Arc<dyn KeyStore>,
    /// Calls until then.
    left: AtomicUsize,
    what: Mutex<Option<Meddle>>,
    /// All calls so far.
    calls: AtomicUsize,
}

fn cut() -> Error {
    Error::new(Outcome::KeyUnavailable, "the store was cut off")
}

impl Meddled {
    /// Of a store that is up.
    pub fn new(inner: Arc<dyn KeyStore>) -> Self {
        let (left, calls) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let is_down = AtomicBool::new(false);
        Self { is_down, inner, left, what: Mutex::new(None), calls }
    }

    /// Takes the store down, or up again: every call of a store that is down fails.
    pub fn take_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::SeqCst);
    }

    /// Meddles with the call after `calls` more.
    pub(super) fn arm(&self, calls: usize, what: Meddle) {
        *self.what.lock() = Some(what);
        self.left.store(calls, Ordering::SeqCst);
    }

    /// Meddles no more; says whether it was still waiting for its call.
    pub(super) fn disarm(&self) -> bool {
        self.what.lock().take().is_some()
    }

    /// How often the store was asked.
    pub(super) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn call<R>(&self, work: impl FnOnce(&dyn KeyStore) -> Result<R>) -> Result<R> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.is_down.load(Ordering::SeqCst) {
            return Err(cut());
        }
        let armed = self.what.lock().is_some();
        if !armed || self.left.load(Ordering::SeqCst) > 0 {
            self.left.fetch_sub(usize::from(armed), Ordering::SeqCst);
            return work(&*self.inner);
        }
        let what = self.what.lock().take();
        match what {
            Some(Meddle::CutBefore) => Err(cut()),
            Some(Meddle::CutAfter) => work(&*self.inner).and(Err(cut())),
            Some(Meddle::Other(other)) => {
                other();
                work(&*self.inner)
            }
            None => work(&*self.inner),
        }
    }
}

impl KeyStore for Meddled {
    fn folder(&self) -> Result<Option<Folder>> {
        self.call(|store| store.folder())
    }
    fn watermark(&self) -> Result<Watermark> {
        self.call(|store| store.watermark())
    }
    fn history(&self, from: u64) -> Result<Vec<EventRow>> {
        self.call(|store| store.history(from))
    }
    fn commit(&self, head: Option<&EventRow>, change: &Change) -> Result<bool> {
        self.call(|store| store.commit(head, change))
    }
    fn ledger_head(&self, ledger: [u8; 16]) -> Result<Option<Vec<u8>>> {
        self.call(|store| store.ledger_head(ledger))
    }
    fn keep_ledger_head(&self, ledger: [u8; 16], number: u64, head: &[u8]) -> Result<()> {
        self.call(|store| store.keep_ledger_head(ledger, number, head))
    }
    fn overwritten(&self) -> Result<u64> {
        self.call(|store| store.overwritten())
    }
    fn tenants(&self) -> Result<Vec<String>> {
        self.call(|store| store.tenants())
    }
    fn branches(&self, tenant: &str) -> Result<Vec<BranchRow>> {
        self.call(|store| store.branches(tenant))
    }
    fn swap_root_wraps(
        &self,
        branch: [u8; 16],
        was: &[RootWrap],
        wraps: &[RootWrap],
    ) -> Result<bool> {
        self.call(|store| store.swap_root_wraps(branch, was, wraps))
    }
    fn service_keys(&self, tenant: &str, kind: &str, scope: &[u8]) -> Result<Vec<ServiceRow>> {
        self.call(|store| store.service_keys(tenant, kind, scope))
    }
    fn data_keys(&self, ids: &[KeyId]) -> Result<Vec<DataKeyRow>> {
        self.call(|store| store.data_keys(ids))
    }
    fn list(&self, tenant: &str, after: Option<KeyId>, limit: usize) -> Result<Vec<DataKeyRow>> {
        self.call(|store| store.list(tenant, after, limit))
    }
    fn standings(
        &self,
        tenant: &str,
        group: &str,
        generation: u32,
        kind: OwnerKind,
        owners: &[&[u8]],
    ) -> Result<Vec<Standing>> {
        self.call(|store| store.standings(tenant, group, generation, kind, owners))
    }
    fn assign(&self, proposals: &[Proposal]) -> Result<Vec<bool>> {
        self.call(|store| store.assign(proposals))
    }
    fn knows(&self, tenant: &str, subjects: &[SubjectTag]) -> Result<Vec<bool>> {
        self.call(|store| store.knows(tenant, subjects))
    }
    fn swap(&self, swaps: &[Swap]) -> Result<usize> {
        self.call(|store| store.swap(swaps))
    }
    fn erase_work(&self, tenant: &str, subject: SubjectTag, groups: &Groups) -> Result<EraseWork> {
        self.call(|store| store.erase_work(tenant, subject, groups))
    }
}
