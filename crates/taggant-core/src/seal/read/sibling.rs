//! The fields that taggant adds beside tagged ones: blind-index values and integrity envelopes.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};

use crate::envelope;
use crate::error::{Error, Outcome};
use crate::seal::fail;

/// A sibling as it was read.
#[derive(Default)]
pub struct PendingSibling(pub(super) Option<Vec<u8>>);

impl<'de> Deserialize<'de> for PendingSibling {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(SiblingVisitor).map(Self)
    }
}

struct SiblingVisitor;

impl<'de> Visitor<'de> for SiblingVisitor {
    type Value = Option<Vec<u8>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a blind-index value or an integrity envelope")
    }
    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        if d.is_human_readable() { d.deserialize_str(self) } else { d.deserialize_byte_buf(self) }
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        if text.is_empty() {
            return Ok(None);
        }
        if envelope::looks_like_envelope(text) {
            return envelope::decode_text(text).map(Some).map_err(fail::de);
        }
        match crate::hex::decode(text) {
            Some(bytes) => Ok(Some(bytes)),
            None => Err(fail::de(Error::new(
                Outcome::Tampered,
                "a blind-index value is not lower-case hex",
            ))),
        }
    }
    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        self.visit_byte_buf(bytes.to_vec())
    }
    fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Self::Value, E> {
        match std::str::from_utf8(&bytes) {
            // The text form as bytes: FORMAT.md section 2.
            Ok(text) if envelope::looks_like_envelope(text) => self.visit_str(text),
            _ => Ok(Some(bytes)),
        }
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = access.next_element::<u8>()? {
            bytes.push(byte);
        }
        Ok(Some(bytes))
    }
}
