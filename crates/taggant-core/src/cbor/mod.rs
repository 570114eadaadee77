//! The plaintext of an envelope: one CBOR item (RFC 8949).
//!
//! Definite lengths, shortest integers, floats at their own width, maps in the value's order,
//! `is_human_readable` always false. `None` and `()` are null; `Some(v)` is `v`, so that
//! `Some(None)` reads back as `None`, as in JSON. Enums: a unit variant is its name as text, any
//! other a map of one entry from the name to the content.
//!
//! Errors never contain a value, nor what a type says about one.

mod error;
pub mod probe;
mod read;
mod sink;
pub(crate) mod whose;
mod write;

use std::cell::Cell;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::error::{Error, Outcome, Result};

use error::CborError;

/// The name of the newtype by which `Sensitive` asks for itself.
pub const SENSITIVE: &str = "$taggant::Sensitive";

thread_local! {
    static ADMITTED: Cell<bool> = const { Cell::new(false) };
    /// Address and length of the envelope that the writer may take.
    static MADE: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// This writer says that it is the one that asks: only into it a `Sensitive` is sealed.
fn admit() {
    ADMITTED.set(true);
}

/// Admits nobody until dropped, on unwind too; then again whom it admitted before.
pub(crate) struct Unadmitted(bool);

impl Drop for Unadmitted {
    fn drop(&mut self) {
        ADMITTED.set(self.0);
    }
}

pub(crate) fn admit_nobody() -> Unadmitted {
    Unadmitted(ADMITTED.replace(false))
}

/// Whether the serializer that asks is this writer; good for one value.
pub(crate) fn take_admission() -> bool {
    ADMITTED.replace(false)
}

/// Appends the CBOR item of a value.
///
/// # Errors
/// `Invalid` where the value's own `Serialize` reports an error, or a taggant error from inside.
pub fn to_vec_in<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<()> {
    value.serialize(write::Writer::new(out)).map_err(CborError::into_error)
}

/// Whether a value is an envelope, or has one inside. Nothing is written.
///
/// What its own `Serialize` refuses is no answer: it refuses again when it is written.
pub(crate) fn holds_envelope<T: Serialize + ?Sized>(value: &T) -> bool {
    let looked = value.serialize(write::Writer::new(&mut sink::Look::default()));
    looked.is_err_and(|error| error.0.is_envelope())
}

/// Admits an envelope of a record inside a tagged value, until dropped, on unwind too.
pub(crate) struct MadeHere((usize, usize));

impl Drop for MadeHere {
    fn drop(&mut self) {
        MADE.set(self.0);
    }
}

/// The library has just made this envelope: the writer takes it, and no other.
pub(crate) fn made_here(envelope: &[u8]) -> MadeHere {
    MadeHere(MADE.replace((envelope.as_ptr().addr(), envelope.len())))
}

fn is_made_here(envelope: &[u8]) -> bool {
    MADE.get() == (envelope.as_ptr().addr(), envelope.len())
}

/// Reads one item from the beginning; returns the bytes it took.
///
/// # Errors
/// `Invalid` where the bytes are no such item or do not fit the type.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, usize)> {
    let mut reader = read::Reader::new(bytes);
    let value = T::deserialize(&mut reader).map_err(CborError::into_error)?;
    Ok((value, reader.position()))
}

/// Reads a padded plaintext: one item, then zero bytes only.
///
/// A text or byte string at the top is handed over in the buffer it came in, where the type asks
/// for a `String` or byte buffer: its plaintext is not copied. Otherwise the buffer is wiped.
///
/// # Errors
/// `Invalid` where the item does not fit the type, `Tampered` where the padding is not zero.
pub fn from_vec<T: DeserializeOwned>(mut plain: Zeroizing<Vec<u8>>) -> Result<T> {
    let (length, head) = (item_length(&plain)?, read::string_head(&plain));
    if plain[length..].iter().any(|byte| *byte != 0) {
        return Err(Error::new(Outcome::Tampered, "the padding of the plaintext is not zero"));
    }
    match head {
        Some((text, start)) => {
            plain.copy_within(start..length, 0);
            // What is cut off is a copy of the value's end: wipe it before it is out of sight.
            plain[length - start..].fill(0);
            plain.truncate(length - start);
            T::deserialize(read::Owned { text, buffer: plain }).map_err(CborError::into_error)
        }
        None => from_slice(&plain[..length]).map(|(value, _)| value),
    }
}

/// How many bytes the first item takes.
///
/// # Errors
/// `Invalid` where the bytes do not begin with a whole item of the kind that is written here.
pub fn item_length(bytes: &[u8]) -> Result<usize> {
    read::item_length(bytes).map_err(CborError::into_error)
}

#[cfg(test)]
mod tests;
