//! XAES-256-GCM (C2SP): AES-256-GCM with a 24-byte nonce, its key derived per nonce head.
//!
//! Spec: <https://c2sp.org/XAES-256-GCM>. The 24-byte nonce is split: bytes 0–11 derive an
//! AES-256-GCM key by CMAC-based KDF (NIST SP 800-108r1), bytes 12–23 are that key's nonce.
//! Random nonces are safe for 2^80 messages under one key.

use aes::cipher::BlockCipherEncrypt;
use aes::{Aes256Enc, Block};
use aes_gcm::Aes256Gcm;
use aes_gcm::aead::array::Array;
use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::aead::{AeadInOut, KeyInit};
use zeroize::{Zeroize, Zeroizing};

use super::gcm::{Ahead, GcmKey};

/// A key of XAES-256-GCM, expanded. Wiped on drop; has no `Debug`.
pub struct XaesKey {
    root: Aes256Enc,
    /// CMAC subkey K1.
    k1: Zeroizing<[u8; 16]>,
}

/// The AES-256-GCM key of one nonce head, for the fields of one record. Wiped on drop; has no `Debug`.
pub struct DerivedKey {
    gcm: GcmKey,
    ahead: Ahead,
}

/// The tag does not match: key, nonce, associated data or ciphertext is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenFailed;

impl XaesKey {
    /// Expands a key.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        let root = Aes256Enc::new(key.into());
        let mut block = Array::from([0; 16]);
        root.encrypt_block(&mut block);
        let mut l = Zeroizing::new([0; 16]);
        l.copy_from_slice(&block);
        zeroize::Zeroize::zeroize(block.as_mut_slice());
        // K1 = L << 1, reduced by x^128 + x^7 + x^2 + x + 1, in constant time.
        let mut k1 = Zeroizing::new([0; 16]);
        let mut carry = 0;
        for index in (0..16).rev() {
            k1[index] = (l[index] << 1) | carry;
            carry = l[index] >> 7;
        }
        k1[15] ^= carry * 0x87;
        Self { root, k1 }
    }

    /// The AES-256-GCM key for nonces that begin with `head`.
    fn derive(&self, head: &[u8; 12]) -> Zeroizing<[u8; 32]> {
        let mut blocks = [1, 2].map(|counter| {
            let mut block = [0, counter, b'X', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            block[4..].copy_from_slice(head);
            for (byte, mask) in block.iter_mut().zip(self.k1.iter()) {
                *byte ^= mask;
            }
            Block::from(block)
        });
        self.root.encrypt_blocks(&mut blocks);
        let mut key = Zeroizing::new([0; 32]);
        let made = Block::slice_as_flattened_mut(&mut blocks);
        key.copy_from_slice(made);
        made.zeroize();
        key
    }

    /// The key for messages whose nonces begin as this one does and follow it. So many are expected;
    /// more or fewer may come, in any order.
    #[must_use]
    pub fn for_record(&self, nonce: &[u8; 24], expected: usize) -> DerivedKey {
        let (head, tail) = split(nonce);
        let mut ahead = Ahead::new(expected);
        let gcm = GcmKey::new(&self.derive(&head), &mut ahead, number(&tail));
        DerivedKey { gcm, ahead }
    }

    /// The cipher for one message whose nonce begins with `head`.
    fn alone(&self, head: &[u8; 12]) -> Aes256Gcm {
        // By reference: a copy of the key would stay behind.
        Aes256Gcm::new((&*self.derive(head)).into())
    }

    /// Encrypts in place under a full nonce; for keys that wrap other keys, and for vectors.
    #[must_use]
    pub fn seal_in_place(&self, nonce: &[u8; 24], aad: &[u8], buffer: &mut [u8]) -> [u8; 16] {
        let (head, tail) = split(nonce);
        self.alone(&head)
            .encrypt_inout_detached(&Array::from(tail), aad, InOutBuf::from(buffer))
            .expect("a message is shorter than 64 GiB")
            .into()
    }

    /// Decrypts in place. On failure the buffer is as it was.
    ///
    /// # Errors
    /// [`OpenFailed`] where the tag does not match.
    pub fn open_in_place(
        &self,
        nonce: &[u8; 24],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), OpenFailed> {
        let (head, tail) = split(nonce);
        self.alone(&head)
            .decrypt_inout_detached(
                &Array::from(tail),
                aad,
                InOutBuf::from(buffer),
                &Array::from(*tag),
            )
            .map_err(|_| OpenFailed)
    }
}

impl DerivedKey {
    /// Encrypts in place and returns the tag. `tail` is the end of the nonce as a number.
    ///
    /// # Panics
    /// On more than 2^36 − 32 bytes, the limit of GCM.
    #[must_use]
    pub(crate) fn seal(&mut self, tail: u128, aad: &[u8], buffer: &mut [u8]) -> [u8; 16] {
        self.gcm.seal(&mut self.ahead, tail, aad, buffer)
    }

    /// Decrypts in place. On failure the buffer is as it was.
    ///
    /// # Errors
    /// [`OpenFailed`] where the tag does not match.
    pub fn open(
        &mut self,
        tail: &[u8; 12],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), OpenFailed> {
        let opened = self.gcm.open(&mut self.ahead, number(tail), aad, buffer, tag);
        opened.then_some(()).ok_or(OpenFailed)
    }
}

/// The end of a nonce as a number.
pub(crate) fn number(tail: &[u8; 12]) -> u128 {
    let mut bytes = [0; 16];
    bytes[4..].copy_from_slice(tail);
    u128::from_be_bytes(bytes)
}

pub(crate) fn split(nonce: &[u8; 24]) -> ([u8; 12], [u8; 12]) {
    let mut head = [0; 12];
    let mut tail = [0; 12];
    head.copy_from_slice(&nonce[..12]);
    tail.copy_from_slice(&nonce[12..]);
    (head, tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unhex(hex: &str) -> Vec<u8> {
        crate::hex::decode(hex).unwrap()
    }

    /// The two vectors of the C2SP specification.
    #[test]
    fn the_vectors_of_the_specification_hold() {
        let nonce = *b"ABCDEFGHIJKLMNOPQRSTUVWX";
        for (byte, aad, expected) in [
            (0x01, "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"),
            (
                0x03,
                "c2sp.org/XAES-256-GCM",
                "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d",
            ),
        ] {
            let key = XaesKey::new(&[byte; 32]);
            let mut buffer = *b"XAES-256-GCM";
            let tag = key.seal_in_place(&nonce, aad.as_bytes(), &mut buffer);
            assert_eq!([&buffer[..], &tag[..]].concat(), unhex(expected));
            key.open_in_place(&nonce, aad.as_bytes(), &mut buffer, &tag).unwrap();
            assert_eq!(&buffer, b"XAES-256-GCM");
            assert_eq!(key.open_in_place(&nonce, b"x", &mut buffer, &tag), Err(OpenFailed));
            assert_eq!(&buffer, b"XAES-256-GCM");
        }
    }
}
