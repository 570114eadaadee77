//! HKDF-SHA-256 (RFC 5869), one block: keys that are made from another key and a name.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

fn hmac(key: &[u8], parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// 32 bytes of HKDF-SHA-256 of a key, without salt, for `info`.
#[must_use]
pub fn derive(key: &[u8], info: &[u8]) -> Zeroizing<[u8; 32]> {
    let extracted = hmac(&[0; 32], &[key]);
    hmac(extracted.as_slice(), &[info, &[1]])
}

#[cfg(test)]
mod tests {
    use crate::hex;

    /// RFC 5869, A.3 (no salt, no info), first 32 bytes.
    #[test]
    fn the_rfc_s_example_holds() {
        let key = super::derive(&[0x0b; 22], &[]);
        let expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d";
        assert_eq!(hex::encode(key.as_slice()), expected);
    }
}
