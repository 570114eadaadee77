//! One envelope: how it is sealed, and what its reader is told.

use serde::Serialize;
use serde_json::{Value, json};
use taggant_core::cbor;
use taggant_core::cipher::xaes::XaesKey;
use taggant_core::envelope::{Flags, Header, encode_text, write_aad};
use taggant_core::tag::{FieldId, KeyId};

use super::{frame, hex};

const KEY: [u8; 32] = *b"an invented key of 32 bytes, 001";
pub(super) const KEY_ID: KeyId = KeyId(*b"key-id-16-bytes!");

/// Whose a key is, or whose the reader's record is.
#[derive(Clone, PartialEq)]
pub(super) enum Owner {
    Subject([u8; 16]),
    Dataset(&'static str),
}

pub(super) const PERSON: Owner = Owner::Subject(*b"the subject tag!");

impl Owner {
    fn json(&self) -> Value {
        match self {
            Self::Subject(tag) => json!({ "subject": hex(tag) }),
            Self::Dataset(name) => json!({ "dataset": name }),
        }
    }
}

#[derive(Clone)]
pub(super) struct Vector {
    pub(super) dataset: &'static str,
    pub(super) field: &'static str,
    pub(super) tenant: &'static str,
    pub(super) owner: Owner,
    pub(super) key_tenant: &'static str,
    pub(super) key_owner: Owner,
    pub(super) path: Option<Vec<u8>>,
    pub(super) row: Option<Vec<u8>>,
    pub(super) seals_none: bool,
    /// The random bytes of the record's sealing state.
    pub(super) state: [u8; 24],
    pub(super) counter: u32,
    pub(super) plaintext: Vec<u8>,
    pub(super) value: Value,
    /// What follows the associated data of an ordinary field.
    pub(super) suffix: Vec<u8>,
}

/// The bytes of a row id, or of the ids of several records around each other.
pub(super) fn row(parts: &[&str]) -> Option<Vec<u8>> {
    Some(parts.iter().flat_map(|part| frame(part.as_bytes())).collect())
}

/// A customer's e-mail address, with the value given twice: as it is, and as JSON tells it.
pub(super) fn sealed<T: Serialize>(value: &T, told: Value, pad: usize) -> Vector {
    let mut plaintext = Vec::new();
    cbor::to_vec_in(value, &mut plaintext).expect("the values are plain data");
    plaintext.resize(plaintext.len().next_multiple_of(pad), 0);
    let mut state = [0x20; 24];
    state[23] = 0xFE;
    Vector {
        dataset: "customers",
        field: "email",
        tenant: "default",
        owner: PERSON,
        key_tenant: "default",
        key_owner: PERSON,
        path: None,
        row: row(&["42"]),
        seals_none: false,
        state,
        counter: 0,
        plaintext,
        value: told,
        suffix: Vec::new(),
    }
}

/// A value that JSON can tell.
pub(super) fn base(value: Value, pad: usize) -> Vector {
    sealed(&value.clone(), value, pad)
}

impl Vector {
    fn header(&self) -> Header {
        Header {
            flags: Flags::new(self.row.is_some(), self.path.is_some(), self.seals_none),
            field: FieldId::of(self.dataset, self.field),
            key: KEY_ID,
        }
    }

    /// Bytes 12–23 of the state plus the counter, mod 2^96.
    fn nonce(&self) -> [u8; 24] {
        let mut tail = [0; 16];
        tail[4..].copy_from_slice(&self.state[12..]);
        let sum = u128::from_be_bytes(tail) + u128::from(self.counter);
        let mut nonce = self.state;
        nonce[12..].copy_from_slice(&sum.to_be_bytes()[4..]);
        nonce
    }

    pub(super) fn envelope(&self) -> Vec<u8> {
        let (header, nonce) = (self.header().to_bytes(), self.nonce());
        let mut aad = Vec::new();
        write_aad(&mut aad, &header, self.tenant, self.path.as_deref(), self.row.as_deref());
        aad.extend_from_slice(&self.suffix);
        let mut body = self.plaintext.clone();
        let tag = XaesKey::new(&KEY).seal_in_place(&nonce, &aad, &mut body);
        [&header[..], &nonce, &body, &tag].concat()
    }

    /// What every reader is told.
    pub(super) fn reader(&self, comment: &str, expected: &str) -> Value {
        json!({
            "comment": comment,
            "key": hex(&KEY),
            "key_id": hex(&KEY_ID.0),
            "key_tenant": self.key_tenant,
            "key_owner": self.key_owner.json(),
            "dataset": self.dataset,
            "field": self.field,
            "tenant": self.tenant,
            "owner": self.owner.json(),
            "path": self.path.as_deref().map(hex),
            "row": self.row.as_deref().map(hex),
            "seals_none": self.seals_none,
            "expected": expected,
        })
    }

    /// A vector that opens.
    pub(super) fn good(&self, comment: &str) -> Value {
        let bytes = self.envelope();
        let mut file = self.reader(comment, "ok");
        file["envelope"] = text(&bytes).into();
        file["bytes"] = hex(&bytes).into();
        file["value"] = self.value.clone();
        file["plaintext"] = hex(&self.plaintext).into();
        file["state"] = hex(&self.state).into();
        file["counter"] = self.counter.into();
        file
    }

    /// A vector that this reader refuses.
    pub(super) fn bad(&self, comment: &str, expected: &str, envelope: &str) -> Value {
        let mut file = self.reader(comment, expected);
        file["envelope"] = envelope.into();
        file["value"] = Value::Null;
        file
    }
}

pub(super) fn text(bytes: &[u8]) -> String {
    let mut out = String::new();
    encode_text(bytes, &mut out);
    out
}
