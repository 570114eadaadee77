//! Whatever another host sends: nothing, or what has exactly these bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use taggant_ledger::wire::{
    Entry, Leaf, LeafError, decode_accesses, decode_tags, encode_accesses, encode_tags, leaf_hash,
};

/// Parts of leaves, which a fuzzer would not find behind lengths and hashes.
fn parts(data: &[u8]) {
    if let Some(entry) = Entry::decode(data) {
        assert_eq!(entry.encode(), data, "two forms of a content");
        check_opened(data, &entry);
    }
    if let Some(rows) = decode_accesses(data) {
        assert_eq!(encode_accesses(&rows), data, "two forms of accesses");
    }
    if let Some(tags) = decode_tags(data) {
        assert_eq!(encode_tags(&tags), data, "two forms of tags");
    }
}

/// A leaf of a content opens to it, and comes back.
fn check_opened(content: &[u8], entry: &Entry) {
    let Some(dropped) = entry.dropped.first() else { return };
    let leaf = Leaf {
        lane: dropped.lane.clone(),
        number: dropped.leaf,
        hash: leaf_hash(&[7; 16], content),
        content: Some(([7; 16], content.to_vec())),
        accesses: None,
        tags: Vec::new(),
    };
    assert_eq!(leaf.open().expect("its own content").as_ref(), Some(entry));
    assert_eq!(Leaf::decode(&leaf.encode()), Ok(leaf));
}

fn whole(data: &[u8]) {
    let mut stream = data;
    let mut at = 0;
    while let Ok(Some(leaf)) = Leaf::read(&mut stream) {
        let end = data.len() - stream.len();
        assert_eq!(leaf.encode(), &data[at..end], "two forms of a leaf");
        assert_eq!(Leaf::decode(&data[at..end]).as_ref(), Ok(&leaf));
        assert_eq!(Leaf::decode(&data[at..end - 1]), Err(LeafError::Cut));
        if let Ok(Some(entry)) = leaf.open() {
            assert!(leaf.tags.iter().all(|tag| entry.people.contains(&(tag.handle, tag.link()))));
        }
        for (_, bytes) in leaf.content.iter().chain(&leaf.accesses) {
            parts(bytes);
        }
        at = end;
    }
}

fuzz_target!(|data: &[u8]| {
    parts(data);
    whole(data);
});
