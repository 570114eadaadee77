//! Randomness for nonces, keys and ids: buffered per thread, never the same twice.
//!
//! The operating system is asked for 4 KiB at a time, so that a record costs no system call.
//! What a buffer was is wiped as it is used; a forked child drops the buffer that it inherited;
//! nonces, keys and ids are also mixed with clock and counter, so that two copies of a machine part.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use zeroize::{Zeroize, Zeroizing};

use super::{fork, hkdf};
use crate::error::{Error, Outcome, Result};

const SIZE: usize = 4096;

struct Buffer {
    bytes: [u8; SIZE],
    used: usize,
    /// The process generation that the bytes were made in.
    generation: u64,
}

thread_local! {
    static BUFFER: RefCell<Buffer> =
        const { RefCell::new(Buffer { bytes: [0; SIZE], used: SIZE, generation: 0 }) };
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl Buffer {
    fn take(&mut self, out: &mut [u8]) -> Result<()> {
        let generation = fork::generation();
        if self.generation != generation || SIZE - self.used < out.len() {
            self.used = SIZE;
            system(&mut self.bytes)?;
            self.generation = generation;
            self.used = 0;
        }
        let taken = &mut self.bytes[self.used..self.used + out.len()];
        out.copy_from_slice(taken);
        taken.zeroize();
        self.used += out.len();
        Ok(())
    }
}

/// What parts two copies of a machine: the clock, and what this process has drawn before.
fn hedge() -> [u8; 12] {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut hedge = [0; 12];
    hedge[..8].copy_from_slice(&(now.as_nanos() as u64).to_le_bytes());
    let count = (COUNTER.fetch_add(1, Ordering::Relaxed) as u32).to_le_bytes();
    hedge[8..].copy_from_slice(&count);
    hedge
}

fn buffered(out: &mut [u8]) -> Result<()> {
    BUFFER.with_borrow_mut(|buffer| buffer.take(out))
}

/// Fills `out` with random bytes, for keys and ids: made of the buffer, of bytes that the operating
/// system gives now, of the clock and of a counter. Two copies of a machine draw different ones as
/// soon as one of the last three differs; whoever knows the clock knows nothing.
///
/// # Errors
/// `KeyUnavailable` where the operating system gives none.
pub fn fill(out: &mut [u8]) -> Result<()> {
    for part in out.chunks_mut(32) {
        let mut drawn = Zeroizing::new([0; 64]);
        buffered(&mut drawn[..32])?;
        system(&mut drawn[32..])?;
        part.copy_from_slice(&mixed(&drawn, &hedge())[..part.len()]);
    }
    Ok(())
}

fn mixed(drawn: &[u8; 64], hedge: &[u8; 12]) -> Zeroizing<[u8; 32]> {
    let mut info = *b"taggant random 000000000000";
    info[15..].copy_from_slice(hedge);
    hkdf::derive(drawn, &info)
}

fn system(out: &mut [u8]) -> Result<()> {
    getrandom::fill(out).map_err(|_| {
        Error::new(
            Outcome::KeyUnavailable,
            "the operating system gives no randomness; nothing can be sealed without it",
        )
    })
}

/// 24 fresh bytes for the nonce of a record.
///
/// # Errors
/// `KeyUnavailable` where the operating system gives no randomness.
pub fn nonce() -> Result<[u8; 24]> {
    let mut nonce = [0; 24];
    buffered(&mut nonce)?;
    // XOR keeps the bytes uniform. The head derives the key, so both parts go there.
    for (byte, hedge) in nonce.iter_mut().zip(hedge()) {
        *byte ^= hedge;
    }
    Ok(nonce)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_fresh_across_refills_and_wiped_once_used() {
        let mut seen = std::collections::HashSet::new();
        for _ in 0..1000 {
            assert!(seen.insert(nonce().unwrap()));
        }
        BUFFER.with_borrow(|buffer| assert!(buffer.bytes[..buffer.used].iter().all(|b| *b == 0)));
        let mut long = vec![0; 3 * SIZE + 5];
        fill(&mut long).unwrap();
        assert!(long.chunks_exact(32).all(|part| part.iter().any(|byte| *byte != 0)));
    }

    /// The state of a thread, as a snapshot of the machine has it.
    fn snapshot() -> ([u8; SIZE], usize, u64) {
        BUFFER.with_borrow(|buffer| (buffer.bytes, buffer.used, buffer.generation))
    }

    fn put_back((bytes, used, generation): ([u8; SIZE], usize, u64)) {
        BUFFER.with_borrow_mut(|buffer| {
            (buffer.bytes, buffer.used, buffer.generation) = (bytes, used, generation);
        });
    }

    #[test]
    fn copies_of_a_machine_draw_different_keys_ids_and_nonces() {
        let mut seen = std::collections::HashSet::new();
        for _ in 0..1000 {
            nonce().expect("randomness");
            let copy = snapshot();
            for _ in 0..2 {
                put_back(copy);
                let (mut key, mut id) = ([0; 32], [0; 16]);
                fill(&mut key).expect("randomness");
                put_back(copy);
                fill(&mut id).expect("randomness");
                put_back(copy);
                let nonce = nonce().expect("randomness");
                let pieces = [&key[..16], &id[..], &nonce[..16]];
                assert!(pieces.into_iter().all(|piece| seen.insert(piece.to_vec())), "drawn twice");
            }
        }
    }

    /// Where the operating system's own state was copied too, the clock alone parts them.
    #[test]
    fn keys_of_copies_part_by_the_clock_alone() {
        let drawn = [7; 64];
        let at = |clock: u64| {
            let mut hedge = [0; 12];
            hedge[..8].copy_from_slice(&clock.to_le_bytes());
            mixed(&drawn, &hedge)
        };
        assert_eq!(at(1), at(1));
        assert_ne!(at(1), at(2));
        assert_ne!(at(1)[..16], at(2)[16..]);
    }
}
