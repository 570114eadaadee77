//! Envelopes that open: each kind of value, binding, padding and counter.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use taggant_core::tag::FieldId;

use super::Named;
use super::envelope::{Owner, Vector, base, row, sealed};

#[derive(Serialize)]
enum Variant {
    Unit,
    Newtype(u8),
    Tuple(u8, &'static str),
    Struct { a: u8, b: Option<u8> },
}

struct Bytes(&'static [u8]);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

pub(super) fn all() -> Vec<Named> {
    [values(), strange_values(), bindings()]
        .concat()
        .into_iter()
        .map(|(name, vector)| (format!("good-{name}"), vector.good(&name.replace('-', " "))))
        .collect()
}

type Case = (&'static str, Vector);

fn values() -> Vec<Case> {
    vec![
        ("text", base(json!("ana@example.org"), 16)),
        ("text-long", base(json!("x".repeat(300)), 16)),
        ("text-empty", base(json!(""), 16)),
        ("text-unicode", base(json!("Zoë 李 \u{1F600}"), 16)),
        ("integer", base(json!(1_000_000), 16)),
        ("integer-largest-of-64-bits", base(json!(u64::MAX), 16)),
        ("negative", base(json!(-500), 16)),
        ("float", base(json!(1.1), 16)),
        ("boolean", base(json!(true), 16)),
        ("composite", base(json!({"list": [1, null, "a"], "map": {"k": false}}), 16)),
        ("char", sealed(&'ß', json!("ß"), 16)),
        ("variant-unit", sealed(&Variant::Unit, json!("Unit"), 16)),
        ("variant-newtype", sealed(&Variant::Newtype(7), json!({"Newtype": 7}), 16)),
        ("variant-tuple", sealed(&Variant::Tuple(7, "x"), json!({"Tuple": [7, "x"]}), 16)),
        (
            "variant-struct",
            sealed(&Variant::Struct { a: 1, b: None }, json!({"Struct": {"a": 1, "b": null}}), 16),
        ),
    ]
}

/// Values that JSON has no word for: told as a map from `$kind`.
fn strange_values() -> Vec<Case> {
    let integer = |value: i128| sealed(&value, json!({"$integer": value.to_string()}), 16);
    let double =
        |value: f64| sealed(&value, json!({"$float64": format!("{:016x}", value.to_bits())}), 16);
    let keys = BTreeMap::from([(-1_i8, "a"), (10, "b")]);
    vec![
        ("bytes", sealed(&Bytes(&[0, 0xFF, 0x7F]), json!({"$bytes": "00ff7f"}), 16)),
        ("bytes-empty", sealed(&Bytes(&[]), json!({"$bytes": ""}), 16)),
        ("integer-of-65-bits", integer(1 << 64)),
        ("integer-largest", sealed(&u128::MAX, json!({"$integer": u128::MAX.to_string()}), 16)),
        ("negative-of-64-bits", integer(-(1 << 64))),
        ("negative-of-65-bits", integer(-(1 << 64) - 1)),
        ("negative-largest", integer(i128::MIN)),
        ("float-of-32-bits", sealed(&1.5_f32, json!({"$float32": "3fc00000"}), 16)),
        ("float-nan", double(f64::from_bits(0x7FF8_0000_0000_0001))),
        ("float-infinite", double(f64::NEG_INFINITY)),
        ("float-minus-zero", double(-0.0)),
        ("map-of-numbers", sealed(&keys, json!({"$map": [[-1, "a"], [10, "b"]]}), 16)),
    ]
}

fn bindings() -> Vec<Case> {
    let nested =
        [FieldId::of("customers", "billing").0, FieldId::of("contacts", "home").0].concat();
    let dataset = Owner::Dataset("customers");
    let mut wrapping = base(json!("after the wrap"), 16);
    wrapping.state[12..].fill(0xFF);
    vec![
        ("pad-none", base(json!("unpadded"), 1)),
        ("pad-256", base(json!("padded"), 256)),
        ("pad-filled", base(json!("fifteen letters"), 16)),
        ("sealed-none", Vector { seals_none: true, ..base(Value::Null, 16) }),
        ("sealed-some", Vector { seals_none: true, ..base(json!("some"), 16) }),
        ("row-unbound", Vector { row: None, ..base(json!("no row"), 16) }),
        ("row-of-two", Vector { row: row(&["42", "7"]), ..base(json!("two parts"), 16) }),
        ("row-empty-id", Vector { row: row(&[""]), ..base(json!("an empty id"), 16) }),
        ("path", Vector { path: Some(nested.clone()), ..base(json!("nested"), 16) }),
        ("path-only", Vector { path: Some(nested), row: None, ..base(json!("nested"), 16) }),
        ("variant-field", Vector { field: "Company.contact", ..base(json!("in an enum"), 16) }),
        (
            "tenant",
            Vector { tenant: "Acme GmbH", key_tenant: "Acme GmbH", ..base(json!("theirs"), 16) },
        ),
        (
            "dataset-key",
            Vector { owner: dataset.clone(), key_owner: dataset, ..base(json!("no person"), 16) },
        ),
        ("counter", Vector { counter: 2, ..base(json!("third field"), 16) }),
        ("counter-wrapped", Vector { counter: 1, ..wrapping }),
    ]
}
