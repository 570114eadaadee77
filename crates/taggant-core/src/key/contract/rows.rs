//! Each method of a store by itself. The rows mean nothing: a store judges none.

use super::Make;
use crate::key::Groups;
use crate::key::history::{EventRow, KeyEvent};
use crate::key::store::{
    BranchRow, Change, DataKeyRow, Fence, Folder, KeyState, KeyStore, OwnerKind, Proposal,
    RootWrap, ServiceRow, Swap,
};
use crate::tag::{KeyId, SubjectTag};

const TAG: SubjectTag = SubjectTag([5; 16]);
const FOLDER: Folder = Folder { id: [9; 16], format: 1 };

fn event(number: u64) -> EventRow {
    let event = KeyEvent::Made(vec![[number as u8; 32]]);
    EventRow {
        number,
        time_ns: number,
        kind: event.kind(),
        tenant: "t".to_owned(),
        body: event.body(),
        previous: [number as u8 - 1; 32],
        hash: [number as u8; 32],
        mac: [7; 32],
    }
}

fn change(number: u64) -> Change {
    Change {
        folder: None,
        event: event(number),
        branches: Vec::new(),
        services: Vec::new(),
        keys: Vec::new(),
        fence: None,
    }
}

fn wrap(root: &str) -> RootWrap {
    RootWrap { root: root.to_owned(), check: Some([1; 8]), wrapped: vec![2; 72] }
}

fn branch(id: u8, generation: u32) -> BranchRow {
    let (tenant, group) = ("t".to_owned(), "g".to_owned());
    BranchRow { id: [id; 16], tenant, group, generation, wraps: vec![wrap("r")] }
}

fn service(generation: u8) -> ServiceRow {
    let (kind, tenant) = ("index".to_owned(), "t".to_owned());
    let (scope, branch) = (vec![1, 2], [3; 16]);
    ServiceRow { kind, tenant, scope, generation, branch, wrapped: vec![4; 72] }
}

fn key(id: u8, owner: &[u8], kind: OwnerKind) -> DataKeyRow {
    DataKeyRow {
        id: KeyId([id; 16]),
        tenant: "t".to_owned(),
        group: "g".to_owned(),
        generation: 1,
        branch: [3; 16],
        owner_kind: kind,
        owner: owner.to_vec(),
        state: KeyState::Active,
        wrapped: Some(vec![id; 72]),
        created_ns: 1,
        mac: [id; 32],
    }
}

fn persons(id: u8) -> DataKeyRow {
    key(id, &TAG.0, OwnerKind::Subject)
}

fn fence(version: u64) -> Fence {
    Fence { tenant: "t".to_owned(), subject: TAG, version, groups: Groups::All }
}

fn assign(store: &dyn KeyStore, row: DataKeyRow, version: u64) -> bool {
    store.assign(&[Proposal { row, version }]).unwrap() == [true]
}

fn version(store: &dyn KeyStore) -> u64 {
    store.standings("t", "g", 1, OwnerKind::Subject, &[&TAG.0]).unwrap()[0].version
}

fn erased(row: &DataKeyRow) -> Swap {
    let was = (row.state, row.mac);
    let row = DataKeyRow { state: KeyState::Erased, wrapped: None, mac: [99; 32], ..row.clone() };
    Swap { was, row }
}

pub(super) fn a_new_store_has_nothing(make: Make<'_>) {
    let store = make();
    assert_eq!(store.folder().unwrap(), None);
    assert_eq!(store.watermark().unwrap(), Default::default());
    assert!(store.history(1).unwrap().is_empty() && store.tenants().unwrap().is_empty());
    assert!(store.branches("t").unwrap().is_empty());
    assert!(store.service_keys("t", "index", &[]).unwrap().is_empty());
    assert!(store.data_keys(&[KeyId([1; 16])]).unwrap().is_empty());
    assert!(store.list("t", None, 10).unwrap().is_empty());
    assert_eq!(store.knows("t", &[TAG]).unwrap(), [false]);
    let standings = store.standings("t", "g", 1, OwnerKind::Subject, &[&TAG.0]).unwrap();
    assert!(standings.len() == 1 && standings[0].version == 0 && standings[0].key.is_none());
    let work = store.erase_work("t", TAG, &Groups::All).unwrap();
    assert!(work.version == 0 && work.keys.is_empty());
}

pub(super) fn a_change_is_made_whole_or_not_at_all(make: Make<'_>) {
    let store = make();
    let mut first = change(1);
    first.folder = Some(FOLDER);
    (first.branches, first.services) = (vec![branch(1, 1)], vec![service(1)]);
    assert!(store.commit(None, &first).unwrap());
    assert_eq!(store.folder().unwrap(), Some(FOLDER));
    assert_eq!(store.watermark().unwrap().head, Some(event(1)));
    assert_eq!(store.tenants().unwrap(), ["t"]);
    assert_eq!(store.branches("t").unwrap()[0].wraps, [wrap("r")]);
    assert_eq!(store.service_keys("t", "index", &[1, 2]).unwrap().len(), 1);
    assert!(assign(&*store, persons(1), 0));
    let broken: [fn(&mut Change); 6] = [
        |change| change.folder = Some(FOLDER),
        |change| change.branches.push(branch(2, 1)),
        |change| change.branches.push(branch(1, 2)),
        |change| change.services.push(service(1)),
        |change| change.keys.push(erased(&DataKeyRow { mac: [98; 32], ..persons(1) })),
        |change| change.fence = Some(fence(0)),
    ];
    for breaks in broken {
        let mut second = change(2);
        second.services.push(service(2));
        second.branches.push(branch(3, 3));
        second.keys.push(erased(&persons(1)));
        breaks(&mut second);
        assert!(!store.commit(Some(&event(1)), &second).unwrap(), "{second:?}");
        assert_eq!(store.watermark().unwrap().count, 1, "{second:?}");
        assert_eq!(store.service_keys("t", "index", &[1, 2]).unwrap().len(), 1);
        assert_eq!(store.branches("t").unwrap().len(), 1);
        assert_eq!(store.data_keys(&[KeyId([1; 16])]).unwrap()[0].state, KeyState::Active);
        assert_eq!(version(&*store), 1);
    }
}

pub(super) fn of_two_entries_with_one_number_the_second_loses(make: Make<'_>) {
    let store = make();
    assert!(!store.commit(Some(&event(1)), &change(2)).unwrap(), "there is no head yet");
    assert!(store.commit(None, &change(1)).unwrap());
    assert!(!store.commit(None, &change(1)).unwrap());
    assert!(store.commit(Some(&event(1)), &change(2)).unwrap());
    assert!(!store.commit(Some(&event(1)), &change(2)).unwrap());
    let other = EventRow { hash: [77; 32], ..event(2) };
    assert!(!store.commit(Some(&other), &change(3)).unwrap(), "the head has another hash");
    let numbers: Vec<u64> = store.history(2).unwrap().iter().map(|row| row.number).collect();
    assert_eq!(numbers, [2]);
}

pub(super) fn of_two_first_keys_of_a_person_one_is_assigned(make: Make<'_>) {
    let store = make();
    assert!(assign(&*store, persons(1), 0));
    assert!(!assign(&*store, persons(2), 0), "the version is another");
    assert!(!assign(&*store, persons(2), 1), "there is an active key");
    let standings = store.standings("t", "g", 1, OwnerKind::Subject, &[&TAG.0]).unwrap();
    assert_eq!(standings[0].key.as_ref().unwrap().id, KeyId([1; 16]));
    assert_eq!(store.knows("t", &[SubjectTag([6; 16]), TAG]).unwrap(), [false, true]);
    let next = DataKeyRow { generation: 2, ..persons(3) };
    assert!(assign(&*store, next, version(&*store)), "another generation is another key");
    let rows = [key(4, b"d", OwnerKind::Dataset), key(5, b"d", OwnerKind::Dataset)];
    let proposals = rows.map(|row| Proposal { row, version: 0 });
    assert_eq!(store.assign(&proposals).unwrap(), [true, false], "one key per dataset");
}

pub(super) fn of_an_erasure_and_an_assignment_the_later_loses(make: Make<'_>) {
    let store = make();
    assert!(store.commit(None, &change(1)).unwrap());
    let erasure = |number, version, keys: Vec<Swap>| {
        let mut change = change(number);
        (change.keys, change.fence) = (keys, Some(fence(version)));
        change
    };
    // A key is assigned between what the erasure read and its commit.
    let work = store.erase_work("t", TAG, &Groups::All).unwrap();
    assert!(assign(&*store, persons(1), 0));
    assert!(!store.commit(Some(&event(1)), &erasure(2, work.version, Vec::new())).unwrap());
    // The person is erased between what the assignment read and its write.
    let read = version(&*store);
    let work = store.erase_work("t", TAG, &Groups::All).unwrap();
    let swaps = work.keys.iter().map(erased).collect();
    assert!(store.commit(Some(&event(1)), &erasure(2, work.version, swaps)).unwrap());
    assert!(!assign(&*store, persons(2), read));
    let standing = store.standings("t", "g", 1, OwnerKind::Subject, &[&TAG.0]).unwrap();
    assert_eq!(standing[0].fenced, Some(Groups::All));
    assert!(standing[0].key.is_none());
    assert!(store.data_keys(&[KeyId([1; 16])]).unwrap()[0].wrapped.is_none());
    assert!(store.erase_work("t", TAG, &Groups::All).unwrap().keys.is_empty());
}

pub(super) fn a_row_is_replaced_only_if_it_is_what_was_read(make: Make<'_>) {
    let store = make();
    assert!(assign(&*store, persons(1), 0));
    let swap = |was, branch: u8, mac: u8| Swap {
        was,
        row: DataKeyRow { branch: [branch; 16], mac: [mac; 32], ..persons(1) },
    };
    let wrong = [swap((KeyState::Retired, [1; 32]), 4, 4), swap((KeyState::Active, [2; 32]), 4, 4)];
    assert_eq!(store.swap(&wrong).unwrap(), 0);
    assert_eq!(store.swap(&[swap((KeyState::Active, [1; 32]), 4, 4)]).unwrap(), 1);
    assert_eq!(store.swap(&[swap((KeyState::Active, [1; 32]), 5, 5)]).unwrap(), 0);
    let row = &store.data_keys(&[KeyId([1; 16])]).unwrap()[0];
    assert_eq!((row.branch, row.mac), ([4; 16], [4; 32]));
    assert_eq!(store.swap(&[]).unwrap(), 0);
}

pub(super) fn root_wraps_are_replaced_only_if_they_are_what_was_read(make: Make<'_>) {
    let store = make();
    let mut first = change(1);
    first.branches.push(branch(1, 1));
    assert!(store.commit(None, &first).unwrap());
    let (old, both) = ([wrap("r")], [wrap("r"), wrap("s")]);
    assert!(!store.swap_root_wraps([1; 16], &both, &old).unwrap());
    assert!(store.swap_root_wraps([1; 16], &old, &both).unwrap());
    assert!(!store.swap_root_wraps([1; 16], &old, &old).unwrap());
    assert!(!store.swap_root_wraps([2; 16], &both, &old).unwrap());
    assert_eq!(store.branches("t").unwrap()[0].wraps, both);
}

pub(super) fn lists_are_paged_by_id_and_tenant(make: Make<'_>) {
    let store = make();
    let row = |id: u8| key(id, &[id; 16], OwnerKind::Subject);
    let mut rows: Vec<DataKeyRow> = (1..8).map(row).collect();
    rows[3].tenant = "u".to_owned();
    let proposals: Vec<Proposal> =
        rows.into_iter().rev().map(|row| Proposal { row, version: 0 }).collect();
    assert_eq!(store.assign(&proposals).unwrap(), [true; 7]);
    let page = |after: Option<u8>| -> Vec<u8> {
        let rows = store.list("t", after.map(|id| KeyId([id; 16])), 3).unwrap();
        rows.iter().map(|row| row.id.0[0]).collect()
    };
    assert_eq!(page(None), [1, 2, 3]);
    assert_eq!(page(Some(3)), [5, 6, 7]);
    assert_eq!(page(Some(7)), [0; 0]);
}
