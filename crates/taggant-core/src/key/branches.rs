//! The branch keys of a tenant, unwrapped as they are needed.

use std::sync::Arc;

use super::branch::{self, Branch, KIND};
use super::history::{KeyEvent, made};
use super::record::Draft;
use super::shared::Shared;
use super::store::BranchRow;
use crate::cipher::fork::{Mutex, RwLock};
use crate::error::Result;

/// Those that this process has needed. Each kind of service key has a branch of its own, so that a
/// process whose root key opens some of them can do what those are for.
pub(super) struct Branches {
    pub(super) tenant: Arc<str>,
    open: RwLock<Vec<Arc<Branch>>>,
    /// Held by the one who asks the root key: it is asked once per branch key. Who finds a key that is
    /// open does not take it.
    opening: Mutex<()>,
}

impl Branches {
    pub(super) fn new(tenant: &str) -> Self {
        Self { tenant: Arc::from(tenant), open: RwLock::default(), opening: Mutex::default() }
    }

    /// The branch key of a group that a row names.
    pub(super) fn by_id(&self, shared: &Shared, group: &str, id: [u8; 16]) -> Result<Arc<Branch>> {
        self.find(shared, group, &|row| row.id == id, &|known| known.id == id)
    }

    /// The newest branch key of a group that was ever made; the first is made if there is none.
    pub(super) fn newest(&self, shared: &Shared, group: &str) -> Result<Arc<Branch>> {
        let generation = self.generation(shared, group);
        if generation == 0 {
            self.make(shared, group, 1)?;
            return self.newest(shared, group);
        }
        self.find(shared, group, &|row| row.generation == generation, &|known| {
            known.generation == generation
        })
    }

    /// Adds the next generation of a group's branch key, or takes the one that another process has
    /// just made.
    pub(super) fn next(&self, shared: &Shared, group: &str) -> Result<Arc<Branch>> {
        shared.refresh_now()?;
        self.make(shared, group, self.generation(shared, group) + 1)?;
        self.newest(shared, group)
    }

    /// The newest generation that was ever made; 0 for none.
    pub(super) fn generation(&self, shared: &Shared, group: &str) -> u32 {
        shared.fact(|facts| facts.newest(&self.tenant, KIND, group.as_bytes()))
    }

    fn make(&self, shared: &Shared, group: &str, generation: u32) -> Result<()> {
        let what = made(&self.tenant, KIND, group.as_bytes(), generation);
        shared.record(&mut || {
            if shared.fact(|facts| facts.was_made(&what)) {
                return Ok(None);
            }
            let (row, _) = branch::fresh(&*shared.root(), &self.tenant, group, generation)?;
            let mut draft = Draft::new(&self.tenant, KeyEvent::Made(vec![what]));
            draft.branches.push(row);
            Ok(Some(draft))
        })?;
        Ok(())
    }

    fn find(
        &self,
        shared: &Shared,
        group: &str,
        is_row: &dyn Fn(&BranchRow) -> bool,
        is_known: &dyn Fn(&Branch) -> bool,
    ) -> Result<Arc<Branch>> {
        let is_it = |known: &&Arc<Branch>| &*known.group == group && is_known(known);
        let found = || self.open.read().iter().find(is_it).cloned();
        if let Some(known) = found() {
            return Ok(known);
        }
        let _opening = self.opening.lock();
        if let Some(known) = found() {
            return Ok(known);
        }
        let rows = shared.store().branches(&self.tenant)?;
        let row = rows.iter().find(|row| row.group == group && is_row(row));
        let row = row.ok_or_else(|| branch::lost(&self.tenant, group))?;
        let opened = Arc::new(branch::open(&*shared.root(), row)?);
        self.open.write().push(opened.clone());
        Ok(opened)
    }
}
