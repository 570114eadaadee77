//! Many events to few rows, before the database sees them.

use std::collections::HashMap;
use std::hash::Hash;

use taggant_core::event::{EventFlags, RecordEvent, RecordKind};
use taggant_core::tag::Action;

/// When first, when last, how often.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    pub(super) first_ns: i64,
    pub(super) last_ns: i64,
    pub(super) count: i64,
}

impl Seen {
    /// Adds what was seen elsewhere.
    pub(super) fn merge(&mut self, other: Self) {
        self.first_ns = self.first_ns.min(other.first_ns);
        self.last_ns = self.last_ns.max(other.last_ns);
        self.count += other.count;
    }

    fn add(&mut self, time_ns: i64) {
        self.merge(Self { first_ns: time_ns, last_ns: time_ns, count: 1 });
    }
}

/// Adds one event to an aggregate.
pub(super) fn add<K: Eq + Hash>(map: &mut HashMap<K, Seen>, key: K, time_ns: u64) {
    add_counted(map, key, time_ns, 1);
}

/// As [`add`]; an event that continues another counts 0.
pub(super) fn add_counted<K: Eq + Hash>(
    map: &mut HashMap<K, Seen>,
    key: K,
    time_ns: u64,
    count: i64,
) {
    let time_ns = i64::try_from(time_ns).unwrap_or(i64::MAX);
    let seen = Seen { first_ns: time_ns, last_ns: time_ns, count };
    map.entry(key).and_modify(|sum| sum.merge(seen)).or_insert(seen);
}

/// What events have in common that differ in time and person only. Most events of a batch do, so
/// their fields are taken apart once.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Alike {
    pub(super) dataset: u32,
    pub(super) location: u32,
    pub(super) purpose: u32,
    pub(super) actor: u32,
    pub(super) on_behalf: u32,
    pub(super) tenant: u32,
    pub(super) kind: u8,
    pub(super) outcome: u8,
    pub(super) unknown: bool,
    pub(super) is_single: bool,
    pub(super) field: u16,
    pub(super) first_field: u16,
    pub(super) actions: [u8; 32],
}

impl Alike {
    pub(super) fn of(event: &RecordEvent, is_single: bool) -> Self {
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
            is_single,
            field: event.field,
            first_field: event.first_field,
            actions: event.actions,
        }
    }
}

/// How many of the latest kinds of events are compared before one is looked up by its hash.
const LATEST: usize = 4;

/// Events by what they have in common.
#[derive(Default)]
pub(super) struct AlikeEvents {
    entries: Vec<(Alike, Seen)>,
    index: HashMap<Alike, usize>,
    latest: Vec<usize>,
}

impl AlikeEvents {
    pub(super) fn add(&mut self, key: Alike, time_ns: u64) {
        let time_ns = i64::try_from(time_ns).unwrap_or(i64::MAX);
        let recent = self.latest.iter().copied().find(|at| self.entries[*at].0 == key);
        let at = recent.unwrap_or_else(|| self.find(key, time_ns));
        self.entries[at].1.add(time_ns);
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

    pub(super) fn into_entries(self) -> impl Iterator<Item = (Alike, Seen)> {
        self.entries.into_iter()
    }
}

/// Key of `edges`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct EdgeKey {
    pub(super) field: i64,
    pub(super) kind: u8,
    pub(super) action: u8,
    pub(super) location: i64,
    pub(super) purpose: i64,
    pub(super) actor: i64,
    pub(super) on_behalf: i64,
    pub(super) tenant: i64,
    pub(super) outcome: u8,
    pub(super) unknown: bool,
}

/// Key of `subject_locations`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PlaceKey {
    pub(super) handle: i64,
    pub(super) dataset: i64,
    pub(super) location: i64,
    pub(super) kind: u8,
    pub(super) form: u8,
}

/// Key of `derivations`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct DerivationKey {
    pub(super) origin: i64,
    pub(super) field: i64,
    pub(super) action: u8,
    pub(super) location: i64,
}

/// What a batch adds up to.
#[derive(Default)]
pub(super) struct Folded {
    pub(super) alike: AlikeEvents,
    pub(super) edges: HashMap<EdgeKey, Seen>,
    pub(super) places: HashMap<PlaceKey, Seen>,
    pub(super) derivations: HashMap<DerivationKey, Seen>,
    pub(super) outcomes: HashMap<(u8, u8), i64>,
}

/// The fields of an event that something was done with, and what.
pub(super) fn nibbles(
    first_field: u16,
    actions: &[u8; 32],
) -> impl Iterator<Item = (usize, u8)> + '_ {
    let first = usize::from(first_field);
    (0..64)
        .map(move |index| (first + index, (actions[index / 2] >> (4 * (index % 2))) & 0xF))
        .filter(|(_, action)| *action != 0)
}

/// Which actions an event has at all, as bits.
#[derive(Clone, Copy)]
pub(super) struct Done(u16);

impl Done {
    pub(super) fn of(actions: &[u8; 32]) -> Self {
        let bits = actions.iter().filter(|byte| **byte != 0);
        Self(bits.fold(0, |all, byte| all | 1 << (byte & 0xF) | 1 << (byte >> 4)))
    }

    fn has(self, action: Action) -> bool {
        self.0 & 1 << action.code() != 0
    }

    /// How the least protected field of a record stood at its place.
    pub(super) fn form(self) -> u8 {
        if self.has(Action::Reveal) || self.has(Action::Ingest) {
            return PLAINTEXT;
        }
        if self.has(Action::Mask) || self.has(Action::Pseudonymise) { MASKED } else { SEALED }
    }

    /// Whether somebody saw plaintext, asked for it, or was refused it.
    pub(super) fn is_access(self, event: &RecordEvent) -> bool {
        match event.kind {
            RecordKind::Access
            | RecordKind::Lookup
            | RecordKind::Retract
            | RecordKind::Erase
            | RecordKind::Query => true,
            RecordKind::Write => self.has(Action::Reveal) || self.has(Action::Deny),
            RecordKind::Read => self.has(Action::Open) || event.outcome != 0,
            RecordKind::Edge => false,
        }
    }
}

pub(super) const SEALED: u8 = 1;
pub(super) const MASKED: u8 = 2;
pub(super) const PLAINTEXT: u8 = 3;
