//! Envelopes that are refused, for one reason each.

use serde_json::{Value, json};
use taggant_core::tag::FieldId;

use super::Named;
use super::envelope::{Owner, PERSON, Vector, base, row, text};

struct Bad {
    good: Vector,
    bytes: Vec<u8>,
    out: Vec<Named>,
}

impl Bad {
    fn add(&mut self, name: &str, expected: &str, comment: &str, reader: &Vector, text: &str) {
        self.out.push((format!("bad-{name}"), reader.bad(comment, expected, text)));
    }

    /// The good envelope with one byte changed.
    fn byte(&mut self, name: &str, expected: &str, comment: &str, index: usize, change: u8) {
        let mut bytes = self.bytes.clone();
        bytes[index] ^= change;
        self.add(name, expected, comment, &self.good.clone(), &text(&bytes));
    }

    /// The good envelope, read by one who expects something else.
    fn reader(&mut self, name: &str, expected: &str, comment: &str, reader: Vector) {
        self.add(name, expected, comment, &reader, &text(&self.bytes.clone()));
    }

    /// The good envelope, written another way.
    fn spelled(&mut self, name: &str, expected: &str, comment: &str, spelling: &str) {
        self.add(name, expected, comment, &self.good.clone(), spelling);
    }

    /// A genuine envelope around a plaintext that no writer makes.
    fn plaintext(&mut self, name: &str, expected: &str, comment: &str, plaintext: &[u8]) {
        let sealed = Vector { plaintext: plaintext.to_vec(), ..self.good.clone() };
        self.add(name, expected, comment, &sealed, &text(&sealed.envelope()));
    }
}

pub(super) fn all() -> Vec<Named> {
    let good = base(json!("ana@example.org"), 16);
    let mut bad = Bad { bytes: good.envelope(), good, out: Vec::new() };
    headers(&mut bad);
    readers(&mut bad);
    cuts(&mut bad);
    spellings(&mut bad);
    plaintexts(&mut bad);
    bad.out
}

fn headers(bad: &mut Bad) {
    bad.byte("magic-1", "UnknownFormat", "first byte of the magic", 0, 1);
    bad.byte("magic-2", "UnknownFormat", "second byte of the magic", 1, 1);
    bad.byte("version", "UnknownFormat", "version 3", 2, 2);
    bad.byte("version-0", "UnknownFormat", "version 0", 2, 1);
    bad.byte("suite", "UnknownFormat", "suite 3", 3, 2);
    for bit in 3..8 {
        let comment = format!("flag bit {bit}");
        bad.byte(&format!("flag-unknown-{bit}"), "UnknownFormat", &comment, 4, 1 << bit);
    }
    bad.byte("flag-row", "Tampered", "says that no row is bound", 4, 1);
    bad.byte("flag-path", "Tampered", "says that a path is bound", 4, 2);
    bad.byte("flag-none", "Tampered", "says that the field seals None", 4, 4);
    bad.byte("field-id", "WrongField", "first byte of the field id", 5, 1);
    bad.byte("field-id-last", "WrongField", "last byte of the field id", 12, 0x80);
    bad.byte("key-id", "KeyNotFound", "first byte of the key id", 13, 1);
    bad.byte("key-id-last", "KeyNotFound", "last byte of the key id", 28, 0x80);
    bad.byte("nonce-head", "Tampered", "first byte of the nonce", 29, 1);
    bad.byte("nonce-tail", "Tampered", "last byte of the nonce", 52, 1);
    bad.byte("ciphertext", "Tampered", "first byte of the ciphertext", 53, 1);
    bad.byte("padding-byte", "Tampered", "last byte of the ciphertext", bad.bytes.len() - 17, 1);
    bad.byte("tag", "Tampered", "last byte of the tag", bad.bytes.len() - 1, 1);
}

fn readers(bad: &mut Bad) {
    let good = bad.good.clone();
    let with = |change: fn(&mut Vector)| {
        let mut reader = good.clone();
        change(&mut reader);
        reader
    };
    bad.reader("wrong-field", "WrongField", "read as another field", with(|v| v.field = "name"));
    bad.reader("wrong-dataset", "WrongField", "another dataset", with(|v| v.dataset = "staff"));
    let comment = "the key belongs to another person than the record names";
    let other = Owner::Subject(*b"another subject!");
    bad.reader("wrong-subject", "WrongSubject", comment, Vector { owner: other, ..good.clone() });
    let comment = "a person's key where the record names none";
    let none = Owner::Dataset("customers");
    bad.reader("subject-none", "WrongSubject", comment, Vector { owner: none, ..good.clone() });
    let comment = "a dataset's key where the record names a person";
    let key_owner = Owner::Dataset("customers");
    bad.reader("subject-dataset", "WrongSubject", comment, Vector { key_owner, ..good.clone() });
    let comment = "the tenant's key is another's";
    bad.reader("wrong-tenant", "WrongTenant", comment, with(|v| v.tenant = "acme"));
    let comment = "a key that claims another tenant than the one it sealed for";
    let change = |v: &mut Vector| (v.tenant, v.key_tenant) = ("acme", "acme");
    bad.reader("tenant-in-aad", "Tampered", comment, with(change));
    bad.reader("wrong-row", "Tampered", "another row", with(|v| v.row = row(&["43"])));
    let comment = "parts joined without framing";
    bad.reader("row-joined", "Tampered", comment, with(|v| v.row = row(&["4", "2"])));
    bad.reader("row-missing", "WrongRow", "the type binds no row", with(|v| v.row = None));
    let comment = "the type binds a path";
    bad.reader("path-missing", "Tampered", comment, with(|v| v.path = Some(vec![1; 8])));
    let comment = "the field seals None, the envelope does not say so";
    bad.reader("none-missing", "Tampered", comment, with(|v| v.seals_none = true));
    twins(bad);
}

/// Two nested records of one type, in one record.
fn twins(bad: &mut Bad) {
    let at = |field| Some(FieldId::of("customers", field).0.to_vec());
    let billing = Vector { path: at("billing"), ..bad.good.clone() };
    let shipping = Vector { path: at("shipping"), ..bad.good.clone() };
    let moved = text(&billing.envelope());
    bad.add("wrong-path", "Tampered", "moved to its twin", &shipping, &moved);
    // The bytes of the path stand where the row's would, and the other way round.
    let path = Vector { path: row(&["42"]), row: None, ..bad.good.clone() };
    let swapped = text(&path.envelope());
    bad.add("path-as-row", "Tampered", "a path read as a row", &bad.good.clone(), &swapped);
}

fn cuts(bad: &mut Bad) {
    let bytes = bad.bytes.clone();
    for (name, length) in [
        ("cut-0", 0),
        ("cut-1", 1),
        ("cut-2", 2),
        ("cut-header", 28),
        ("cut-after-header", 29),
        ("cut-nonce", 52),
        ("cut-tag", 68),
        ("cut-last", bytes.len() - 1),
    ] {
        bad.spelled(name, "Tampered", "cut short", &text(&bytes[..length]));
    }
    bad.spelled("short-foreign", "UnknownFormat", "one byte, not the magic's", &text(&[0]));
    let longer = [bytes.as_slice(), &[0]].concat();
    bad.spelled("trailing", "Tampered", "a byte more", &text(&longer));
    let twice = [bytes.as_slice(), &bytes].concat();
    bad.spelled("trailing-envelope", "Tampered", "two envelopes in a row", &text(&twice));
}

fn spellings(bad: &mut Bad) {
    let whole = text(&bad.bytes);
    assert!(whole.contains(['-', '_']), "the alphabets must differ on it");
    bad.spelled("base64-padding", "Tampered", "with padding", &format!("{whole}="));
    bad.spelled("base64-padding-2", "Tampered", "with padding", &format!("{whole}=="));
    bad.spelled("base64-space", "Tampered", "a space at the end", &format!("{whole} "));
    bad.spelled("base64-line", "Tampered", "a line feed inside", &whole.replacen('A', "A\n", 1));
    let standard = whole.replace('-', "+").replace('_', "/");
    bad.spelled("base64-alphabet", "Tampered", "standard alphabet", &standard);
    // 85 bytes are 114 characters, the last of which carries two bits only.
    let mut bits = whole.clone();
    let last = bits.pop().expect("not empty");
    bits.push(char::from(last as u8 + 1));
    bad.spelled("base64-bits", "Tampered", "unused bits are not zero", &bits);
    bad.spelled("base64-length", "Tampered", "one character more", &format!("{whole}AAA"));
    bad.spelled("prefix", "UnknownFormat", "another prefix", &whole.replace("tgt1.", "tgt2."));
    bad.spelled("prefix-case", "UnknownFormat", "prefix in capitals", &whole.replace("tgt", "TGT"));
    bad.spelled("prefix-space", "UnknownFormat", "a space before it", &format!(" {whole}"));
}

fn plaintexts(bad: &mut Bad) {
    let padding = |at: usize| {
        let mut plain = bad.good.plaintext.clone();
        plain.resize(48, 0);
        plain[at] = 1;
        plain
    };
    let (first, last) = (padding(16), padding(47));
    bad.plaintext("padding-first", "Tampered", "first byte of the padding is 01", &first);
    bad.plaintext("padding", "Tampered", "last byte of the padding is 01", &last);
    bad.plaintext("two-items", "Tampered", "a second item", &[0x61, b'a', 0x61, b'b']);
    let deep = [&[0x81; 129][..], &[0]].concat();
    let depth = [&[0x81; 128][..], &[0x80]].concat();
    let big = [&[0xC3, 0x50, 0x80][..], &[0; 15]].concat();
    for (name, comment, plaintext) in [
        ("empty", "no item", &[][..]),
        ("length", "length not in its shortest form", &[0x78, 1, b'a']),
        ("integer", "integer not in its shortest form", &[0x19, 0, 0xFF]),
        ("indefinite", "indefinite length", &[0x7F, 0x61, b'a', 0xFF]),
        ("cut", "a text longer than the plaintext", &[0x62, b'a']),
        ("array-cut", "an array of more items than there are", &[0x82, 0x00]),
        ("utf8", "a text that is not UTF-8", &[0x61, 0xFF]),
        ("half", "a 16-bit float", &[0xF9, 0x3C, 0]),
        ("undefined", "undefined", &[0xF7]),
        ("simple", "a simple value", &[0xF8, 0x20]),
        ("tag", "another tag", &[0xC1, 0x00]),
        ("bignum-small", "a big integer of 64 bits", &[0xC2, 0x48, 1, 0, 0, 0, 0, 0, 0, 0]),
        (
            "bignum-zero",
            "a big integer with a leading zero",
            &[0xC2, 0x4A, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        ),
        ("bignum-low", "a negative integer beyond 128 bits", &big),
        ("deep", "129 levels", &deep),
        ("deep-empty", "129 levels, the innermost empty", &depth),
    ] {
        bad.plaintext(&format!("cbor-{name}"), "Invalid", comment, plaintext);
    }
    assert!(bad.good.owner == PERSON && bad.good.value != Value::Null);
}
