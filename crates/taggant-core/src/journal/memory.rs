//! What a ring stands on: the memory of its slots, and the atomics that go with it.
//!
//! Programs have the mapped file and the atomics of the standard library. Model checking (`model`)
//! puts types that watch each access in their place, beneath the very same code of `ring`. The
//! compiler knows which they are: the hot path has no call for them.

use std::sync::atomic::{self, AtomicU64, Ordering};

use super::map::BODY;

/// What the ring does with a number that threads share.
pub(super) trait Atomic {
    fn new(value: u64) -> Self;
    fn load(&self, order: Ordering) -> u64;
    fn store(&self, value: u64, order: Ordering);
    fn compare_exchange_weak(
        &self,
        current: u64,
        new: u64,
        success: Ordering,
        failure: Ordering,
    ) -> Result<u64, u64>;
    fn fetch_max(&self, value: u64, order: Ordering) -> u64;
    fn fence(order: Ordering);
}

/// The slots of a ring: a commit word each, and a body that belongs to whoever claimed the slot
/// until the word is stored.
pub(super) trait Memory {
    /// What commit words and counters are.
    type Word: Atomic;

    /// How many slots there are.
    fn slots(&self) -> usize;

    /// The commit word of a slot.
    fn word(&self, index: usize) -> &Self::Word;

    /// Fills a slot's body. Only for the one who claimed the slot and has not committed it.
    fn write(&self, index: usize, body: &[u8; BODY]);

    /// Copies a slot's body. Only after its commit word was loaded with Acquire, and before it is
    /// given back.
    fn read(&self, index: usize, body: &mut [u8; BODY]);
}

impl Atomic for AtomicU64 {
    #[inline]
    fn new(value: u64) -> Self {
        Self::new(value)
    }

    #[inline]
    fn load(&self, order: Ordering) -> u64 {
        self.load(order)
    }

    #[inline]
    fn store(&self, value: u64, order: Ordering) {
        self.store(value, order);
    }

    #[inline]
    fn compare_exchange_weak(
        &self,
        current: u64,
        new: u64,
        success: Ordering,
        failure: Ordering,
    ) -> Result<u64, u64> {
        self.compare_exchange_weak(current, new, success, failure)
    }

    #[inline]
    fn fetch_max(&self, value: u64, order: Ordering) -> u64 {
        self.fetch_max(value, order)
    }

    #[inline]
    fn fence(order: Ordering) {
        atomic::fence(order);
    }
}
