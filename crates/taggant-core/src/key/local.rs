//! A root key in this process's memory.

use std::fmt;

use zeroize::Zeroizing;

use super::root::RootKey;
use super::wrap;
use crate::cipher::mac::MacKey;
use crate::cipher::xaes::XaesKey;
use crate::error::Result;
use crate::hex;

/// A root key that the process holds itself: read from a file, an environment variable, or made
/// from a passphrase. Its name is made from its check value, so that two keys have two names.
pub struct LocalRoot {
    id: String,
    check: [u8; 8],
    cipher: XaesKey,
}

impl LocalRoot {
    /// Takes a key.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        let tag = MacKey::new(key).tag(&[b"taggant root check"]);
        let mut check = [0; 8];
        check.copy_from_slice(&tag[..8]);
        let id = format!("local:{}", hex::Display(&check));
        Self { id, check, cipher: XaesKey::new(key) }
    }
}

impl RootKey for LocalRoot {
    fn id(&self) -> &str {
        &self.id
    }

    fn check_value(&self) -> Option<[u8; 8]> {
        Some(self.check)
    }

    fn wrap(&self, context: &[u8], key: &[u8; 32]) -> Result<Vec<u8>> {
        wrap::wrap(&self.cipher, context, key)
    }

    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>> {
        wrap::unwrap(&self.cipher, context, wrapped)
    }
}

impl fmt::Debug for LocalRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalRoot({})", self.id)
    }
}
