//! Where something stands in a record with integrity: a sequence of components (docs/FORMAT.md,
//! section 9).
//!
//! Every component says by its first byte how long it is, so that no two sequences have the same
//! bytes. Without index and key, elements of a list could be exchanged under an intact record.

use serde::Serialize;

use crate::cbor;
use crate::error::Result;
use crate::tag::FieldId;

const FIELD: u8 = 1;
const INDEX: u8 = 2;
const KEY: u8 = 3;

/// Steps into a field.
pub(crate) fn field(place: &mut Vec<u8>, id: FieldId) {
    place.push(FIELD);
    place.extend_from_slice(&id.0);
}

/// Steps to an element of a list, counted from 0.
pub(crate) fn index(place: &mut Vec<u8>, index: usize) {
    place.push(INDEX);
    place.extend_from_slice(&(index as u64).to_be_bytes());
}

/// Steps to an entry of a map.
pub(crate) fn key<K: Serialize + ?Sized>(place: &mut Vec<u8>, key: &K) -> Result<()> {
    place.push(KEY);
    framed_key(place, key)
}

fn framed_key<K: Serialize + ?Sized>(out: &mut Vec<u8>, key: &K) -> Result<()> {
    let mut bytes = Vec::new();
    cbor::to_vec_in(key, &mut bytes)?;
    frame(out, &bytes);
    Ok(())
}

/// Appends the length as a u64, then the bytes.
pub(crate) fn frame(out: &mut Vec<u8>, part: &[u8]) {
    out.extend_from_slice(&(part.len() as u64).to_be_bytes());
    out.extend_from_slice(part);
}

/// What is listed of a list as a whole: an element that holds nothing covered would go unnoticed.
pub(crate) fn length(elements: usize) -> Vec<u8> {
    (elements as u64).to_be_bytes().to_vec()
}

/// What is listed of a map as a whole: its keys, in the order of their bytes, whatever the map's is.
pub(crate) fn keys<'a, K: Serialize + 'a>(keys: impl Iterator<Item = &'a K>) -> Result<Vec<u8>> {
    let framed = keys.map(|key| {
        let mut out = Vec::new();
        framed_key(&mut out, key).map(|()| out)
    });
    let mut framed = framed.collect::<Result<Vec<_>>>()?;
    framed.sort_unstable();
    Ok(framed.concat())
}
