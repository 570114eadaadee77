//! The key of a shape: many columns as 16 bytes.

use sha2::{Digest, Sha256};

use super::codec::Writer;
use super::entry::Shape;
use super::item::Item;

impl Shape {
    /// The first half of the SHA-256 of its bytes. Numbers are the lane's, so it means something
    /// in its lane only.
    #[must_use]
    pub fn key(&self) -> [u8; 16] {
        let mut out = Writer::default();
        self.put(&mut out);
        let hash: [u8; 32] = Sha256::digest(&out.bytes).into();
        *hash.first_chunk().expect("a hash has 32 bytes")
    }
}
