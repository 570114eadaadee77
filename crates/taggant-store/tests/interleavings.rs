//! Two ledgers with the same leaves give the same answers, whatever order they came in.

mod proof;

use std::collections::BTreeMap;

use proof::clean;
use proptest::prelude::*;
use taggant_core::journal::EventSink;
use taggant_core::tag::SubjectTag;
use taggant_ledger::answers::Handle;
use taggant_ledger::contract::sample::batch_of as of;
use taggant_ledger::wire::{LaneName, Leaf};
use taggant_ledger::{ErasureOpened, Imported, Ledger, SqlLedger, VerifyOptions};
use taggant_store::ledger;

/// A ledger of several lanes, with a bit of everything that leaves can say.
fn source(folder: &tempfile::TempDir) -> SqlLedger {
    let path = folder.path().join("source.db");
    let (a, b) = (ledger::open(&path).unwrap(), ledger::open(&path).unwrap());
    a.apply(&of("checkout", 1, 0, 9)).unwrap();
    b.apply(&of("support", 2, 0, 7)).unwrap();
    // Another process of the first service: a lane of its own, the same people.
    b.apply(&of("checkout", 3, 0, 12)).unwrap();
    a.apply(&of("checkout", 1, 9, 20)).unwrap();
    // What one process began another one drains to its end.
    b.apply(&of("checkout", 1, 20, 31)).unwrap();
    let handle = a.handle("default", SubjectTag([1; 16])).unwrap().unwrap();
    let (store, groups) = ([4; 16], "*");
    let erasure = ErasureOpened { store, number: 1, handle, time_ns: 77, groups, final_ns: 99 };
    a.open_receipt(&erasure).unwrap();
    a.confirm(1, 1).unwrap();
    a.drop_link(handle).unwrap();
    b.drop_accesses(taggant_ledger::contract::sample::event(6).time_ns).unwrap();
    b.apply(&of("support", 2, 7, 19)).unwrap();
    a
}

fn leaves(ledger: &SqlLedger) -> BTreeMap<LaneName, Vec<Leaf>> {
    let lanes = ledger.lanes().unwrap().into_iter();
    lanes
        .map(|(lane, size)| {
            let all = (0..size).map(|number| ledger.export(&lane, number).unwrap().unwrap());
            let all = all.collect();
            (lane, all)
        })
        .collect()
}

/// All that a ledger answers, as text.
fn answers(ledger: &SqlLedger) -> Vec<String> {
    let mut all = vec![
        format!("{:?}", ledger.fields().unwrap()),
        format!("{:?}", ledger.flows().unwrap()),
        format!("{:?}", ledger.derivations().unwrap()),
        format!("{:?}", ledger.recent_accesses(1000).unwrap()),
        format!("{:?}", ledger.accesses_by("svc:shop").unwrap()),
        format!("{:?}", ledger.accesses_to("people", "name").unwrap()),
        format!("{:?}", ledger.actors(0).unwrap()),
        format!("{:?}", ledger.outcomes().unwrap()),
        format!("{:?}", ledger.findings().unwrap()),
        format!("{:?}", ledger.policies().unwrap()),
        format!("{:?}", ledger.policy_changes().unwrap()),
        format!("{:?}", ledger.receipts().unwrap()),
    ];
    let receipt = ledger.receipt(1).unwrap();
    all.push(format!("{:?}", receipt.lines));
    let mut people: Vec<Handle> = vec![receipt.handle];
    for person in 1..=5 {
        people.extend(ledger.handle("default", SubjectTag([person; 16])).unwrap());
    }
    for person in people {
        all.push(format!("{:?}", ledger.where_is_person(person).unwrap()));
        all.push(format!("{:?}", ledger.accesses_of(person).unwrap()));
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn any_interleaving_of_lanes_and_any_repetition_gives_the_same_answers(
        picks in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 400),
    ) {
        thread_local!(static SOURCE: (tempfile::TempDir, BTreeMap<LaneName, Vec<Leaf>>, Vec<String>) = {
            let folder = tempfile::tempdir().unwrap();
            let ledger = source(&folder);
            clean(&ledger, &VerifyOptions::default());
            (folder, leaves(&ledger), answers(&ledger))
        });
        SOURCE.with(|(_, lanes, expected)| {
            let folder = tempfile::tempdir().unwrap();
            let copy = ledger::open(&folder.path().join("copy.db")).unwrap();
            let all: Vec<&Vec<Leaf>> = lanes.values().collect();
            prop_assert!(all.len() >= 4, "several lanes");
            let mut taken = vec![0; all.len()];
            let mut left: usize = all.iter().map(|lane| lane.len()).sum();
            let mut picks = picks.into_iter().cycle();
            while left > 0 {
                let (lane, again) = picks.next().expect("it cycles");
                let lane = lane.index(all.len());
                // One of those that came already, the next one, or one that is too early.
                let number = again.index(all[lane].len()).min(taken[lane] + 1);
                let Some(leaf) = all[lane].get(number.max(taken[lane].saturating_sub(1))) else { continue };
                let is = copy.import(leaf).unwrap();
                let expected = match (leaf.number as usize).cmp(&taken[lane]) {
                    std::cmp::Ordering::Less => Imported::Known,
                    std::cmp::Ordering::Equal => Imported::Taken,
                    std::cmp::Ordering::Greater => Imported::Early,
                };
                prop_assert_eq!(is, expected);
                if is == Imported::Taken {
                    taken[lane] += 1;
                    left -= 1;
                }
            }
            prop_assert_eq!(&answers(&copy), expected);
            clean(&copy, &VerifyOptions::default());
            Ok(())
        })?;
    }
}

#[test]
fn another_leaf_in_the_place_of_one_is_a_conflict_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = source(&folder);
    let (before, lanes) = (answers(&ledger), leaves(&ledger));
    let [first, second, ..] = &lanes.values().next().unwrap()[..] else { panic!("two leaves") };
    let other = Leaf { number: first.number, ..second.clone() };
    assert_eq!(ledger.import(&other).unwrap(), Imported::Conflict);
    assert_eq!(answers(&ledger), before);
    clean(&ledger, &VerifyOptions::default());
}

#[test]
fn a_leaf_whose_parts_were_changed_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = source(&folder);
    let other = ledger::open(&folder.path().join("other.db")).unwrap();
    for leaf in leaves(&ledger).into_values().flatten() {
        let Some((salt, content)) = &leaf.content else { continue };
        let mut changed = content.clone();
        *changed.last_mut().unwrap() ^= 1;
        let changed = Leaf { content: Some((*salt, changed)), ..leaf.clone() };
        assert_eq!(other.import(&changed).unwrap_err().outcome(), taggant_core::Outcome::Tampered);
    }
    assert!(other.lanes().unwrap().is_empty());
}

/// Names that programs choose must not make an entry that no reader takes.
#[test]
fn names_with_control_characters_are_kept_as_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger::open(&folder.path().join("ledger.db")).unwrap();
    let mut batch = of("shop\u{1b}[2J\n", 1, 0, 8);
    for definition in &mut batch.definitions {
        definition.text = definition.text.replace("svc:", "svc\n:\t\r").replace("orders", "o\nr");
    }
    for (_, event) in &mut batch.events {
        event.refers = u64::MAX;
        event.set_reason("a\nb\u{9b}c and some more");
    }
    ledger.apply(&batch).unwrap();
    clean(&ledger, &VerifyOptions::default());
    assert_eq!(ledger.accesses_by("svc :  shop").unwrap().len(), 2);
    assert!(
        ledger
            .recent_accesses(9)
            .unwrap()
            .iter()
            .all(|access| access.reason == "a b c and some more")
    );
    assert!(ledger.flows().unwrap().iter().all(|edge| edge.service == "shop--2J"));
}
