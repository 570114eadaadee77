//! What comes back, what does not, and what belongs to what.

mod any;
mod refused;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::answers::Handle;
use any::{entry, lane, row, sorted};

proptest! {
    #[test]
    fn an_entry_comes_back_and_has_one_form(entry in entry(), at: prop::sample::Index, bit in 0..8_u8) {
        let mut bytes = entry.encode();
        let read = Entry::decode(&bytes);
        prop_assert_eq!(read.as_ref(), Some(&entry));
        let at = at.index(bytes.len());
        // A cut or changed entry is none, or another one, in its only form.
        if let Some(less) = Entry::decode(&bytes[..at]) {
            prop_assert_eq!(less.encode(), &bytes[..at]);
        }
        bytes[at] ^= 1_u8 << bit;
        if let Some(other) = Entry::decode(&bytes) {
            prop_assert_ne!(&other, &entry);
            prop_assert_eq!(other.encode(), bytes);
        }
    }

    #[test]
    fn the_order_of_a_writer_does_not_show(entry in entry()) {
        let mut other = entry.clone();
        other.texts.reverse();
        other.edges.reverse();
        other.policies.reverse();
        other.dropped.reverse();
        other.places.reverse();
        other.places.iter_mut().for_each(|place| place.places.reverse());
        prop_assert_eq!(other.encode(), entry.encode());
    }

    #[test]
    fn accesses_come_back(rows in vec(row(), 1..5), at: prop::sample::Index, bit in 0..8) {
        let mut rows = rows;
        rows.sort_by_key(|row| row.number);
        rows.dedup_by_key(|row| row.number);
        let mut bytes = encode_accesses(&rows);
        let read = decode_accesses(&bytes);
        prop_assert_eq!(read.as_ref(), Some(&rows));
        let turned: Vec<AccessRow> = rows.iter().rev().cloned().collect();
        prop_assert_eq!(encode_accesses(&turned), &bytes[..]);
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        if let Some(other) = decode_accesses(&bytes) {
            prop_assert_ne!(&other, &rows);
            prop_assert_eq!(encode_accesses(&other), bytes);
        }
    }

    #[test]
    fn a_leaf_comes_back_and_has_one_form(
        leaf in leaf(), at: prop::sample::Index, bit in 0..8, more: u8,
    ) {
        let mut bytes = leaf.encode();
        prop_assert_eq!(Leaf::decode(&bytes), Ok(leaf.clone()));
        let at = at.index(bytes.len());
        prop_assert_eq!(Leaf::decode(&bytes[..at]), Err(LeafError::Cut));
        let longer = [&bytes[..], &[more]].concat();
        prop_assert_eq!(Leaf::decode(&longer), Err(LeafError::Malformed));
        bytes[at] ^= 1_u8 << bit;
        if let Ok(other) = Leaf::decode(&bytes) {
            prop_assert_ne!(&other, &leaf);
            prop_assert_eq!(other.encode(), bytes);
        }
    }

    #[test]
    fn a_stream_is_leaves_one_after_the_other(leaves in vec(leaf(), 0..4), cut in 1..30_usize) {
        let bytes: Vec<u8> = leaves.iter().flat_map(Leaf::encode).collect();
        let mut stream = &bytes[..];
        let mut found = Vec::new();
        while let Some(leaf) = Leaf::read(&mut stream).unwrap() {
            found.push(leaf);
        }
        prop_assert_eq!(&found, &leaves);
        if let Some(last) = leaves.last() {
            let mut stream = &last.encode()[..last.encode().len() - cut];
            let error = Leaf::read(&mut stream).unwrap_err();
            prop_assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
        let _ = (Entry::decode(&bytes), decode_accesses(&bytes), decode_tags(&bytes));
        let _ = (Leaf::decode(&bytes), Leaf::read(&mut &bytes[..]));
    }
}

prop_compose! {
    fn leaf()(
        lane in lane(), number in 0..=i64::MAX as u64, hash: [u8; 32],
        content in any::<Option<([u8; 16], [u8; 3])>>(), accesses in any::<Option<([u8; 16], u8)>>(),
        tags in vec(any::<([u8; 16], [u8; 16], [u8; 16])>(), 0..3), tenant in "[a-z ]{0,4}",
    ) -> Leaf {
        let is_there = content.is_some();
        let tags = tags.into_iter().filter(|_| is_there).map(|(handle, salt, tag)| {
            PersonTag { handle: Handle(handle), salt, tenant: tenant.clone(), tag }
        });
        Leaf {
            lane, number, hash,
            content: content.map(|(salt, bytes)| (salt, bytes.to_vec())),
            accesses: accesses.filter(|_| is_there).map(|(salt, byte)| (salt, vec![byte])),
            tags: sorted(tags.collect()),
        }
    }
}

fn an_access(number: u64) -> AccessRow {
    AccessRow {
        number,
        time_ns: 5,
        kind: 3,
        outcome: 0,
        dataset: 1,
        first_field: 0,
        actions: vec![5],
        field: Some(0),
        location: 1,
        purpose: 2,
        actor: 3,
        on_behalf: 0,
        tenant: 0,
        scope: 0,
        origin: 0,
        person: Some(Handle([1; 16])),
        refers: 0,
        reason: "ticket 7".into(),
        trace: Vec::new(),
    }
}

/// A leaf with all of its parts.
fn whole() -> (Leaf, Entry) {
    let tag =
        PersonTag { handle: Handle([1; 16]), salt: [2; 16], tenant: "t".into(), tag: [3; 16] };
    let rows = encode_accesses(&[an_access(8), an_access(9)]);
    let entry = Entry {
        people: vec![(Handle([0; 16]), [0; 16]), (tag.handle, tag.link())],
        run: Some(Run { instance: 1, first: 7, next: 10, content: [8; 32] }),
        accesses: Some(Accesses { count: 2, hash: access_hash(&[4; 16], &rows) }),
        ..Entry::default()
    };
    let leaf = Leaf {
        lane: LaneName { source: [5; 16], service: "checkout".into(), number: 0 },
        number: 0,
        hash: leaf_hash(&[6; 16], &entry.encode()),
        content: Some(([6; 16], entry.encode())),
        accesses: Some(([4; 16], rows)),
        tags: vec![tag],
    };
    (leaf, entry)
}

#[test]
fn a_leaf_whose_parts_do_not_belong_together_does_not_open() {
    let (leaf, entry) = whole();
    assert_eq!(leaf.open(), Ok(Some(entry.clone())));
    let with = |change: &dyn Fn(&mut Leaf)| {
        let mut leaf = leaf.clone();
        change(&mut leaf);
        leaf.open()
    };
    assert!(with(&|leaf| leaf.content = Some(([7; 16], entry.encode()))).is_err());
    assert!(with(&|leaf| leaf.accesses = Some(([4; 16], vec![9]))).is_err());
    assert!(with(&|leaf| leaf.tags[0].tag = [4; 16]).is_err());
    assert!(with(&|leaf| leaf.tags[0].tenant = "u".into()).is_err());
    assert!(with(&|leaf| leaf.tags[0].handle = Handle([0; 16])).is_err());
    assert!(with(&|leaf| leaf.tags[0].handle = Handle([9; 16])).is_err());
    // Lawfully gone: links, accesses, the content.
    assert_eq!(with(&|leaf| leaf.tags.clear()), Ok(Some(entry.clone())));
    assert_eq!(with(&|leaf| leaf.accesses = None), Ok(Some(entry)));
    let bare = |leaf: &mut Leaf| (leaf.content, leaf.accesses, leaf.tags) = (None, None, vec![]);
    assert_eq!(with(&bare), Ok(None));
    // What has no content belongs to nothing.
    assert!(with(&|leaf| (leaf.content, leaf.accesses) = (None, None)).is_err());
    assert!(with(&|leaf| (leaf.content, leaf.tags) = (None, vec![])).is_err());
}

#[test]
fn accesses_are_as_many_as_the_content_says_and_of_its_run() {
    let (_, entry) = whole();
    let with = |rows: &[AccessRow], count: u64| {
        let rows = encode_accesses(rows);
        let accesses = Some(Accesses { count, hash: access_hash(&[4; 16], &rows) });
        Entry { accesses, ..entry.clone() }.rows(&[4; 16], &rows)
    };
    let (first, last) = (an_access(7), an_access(9));
    assert_eq!(with(&[first.clone(), last.clone()], 2), Ok(vec![first.clone(), last.clone()]));
    assert!(with(std::slice::from_ref(&first), 2).is_err());
    assert!(with(&[first, last], 1).is_err());
    assert!(with(&[an_access(6)], 1).is_err(), "before the run");
    assert!(with(&[an_access(10)], 1).is_err(), "after the run");
}

#[test]
fn tags_go_another_way_in_the_bytes_of_their_section() {
    let (leaf, entry) = whole();
    let (without, tags) = leaf.clone().without_tags();
    assert_eq!(without.open(), Ok(Some(entry)), "nothing misses them");
    let bytes = encode_tags(&tags);
    assert!(leaf.encode().ends_with(&bytes));
    let again = Leaf { tags: decode_tags(&bytes).unwrap(), ..without };
    assert_eq!(again, leaf);
}

#[test]
fn debug_shows_no_tag_and_no_salt() {
    let (leaf, _) = whole();
    let shown = format!("{leaf:?} {:?}", leaf.tags);
    for byte in ["3, 3", "0303", "2, 2", "0202", "4, 4", "6, 6", "ticket"] {
        assert!(!shown.contains(byte), "{byte}: {shown}");
    }
}
