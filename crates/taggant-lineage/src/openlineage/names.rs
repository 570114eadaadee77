//! Namespaces, names and ids that are URI-safe and always the same.

use sha2::{Digest, Sha256};
use taggant_core::hex::encode;

/// Who makes these events.
pub const PRODUCER: &str =
    concat!("https://github.com/taggant/taggant/tree/v", env!("CARGO_PKG_VERSION"));

/// Namespace and name of a place as the ledger writes it: `scheme://authority` and the rest.
#[must_use]
pub fn dataset_of(location: &str) -> (&str, &str) {
    let after_scheme = location.find("://").map_or(0, |at| at + 3);
    match location[after_scheme..].find('/') {
        Some(slash) => {
            let at = after_scheme + slash;
            (&location[..at], &location[at + 1..])
        }
        // No name: the place as a whole is one dataset.
        None => (location, "."),
    }
}

/// A text in which everything but letters, digits and `-._~:@/` is percent-encoded (RFC 3986).
pub(super) fn safe(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~:@/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

/// The first 16 bytes of SHA-256 over framed parts.
pub(super) fn digest(parts: &[&str]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    bytes
}

/// A UUID of version 8, made of a hash (RFC 9562, section 5.8).
pub(super) fn uuid(parts: &[&str]) -> String {
    let mut bytes = digest(parts);
    bytes[6] = bytes[6] & 0x0F | 0x80;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    format!(
        "{}-{}-{}-{}-{}",
        encode(&bytes[..4]),
        encode(&bytes[4..6]),
        encode(&bytes[6..8]),
        encode(&bytes[8..10]),
        encode(&bytes[10..])
    )
}
