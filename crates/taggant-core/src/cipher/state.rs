//! The sealing state of one record under one data key.

use std::cell::Cell;
use std::marker::PhantomData;

use super::xaes::{DerivedKey, XaesKey, number, split};
use super::{fork, random};
use crate::error::{Error, Outcome, Result};

/// Seals the fields of one record: 24 random bytes, one derived key, a counter.
///
/// No caller ever passes a nonce. Field `i` uses bytes 0–11 and (bytes 12–23, big-endian, + i)
/// mod 2^96. The counter advances before encryption and never goes back. The state is neither
/// `Clone` nor `Sync`, belongs to one outermost `serialize` call and is never kept.
/// It does not outlive a fork: in the child it refuses.
pub struct SealState {
    head: [u8; 12],
    start: u128,
    used: u32,
    /// The process that it was made in.
    generation: u64,
    derived: DerivedKey,
    not_sync: PhantomData<Cell<()>>,
}

/// What belongs to a ciphertext besides itself.
pub struct Sealed {
    /// The full nonce, as the standard decryption takes it.
    pub nonce: [u8; 24],
    /// The authentication tag.
    pub tag: [u8; 16],
}

impl SealState {
    /// A state with fresh randomness. Keystream of so many fields is made at once.
    ///
    /// # Errors
    /// `KeyUnavailable` where the operating system gives no randomness.
    pub fn new(key: &XaesKey, expected: usize) -> Result<Self> {
        Ok(Self::from_nonce(key, random::nonce()?, expected))
    }

    fn from_nonce(key: &XaesKey, nonce: [u8; 24], expected: usize) -> Self {
        let (head, tail) = split(&nonce);
        Self {
            head,
            start: number(&tail),
            used: 0,
            generation: fork::generation(),
            derived: key.for_record(&nonce, expected),
            not_sync: PhantomData,
        }
    }

    /// Encrypts one field in place.
    ///
    /// # Errors
    /// `Invalid` after 2^32 fields of one record, and in a forked child, whose parent would use the
    /// same nonces: none is ever used twice.
    pub fn seal(&mut self, aad: &[u8], buffer: &mut [u8]) -> Result<Sealed> {
        if self.generation != fork::generation() {
            return Err(Error::new(
                Outcome::Invalid,
                "the process forked while this record was written; write it again in the child",
            ));
        }
        let field = self.used;
        // Before encryption: an unwind in between costs a nonce, never repeats one.
        self.used = field.checked_add(1).ok_or_else(|| {
            Error::new(Outcome::Invalid, "one record can't hold 2^32 tagged fields; split it")
        })?;
        let number = self.start.wrapping_add(u128::from(field));
        let tag = self.derived.seal(number, aad, buffer);
        let mut nonce = [0; 24];
        nonce[..12].copy_from_slice(&self.head);
        // The upper four bytes are the carry beyond 2^96 and fall away.
        nonce[12..].copy_from_slice(&number.to_be_bytes()[4..]);
        Ok(Sealed { nonce, tag })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counter_wraps_at_96_bits_and_the_standard_decryption_applies() {
        let key = XaesKey::new(&[7; 32]);
        let mut state = SealState::from_nonce(&key, [0xFF; 24], 2);
        let mut nonces = Vec::new();
        for _ in 0..3 {
            let mut buffer = *b"sixteen bytes...";
            let sealed = state.seal(b"aad", &mut buffer).unwrap();
            key.open_in_place(&sealed.nonce, b"aad", &mut buffer, &sealed.tag).unwrap();
            assert_eq!(&buffer, b"sixteen bytes...");
            nonces.push(sealed.nonce);
        }
        assert_eq!(nonces[0], [0xFF; 24]);
        assert_eq!(nonces[1][12..], [0; 12]);
        assert_eq!(nonces[2][23], 1);
        assert!(nonces.iter().all(|nonce| nonce[..12] == [0xFF; 12]));
    }

    #[test]
    fn two_states_of_one_key_share_no_nonce_head() {
        let key = XaesKey::new(&[7; 32]);
        let (a, b) = (SealState::new(&key, 5).unwrap(), SealState::new(&key, 5).unwrap());
        assert_ne!(a.head, b.head);
    }
}
