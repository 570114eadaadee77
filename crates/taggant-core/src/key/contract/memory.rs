//! A key store and an anchor in memory: for tests, and as the shortest driver there is.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cipher::fork::Mutex;
use crate::error::Result;
use crate::key::store::{
    BranchRow, Change, DataKeyRow, EraseWork, Folder, KeyState, KeyStore, OwnerKind, Proposal,
    RootWrap, ServiceRow, Standing, Swap, Watermark,
};
use crate::key::{Anchor, Anchored, EventRow, Groups};
use crate::tag::{KeyId, SubjectTag};

/// A key store that is gone with its last user.
#[derive(Default)]
pub struct MemoryKeyStore(Mutex<Rows>);

#[derive(Clone, Default)]
struct Rows {
    folder: Option<Folder>,
    events: Vec<EventRow>,
    branches: Vec<BranchRow>,
    services: Vec<ServiceRow>,
    subjects: BTreeMap<(String, Vec<u8>), (u64, Groups)>,
    keys: BTreeMap<KeyId, DataKeyRow>,
    heads: BTreeMap<[u8; 16], (u64, Vec<u8>)>,
}

impl Rows {
    fn active(
        &self,
        tenant: &str,
        group: &str,
        generation: u32,
        kind: OwnerKind,
        owner: &[u8],
    ) -> Option<&DataKeyRow> {
        self.keys.values().find(|key| {
            (key.state, key.owner_kind, key.generation) == (KeyState::Active, kind, generation)
                && (key.tenant.as_str(), key.group.as_str()) == (tenant, group)
                && key.owner == owner
        })
    }

    fn count_up(&mut self, tenant: &str, tag: &[u8], version: u64) -> bool {
        let row = self.subjects.entry((tenant.to_owned(), tag.to_vec()));
        let row = row.or_insert_with(|| (0, Groups::none()));
        let is_it = row.0 == version;
        row.0 += u64::from(is_it);
        is_it
    }

    fn swap(&mut self, swap: &Swap) -> bool {
        match self.keys.get_mut(&swap.row.id).filter(|row| (row.state, row.mac) == swap.was) {
            Some(row) => {
                *row = swap.row.clone();
                true
            }
            None => false,
        }
    }

    fn change(&mut self, head: Option<&EventRow>, change: &Change) -> bool {
        if self.events.last() != head || (change.folder.is_some() && self.folder.is_some()) {
            return false;
        }
        self.events.push(change.event.clone());
        self.folder = self.folder.or(change.folder);
        for new in &change.branches {
            let what = |row: &BranchRow| (row.tenant.clone(), row.group.clone(), row.generation);
            if self.branches.iter().any(|row| row.id == new.id || what(row) == what(new)) {
                return false;
            }
            self.branches.push(new.clone());
        }
        for new in &change.services {
            let what = |row: &ServiceRow| {
                (row.tenant.clone(), row.kind.clone(), row.scope.clone(), row.generation)
            };
            if self.services.iter().any(|row| what(row) == what(new)) {
                return false;
            }
            self.services.push(new.clone());
        }
        if !change.keys.iter().all(|swap| self.swap(swap)) {
            return false;
        }
        let Some(fence) = &change.fence else { return true };
        let tag = fence.subject.0;
        if !self.count_up(&fence.tenant, &tag, fence.version) {
            return false;
        }
        let row = self.subjects.get_mut(&(fence.tenant.clone(), tag.to_vec()));
        row.expect("counted up").1 = fence.groups.clone();
        true
    }

    fn assign(&mut self, Proposal { row, version }: &Proposal) -> bool {
        let DataKeyRow { tenant, group, generation, owner_kind, owner, .. } = row;
        if *owner_kind == OwnerKind::Subject && !self.count_up(tenant, owner, *version) {
            return false;
        }
        let is_free = self.active(tenant, group, *generation, *owner_kind, owner).is_none();
        if is_free {
            self.keys.insert(row.id, row.clone());
        }
        is_free
    }
}

impl KeyStore for MemoryKeyStore {
    fn folder(&self) -> Result<Option<Folder>> {
        Ok(self.0.lock().folder)
    }

    fn watermark(&self) -> Result<Watermark> {
        let rows = self.0.lock();
        Ok(Watermark { count: rows.events.len() as u64, head: rows.events.last().cloned() })
    }

    fn history(&self, from: u64) -> Result<Vec<EventRow>> {
        let rows = self.0.lock();
        Ok(rows.events.iter().filter(|row| row.number >= from).cloned().collect())
    }

    fn ledger_head(&self, ledger: [u8; 16]) -> Result<Option<Vec<u8>>> {
        Ok(self.0.lock().heads.get(&ledger).map(|(_, head)| head.clone()))
    }

    fn keep_ledger_head(&self, ledger: [u8; 16], number: u64, head: &[u8]) -> Result<()> {
        let mut rows = self.0.lock();
        let kept = rows.heads.entry(ledger).or_default();
        if kept.0 <= number {
            *kept = (number, head.to_vec());
        }
        Ok(())
    }

    fn commit(&self, head: Option<&EventRow>, change: &Change) -> Result<bool> {
        let mut rows = self.0.lock();
        let mut changed = rows.clone();
        let is_done = changed.change(head, change);
        if is_done {
            *rows = changed;
        }
        Ok(is_done)
    }

    fn overwritten(&self) -> Result<u64> {
        Ok(self.0.lock().events.len() as u64)
    }

    fn tenants(&self) -> Result<Vec<String>> {
        let mut all: Vec<String> =
            self.0.lock().branches.iter().map(|row| row.tenant.clone()).collect();
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }

    fn branches(&self, tenant: &str) -> Result<Vec<BranchRow>> {
        let rows = self.0.lock();
        Ok(rows.branches.iter().filter(|row| row.tenant == tenant).cloned().collect())
    }

    fn swap_root_wraps(
        &self,
        branch: [u8; 16],
        was: &[RootWrap],
        wraps: &[RootWrap],
    ) -> Result<bool> {
        let mut rows = self.0.lock();
        let found = rows.branches.iter_mut().find(|row| row.id == branch && row.wraps == was);
        Ok(found.map(|row| row.wraps = wraps.to_vec()).is_some())
    }

    fn service_keys(&self, tenant: &str, kind: &str, scope: &[u8]) -> Result<Vec<ServiceRow>> {
        let rows = self.0.lock();
        let is_it = |row: &&ServiceRow| {
            (row.tenant.as_str(), row.kind.as_str(), row.scope.as_slice()) == (tenant, kind, scope)
        };
        Ok(rows.services.iter().filter(is_it).cloned().collect())
    }

    fn data_keys(&self, ids: &[KeyId]) -> Result<Vec<DataKeyRow>> {
        let rows = self.0.lock();
        Ok(ids.iter().filter_map(|id| rows.keys.get(id)).cloned().collect())
    }

    fn list(&self, tenant: &str, after: Option<KeyId>, limit: usize) -> Result<Vec<DataKeyRow>> {
        let rows = self.0.lock();
        let later = rows.keys.values().filter(|row| after.is_none_or(|after| row.id > after));
        Ok(later.filter(|row| row.tenant == tenant).take(limit).cloned().collect())
    }

    fn standings(
        &self,
        tenant: &str,
        group: &str,
        generation: u32,
        kind: OwnerKind,
        owners: &[&[u8]],
    ) -> Result<Vec<Standing>> {
        let rows = self.0.lock();
        let standing = |owner: &&[u8]| {
            let key = rows.active(tenant, group, generation, kind, owner).cloned();
            let row = match kind {
                OwnerKind::Subject => rows.subjects.get(&(tenant.to_owned(), owner.to_vec())),
                OwnerKind::Dataset => None,
            };
            let (version, groups) = row.cloned().unwrap_or((0, Groups::none()));
            let fenced = (groups != Groups::none()).then_some(groups);
            let is_theirs = |row: &&DataKeyRow| {
                kind == OwnerKind::Subject
                    && (row.owner_kind, row.tenant.as_str()) == (kind, tenant)
                    && row.owner == *owner
            };
            let keys = rows.keys.values().filter(is_theirs).count() as u64;
            Standing { version, fenced, key, keys }
        };
        Ok(owners.iter().map(standing).collect())
    }

    fn assign(&self, proposals: &[Proposal]) -> Result<Vec<bool>> {
        let mut rows = self.0.lock();
        Ok(proposals.iter().map(|proposal| rows.assign(proposal)).collect())
    }

    fn knows(&self, tenant: &str, subjects: &[SubjectTag]) -> Result<Vec<bool>> {
        let rows = self.0.lock();
        let knows = |tag: &SubjectTag| {
            rows.subjects.get(&(tenant.to_owned(), tag.0.to_vec())).is_some_and(|row| row.0 > 0)
                || rows.keys.values().any(|key| key.tenant == tenant && key.owner == tag.0)
        };
        Ok(subjects.iter().map(knows).collect())
    }

    fn swap(&self, swaps: &[Swap]) -> Result<usize> {
        let mut rows = self.0.lock();
        Ok(swaps.iter().filter(|swap| rows.swap(swap)).count())
    }

    fn erase_work(&self, tenant: &str, subject: SubjectTag, groups: &Groups) -> Result<EraseWork> {
        let rows = self.0.lock();
        let row = rows.subjects.get(&(tenant.to_owned(), subject.0.to_vec()));
        let is_theirs = |key: &&DataKeyRow| {
            (key.tenant.as_str(), key.owner_kind) == (tenant, OwnerKind::Subject)
                && key.owner == subject.0
                && key.wrapped.is_some()
                && groups.contains(&key.group)
        };
        let keys = rows.keys.values().filter(is_theirs).cloned().collect();
        Ok(EraseWork { version: row.map_or(0, |row| row.0), keys })
    }
}

/// An anchor that is gone with its last user; clones share what it holds.
#[derive(Clone, Default)]
pub struct MemoryAnchor(Arc<Mutex<Option<Anchored>>>);

impl Anchor for MemoryAnchor {
    fn read(&self) -> Result<Option<Anchored>> {
        Ok(self.0.lock().clone())
    }

    fn extend(&self, folder: &Folder, events: &[EventRow]) -> Result<()> {
        let mut held = self.0.lock();
        let held = held.get_or_insert_with(|| Anchored { folder: *folder, events: Vec::new() });
        for event in events {
            if event.follows(held.events.last(), &held.folder) {
                held.events.push(event.clone());
            }
        }
        Ok(())
    }

    fn set_aside(&self) -> Result<()> {
        *self.0.lock() = None;
        Ok(())
    }
}
