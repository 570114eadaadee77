//! The vectors of docs/FORMAT.md, found by walking their folder.

use std::path::Path;

use serde_json::Value;
use taggant_core::cipher::xaes::XaesKey;
use taggant_core::envelope::{Envelope, Flags, decode_text, write_aad};
use taggant_core::tag::FieldId;
use taggant_core::{Error, Outcome, cbor};
use zeroize::Zeroizing;

fn unhex(value: &Value) -> Option<Vec<u8>> {
    let text = value.as_str()?;
    Some(
        (0..text.len())
            .step_by(2)
            .map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap())
            .collect(),
    )
}

/// The checks of section 7, in its order.
fn read(vector: &Value) -> Result<Value, Outcome> {
    let outcome = |error: Error| error.outcome();
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
    let key = XaesKey::new(&unhex(&vector["key"]).unwrap().try_into().unwrap());
    let mut aad = Vec::new();
    let head = envelope.header.to_bytes();
    write_aad(&mut aad, &head, text("tenant"), path.as_deref(), row.as_deref());
    let mut plain = envelope.ciphertext.to_vec();
    key.open_in_place(envelope.nonce, &aad, &mut plain, envelope.tag)
        .map_err(|_| Outcome::Tampered)?;
    cbor::from_vec(Zeroizing::new(plain)).map_err(outcome)
}

#[test]
fn every_vector_ends_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/envelope");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let vector: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let (ended, value) = match read(&vector) {
            Ok(value) => ("ok", value),
            Err(outcome) => (outcome.name(), Value::Null),
        };
        assert_eq!(ended, vector["expected"].as_str().unwrap(), "{}", path.display());
        assert_eq!(value, vector["value"], "{}", path.display());
        count += 1;
    }
    assert!(count >= 50, "only {count} vectors");
}
