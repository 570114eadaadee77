//! Randomness for nonces, keys and ids: buffered per thread, never the same twice.
//!
//! The operating system is asked for 4 KiB at a time, so that a record costs no system call.
//! What a buffer was is wiped as it is used; a forked child drops the buffer that it inherited;
//! nonces are also mixed with clock and counter, so that two copies of a machine snapshot part.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use zeroize::Zeroize;

use super::fork;
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
            getrandom::fill(&mut self.bytes).map_err(|_| {
                Error::new(
                    Outcome::KeyUnavailable,
                    "the operating system gives no randomness; nothing can be sealed without it",
                )
            })?;
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

/// Fills `out` with random bytes.
///
/// # Errors
/// `KeyUnavailable` where the operating system gives none.
pub fn fill(out: &mut [u8]) -> Result<()> {
    out.chunks_mut(SIZE).try_for_each(|part| BUFFER.with_borrow_mut(|buffer| buffer.take(part)))
}

/// 24 fresh bytes for the nonce of a record.
///
/// # Errors
/// `KeyUnavailable` where the operating system gives no randomness.
pub fn nonce() -> Result<[u8; 24]> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let mut nonce = [0; 24];
    fill(&mut nonce)?;
    // XOR keeps the bytes uniform; two snapshot copies differ in the clock, two records of one
    // copy in the counter. The head derives the key, so both parts go there.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let clock = (now.as_nanos() as u64).to_le_bytes();
    let count = (COUNTER.fetch_add(1, Ordering::Relaxed) as u32).to_le_bytes();
    for (byte, hedge) in nonce.iter_mut().zip(clock.into_iter().chain(count)) {
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
}
