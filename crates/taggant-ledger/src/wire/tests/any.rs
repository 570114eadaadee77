//! Entries of all kinds that a writer may write.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::order::Ordered;
use super::super::*;
use crate::answers::Handle;

const NUMBER: std::ops::RangeInclusive<u64> = 0..=i64::MAX as u64;
const FROM_1: std::ops::RangeInclusive<u64> = 1..=i64::MAX as u64;
const TIME: std::ops::RangeInclusive<i64> = 0..=i64::MAX;
const LINE: &str = "[a-z:/é東 ]{0,6}";

fn seen() -> impl Strategy<Value = Seen> {
    (TIME, TIME, any::<u32>()).prop_map(|(a, b, count)| Seen {
        first_ns: a.min(b),
        last_ns: a.max(b),
        count: count.into(),
    })
}

fn shape() -> impl Strategy<Value = Shape> {
    let numbers = [NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER];
    (numbers, any::<(u8, u8, bool, u16)>(), any::<[u8; 32]>(), 0..33_usize).prop_map(
        |(numbers, (kind, outcome, unknown, first_field), mut actions, end)| {
            actions[end..].fill(0);
            let [dataset, location, purpose, actor, on_behalf, tenant] = numbers;
            Shape {
                dataset,
                kind,
                outcome,
                unknown,
                location,
                purpose,
                actor,
                on_behalf,
                tenant,
                first_field,
                actions,
            }
        },
    )
}

fn place() -> impl Strategy<Value = Place> {
    (NUMBER, NUMBER, any::<(u8, u8)>()).prop_map(|(dataset, location, (kind, form))| Place {
        dataset,
        location,
        kind,
        form,
    })
}

pub(super) fn lane() -> impl Strategy<Value = LaneName> {
    (any::<[u8; 16]>(), "[a-z]{0,8}", 0..64_u8).prop_map(|(source, service, number)| LaneName {
        source,
        service,
        number,
    })
}

/// As a writer has them: by key, and none twice.
pub(super) fn sorted<T: Ordered>(mut items: Vec<T>) -> Vec<T> {
    items.sort_by(T::compare);
    items.dedup_by(|a, b| a.compare(b).is_eq());
    items
}

prop_compose! {
    fn definitions()(
        instances in vec((FROM_1, any::<[u8; 16]>()), 0..3),
        starts in vec((FROM_1, TIME, LINE), 0..3),
        texts in vec((FROM_1, prop_oneof![LINE, "([a-z]{1,3}\n){1,3}"]), 0..4),
        datasets in vec((FROM_1, TIME, "[a-z\t\n]{0,12}"), 0..3),
        dictionary in vec((FROM_1, any::<(u32, u8)>(), NUMBER), 0..4),
        policies in vec(("[0-9a-f]{0,4}", "[a-z\n]{0,9}", TIME), 0..2),
        changes in vec((FROM_1, any::<u32>(), TIME, "[0-9a-f]{0,4}"), 0..2),
    ) -> Entry {
        Entry {
            instances: sorted(instances.into_iter()
                .map(|(number, id)| Instance { number, id }).collect()),
            starts: sorted(starts.into_iter().map(|(instance, time_ns, program)| Start {
                instance, time_ns, program, build: "b".into(), pid: "1".into(), boot: String::new(),
                policy: "00".into(),
            }).collect()),
            texts: sorted(texts),
            datasets: sorted(datasets.into_iter()
                .map(|(number, first_ns, description)| Dataset { number, first_ns, description })
                .collect()),
            dictionary: sorted(dictionary.into_iter()
                .map(|(instance, (number, kind), target)| {
                    Dictionary { instance, number, kind, target }
                }).collect()),
            policies: sorted(policies.into_iter()
                .map(|(digest, text, first_ns)| Policy { digest, text, first_ns }).collect()),
            policy_changes: sorted(changes.into_iter()
                .map(|(instance, number, time_ns, digest)| {
                    PolicyChange { instance, number, time_ns, digest }
                }).collect()),
            ..Entry::default()
        }
    }
}

prop_compose! {
    fn happened()(
        run in any::<Option<[u8; 32]>>(), instance in FROM_1, first in 0..1_u64 << 62,
        length in 1..1_u64 << 62, accesses in any::<Option<(u32, [u8; 32])>>(),
        edges in vec((shape(), seen()), 0..4),
        derived in vec(((NUMBER, any::<u16>(), NUMBER, NUMBER, any::<u8>()), seen()), 0..3),
        places in vec((any::<[u8; 16]>(), vec((place(), seen()), 1..3)), 0..3),
        outcomes in vec((any::<u8>(), any::<u8>(), 1..=u64::from(u32::MAX)), 0..3),
        findings in vec((FROM_1, NUMBER, any::<u8>(), LINE), 0..3),
    ) -> Entry {
        let run = run.map(|content| Run { instance, first, next: first + length, content });
        Entry {
            accesses: accesses.filter(|_| run.is_some()).map(|(count, hash)| {
                Accesses { count: u64::from(count).clamp(1, length), hash }
            }),
            run,
            edges: sorted(edges),
            derivations: sorted(derived.into_iter()
                .map(|((dataset, field, origin, location, action), seen)| {
                    (Derived { dataset, field, origin, location, action }, seen)
                }).collect()),
            places: sorted(places.into_iter()
                .map(|(person, places)| Places { person: Handle(person), places: sorted(places) })
                .collect()),
            outcomes: sorted(outcomes),
            findings: sorted(findings.into_iter()
                .map(|(instance, number, flaw, what)| Finding { instance, number, flaw, what })
                .collect()),
            ..Entry::default()
        }
    }
}

prop_compose! {
    pub(super) fn entry()(
        definitions in definitions(),
        happened in happened(),
        people in vec(any::<([u8; 16], [u8; 16])>(), 0..3),
        erasures in vec((any::<([u8; 16], [u8; 16])>(), NUMBER, 0..i64::MAX - 9, LINE,
                         vec(LINE, 0..3)), 0..2),
        confirmations in vec((any::<[u8; 16]>(), NUMBER, any::<u32>(), TIME), 0..2),
        dropped in vec((lane(), NUMBER), 0..2),
    ) -> Entry {
        Entry {
            people: sorted(people.iter().map(|(handle, link)| (Handle(*handle), *link)).collect()),
            forgotten: sorted(people.iter().map(|(handle, _)| Handle(*handle)).collect()),
            erasures: sorted(erasures.into_iter()
                .map(|((store, handle), number, time_ns, groups, lines)| Erasure {
                    store, number, handle: Handle(handle), time_ns, final_ns: time_ns + 9, groups,
                    lines: lines.into_iter().map(|line| [line, "at".into(), "do".into()]).collect(),
                }).collect()),
            confirmations: sorted(confirmations.into_iter()
                .map(|(store, number, line, time_ns)| Confirmation { store, number, line, time_ns })
                .collect()),
            dropped: sorted(dropped.into_iter().map(|(lane, leaf)| Dropped { lane, leaf }).collect()),
            run: happened.run,
            accesses: happened.accesses,
            edges: happened.edges,
            derivations: happened.derivations,
            places: happened.places,
            outcomes: happened.outcomes,
            findings: happened.findings,
            ..definitions
        }
    }
}

prop_compose! {
    pub(super) fn row()(
        number in NUMBER, time_ns in TIME, codes in any::<(u8, u8, u16)>(),
        numbers in [NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER],
        field in any::<Option<u16>>(), person in any::<Option<[u8; 16]>>(), reason in LINE,
        traced in any::<bool>(),
    ) -> AccessRow {
        AccessRow {
            number, time_ns, kind: codes.0, outcome: codes.1, dataset: numbers[0],
            first_field: codes.2, actions: vec![1, 2], field, location: numbers[1],
            purpose: numbers[2], actor: numbers[3], on_behalf: numbers[4], tenant: numbers[5],
            scope: numbers[6], origin: numbers[7], person: person.map(Handle), refers: numbers[8],
            reason, trace: if traced { vec![7; 16] } else { Vec::new() },
        }
    }
}
