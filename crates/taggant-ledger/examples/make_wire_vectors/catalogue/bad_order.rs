//! Contents whose items are out of order, or there twice: two for each section.

use super::raw::{edge, n, ns, one, s, t, text};
use super::{Named, refused};

pub(super) fn all() -> Vec<Named> {
    sections()
        .into_iter()
        .flat_map(|(code, name, low, high)| {
            let sound = one(code, &[low.clone(), high.clone()]);
            let bad = |how: &str, comment: &str, items: &[Vec<u8>]| {
                refused("content", &format!("{name}-{how}"), comment, &sound, &one(code, items))
            };
            [
                bad("order", "items out of order", &[high, low.clone()]),
                bad("twice", "an item twice", &[low.clone(), low]),
            ]
        })
        .chain([places("order", &[2, 1]), places("twice", &[1, 1])])
        .collect()
}

/// Places of one person.
fn places(how: &str, datasets: &[u64]) -> Named {
    let content = |datasets: &[u64]| {
        let place = |dataset: &u64| [ns(&[*dataset, 1]), vec![1, 1, 0, 5, 2]].concat();
        let all: Vec<u8> = datasets.iter().flat_map(place).collect();
        one(13, &[[vec![7; 16], n(datasets.len() as u64), all].concat()])
    };
    let name = format!("places-of-a-person-{how}");
    refused("content", &name, "places of one person", &content(&[1, 2]), &content(datasets))
}

/// Code, name, an item and one that stands after it. Times are 0: a difference of none keeps an
/// item what it is at another place.
fn sections() -> Vec<(u8, &'static str, Vec<u8>, Vec<u8>)> {
    let instance = |number: u64| [n(number), vec![7; 16]].concat();
    let start = |of: u64| [n(of), t(0), s("p"), s("b"), s("1"), s(""), s("")].concat();
    let dataset = |number: u64| [n(number), t(0), s("a\tb\n")].concat();
    let dictionary = |of: u64, number: u64| [ns(&[of, number]), vec![3], n(1)].concat();
    let policy = |digest: &str| [s(digest), s("text"), t(0)].concat();
    let change = |of: u64, number: u64| [ns(&[of, number]), t(0), s("00")].concat();
    let person = |byte: u8| [vec![byte; 16], vec![9; 16]].concat();
    let derived = |field: u64| [ns(&[1, field, 5, 1]), vec![5, 0, 5, 2]].concat();
    let places = |byte: u8| [vec![byte; 16], vec![1], ns(&[1, 1]), vec![1, 1, 0, 5, 2]].concat();
    let finding = |number: u64, flaw: u8| [ns(&[1, number]), vec![flaw], s("w")].concat();
    let erasure =
        |number: u64| [vec![3; 16], n(number), vec![4; 16], t(0), s("*"), t(0), n(0)].concat();
    let confirmation = |number: u64, line: u64| [vec![3; 16], ns(&[number, line]), t(0)].concat();
    let dropped = |service: &str, leaf: u64| [vec![5; 16], s(service), vec![0], n(leaf)].concat();
    vec![
        (1, "instances", instance(1), instance(2)),
        (2, "starts", start(1), start(2)),
        (3, "texts", text(1, "b"), text(2, "a")),
        (4, "datasets", dataset(1), dataset(2)),
        (5, "dictionary", dictionary(1, 9), dictionary(2, 1)),
        (6, "policies", policy("aa"), policy("b")),
        (7, "policy-changes", change(1, 9), change(2, 1)),
        (8, "people", person(1), person(2)),
        (9, "forgotten", vec![1; 16], vec![2; 16]),
        (11, "edges", edge(1, &[0, 5, 2]), edge(2, &[0, 5, 2])),
        (12, "derivations", derived(1), derived(2)),
        (13, "places", places(1), places(2)),
        (14, "outcomes", vec![1, 9, 1], vec![2, 0, 1]),
        (16, "findings", finding(1, 2), finding(2, 1)),
        (17, "erasures", erasure(1), erasure(2)),
        (18, "confirmations", confirmation(1, 9), confirmation(2, 1)),
        (19, "dropped", dropped("aa", 9), dropped("b", 1)),
    ]
}
