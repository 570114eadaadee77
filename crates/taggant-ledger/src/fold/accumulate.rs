//! Sums over events that are alike. Most of a batch's are, so the latest are compared first.

use std::collections::HashMap;

use taggant_core::event::{EventFlags, RecordEvent};

use crate::wire::Seen;

/// What events have in common that differ in time and person only. Numbers are the instance's.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Alike {
    pub(super) dataset: u32,
    pub(super) location: u32,
    pub(super) purpose: u32,
    pub(super) actor: u32,
    pub(super) on_behalf: u32,
    pub(super) tenant: u32,
    pub(super) kind: u8,
    pub(super) outcome: u8,
    pub(super) unknown: bool,
    pub(super) first_field: u16,
    pub(super) actions: [u8; 32],
}

impl Alike {
    /// Of an event about one field, its one action stands for that field.
    pub(super) fn of(event: &RecordEvent, is_single: bool) -> Self {
        let (first_field, actions) = if is_single {
            (event.field, event.actions.first_alone())
        } else {
            (event.first_field, event.actions)
        };
        Self {
            dataset: event.dataset,
            location: event.location,
            purpose: event.purpose,
            actor: event.actor,
            on_behalf: event.on_behalf,
            tenant: event.tenant,
            kind: event.kind as u8,
            outcome: event.outcome,
            unknown: event.flags.has(EventFlags::UNKNOWN_FLOW),
            first_field,
            actions: actions.0,
        }
    }
}

/// How many of the latest kinds of events are compared before one is looked up by its hash.
const LATEST: usize = 4;

/// Sums by what events have in common.
#[derive(Default)]
pub(super) struct AlikeEvents {
    entries: Vec<(Alike, Seen)>,
    index: HashMap<Alike, usize>,
    latest: Vec<usize>,
}

impl AlikeEvents {
    pub(super) fn add(&mut self, key: Alike, time_ns: i64) {
        let recent = self.latest.iter().copied().find(|at| self.entries[*at].0 == key);
        let at = recent.unwrap_or_else(|| self.find(key, time_ns));
        self.entries[at].1.merge(Seen { first_ns: time_ns, last_ns: time_ns, count: 1 });
    }

    #[cold]
    fn find(&mut self, key: Alike, time_ns: i64) -> usize {
        let at = *self.index.entry(key).or_insert(self.entries.len());
        if at == self.entries.len() {
            self.entries.push((key, Seen { first_ns: time_ns, last_ns: time_ns, count: 0 }));
        }
        if self.latest.len() == LATEST {
            self.latest.remove(0);
        }
        self.latest.push(at);
        at
    }

    pub(super) fn into_entries(self) -> Vec<(Alike, Seen)> {
        self.entries
    }
}

/// Sorts sums by their keys and adds up those of one key.
pub(super) fn add_up<K: Ord + Copy>(mut all: Vec<(K, Seen)>) -> Vec<(K, Seen)> {
    all.sort_unstable_by_key(|(key, _)| *key);
    all.dedup_by(|later, kept| {
        let is_same = later.0 == kept.0;
        if is_same {
            kept.1.merge(later.1);
        }
        is_same
    });
    all
}
