//! Where the writer's bytes go.

use super::error::{CborError, LookError};
use super::write::head_bytes;
use crate::envelope::{self, MAGIC};

/// Takes what a writer writes.
pub(super) trait Sink {
    /// What is reported; it tells records what the writer is for.
    type Error: serde::ser::Error + From<CborError>;
    /// Takes bytes.
    fn put(&mut self, bytes: &[u8]);
    /// Takes a number of eight bits, which may be one byte of a byte string.
    fn byte(&mut self, value: u8);
    /// A sequence or a map begins; where.
    fn begin(&mut self) -> usize;
    /// Replaces the head of a sequence or map by one that is right.
    fn replace(&mut self, start: usize, old: usize, head: &[u8]);
    /// Whether the elements of the sequence that ends here are the bytes of an envelope.
    fn is_envelope(&self, start: usize) -> bool;
}

impl Sink for Vec<u8> {
    type Error = CborError;

    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
    fn byte(&mut self, value: u8) {
        let (bytes, length) = head_bytes(0, u64::from(value));
        self.extend_from_slice(&bytes[..length]);
    }
    fn begin(&mut self) -> usize {
        self.len()
    }
    fn replace(&mut self, start: usize, old: usize, head: &[u8]) {
        self.splice(start..start + old, head.iter().copied());
    }
    fn is_envelope(&self, start: usize) -> bool {
        /// The two bytes of the magic, as numbers.
        const BEGIN: [u8; 4] = [0x18, MAGIC[0], 0x18, MAGIC[1]];
        let items = &self[start..];
        if !items.starts_with(&BEGIN) {
            return false;
        }
        let mut bytes = Vec::new();
        let mut rest = items.iter().copied();
        while let Some(item) = rest.next() {
            match (item, rest.clone().next()) {
                (0..24, _) => bytes.push(item),
                (0x18, Some(value)) => {
                    bytes.push(value);
                    rest.next();
                }
                _ => return false,
            }
        }
        envelope::is_envelope_bytes(&bytes)
    }
}

/// Keeps nothing but what may become an envelope.
#[derive(Default)]
pub(super) struct Look(Vec<u8>);

impl Sink for Look {
    type Error = LookError;

    #[inline]
    fn put(&mut self, _: &[u8]) {}
    #[inline]
    fn byte(&mut self, value: u8) {
        if self.0.len() >= MAGIC.len() || MAGIC[self.0.len()] == value {
            self.0.push(value);
        }
    }
    fn begin(&mut self) -> usize {
        self.0.clear();
        0
    }
    fn replace(&mut self, _: usize, _: usize, _: &[u8]) {}
    fn is_envelope(&self, _: usize) -> bool {
        envelope::is_envelope_bytes(&self.0)
    }
}
