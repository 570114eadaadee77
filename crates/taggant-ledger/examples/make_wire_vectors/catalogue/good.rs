//! Vectors that are read.

use serde_json::json;
use taggant_ledger::wire::{AccessRow, Entry, Leaf, Seen, encode_accesses};

use super::sample;
use super::{Named, told};

pub(super) fn all() -> Vec<Named> {
    let mut vectors = vec![
        content("empty", "an entry that says nothing", &Entry::default()),
        content("definitions", "what a lane's first batch defines", &sample::definitions()),
        content("people", "people, who come before the batch that names them", &sample::people()),
        content("batch", "movements, places, accesses, a finding", &sample::batch()),
        content("deletions", "an erasure, a dropped link, dropped accesses", &sample::deletions()),
        content("largest", "the largest numbers, times and counts that there can be", &largest()),
        accesses("all", "one with everything, one with next to nothing", &sample::rows()),
        accesses("largest", "the largest numbers", &[largest_row()]),
        accesses("none", "no rows", &[]),
        leaf("content", "content alone", &sample::leaf(0, &sample::definitions()), "ok"),
        leaf("people", "with tags", &sample::leaf_of_people(1), "ok"),
        leaf(
            "people-without-tags",
            "the tags went another way",
            &sample::leaf(1, &sample::people()),
            "ok",
        ),
        leaf("batch", "with accesses", &sample::leaf_of_batch(2), "ok"),
        leaf(
            "batch-dropped",
            "the accesses were deleted",
            &sample::leaf(2, &sample::batch()),
            "ok",
        ),
    ];
    let deleted = Leaf { content: None, ..sample::leaf(2, &sample::batch()) };
    vectors.push(leaf("deleted", "the content was deleted, the hash stays", &deleted, "deleted"));
    vectors
}

fn largest() -> Entry {
    let mut entry = sample::batch();
    let (shape, _) = entry.edges[0];
    let mut shape = shape;
    (shape.dataset, shape.location) = (i64::MAX as u64, i64::MAX as u64);
    (shape.first_field, shape.actions) = (u16::MAX, [0xFF; 32]);
    let seen = Seen { first_ns: 0, last_ns: i64::MAX, count: u32::MAX.into() };
    entry.edges.push((shape, seen));
    // The next time is as far back as one can be.
    let (derived, _) = entry.derivations[0];
    entry.derivations = vec![(derived, Seen { first_ns: i64::MAX, last_ns: i64::MAX, count: 0 })];
    entry.places.truncate(1);
    entry.places[0].places[0].1.first_ns = 0;
    entry
}

fn largest_row() -> AccessRow {
    let most = i64::MAX as u64;
    AccessRow {
        number: most,
        time_ns: i64::MAX,
        field: Some(u16::MAX),
        first_field: u16::MAX,
        actions: vec![0xFF; 32],
        scope: most,
        refers: most,
        ..sample::row(1)
    }
}

pub(super) fn content(name: &str, comment: &str, entry: &Entry) -> Named {
    let (bytes, value) = (told::hex(&entry.encode()), told::entry(entry));
    let vector = json!({ "form": "content", "comment": comment, "bytes": bytes, "expected": "ok",
                         "value": value });
    (format!("good-content-{name}"), vector)
}

fn accesses(name: &str, comment: &str, rows: &[AccessRow]) -> Named {
    let (bytes, value) = (told::hex(&encode_accesses(rows)), told::accesses(rows));
    let vector = json!({ "form": "accesses", "comment": comment, "bytes": bytes, "expected": "ok",
                         "value": value });
    (format!("good-accesses-{name}"), vector)
}

pub(super) fn leaf(name: &str, comment: &str, leaf: &Leaf, opens: &str) -> Named {
    let (bytes, value) = (told::hex(&leaf.encode()), told::leaf(leaf));
    let vector = json!({ "form": "leaf", "comment": comment, "bytes": bytes, "expected": "ok",
                         "value": value, "opens": opens });
    (format!("good-leaf-{name}"), vector)
}
