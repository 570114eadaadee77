//! A lane: leaves in order, and the root of its tree after each.

use serde_json::json;
use sha2::{Digest, Sha256};
use taggant_ledger::wire::Leaf;

use super::{Named, sample, told};

type Hash = [u8; 32];

pub(super) fn all() -> Vec<Named> {
    let leaves = leaves();
    let mut gone = leaves.clone();
    gone[2].accesses = None;
    gone[1].tags.clear();
    (gone[3].content, gone[4].content) = (None, None);
    let mut swapped = leaves.clone();
    swapped.swap(3, 4);
    let mut renumbered = swapped.clone();
    (renumbered[3].number, renumbered[4].number) = (3, 4);
    let mut foreign = leaves.clone();
    foreign[4].lane.number = 4;
    let missing: Vec<Leaf> = leaves.iter().filter(|leaf| leaf.number != 3).cloned().collect();
    let roots = roots(&leaves);
    let named = |name: &str, comment: &str, leaves: &[Leaf], expected: &str| {
        let bytes: Vec<u8> = leaves.iter().flat_map(Leaf::encode).collect();
        let vector = json!({ "form": "lane", "comment": comment, "bytes": told::hex(&bytes),
                             "roots": roots.iter().map(|root| told::hex(root)).collect::<Vec<_>>(),
                             "expected": expected });
        (name.to_owned(), vector)
    };
    vec![
        named("good-lane-whole", "five leaves with all of their parts", &leaves, "ok"),
        named("good-lane-deleted", "after lawful deletions: the roots are the same", &gone, "ok"),
        named("bad-lane-swapped", "two leaves in the place of each other", &swapped, "refused"),
        named(
            "bad-lane-renumbered",
            "the same, with their numbers changed too",
            &renumbered,
            "refused",
        ),
        named("bad-lane-missing", "a leaf is missing", &missing, "refused"),
        named("bad-lane-foreign", "a leaf of another lane", &foreign, "refused"),
    ]
}

fn leaves() -> Vec<Leaf> {
    vec![
        sample::leaf(0, &sample::definitions()),
        sample::leaf_of_people(1),
        sample::leaf_of_batch(2),
        sample::leaf(3, &sample::deletions()),
        sample::leaf(4, &sample::deletions()),
    ]
}

fn roots(leaves: &[Leaf]) -> Vec<Hash> {
    let hashes: Vec<Hash> = leaves.iter().map(|leaf| leaf.hash).collect();
    (1..=hashes.len()).map(|size| root(&hashes[..size])).collect()
}

/// The definition of RFC 9162, section 2.1.1.
pub(crate) fn root(hashes: &[Hash]) -> Hash {
    let hash = |first: u8, parts: [&[u8]; 2]| -> Hash {
        Sha256::new().chain_update([first]).chain_update(parts.concat()).finalize().into()
    };
    match hashes {
        [] => Sha256::digest([]).into(),
        [one] => hash(0, [one, &[]]),
        many => {
            let (left, right) = many.split_at(many.len().next_power_of_two() / 2);
            hash(1, [&root(left), &root(right)])
        }
    }
}
