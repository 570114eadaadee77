//! The identity key: one for all services that must know a person under one tag.

use std::fmt;

use zeroize::Zeroizing;

use super::wrap::frame;
use crate::cipher::hkdf;
use crate::cipher::mac::MacKey;

/// From which the subject keys of all tenants are made. Two key stores that have one identity key
/// give a person the same tag. It opens nothing; who has it can confirm guesses of ids, for ever.
///
/// Wiped when it is dropped; its `Debug` shows nothing of it.
pub struct IdentityKey(Zeroizing<[u8; 32]>);

impl IdentityKey {
    /// Takes a key.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*key))
    }

    /// The subject key of a tenant. It never changes.
    #[must_use]
    pub fn subject_key(&self, tenant: &str) -> Zeroizing<[u8; 32]> {
        let info = frame(&[b"taggant subject key", &[1], tenant.as_bytes()]);
        hkdf::derive(self.0.as_slice(), &info)
    }

    /// Tells this key from another, without telling what it is.
    #[must_use]
    pub fn check_value(&self) -> [u8; 16] {
        let tag = MacKey::new(&self.0).tag(&[b"taggant identity check"]);
        *tag.first_chunk().expect("a tag has 32 bytes")
    }
}

impl fmt::Debug for IdentityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityKey")
    }
}

#[cfg(test)]
mod tests {
    use super::IdentityKey;

    #[test]
    fn tenants_have_subject_keys_of_their_own_and_debug_shows_none() {
        let key = IdentityKey::new(&[5; 32]);
        assert_eq!(key.subject_key("a"), IdentityKey::new(&[5; 32]).subject_key("a"));
        assert_ne!(key.subject_key("a"), key.subject_key("b"));
        assert_ne!(key.subject_key("a"), IdentityKey::new(&[6; 32]).subject_key("a"));
        assert_ne!(key.check_value(), IdentityKey::new(&[6; 32]).check_value());
        assert_eq!(format!("{key:?}"), "IdentityKey");
    }
}
