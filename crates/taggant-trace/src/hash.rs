//! Hashes of ids: short, of fixed length, and chosen by whoever wrote the file. So the seeds are
//! secret, and the rest is as quick as it can be: two per envelope.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Makes hashers with secret seeds.
#[derive(Clone)]
pub(crate) struct Seeds {
    start: u64,
    factor: u64,
}

impl Default for Seeds {
    fn default() -> Self {
        let seeds = RandomState::new();
        // An even factor would lose bits.
        Self { start: seeds.hash_one(1), factor: seeds.hash_one(2) | 1 }
    }
}

impl BuildHasher for Seeds {
    type Hasher = Folded;

    fn build_hasher(&self) -> Folded {
        Folded { state: self.start, factor: self.factor }
    }
}

pub(crate) struct Folded {
    state: u64,
    factor: u64,
}

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        for word in bytes.chunks(8) {
            let mut padded = [0; 8];
            padded[..word.len()].copy_from_slice(word);
            self.write_u64(u64::from_ne_bytes(padded));
        }
    }

    /// Both halves of the product: each bit of it depends on all of the word.
    fn write_u64(&mut self, word: u64) {
        let product = u128::from(self.state ^ word) * u128::from(self.factor);
        self.state = (product as u64 ^ (product >> 64) as u64).rotate_left(23);
    }

    fn write_usize(&mut self, length: usize) {
        self.write_u64(length as u64);
    }

    fn finish(&self) -> u64 {
        self.state
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::BuildHasher;

    use super::Seeds;

    #[test]
    fn ids_that_differ_in_a_bit_spread_over_all_places() {
        let seeds = Seeds::default();
        // As a hash table looks at them: by low bits, and by the seven highest.
        for shift in [0, 57] {
            let ids = (0..64).map(|bit| (1_u64 << bit).to_be_bytes());
            let places: HashSet<u64> = ids.map(|id| seeds.hash_one(id) >> shift & 0x7F).collect();
            assert!(places.len() > 25, "{} of 64", places.len());
        }
    }
}
