//! Keys of many people at once.

use std::sync::Arc;

use super::cache::By;
use super::data::{DataKey, Owner};
use super::mac;
use super::serve::{TRIES, data_key};
use super::shared::crowded;
use super::store::{OwnerKind, Proposal, Standing};
use super::tenant::TenantKeys;
use crate::error::{Outcome, Result};
use crate::tag::{KeyId, SubjectTag};

impl TenantKeys {
    /// Loads or makes the keys of many people in one transaction.
    ///
    /// # Errors
    /// As [`seal_key`](Self::seal_key); people who were erased are passed over.
    pub fn prefetch(&self, group: &'static str, subjects: &[SubjectTag]) -> Result<()> {
        self.shared.ensure_fresh()?;
        let mut wanted = subjects.to_vec();
        // In order, so that two writers never wait for each other's rows in a circle.
        wanted.sort_unstable();
        wanted.dedup();
        let asker = self.asker();
        wanted.retain(|tag| self.cached(asker, &By::Owner(group, Owner::Subject(*tag))).is_none());
        for attempt in 0..TRIES {
            wanted.retain(|tag| !self.shared.is_erased(self.name(), *tag, group));
            if wanted.is_empty() {
                return Ok(());
            }
            wanted = self.fetch(group, &wanted, attempt)?;
        }
        Err(crowded())
    }

    /// Loads the keys that envelopes name in one query, so that opening them costs no round trip each.
    ///
    /// # Errors
    /// `KeyUnavailable`, `KeyStoreRolledBack`, `Tampered`; keys that are not there, erased or another
    /// tenant's are passed over: opening what they sealed says what is wrong.
    pub fn prefetch_keys(&self, ids: &[KeyId]) -> Result<()> {
        self.shared.ensure_fresh()?;
        let asker = self.asker();
        let mut wanted = ids.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        wanted.retain(|id| self.cached(asker, &By::Id(*id)).is_none());
        for attempt in 0..TRIES {
            if wanted.is_empty() {
                return Ok(());
            }
            let (epoch, look) = (self.shared.epoch(), self.look(attempt));
            let mut again = Vec::new();
            for row in self.shared.store().data_keys(&wanted)? {
                if wanted.binary_search(&row.id).is_err() {
                    return Err(mac::tampered());
                }
                match self.settled(&row, look) {
                    Ok(Some(state)) => {
                        self.cache.put(epoch, By::Id(row.id), &self.unwrapped(&row, state)?);
                    }
                    Ok(None) => again.push(row.id),
                    Err(error)
                        if matches!(error.outcome(), Outcome::Erased | Outcome::WrongTenant) => {}
                    Err(error) => return Err(error),
                }
            }
            wanted = again;
        }
        Err(crowded())
    }

    /// Returns those who are to be read again.
    fn fetch(
        &self,
        group: &'static str,
        wanted: &[SubjectTag],
        attempt: usize,
    ) -> Result<Vec<SubjectTag>> {
        let (epoch, look) = (self.shared.epoch(), self.look(attempt));
        let keep = |tag: SubjectTag, key: &Arc<DataKey>| {
            self.cache.put(epoch, By::Owner(group, Owner::Subject(tag)), key);
            self.cache.put(epoch, By::Id(key.id()), key);
        };
        let branch = self.branches.newest(&self.shared, group)?;
        let mut again = Vec::new();
        let mut proposals = Vec::new();
        let mut keys = Vec::new();
        for (tag, standing) in wanted.iter().zip(self.people_standing(group, wanted)?) {
            let owner = Owner::Subject(*tag);
            self.refuse_fenced(&standing, group, owner)?;
            let known = match &standing.key {
                Some(row) => self.usable(row, group, owner, look)?,
                None => None,
            };
            if !self.is_whole(&standing, owner, look)? {
                again.push(*tag);
                continue;
            }
            match standing.key {
                Some(_) => match known {
                    Some(key) => keep(*tag, &key),
                    None => again.push(*tag),
                },
                None => {
                    let (proposal, key) = self.propose(&branch, owner, standing.version)?;
                    proposals.push(proposal);
                    keys.push((*tag, key));
                }
            }
        }
        let won = self.assign(&proposals)?;
        for ((won, Proposal { row, .. }), (tag, key)) in won.iter().zip(&proposals).zip(&keys) {
            if *won {
                keep(*tag, &Arc::new(data_key(row, row.state, key)));
            } else {
                again.push(*tag);
            }
        }
        Ok(again)
    }

    fn people_standing(&self, group: &str, people: &[SubjectTag]) -> Result<Vec<Standing>> {
        let owners: Vec<&[u8]> = people.iter().map(|tag| tag.0.as_slice()).collect();
        let (name, generation) = (self.name(), self.generation(group));
        self.shared.store().standings(name, group, generation, OwnerKind::Subject, &owners)
    }

    fn assign(&self, proposals: &[Proposal]) -> Result<Vec<bool>> {
        if proposals.is_empty() { Ok(Vec::new()) } else { self.shared.store().assign(proposals) }
    }
}
