//! Writes the test vectors of docs/FORMAT.md: `cargo run -p taggant-core --example make_vectors
//! -- tests/vectors/envelope`. Keys and nonces are fixed, so that the files are the same each time;
//! nothing outside this program passes a nonce.
#![allow(clippy::print_stderr)]

use std::path::Path;

use serde_json::{Value, json};
use taggant_core::cbor;
use taggant_core::cipher::xaes::XaesKey;
use taggant_core::envelope::{Flags, Header, encode_text, write_aad};
use taggant_core::tag::{FieldId, KeyId};

const KEY: [u8; 32] = *b"an invented key of 32 bytes, 001";
const KEY_ID: KeyId = KeyId(*b"key-id-16-bytes!");

#[derive(Clone)]
struct Vector {
    dataset: &'static str,
    field: &'static str,
    tenant: &'static str,
    path: Option<Vec<u8>>,
    row: Option<Vec<u8>>,
    seals_none: bool,
    nonce: [u8; 24],
    plaintext: Vec<u8>,
    value: Value,
}

fn row(parts: &[&str]) -> Option<Vec<u8>> {
    Some(
        parts
            .iter()
            .flat_map(|p| [&(p.len() as u64).to_be_bytes()[..], p.as_bytes()].concat())
            .collect(),
    )
}

fn base(value: Value, pad: usize) -> Vector {
    let mut plaintext = Vec::new();
    cbor::to_vec_in(&value, &mut plaintext).expect("JSON is CBOR");
    plaintext.resize(plaintext.len().next_multiple_of(pad), 0);
    let mut nonce = [0x20; 24];
    nonce[23] = 0xFE;
    Vector {
        dataset: "customers",
        field: "email",
        tenant: "default",
        path: None,
        row: row(&["42"]),
        seals_none: false,
        nonce,
        plaintext,
        value,
    }
}

impl Vector {
    fn header(&self) -> Header {
        Header {
            flags: Flags::new(self.row.is_some(), self.path.is_some(), self.seals_none),
            field: FieldId::of(self.dataset, self.field),
            key: KEY_ID,
        }
    }

    fn envelope(&self) -> Vec<u8> {
        let header = self.header().to_bytes();
        let mut aad = Vec::new();
        write_aad(&mut aad, &header, self.tenant, self.path.as_deref(), self.row.as_deref());
        let mut body = self.plaintext.clone();
        let tag = XaesKey::new(&KEY).seal_in_place(&self.nonce, &aad, &mut body);
        [&header[..], &self.nonce, &body, &tag].concat()
    }

    /// What the reader is told, besides the text.
    fn file(&self, text: &str, expected: &str, comment: &str) -> Value {
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        json!({
            "comment": comment,
            "key": hex(&KEY),
            "key_id": hex(&KEY_ID.0),
            "dataset": self.dataset,
            "field": self.field,
            "tenant": self.tenant,
            "path": self.path.as_deref().map(hex),
            "row": self.row.as_deref().map(hex),
            "seals_none": self.seals_none,
            "envelope": text,
            "expected": expected,
            "value": if expected == "ok" { self.value.clone() } else { Value::Null },
        })
    }
}

fn text(bytes: &[u8]) -> String {
    let mut out = String::new();
    encode_text(bytes, &mut out);
    out
}

fn good() -> Vec<(&'static str, Vector)> {
    let nested =
        [FieldId::of("customers", "billing").0, FieldId::of("contacts", "home").0].concat();
    let mut counter = base(json!("third field"), 16);
    counter.nonce[23] = 0x00;
    let mut wrapped = base(json!("after the wrap"), 16);
    wrapped.nonce[12..].fill(0);
    vec![
        ("text", base(json!("ana@example.org"), 16)),
        ("text-long", base(json!("x".repeat(300)), 16)),
        ("text-empty", base(json!(""), 16)),
        ("text-unicode", base(json!("Zoë 李 \u{1F600}"), 16)),
        ("integer", base(json!(1_000_000), 16)),
        ("negative", base(json!(-500), 16)),
        ("float", base(json!(1.1), 16)),
        ("boolean", base(json!(true), 16)),
        ("composite", base(json!({"list": [1, null, "a"], "map": {"k": false}}), 16)),
        ("pad-none", base(json!("unpadded"), 1)),
        ("pad-256", base(json!("padded"), 256)),
        ("sealed-none", Vector { seals_none: true, ..base(Value::Null, 16) }),
        ("sealed-some", Vector { seals_none: true, ..base(json!("some"), 16) }),
        ("row-unbound", Vector { row: None, ..base(json!("no row"), 16) }),
        ("row-of-two", Vector { row: row(&["42", "7"]), ..base(json!("two parts"), 16) }),
        ("path", Vector { path: Some(nested), ..base(json!("nested"), 16) }),
        ("tenant", Vector { tenant: "Acme GmbH", ..base(json!("theirs"), 16) }),
        ("counter", counter),
        ("counter-wrapped", wrapped),
    ]
}

type Bad = (&'static str, &'static str, &'static str, Value);

fn bad() -> Vec<Bad> {
    let good = base(json!("ana@example.org"), 16);
    let bytes = good.envelope();
    let changed = |index: usize, value: u8| {
        let mut bytes = bytes.clone();
        bytes[index] = value;
        text(&bytes)
    };
    let told = |vector: &Vector, envelope: &str, expected: &str, comment: &str| {
        vector.file(envelope, expected, comment)
    };
    let whole = text(&bytes);
    let mut out: Vec<Bad> = Vec::new();
    let mut add = |name, expected, comment, vector: &Vector, envelope: &str| {
        out.push((name, expected, comment, told(vector, envelope, expected, comment)));
    };
    add("magic-1", "UnknownFormat", "first byte of the magic", &good, &changed(0, 0xFF));
    add("magic-2", "UnknownFormat", "second byte of the magic", &good, &changed(1, 0xD0));
    add("version", "UnknownFormat", "version 2", &good, &changed(2, 2));
    add("suite", "UnknownFormat", "suite 2", &good, &changed(3, 2));
    add("flag-unknown", "UnknownFormat", "flag bit 3", &good, &changed(4, 9));
    add("flag-row", "Tampered", "says that no row is bound", &good, &changed(4, 0));
    add("flag-path", "Tampered", "says that a path is bound", &good, &changed(4, 3));
    add("flag-none", "Tampered", "says that the field seals None", &good, &changed(4, 5));
    add("field-id", "WrongField", "field id changed", &good, &changed(5, bytes[5] ^ 1));
    add("key-id", "KeyNotFound", "key id changed", &good, &changed(13, bytes[13] ^ 1));
    add("nonce-head", "Tampered", "first byte of the nonce", &good, &changed(29, bytes[29] ^ 1));
    add("nonce-tail", "Tampered", "last byte of the nonce", &good, &changed(52, bytes[52] ^ 1));
    add(
        "ciphertext",
        "Tampered",
        "first byte of the ciphertext",
        &good,
        &changed(53, bytes[53] ^ 1),
    );
    let last = bytes.len() - 1;
    add("tag", "Tampered", "last byte of the tag", &good, &changed(last, bytes[last] ^ 1));
    let other = |change: fn(&mut Vector)| {
        let mut vector = good.clone();
        change(&mut vector);
        vector
    };
    add("wrong-field", "WrongField", "read as another field", &other(|v| v.field = "name"), &whole);
    add(
        "wrong-dataset",
        "WrongField",
        "of another dataset",
        &other(|v| v.dataset = "staff"),
        &whole,
    );
    add(
        "wrong-tenant",
        "Tampered",
        "another tenant in the AAD",
        &other(|v| v.tenant = "acme"),
        &whole,
    );
    add("wrong-row", "Tampered", "another row", &other(|v| v.row = row(&["43"])), &whole);
    add(
        "row-joined",
        "Tampered",
        "parts joined without framing",
        &other(|v| v.row = row(&["4", "2"])),
        &whole,
    );
    add("row-missing", "WrongRow", "the type binds no row", &other(|v| v.row = None), &whole);
    let nested = Vector { path: Some(vec![1; 8]), ..good.clone() };
    let twin = Vector { path: Some(vec![2; 8]), ..good.clone() };
    add("wrong-path", "Tampered", "moved to its twin", &twin, &text(&nested.envelope()));
    for (name, length) in
        [("cut-0", 0), ("cut-1", 1), ("cut-header", 28), ("cut-nonce", 52), ("cut-tag", 68)]
    {
        add(name, "Tampered", "cut short", &good, &text(&bytes[..length]));
    }
    add("cut-last", "Tampered", "without its last byte", &good, &text(&bytes[..last]));
    let longer = [bytes.as_slice(), &[0]].concat();
    add("trailing", "Tampered", "a byte more", &good, &text(&longer));
    add("base64-padding", "Tampered", "with padding", &good, &format!("{whole}="));
    add("base64-space", "Tampered", "a space at the end", &good, &format!("{whole} "));
    add("base64-alphabet", "Tampered", "standard alphabet", &good, &whole.replace(['-', '_'], "/"));
    add("prefix", "UnknownFormat", "another prefix", &good, &whole.replace("tgt1.", "tgt2."));
    // 85 bytes are 114 characters, the last of which carries two bits only.
    let mut bits = whole.clone();
    let unused = char::from(bits.pop().expect("not empty") as u8 + 1);
    bits.push(unused);
    add("base64-bits", "Tampered", "unused bits are not zero", &good, &bits);
    let mut padding = good.clone();
    *padding.plaintext.last_mut().expect("not empty") = 1;
    padding.plaintext.resize(32, 0);
    padding.plaintext[31] = 1;
    add("padding", "Tampered", "padding is not zero", &good, &text(&padding.envelope()));
    let mut long = good.clone();
    long.plaintext = vec![0x78, 1, b'a'];
    add(
        "cbor-length",
        "Invalid",
        "length not in its shortest form",
        &good,
        &text(&long.envelope()),
    );
    long.plaintext = vec![0x7F, 0x61, b'a', 0xFF];
    add("cbor-indefinite", "Invalid", "indefinite length", &good, &text(&long.envelope()));
    out
}

fn main() {
    let folder = std::env::args().nth(1).expect("usage: make_vectors FOLDER");
    let write = |name: String, content: &Value| {
        let text = serde_json::to_string_pretty(content).expect("JSON") + "\n";
        std::fs::write(Path::new(&folder).join(name), text).expect("the folder can be written");
    };
    for (name, vector) in good() {
        write(format!("good-{name}.json"), &vector.file(&text(&vector.envelope()), "ok", name));
    }
    for (name, _, _, file) in bad() {
        write(format!("bad-{name}.json"), &file);
    }
}
