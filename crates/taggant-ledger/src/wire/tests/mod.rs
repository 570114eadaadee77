use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::answers::Handle;

fn seen() -> impl Strategy<Value = Seen> {
    (any::<i64>(), any::<i64>(), any::<u64>()).prop_map(|(first_ns, last_ns, count)| Seen {
        first_ns,
        last_ns,
        count,
    })
}

fn shape() -> impl Strategy<Value = Shape> {
    (any::<[u64; 6]>(), any::<(u8, u8, bool, u16)>(), any::<[u8; 32]>(), 0..33_usize).prop_map(
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
    any::<(u64, u64, u8, u8)>().prop_map(|(dataset, location, kind, form)| Place {
        dataset,
        location,
        kind,
        form,
    })
}

fn lane() -> impl Strategy<Value = LaneName> {
    (any::<[u8; 16]>(), "[a-z]{0,8}", any::<u8>()).prop_map(|(source, service, number)| LaneName {
        source,
        service,
        number,
    })
}

prop_compose! {
    fn definitions()(
        instances in vec(any::<(u64, [u8; 16])>(), 0..3),
        starts in vec(any::<(u64, i64, String)>(), 0..3),
        texts in vec(any::<(u64, String)>(), 0..4),
        datasets in vec(any::<(u64, i64, String)>(), 0..3),
        dictionary in vec(any::<(u64, u32, u8, u64)>(), 0..4),
        policies in vec(any::<(String, String, i64)>(), 0..2),
        changes in vec(any::<(u64, u32, i64, String)>(), 0..2),
    ) -> Entry {
        Entry {
            instances: instances.into_iter().map(|(number, id)| Instance { number, id }).collect(),
            starts: starts.into_iter().map(|(instance, time_ns, program)| Start {
                instance, time_ns, program, build: "b".into(), pid: "1".into(), boot: String::new(),
                policy: "00".into(),
            }).collect(),
            texts,
            datasets: datasets.into_iter()
                .map(|(number, first_ns, description)| Dataset { number, first_ns, description })
                .collect(),
            dictionary: dictionary.into_iter()
                .map(|(instance, number, kind, target)| Dictionary { instance, number, kind, target })
                .collect(),
            policies: policies.into_iter()
                .map(|(digest, text, first_ns)| Policy { digest, text, first_ns }).collect(),
            policy_changes: changes.into_iter()
                .map(|(instance, number, time_ns, digest)| PolicyChange { instance, number, time_ns, digest })
                .collect(),
            ..Entry::default()
        }
    }
}

prop_compose! {
    fn entry()(
        definitions in definitions(),
        people in vec(any::<([u8; 16], [u8; 16])>(), 0..3),
        run in any::<Option<(u64, u64, u64, [u8; 32])>>(),
        edges in vec((shape(), seen()), 0..4),
        derived in vec((any::<(u64, u16, u64, u64, u8)>(), seen()), 0..3),
        places in vec((any::<[u8; 16]>(), vec((place(), seen()), 1..3)), 0..3),
        outcomes in vec(any::<(u8, u8, u64)>(), 0..3),
        accesses in any::<Option<(u64, [u8; 32])>>(),
        findings in vec(any::<(u64, u64, u8, String)>(), 0..3),
        erasures in vec(any::<([u8; 16], u64, [u8; 16], i64, String, Vec<String>)>(), 0..2),
        confirmations in vec(any::<([u8; 16], u64, u32, i64)>(), 0..2),
        dropped in vec((lane(), any::<u64>()), 0..2),
    ) -> Entry {
        Entry {
            people: people.iter().map(|(handle, link)| (Handle(*handle), *link)).collect(),
            forgotten: people.iter().map(|(handle, _)| Handle(*handle)).collect(),
            run: run.map(|(instance, first, next, content)| Run { instance, first, next, content }),
            edges,
            derivations: derived.into_iter().map(|((dataset, field, origin, location, action), seen)| {
                (Derived { dataset, field, origin, location, action }, seen)
            }).collect(),
            places: places.into_iter()
                .map(|(person, places)| Places { person: Handle(person), places }).collect(),
            outcomes,
            accesses: accesses.map(|(count, hash)| Accesses { count, hash }),
            findings: findings.into_iter()
                .map(|(instance, number, flaw, what)| Finding { instance, number, flaw, what })
                .collect(),
            erasures: erasures.into_iter().map(|(store, number, handle, time_ns, groups, lines)| Erasure {
                store, number, handle: Handle(handle), time_ns, final_ns: time_ns.wrapping_add(9), groups,
                lines: lines.into_iter().map(|line| [line, "at".into(), "do".into()]).collect(),
            }).collect(),
            confirmations: confirmations.into_iter()
                .map(|(store, number, line, time_ns)| Confirmation { store, number, line, time_ns })
                .collect(),
            dropped: dropped.into_iter().map(|(lane, leaf)| Dropped { lane, leaf }).collect(),
            ..definitions
        }
    }
}

proptest! {
    #[test]
    fn an_entry_comes_back_and_has_one_form(entry in entry(), at: prop::sample::Index, bit in 0..8_u8) {
        let mut bytes = entry.encode();
        prop_assert_eq!(Entry::decode(&bytes).as_ref(), Some(&entry));
        let at = at.index(bytes.len());
        // A cut or changed entry is none, or another one, in its only form.
        if let Some(less) = Entry::decode(&bytes[..at]) {
            prop_assert_eq!(less.encode(), &bytes[..at]);
        }
        bytes[at] ^= 1 << bit;
        if let Some(other) = Entry::decode(&bytes) {
            prop_assert_ne!(&other, &entry);
            prop_assert_eq!(other.encode(), bytes);
        }
    }

    #[test]
    fn accesses_come_back(numbers: [u64; 9], codes: (u8, u8, u16), time_ns: i64,
                          field: Option<u16>, person: Option<[u8; 16]>, reason: String) {
        let row = AccessRow {
            number: numbers[0], time_ns, kind: codes.0, outcome: codes.1, dataset: numbers[1],
            first_field: codes.2, actions: vec![1, 2], field: field.filter(|field| *field < u16::MAX),
            location: numbers[2], purpose: numbers[3], actor: numbers[4], on_behalf: numbers[5],
            tenant: numbers[6], scope: numbers[7], origin: 3, person: person.map(Handle), refers: numbers[8],
            reason, trace: vec![7; 16],
        };
        let rows = vec![row.clone(), row];
        prop_assert_eq!(decode_accesses(&encode_accesses(&rows)), Some(rows));
    }
}

#[test]
fn a_leaf_whose_parts_do_not_belong_together_does_not_open() {
    let tag =
        PersonTag { handle: Handle([1; 16]), salt: [2; 16], tenant: "t".into(), tag: [3; 16] };
    let rows = vec![9, 9];
    let entry = Entry {
        people: vec![(tag.handle, tag.link())],
        accesses: Some(Accesses { count: 1, hash: access_hash(&[4; 16], &rows) }),
        ..Entry::default()
    };
    let content = entry.encode();
    let lane = LaneName { source: [5; 16], service: "checkout".into(), number: 0 };
    let hash = leaf_hash(&[6; 16], &content);
    let leaf = Leaf {
        lane,
        number: 0,
        hash,
        content: Some(([6; 16], content.clone())),
        accesses: Some(([4; 16], rows)),
        tags: vec![tag.clone()],
    };
    assert_eq!(leaf.open(), Ok(Some(entry)));
    let with = |change: &dyn Fn(&mut Leaf)| {
        let mut leaf = leaf.clone();
        change(&mut leaf);
        leaf.open()
    };
    assert!(with(&|leaf| leaf.content = Some(([7; 16], content.clone()))).is_err());
    assert!(with(&|leaf| leaf.accesses = Some(([4; 16], vec![9]))).is_err());
    assert!(with(&|leaf| leaf.tags[0].tag = [4; 16]).is_err());
    assert!(with(&|leaf| leaf.tags[0].tenant = "u".into()).is_err());
    assert_eq!(with(&|leaf| leaf.content = None), Ok(None));
}
