//! HMAC-SHA-256 with the key's pad blocks worked out once.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// A key of HMAC-SHA-256 (RFC 2104). Has no `Debug`.
pub struct MacKey(Hmac<Sha256>);

impl MacKey {
    /// Takes a key.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of any length"))
    }

    /// The tag over several parts, each framed by its length as a big-endian u64: parts can't run
    /// into each other.
    #[must_use]
    pub fn tag(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Whether `tag` is the tag over these parts, in constant time.
    #[must_use]
    pub fn verify(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        self.tag(parts).as_slice().ct_eq(tag).into()
    }
}

#[cfg(test)]
mod tests {
    use super::MacKey;

    #[test]
    fn parts_do_not_run_into_each_other() {
        let key = MacKey::new(&[1; 32]);
        assert_ne!(key.tag(&[b"ab", b"c"]), key.tag(&[b"a", b"bc"]));
        assert_ne!(key.tag(&[b"ab"]), key.tag(&[b"ab", b""]));
        assert!(key.verify(&[b"ab"], &key.tag(&[b"ab"])));
        assert!(!key.verify(&[b"ab"], &key.tag(&[b"ab"])[..31]));
    }
}
