//! The events of a run to what an entry says of them.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use taggant_core::event::{EventFlags, RecordEvent, RecordKind, encode_record};
use taggant_core::tag::Action;

use super::accumulate::{Alike, AlikeEvents, add_up};
use super::names::Known;
use crate::answers::{self, Handle, Kind, Meaning, Protection};
use crate::wire::{AccessRow, Derived, Entry, Place, Places, Seen, Shape, clean, short};

/// Who knows the handle of a person.
pub(crate) trait Persons {
    /// The handle of a tag of a tenant, by the instance's number of the tenant.
    fn handle(&self, tenant: u32, tag: &[u8; 16]) -> Option<Handle>;
}

#[derive(Default)]
struct Sums {
    alike: AlikeEvents,
    derivations: Vec<(Derived, Seen)>,
    places: Vec<((Handle, Place), Seen)>,
    outcomes: BTreeMap<(u8, u8), u64>,
    accesses: Vec<AccessRow>,
}

/// Adds what events say to an entry; returns their accesses, in order.
pub(crate) fn fold<'e>(
    known: &Known,
    persons: &dyn Persons,
    events: impl Iterator<Item = &'e (u64, RecordEvent)>,
    entry: &mut Entry,
) -> Vec<AccessRow> {
    let mut sums = Sums::default();
    for (number, event) in events {
        sums.add(known, persons, *number, event);
    }
    let shapes = sums.alike.into_entries().into_iter();
    entry.edges = add_up(shapes.map(|(alike, seen)| (shape(known, &alike), seen)).collect());
    entry.derivations = add_up(sums.derivations);
    for ((person, place), seen) in add_up(sums.places) {
        match entry.places.last_mut() {
            Some(last) if last.person == person => last.places.push((place, seen)),
            _ => entry.places.push(Places { person, places: vec![(place, seen)] }),
        }
    }
    entry.outcomes = sums.outcomes.into_iter().map(|((kind, end), n)| (kind, end, n)).collect();
    sums.accesses
}

impl Sums {
    fn add(&mut self, known: &Known, persons: &dyn Persons, number: u64, event: &RecordEvent) {
        let time_ns = i64::try_from(event.time_ns).unwrap_or(i64::MAX);
        let further = event.flags.has(EventFlags::FURTHER);
        // Of a record that takes several events the first one counts.
        let counts = event.first_field == 0 && !further;
        if counts {
            *self.outcomes.entry((event.kind as u8, event.outcome)).or_default() += 1;
        }
        let person = event.subject.and_then(|tag| persons.handle(event.tenant, &tag.0));
        let dataset = known.dataset(event.dataset);
        let done = Done::of(&event.actions.0);
        if dataset != 0 {
            let single = is_single(event.kind);
            let is_record = matches!(event.kind, RecordKind::Write | RecordKind::Read);
            if single || !further && is_record {
                self.alike.add(Alike::of(event, single), time_ns);
            }
            if event.kind == RecordKind::Edge {
                let key = derived(known, dataset, event);
                self.derivations.push((key, once(time_ns, 1)));
            }
            if let Some(person) = person
                && is_record
                && event.outcome == 0
                && let form = done.protection(event)
                && form != Protection::Withheld
            {
                let place = Place {
                    dataset,
                    location: known.text(event.location),
                    kind: event.kind as u8,
                    form: form.code(),
                };
                let count = u64::from(event.first_field == 0);
                self.places.push(((person, place), once(time_ns, count)));
            }
        }
        if done.is_access(event) {
            self.accesses.push(access(known, dataset, number, event, person));
        }
    }
}

fn once(time_ns: i64, count: u64) -> Seen {
    Seen { first_ns: time_ns, last_ns: time_ns, count }
}

fn is_single(kind: RecordKind) -> bool {
    matches!(kind, RecordKind::Access | RecordKind::Lookup)
}

fn derived(known: &Known, dataset: u64, event: &RecordEvent) -> Derived {
    Derived {
        dataset,
        field: event.field,
        origin: known.text(event.label),
        location: known.text(event.location),
        action: event.actions.code(0),
    }
}

fn shape(known: &Known, alike: &Alike) -> Shape {
    Shape {
        dataset: known.dataset(alike.dataset),
        kind: alike.kind,
        outcome: alike.outcome,
        unknown: alike.unknown,
        location: known.text(alike.location),
        purpose: known.text(alike.purpose),
        actor: known.text(alike.actor),
        on_behalf: known.text(alike.on_behalf),
        tenant: known.text(alike.tenant),
        first_field: alike.first_field,
        actions: alike.actions,
    }
}

fn access(
    known: &Known,
    dataset: u64,
    number: u64,
    event: &RecordEvent,
    person: Option<Handle>,
) -> AccessRow {
    AccessRow {
        number,
        time_ns: i64::try_from(event.time_ns).unwrap_or(i64::MAX),
        kind: event.kind as u8,
        outcome: event.outcome,
        dataset,
        first_field: event.first_field,
        actions: short(&event.actions.0).to_vec(),
        field: is_single(event.kind).then_some(event.field),
        location: known.text(event.location),
        purpose: known.text(event.purpose),
        actor: known.text(event.actor),
        on_behalf: known.text(event.on_behalf),
        tenant: known.text(event.tenant),
        scope: known.text(event.scope),
        origin: known.text(event.label),
        person,
        refers: event.refers.min(i64::MAX.cast_unsigned()),
        reason: clean(event.reason(), &[]).into_owned(),
        trace: if event.trace == [0; 16] { Vec::new() } else { event.trace.to_vec() },
    }
}

/// Which actions an event has at all, as bits.
#[derive(Clone, Copy)]
struct Done(u16);

impl Done {
    fn of(actions: &[u8; 32]) -> Self {
        let bits = actions.iter().filter(|byte| **byte != 0);
        Self(bits.fold(0, |all, byte| all | 1 << (byte & 0xF) | 1 << (byte >> 4)))
    }

    fn has(self, action: Action) -> bool {
        self.0 & 1 << action.code() != 0
    }

    /// How the least protected field of a record stood at its place.
    fn protection(self, event: &RecordEvent) -> Protection {
        let actions = Action::ALL.into_iter().filter(|action| self.has(*action));
        let actions = actions.map(|action| answers::Action::from_code(action.code()));
        let unknown = event.flags.has(EventFlags::UNKNOWN_FLOW);
        Meaning::of_record(Kind::from_code(event.kind as u8), actions, unknown)
    }

    /// Whether somebody saw plaintext, asked for it, or was refused it.
    fn is_access(self, event: &RecordEvent) -> bool {
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

/// The hash of a run's events, without its dictionary entries, which are compared by themselves.
pub(crate) fn content_hash<'e>(
    events: impl Iterator<Item = &'e (u64, RecordEvent)>,
    flaws: impl Iterator<Item = (u64, u8)>,
) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (number, event) in events {
        hash.update(number.to_be_bytes());
        let unit = encode_record(event);
        hash.update(unit.head);
        hash.update(unit.rest);
    }
    for (number, flaw) in flaws {
        hash.update([flaw]);
        hash.update(number.to_be_bytes());
    }
    hash.finalize().into()
}
