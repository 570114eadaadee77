//! The vectors of docs/FORMAT.md and docs/JOURNAL.md, found by walking their folders.

#[path = "../examples/make_vectors/catalogue/mod.rs"]
mod catalogue;
#[path = "vectors/journal.rs"]
mod journal;
#[path = "vectors/told.rs"]
mod told;

use std::path::PathBuf;

use serde_json::Value;
use taggant_core::cipher::mac::MacKey;
use taggant_core::cipher::xaes::XaesKey;
use taggant_core::envelope::{
    Envelope, Flags, decode_text, looks_like_envelope, looks_like_envelope_bytes, write_aad,
};
use taggant_core::redact::normalize;
use taggant_core::tag::FieldId;
use taggant_core::{Error, Outcome, cbor};
use zeroize::Zeroizing;

use told::Told;

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(name)
}

fn each(name: &str, least: usize, mut check: impl FnMut(&str, &Value)) {
    let mut count = 0;
    for entry in std::fs::read_dir(folder(name)).unwrap() {
        let path = entry.unwrap().path();
        let vector = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        check(&path.display().to_string(), &vector);
        count += 1;
    }
    assert!(count >= least, "only {count} vectors");
}

fn unhex(value: &Value) -> Option<Vec<u8>> {
    Some(taggant_core::hex::decode(value.as_str()?).expect("vectors are in lower-case hex"))
}

fn outcome(error: Error) -> Outcome {
    error.outcome()
}

/// The checks of section 7 up to the tag, in its order; `suffix` goes behind the associated data.
fn open(vector: &Value, suffix: &[u8]) -> Result<Vec<u8>, Outcome> {
    let text = |name: &str| vector[name].as_str().unwrap();
    let bytes = decode_text(text("envelope")).map_err(outcome)?;
    let envelope = Envelope::parse(&bytes).map_err(outcome)?;
    if envelope.header.field != FieldId::of(text("dataset"), text("field")) {
        return Err(Outcome::WrongField);
    }
    let (path, row) = (unhex(&vector["path"]), unhex(&vector["row"]));
    let seals_none = vector["seals_none"].as_bool().unwrap();
    let expected = Flags::new(row.is_some(), path.is_some(), seals_none);
    if envelope.header.flags != expected {
        let loose = envelope.header.flags.is_row_bound() && row.is_none();
        return Err(if loose { Outcome::WrongRow } else { Outcome::Tampered });
    }
    if envelope.header.key.0.to_vec() != unhex(&vector["key_id"]).unwrap() {
        return Err(Outcome::KeyNotFound);
    }
    if vector["key_tenant"] != vector["tenant"] {
        return Err(Outcome::WrongTenant);
    }
    if vector["key_owner"] != vector["owner"] {
        return Err(Outcome::WrongSubject);
    }
    let key = XaesKey::new(&unhex(&vector["key"]).unwrap().try_into().unwrap());
    let mut aad = Vec::new();
    let head = envelope.header.to_bytes();
    write_aad(&mut aad, &head, text("tenant"), path.as_deref(), row.as_deref());
    aad.extend_from_slice(suffix);
    let mut plain = envelope.ciphertext.to_vec();
    key.open_in_place(envelope.nonce, &aad, &mut plain, envelope.tag)
        .map_err(|_| Outcome::Tampered)?;
    Ok(plain)
}

fn read(vector: &Value) -> Result<Value, Outcome> {
    let plain = open(vector, &[])?;
    cbor::from_vec::<Told>(Zeroizing::new(plain)).map(|told| told.0).map_err(outcome)
}

fn compare(file: &str, vector: &Value, read: Result<Value, Outcome>) {
    let (ended, value) = match read {
        Ok(value) => ("ok", value),
        Err(outcome) => (outcome.name(), Value::Null),
    };
    assert_eq!(ended, vector["expected"].as_str().unwrap(), "{file}");
    assert_eq!(value, vector["value"], "{file}");
}

#[test]
fn every_envelope_ends_as_its_vector_says() {
    each("envelope", 110, |file, vector| {
        compare(file, vector, read(vector));
        if vector["expected"] == "ok" {
            let (text, bytes) = (vector["envelope"].as_str().unwrap(), unhex(&vector["bytes"]));
            let bytes = bytes.unwrap();
            assert_eq!(decode_text(text).unwrap(), bytes, "{file}");
            assert!(looks_like_envelope(text) && looks_like_envelope_bytes(&bytes), "{file}");
        }
    });
}

#[test]
fn every_record_integrity_ends_as_its_vector_says() {
    each("integrity", 13, |file, vector| {
        let mut items: Vec<_> = vector["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| (unhex(&item["place"]).unwrap(), unhex(&item["bytes"]).unwrap()))
            .collect();
        items.sort();
        let length = |part: &[u8]| (part.len() as u64).to_be_bytes();
        let mut suffix = (items.len() as u64).to_be_bytes().to_vec();
        for (place, bytes) in &items {
            suffix.extend([&length(place)[..], place, &[1], &length(bytes), bytes].concat());
        }
        let read = match open(vector, &suffix) {
            Ok(plain) if !plain.is_empty() => Err(Outcome::Tampered),
            opened => opened.map(|_| Value::Null),
        };
        compare(file, vector, read);
    });
}

#[test]
fn every_blind_index_value_is_that_of_its_vector() {
    each("index", 14, |file, vector| {
        let text = |name: &str| vector[name].as_str().unwrap();
        let number = |name: &str| usize::try_from(vector[name].as_u64().unwrap()).unwrap();
        let normal = normalize(text("normalizer"), text("text")).unwrap();
        assert_eq!(normal, text("normal"), "{file}");
        let key = MacKey::new(&unhex(&vector["key"]).unwrap().try_into().unwrap());
        let parts = [text("normalizer"), text("dataset"), text("index"), &normal];
        let tag = key.tag(&parts.map(str::as_bytes));
        let value = [&[number("generation") as u8], &tag[..number("bits") / 8]].concat();
        assert_eq!(Some(value), unhex(&vector["value"]), "{file}");
    });
}

#[test]
fn every_id_is_that_of_its_vector() {
    each("ids", 9, |file, vector| {
        let text = |name: &str| vector[name].as_str().unwrap();
        if vector["field_id"].is_string() {
            let id = FieldId::of(text("dataset"), text("path"));
            assert_eq!(id.to_string(), text("field_id"), "{file}");
        } else {
            let key = MacKey::new(&unhex(&vector["key"]).unwrap().try_into().unwrap());
            let tag =
                key.tag(&[text("tenant"), text("kind"), text("canonical_id")].map(str::as_bytes));
            assert_eq!(Some(tag[..16].to_vec()), unhex(&vector["subject_tag"]), "{file}");
        }
    });
}

/// A change of the format shows as a change of these files, and none is left behind.
#[test]
fn the_files_are_what_the_generator_writes() {
    let files = catalogue::files();
    for (name, content) in &files {
        assert!(std::fs::read_to_string(folder(name)).unwrap() == *content, "{name} differs");
    }
    let there: usize = ["envelope", "integrity", "index", "ids", "journal"]
        .map(|name| std::fs::read_dir(folder(name)).unwrap().count())
        .iter()
        .sum();
    assert_eq!(there, files.len(), "files that the generator does not write");
}
