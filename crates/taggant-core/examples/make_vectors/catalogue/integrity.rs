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

/// Section 5: the field ids of the nested fields around.
fn path(fields: &[(&str, &str)]) -> Vec<u8> {
    fields.iter().flat_map(|(dataset, field)| FieldId::of(dataset, field).0).collect()
}

fn field(dataset: &str, field: &str) -> Vec<u8> {
    [&[1], FieldId::of(dataset, field).0.as_slice()].concat()
}

fn index(index: u64) -> Vec<u8> {
    [&[2], index.to_be_bytes().as_slice()].concat()
}

/// The key of a map, as a text of less than 24 bytes.
fn key(text: &str) -> Vec<u8> {
    [vec![3], frame(&cbor_text(text))].concat()
}

fn cbor_text(text: &str) -> Vec<u8> {
    [&[0x60 | text.len() as u8], text.as_bytes()].concat()
}

fn street(around: &str, counter: u32, text: &str) -> Vec<u8> {
    Vector {
        dataset: "addresses",
        field: "street",
        path: Some(path(&[("customers", around)])),
        counter,
        ..base(json!(text), 16)
    }
    .envelope()
}

/// A name, a list of two homes, a map of two offices and an authenticated role.
fn record() -> Vec<Item> {
    let home = |at| [field("customers", "homes"), index(at), field("addresses", "street")].concat();
    let office =
        |at| [field("customers", "offices"), key(at), field("addresses", "street")].concat();
    let name = Vector { field: "name", ..base(json!("Ana"), 16) };
    let keys = [frame(&cbor_text("north")), frame(&cbor_text("south"))].concat();
    vec![
        (field("customers", "name"), name.envelope()),
        (field("customers", "homes"), 2_u64.to_be_bytes().to_vec()),
        (home(0), street("homes", 1, "Second St")),
        (home(1), street("homes", 2, "First St")),
        (field("customers", "offices"), keys),
        (office("south"), street("offices", 3, "Third St")),
        (office("north"), street("offices", 4, "Fourth St")),
        (field("customers", "role"), cbor_text("user")),
    ]
}

fn seal(items: &[Item]) -> Vector {
    Vector {
        field: "$integrity",
        plaintext: Vec::new(),
        counter: 5,
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
    let changed = |change: &dyn Fn(&mut Vec<Item>)| {
        let mut items = items.clone();
        change(&mut items);
        items
    };
    let swap = |items: &mut Vec<Item>, a: usize, b: usize| {
        let bytes = items[a].1.clone();
        items[a].1 = std::mem::replace(&mut items[b].1, bytes);
    };
    let fewer = changed(&|items| drop(items.pop()));
    bad("fewer", "Tampered", "a field is gone", &fewer, &sealed);
    let more = changed(&|items| {
        let home = [field("customers", "homes"), index(2), field("addresses", "street")].concat();
        let again = (home, items[3].1.clone());
        items.push(again);
        items[1].1 = 3_u64.to_be_bytes().to_vec();
    });
    bad("more", "Tampered", "an element of a list is there twice", &more, &sealed);
    let reordered = changed(&|items| swap(items, 2, 3));
    bad("reordered", "Tampered", "two elements of a list in another order", &reordered, &sealed);
    let exchanged = changed(&|items| swap(items, 5, 6));
    bad(
        "exchanged",
        "Tampered",
        "two entries of a map under each other's key",
        &exchanged,
        &sealed,
    );
    let renamed = changed(&|items| {
        items[5].0 =
            [field("customers", "offices"), key("west"), field("addresses", "street")].concat();
        items[4].1 = [frame(&cbor_text("north")), frame(&cbor_text("west"))].concat();
    });
    bad("renamed", "Tampered", "an entry of a map under another key", &renamed, &sealed);
    let longer = changed(&|items| items[1].1 = 3_u64.to_be_bytes().to_vec());
    bad("longer", "Tampered", "a list with one more element that holds nothing", &longer, &sealed);
    let clear = changed(&|items| items[7].1[4] = b'x');
    bad("clear", "Tampered", "a clear field was changed", &clear, &sealed);
    let moved = changed(&|items| items[0].0 = items[2].0.clone());
    bad("moved", "Tampered", "an envelope at another place", &moved, &sealed);
    let role = items[7].1.clone();
    let holds = Vector { plaintext: role.repeat(2), ..sealed.clone() };
    bad("plaintext", "Tampered", "it holds a value", &items, &holds);
    let ordinary = Vector { suffix: Vec::new(), ..sealed.clone() };
    bad("no-list", "Tampered", "an envelope without a list", &items, &ordinary);
    let name = Vector { field: "name", ..sealed.clone() };
    bad("field", "WrongField", "an ordinary field's envelope", &items, &name);
    out
}
