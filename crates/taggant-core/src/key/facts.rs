//! What the history of keys says, folded: it is believed where a row says otherwise.

use std::collections::{HashMap, HashSet};

use super::groups::Groups;
use super::history::{ErasureRow, EventRow, KeyEvent, made};
use super::store::KeyState;
use crate::error::{Error, Outcome, Result};
use crate::tag::{KeyId, SubjectTag};

/// The history in memory.
#[derive(Default)]
pub(super) struct Facts {
    tenants: HashMap<String, OfTenant>,
    states: HashMap<KeyId, KeyState>,
    made: HashSet<[u8; 32]>,
    identity: Option<[u8; 16]>,
    last_erasure: Option<ErasureRow>,
}

#[derive(Default)]
struct OfTenant {
    /// What was erased of whom, and how often.
    erased: HashMap<SubjectTag, (Groups, u64)>,
    holds: HashSet<SubjectTag>,
    generations: HashMap<String, u32>,
}

impl Facts {
    /// Takes one more entry in. An entry that was taken in before changes nothing.
    pub(super) fn apply(&mut self, row: &EventRow) -> Result<()> {
        let event = row.event().ok_or_else(unknown)?;
        match event {
            KeyEvent::Made(hashes) => self.made.extend(hashes),
            KeyEvent::Erased { number, subject, ref groups } => {
                let last = self.last_erasure.as_ref().map_or(0, |last| last.number);
                if number != last + 1 {
                    return if number <= last { Ok(()) } else { Err(unknown()) };
                }
                let erased = &mut self.tenant(&row.tenant).erased;
                let (all, times) = erased.entry(subject).or_insert_with(|| (Groups::none(), 0));
                all.add(groups);
                *times += 1;
                self.last_erasure = row.erasure();
            }
            KeyEvent::State { key, state } => {
                self.states.insert(key, state);
            }
            KeyEvent::Generation { group, generation } => {
                self.tenant(&row.tenant).generations.insert(group, generation);
            }
            KeyEvent::Hold { subject, on: true } => {
                self.tenant(&row.tenant).holds.insert(subject);
            }
            KeyEvent::Hold { subject, on: false } => {
                self.tenant(&row.tenant).holds.remove(&subject);
            }
            KeyEvent::Identity(check) => self.identity = Some(check),
        }
        Ok(())
    }

    fn tenant(&mut self, tenant: &str) -> &mut OfTenant {
        self.tenants.entry(tenant.to_owned()).or_default()
    }

    /// Which groups of a person were erased, if any.
    pub(super) fn erased(&self, tenant: &str, subject: SubjectTag) -> Option<&Groups> {
        self.tenants.get(tenant)?.erased.get(&subject).map(|(groups, _)| groups)
    }

    /// How many erasures of a person there were.
    pub(super) fn erasures(&self, tenant: &str, subject: SubjectTag) -> u64 {
        let known = self.tenants.get(tenant).and_then(|known| known.erased.get(&subject));
        known.map_or(0, |(_, times)| *times)
    }

    /// Whether a person is under legal hold.
    pub(super) fn is_held(&self, tenant: &str, subject: SubjectTag) -> bool {
        self.tenants.get(tenant).is_some_and(|known| known.holds.contains(&subject))
    }

    /// The generation that new data keys of a group have.
    pub(super) fn generation(&self, tenant: &str, group: &str) -> u32 {
        let known = self.tenants.get(tenant).and_then(|known| known.generations.get(group));
        known.copied().unwrap_or(1)
    }

    /// What an administrator did to one data key.
    pub(super) fn state(&self, key: KeyId) -> KeyState {
        self.states.get(&key).copied().unwrap_or(KeyState::Active)
    }

    /// Whether a branch or service key was ever made.
    pub(super) fn was_made(&self, what: &[u8; 32]) -> bool {
        self.made.contains(what)
    }

    /// The newest generation of a branch or service key that was ever made, from 1; 0 for none.
    pub(super) fn newest(&self, tenant: &str, kind: &str, scope: &[u8]) -> u32 {
        let known = |generation: &u32| self.was_made(&made(tenant, kind, scope, *generation));
        (1..).take_while(known).last().unwrap_or(0)
    }

    /// The check value of the identity key that the store has adopted.
    pub(super) fn identity(&self) -> Option<[u8; 16]> {
        self.identity
    }

    pub(super) fn last_erasure(&self) -> Option<&ErasureRow> {
        self.last_erasure.as_ref()
    }
}

fn unknown() -> Error {
    Error::new(
        Outcome::Tampered,
        "the history of keys has an entry that this version of taggant does not know; update it, \
         or restore key store and anchor",
    )
}
