//! The key store against its anchor: the one that is behind is brought up, before a key is served.

use std::collections::HashMap;

use super::branches::Branches;
use super::erase;
use super::groups::Groups;
use super::history::{EventRow, KeyEvent};
use super::mac;
use super::service::{self, Kind};
use super::shared::{Known, Shared, crowded, rolled_back};
use super::store::{Change, Fence, KeyState, Swap};
use crate::cipher::mac::MacKey;
use crate::error::{Error, Outcome, Result};
use crate::tag::{KeyId, SubjectTag};

/// How often a change is tried that others keep changing.
pub(super) const TRIES: usize = 100;

impl Shared {
    /// Verifies store and anchor, compares them, and brings the one that is behind up.
    pub(super) fn reconcile(&self, known: &mut Known) -> Result<()> {
        for _ in 0..TRIES {
            if self.try_reconcile(known)? {
                return Ok(());
            }
        }
        Err(crowded())
    }

    fn try_reconcile(&self, known: &mut Known) -> Result<bool> {
        let stored = self.store().history(1)?;
        self.check(&stored, None, "the key store")?;
        let anchored = self.anchored(&stored)?;
        self.check(&anchored, None, "the anchor file")?;
        let common = stored.len().min(anchored.len());
        if stored[..common] != anchored[..common] {
            return Err(rolled_back());
        }
        let all = if stored.len() > common { &stored } else { &anchored };
        // What this process knew must be in there: a store can't lose it behind its back.
        let at = usize::try_from(known.number()).unwrap_or(usize::MAX);
        if at > 0 && all.get(at - 1) != known.head.as_ref() {
            return Err(rolled_back());
        }
        self.learn_anew(&stored)?;
        let mut head = stored.last();
        // The root key is asked once per tenant, however much is to happen again.
        let mut fences = HashMap::new();
        for row in &anchored[common..] {
            if !self.again(head, row, &mut fences)? {
                return Ok(false);
            }
            self.learn(std::slice::from_ref(row))?;
            head = Some(row);
        }
        if stored.len() > common {
            self.ports.anchor.ask().extend(&self.folder, &stored[common..])?;
        }
        known.head = all.last().cloned();
        known.anchored = known.number();
        Ok(true)
    }

    fn anchored(&self, stored: &[EventRow]) -> Result<Vec<EventRow>> {
        match self.ports.anchor.ask().read()? {
            Some(anchored) if anchored.folder == self.folder => Ok(anchored.events),
            Some(_) => Err(super::found::swapped()),
            None if stored.is_empty() => Err(Error::new(
                Outcome::Tampered,
                "the key store has lost its history of keys, and its anchor is missing; restore \
                 both",
            )),
            None if self.config.adopt_anchor => Ok(Vec::new()),
            None => Err(Error::new(
                Outcome::KeyUnavailable,
                "the key store has a history and its anchor is missing, so it can't be told \
                 whether the store is an old copy; restore the anchor, or, having made sure, open \
                 once with adopt_anchor",
            )),
        }
    }

    /// Makes happen again what a store that was restored from a backup has forgotten.
    fn again(
        &self,
        head: Option<&EventRow>,
        row: &EventRow,
        fences: &mut HashMap<String, Option<MacKey>>,
    ) -> Result<bool> {
        let mut change = Change {
            folder: None,
            event: row.clone(),
            branches: Vec::new(),
            services: Vec::new(),
            keys: Vec::new(),
            fence: None,
        };
        let event = row.event();
        if matches!(event, Some(KeyEvent::Erased { .. } | KeyEvent::State { .. }))
            && !fences.contains_key(&row.tenant)
        {
            fences.insert(row.tenant.clone(), self.fence_key(&row.tenant)?);
        }
        let fence = fences.get(&row.tenant).and_then(Option::as_ref);
        match event {
            Some(KeyEvent::Erased { subject, groups, .. }) => {
                self.erase_again(fence, &row.tenant, subject, &groups, &mut change)?;
            }
            Some(KeyEvent::State { key, state }) => {
                change.keys.extend(self.state_again(fence, &row.tenant, key, state)?);
            }
            _ => {}
        }
        self.store().commit(head, &change)
    }

    fn erase_again(
        &self,
        fence: Option<&MacKey>,
        tenant: &str,
        subject: SubjectTag,
        groups: &Groups,
        change: &mut Change,
    ) -> Result<()> {
        let work = self.store().erase_work(tenant, subject, groups)?;
        if let Some(fence) = fence {
            change.keys = erase::destroy(fence, tenant, subject, groups, &work.keys)?;
        }
        let mut all = self.fact(|f| f.erased(tenant, subject).cloned().unwrap_or(Groups::none()));
        all.add(groups);
        let (tenant, version) = (tenant.to_owned(), work.version);
        change.fence = Some(Fence { tenant, subject, version, groups: all });
        Ok(())
    }

    fn state_again(
        &self,
        fence: Option<&MacKey>,
        tenant: &str,
        key: KeyId,
        state: KeyState,
    ) -> Result<Option<Swap>> {
        let rows = self.store().data_keys(&[key])?;
        let (Some(row), Some(fence)) = (rows.first(), fence) else {
            return Ok(None);
        };
        if row.tenant != tenant {
            return Err(mac::tampered());
        }
        mac::check_data_key(fence, row)?;
        Ok((row.state != KeyState::Erased).then(|| super::rotate::in_state(fence, row, state)))
    }

    /// The fence key of a tenant; none where the store is older than the tenant, and so has no data
    /// key of theirs.
    fn fence_key(&self, tenant: &str) -> Result<Option<MacKey>> {
        if self.store().service_keys(tenant, Kind::Fence.name(), &[])?.is_empty() {
            return Ok(None);
        }
        let seed = service::find(self, &Branches::new(tenant), Kind::Fence, &[], 1)?;
        Ok(seed.map(|seed| MacKey::new(&seed)))
    }
}
