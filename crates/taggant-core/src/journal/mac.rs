//! What shows that a slot or a header is as it was written: MACs under keys of the instance.
//! docs/JOURNAL.md, section "Keys and MACs".

use aes::Aes128Enc;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use ghash::GHash;
use ghash::universal_hash::UniversalHash;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::instance::InstanceId;
use super::map::{HEADER, SLOT};
use crate::cipher::mac::MacKey;
use crate::error::Result;

/// Where the journal gets the keys of its instances from: the facade asks the key ring.
pub trait SlotKeys: Send + Sync {
    /// The 32 bytes from which an instance's keys are derived; the same at each call.
    ///
    /// # Errors
    /// `KeyNotFound` where the key is gone for good: what a dead process wrote under it is then
    /// taken in as unverified. After any other error the journal of a dead process stays where it
    /// is until its key can be had.
    fn instance_key(&self, instance: InstanceId) -> Result<Zeroizing<[u8; 32]>>;
}

impl<F> SlotKeys for F
where
    F: Fn(InstanceId) -> Result<Zeroizing<[u8; 32]>> + Send + Sync,
{
    fn instance_key(&self, instance: InstanceId) -> Result<Zeroizing<[u8; 32]>> {
        self(instance)
    }
}

/// Bytes of a slot's MAC; it stands after the commit word.
pub const MAC: usize = 16;

/// The keys of an instance. Has no `Debug`.
pub struct SlotMac {
    hash: GHash,
    cipher: Aes128Enc,
    header: MacKey,
}

impl SlotMac {
    /// Derives the keys from the 32 bytes of an instance.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        let hkdf = hkdf::Hkdf::<sha2::Sha256>::new(None, key);
        let expand = |info: &str, out: &mut [u8]| {
            hkdf.expand(info.as_bytes(), out).expect("HKDF-SHA-256 gives so many bytes");
        };
        let (mut hash, mut cipher) = (Zeroizing::new([0; 16]), Zeroizing::new([0; 16]));
        let mut header = Zeroizing::new([0; 32]);
        expand("taggant journal slot hash", &mut *hash);
        expand("taggant journal slot cipher", &mut *cipher);
        expand("taggant journal header", &mut *header);
        Self {
            hash: GHash::new((&*hash).into()),
            cipher: Aes128Enc::new((&*cipher).into()),
            header: MacKey::new(&header),
        }
    }

    /// The MAC of a slot, from its bytes with zeros where the MAC stands.
    ///
    /// There is no nonce: a snapshot of a machine that is run twice writes two events under one
    /// number, which would give away the hash's key if the number were one. The hash is over twelve
    /// blocks, always, so it needs no length; and blocks are multiplied by fours.
    #[must_use]
    pub fn of_slot(&self, slot: &[u8; SLOT]) -> [u8; MAC] {
        let (blocks, []) = slot.as_chunks::<16>() else { unreachable!("slots are whole blocks") };
        let mut hash = self.hash.clone();
        hash.update(ghash::Block::cast_slice_from_core(blocks));
        let mut tag = hash.finalize();
        self.cipher.encrypt_block(&mut tag);
        tag.into()
    }

    /// Whether a slot bears its MAC, in constant time.
    #[must_use]
    pub fn verify_slot(&self, slot: &[u8; SLOT]) -> bool {
        let mut bare = *slot;
        bare[8..8 + MAC].fill(0);
        self.of_slot(&bare).as_slice().ct_eq(&slot[8..8 + MAC]).into()
    }

    /// Writes the MAC of a header to its end.
    pub fn seal_header(&self, header: &mut [u8; HEADER]) {
        let (content, mac) = header.split_at_mut(HEADER - 32);
        mac.copy_from_slice(&self.header.tag(&[content]));
    }

    /// Whether a header bears its MAC, in constant time.
    #[must_use]
    pub fn verify_header(&self, header: &[u8; HEADER]) -> bool {
        let (content, mac) = header.split_at(HEADER - 32);
        self.header.verify(&[content], mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_changed_bit_of_a_slot_shows() {
        let mac = SlotMac::new(&[7; 32]);
        let mut slot: [u8; SLOT] = std::array::from_fn(|at| at as u8);
        slot[8..8 + MAC].fill(0);
        let tag = mac.of_slot(&slot);
        slot[8..8 + MAC].copy_from_slice(&tag);
        assert!(mac.verify_slot(&slot));
        for bit in 0..8 * SLOT {
            slot[bit / 8] ^= 1 << (bit % 8);
            assert!(!mac.verify_slot(&slot), "bit {bit}");
            slot[bit / 8] ^= 1 << (bit % 8);
        }
        assert!(!SlotMac::new(&[8; 32]).verify_slot(&slot), "another instance's key");
    }

    #[test]
    fn any_changed_bit_of_a_header_shows() {
        let mac = SlotMac::new(&[7; 32]);
        let mut header: [u8; HEADER] = std::array::from_fn(|at| at as u8);
        mac.seal_header(&mut header);
        assert!(mac.verify_header(&header));
        for bit in 0..8 * HEADER {
            header[bit / 8] ^= 1 << (bit % 8);
            assert!(!mac.verify_header(&header), "bit {bit}");
            header[bit / 8] ^= 1 << (bit % 8);
        }
    }
}
