//! Blind-index values.

use serde_json::{Value, json};
use taggant_core::cipher::mac::MacKey;
use taggant_core::redact::normalize;

use super::{Named, hex};

const KEY: [u8; 32] = *b"an invented index key, 32 bytes!";

fn vector(comment: &str, normalizer: &str, text: &str, bits: usize, generation: u8) -> Value {
    let normal = normalize(normalizer, text).expect("a known normaliser").into_owned();
    let (dataset, index) = ("customers", "email_index");
    let parts = [normalizer, dataset, index, &normal].map(str::as_bytes);
    let tag = MacKey::new(&KEY).tag(&parts);
    json!({
        "comment": comment,
        "key": hex(&KEY),
        "generation": generation,
        "normalizer": normalizer,
        "dataset": dataset,
        "index": index,
        "bits": bits,
        "text": text,
        "normal": normal,
        "value": hex(&[&[generation], &tag[..bits / 8]].concat()),
    })
}

pub(super) fn all() -> Vec<Named> {
    [
        ("text", "text/1", "Ana@Example.org", 128, 1),
        ("text-trimmed", "text/1", " \u{A0}\tana@example.org\u{2003}\n", 128, 1),
        ("text-composed", "text/1", "Zoe\u{308} \u{FF21}\u{FB01}", 128, 1),
        ("text-sigma", "text/1", "ΟΔΥΣΣΕΥΣ", 128, 1),
        ("text-control", "text/1", "\u{1F}ana\u{1C}", 128, 1),
        ("text-empty", "text/1", "", 128, 1),
        ("exact", "exact/1", " Ana@Example.org ", 128, 1),
        ("phone", "phone/1", "+49 (30) 123-45.67/8", 128, 1),
        ("phone-wide", "phone/1", "０３０\u{2013}１２３", 128, 1),
        ("phone-none", "phone/1", "Call Me", 128, 1),
        ("phone-plus", "phone/1", "+", 128, 1),
        ("bits-16", "text/1", "ana@example.org", 16, 1),
        ("bits-256", "text/1", "ana@example.org", 256, 1),
        ("generation", "text/1", "ana@example.org", 128, 200),
    ]
    .into_iter()
    .map(|(name, normalizer, text, bits, generation)| {
        let comment = name.replace('-', " ");
        (name.to_owned(), vector(&comment, normalizer, text, bits, generation))
    })
    .collect()
}
