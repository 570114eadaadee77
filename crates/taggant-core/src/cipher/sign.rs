//! Ed25519 (RFC 8032): what others must be able to check without a secret.

use ed25519_dalek::{Signature, Signer, VerifyingKey};

/// A key that signs. Has no `Debug`; wiped on drop.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key of a seed.
    #[must_use]
    pub fn new(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The key to check its signatures with.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// Signs a message.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// Whether a signature over a message is of the key; weak keys and second forms of a signature are
/// refused.
#[must_use]
pub fn verify(public: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(public)
        .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    /// RFC 8032, section 7.1, test 2.
    #[test]
    fn the_rfc_s_example_holds() {
        let bytes = |text: &str| hex::decode(text).unwrap();
        let seed = bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let key = SigningKey::new(seed.as_slice().try_into().unwrap());
        let public = bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        assert_eq!(key.public().as_slice(), public);
        let signature = key.sign(&[0x72]);
        let expected = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                        085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
        assert_eq!(hex::encode(&signature), expected);
        assert!(verify(&key.public(), &[0x72], &signature));
        assert!(!verify(&key.public(), &[0x73], &signature));
        assert!(!verify(&[0; 32], &[0x72], &signature));
    }
}
