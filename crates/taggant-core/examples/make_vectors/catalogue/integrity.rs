//! Whole-record integrity: what an envelope over a record's envelopes covers.

use serde_json::{Value, json};
use taggant_core::tag::FieldId;

use super::envelope::{Vector, base, text};
use super::{Named, frame, hex};

/// Place and bytes of one item.
type Item = (Vec<u8>, Vec<u8>);

/// Count, then place, presence and bytes of each, sorted.
fn suffix(items: &[Item]) -> Vec<u8> {
    let mut sorted = items.to_vec();
    sorted.sort();
    let mut out = (sorted.len() as u64).to_be_bytes().to_vec();
    for (place, bytes) in sorted {
        out.extend([frame(&place), vec![1], frame(&bytes)].concat());
    }
    out
}

fn place(fields: &[(&str, &str)]) -> Vec<u8> {
    fields.iter().flat_map(|(dataset, field)| FieldId::of(dataset, field).0).collect()
}

/// A name, two homes and an authenticated role.
fn record() -> Vec<Item> {
    let street = |counter, text: &str| Vector {
        dataset: "addresses",
        field: "street",
        path: Some(place(&[("customers", "homes")])),
        counter,
        ..base(json!(text), 16)
    };
    let home = place(&[("customers", "homes"), ("addresses", "street")]);
    let name = Vector { field: "name", ..base(json!("Ana"), 16) };
    vec![
        (place(&[("customers", "name")]), name.envelope()),
        (home.clone(), street(1, "Second St").envelope()),
        (home, street(2, "First St").envelope()),
        (place(&[("customers", "role")]), vec![0x64, b'u', b's', b'e', b'r']),
    ]
}

fn seal(items: &[Item]) -> Vector {
    Vector {
        field: "$integrity",
        plaintext: Vec::new(),
        counter: 3,
        suffix: suffix(items),
        ..base(Value::Null, 16)
    }
}

fn with_items(mut file: Value, items: &[Item]) -> Value {
    file["items"] = items
        .iter()
        .map(|(place, bytes)| json!({"place": hex(place), "bytes": hex(bytes)}))
        .collect();
    file
}

pub(super) fn all() -> Vec<Named> {
    let items = record();
    let sealed = seal(&items);
    let good = |name: &str, comment: &str, items: &[Item]| {
        (format!("good-{name}"), with_items(seal(items).good(comment), items))
    };
    let mut out = vec![
        good("record", "envelopes, nested ones too, and a clear field", &items),
        good("empty", "a record without a value", &[]),
    ];
    let mut bad = |name: &str, expected: &str, comment: &str, items: &[Item], by: &Vector| {
        let file = sealed.bad(comment, expected, &text(&by.envelope()));
        out.push((format!("bad-{name}"), with_items(file, items)));
    };
    let changed = |change: fn(&mut Vec<Item>)| {
        let mut items = items.clone();
        change(&mut items);
        items
    };
    let fewer = changed(|items| drop(items.pop()));
    bad("fewer", "Tampered", "a field is gone", &fewer, &sealed);
    let more = changed(|items| items.push(items[1].clone()));
    bad("more", "Tampered", "a nested record is there twice", &more, &sealed);
    let clear = changed(|items| items[3].1[4] = b'x');
    bad("clear", "Tampered", "a clear field was changed", &clear, &sealed);
    let moved = changed(|items| items[0].0 = items[1].0.clone());
    bad("moved", "Tampered", "an envelope at another place", &moved, &sealed);
    let role = items[3].1.clone();
    let holds = Vector { plaintext: role.repeat(2), ..sealed.clone() };
    bad("plaintext", "Tampered", "it holds a value", &items, &holds);
    let ordinary = Vector { suffix: Vec::new(), ..sealed.clone() };
    bad("no-list", "Tampered", "an envelope without a list", &items, &ordinary);
    let name = Vector { field: "name", ..sealed.clone() };
    bad("field", "WrongField", "an ordinary field's envelope", &items, &name);
    out
}
