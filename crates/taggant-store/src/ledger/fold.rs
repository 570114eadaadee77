//! Many events to few rows, before the database sees them.

use std::collections::HashMap;
use std::hash::Hash;

/// When first, when last, how often.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    pub(super) first_ns: i64,
    pub(super) last_ns: i64,
    pub(super) count: i64,
}

impl Seen {
    fn add(&mut self, time_ns: i64) {
        self.first_ns = self.first_ns.min(time_ns);
        self.last_ns = self.last_ns.max(time_ns);
        self.count += 1;
    }
}

/// Adds one event to an aggregate.
pub(super) fn add<K: Eq + Hash>(map: &mut HashMap<K, Seen>, key: K, time_ns: u64) {
    let time_ns = i64::try_from(time_ns).unwrap_or(i64::MAX);
    map.entry(key).or_insert(Seen { first_ns: time_ns, last_ns: time_ns, count: 0 }).add(time_ns);
}

/// Key of `edges`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
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
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PlaceKey {
    pub(super) handle: i64,
    pub(super) dataset: i64,
    pub(super) location: i64,
    pub(super) kind: u8,
    pub(super) form: u8,
}

/// Key of `derivations`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct DerivationKey {
    pub(super) origin: i64,
    pub(super) field: i64,
    pub(super) action: u8,
    pub(super) location: i64,
}

/// What a batch adds up to.
#[derive(Default)]
pub(super) struct Folded {
    pub(super) edges: HashMap<EdgeKey, Seen>,
    pub(super) places: HashMap<PlaceKey, Seen>,
    pub(super) derivations: HashMap<DerivationKey, Seen>,
    pub(super) outcomes: HashMap<(u8, u8), i64>,
}
