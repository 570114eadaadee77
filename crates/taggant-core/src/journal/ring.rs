//! Claim and commit: how writers and the drainer share the slots.
//!
//! Event `n` stands in slot `n mod slots`. A writer claims the next number while fewer than `slots`
//! events are waiting, fills the slot, and stores `n + 1` to its commit word with Release; a text
//! that takes several slots claims them all at once, so that it is never half there. The
//! drainer reads slots in order as far as they are committed, and then moves `drained` on, which
//! gives the slots back. The process may be killed anywhere: a slot without its commit word was
//! never acknowledged.

use std::sync::atomic::{AtomicU64, Ordering};

use super::map::{BODY, Map};
use crate::event::PAYLOAD;

/// Bytes of a slot: commit word, checksum, payload.
pub const SLOT: usize = 256;

/// The slots of an instance, and who may write where.
pub(super) struct Ring {
    map: Map,
    next: AtomicU64,
    drained: AtomicU64,
}

/// What stands in a slot.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// Nothing that was committed under this number.
    Empty,
    /// An event.
    Event(Box<[u8; PAYLOAD]>),
    /// Committed, and not what was written: the disk or somebody changed it.
    Damaged,
}

impl Ring {
    /// A ring that begins at event `first`; everything before is drained.
    pub(super) fn new(map: Map, first: u64) -> Self {
        Self { map, next: AtomicU64::new(first), drained: AtomicU64::new(first) }
    }

    /// A ring that a dead process left, of which a ledger says that everything before `first` is in
    /// it. A ledger restored from an old copy says too little: what it lacks was overwritten since,
    /// and the ring begins with the oldest that can still be there.
    pub(super) fn left_behind(map: Map, first: u64) -> Self {
        let ring = Self::new(map, first);
        let whole = (0..ring.map.slots()).filter_map(|index| {
            let number = ring.map.word(index).load(Ordering::Acquire).checked_sub(1)?;
            let is_event = || matches!(ring.read(number), Slot::Event(_));
            (ring.index(number) == index && is_event()).then_some(number)
        });
        let oldest = whole.max().map_or(0, |last| (last + 1).saturating_sub(ring.slots()));
        if oldest > first {
            ring.release(oldest);
        }
        ring
    }

    fn slots(&self) -> u64 {
        self.map.slots() as u64
    }

    fn index(&self, number: u64) -> usize {
        usize::try_from(number % self.slots()).expect("slots fit memory")
    }

    /// Whether so many slots can ever be free at once.
    pub(super) fn has_room_for(&self, count: usize) -> bool {
        count <= self.map.slots()
    }

    /// Writes payloads to slots that follow each other, and returns the first one's number; `None`
    /// where the ring has no room for all of them.
    pub(super) fn append(&self, payloads: &[[u8; PAYLOAD]]) -> Option<u64> {
        let first = self.claim(payloads.len() as u64)?;
        for (number, payload) in (first..).zip(payloads) {
            let index = self.index(number);
            let mut body = [0; BODY];
            body[..4].copy_from_slice(&checksum(number, payload).to_le_bytes());
            body[4..].copy_from_slice(payload);
            self.map.write(index, &body);
            self.map.word(index).store(number + 1, Ordering::Release);
        }
        Some(first)
    }

    fn claim(&self, count: u64) -> Option<u64> {
        let mut number = self.next.load(Ordering::Relaxed);
        loop {
            // Acquire: what the drainer read from the slot happened before we overwrite it. While
            // this thread was not running others may have claimed, and the drainer drained, far
            // beyond `number`: then the exchange fails.
            let waiting = number.saturating_sub(self.drained.load(Ordering::Acquire));
            if waiting + count > self.slots() {
                return None;
            }
            match self.next.compare_exchange_weak(
                number,
                number + count,
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Some(number),
                Err(now) => number = now,
            }
        }
    }

    /// The number that the next event gets.
    pub(super) fn next(&self) -> u64 {
        self.next.load(Ordering::Acquire)
    }

    /// Up to which number everything was drained.
    pub(super) fn drained(&self) -> u64 {
        self.drained.load(Ordering::Acquire)
    }

    /// What stands in the slot of a number.
    pub(super) fn read(&self, number: u64) -> Slot {
        let index = self.index(number);
        if self.map.word(index).load(Ordering::Acquire) != number + 1 {
            return Slot::Empty;
        }
        let body = self.map.read(index);
        let (sum, payload) = body.split_first_chunk::<4>().expect("a body is longer");
        let payload: [u8; PAYLOAD] = payload.try_into().expect("a body is checksum and payload");
        if checksum(number, &payload) == u32::from_le_bytes(*sum) {
            Slot::Event(Box::new(payload))
        } else {
            Slot::Damaged
        }
    }

    /// Gives slots back: everything before `number` is in the ledger.
    pub(super) fn release(&self, number: u64) {
        self.drained.store(number, Ordering::Release);
    }

    /// The highest number that was committed, for rings whose process is dead.
    pub(super) fn last_committed(&self) -> Option<u64> {
        let waiting = self.drained()..self.drained() + self.slots();
        (0..self.map.slots())
            .filter_map(|index| {
                let number = self.map.word(index).load(Ordering::Acquire).checked_sub(1)?;
                // A word that the disk damaged must not send us far away.
                (self.index(number) == index && waiting.contains(&number)).then_some(number)
            })
            .max()
    }

    pub(super) fn sync(&self) -> std::io::Result<()> {
        self.map.sync()
    }
}

/// The number is part of it: an old event in a slot is no new one.
fn checksum(number: u64, payload: &[u8; PAYLOAD]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(number as u32 ^ (number >> 32) as u32);
    hasher.update(payload);
    hasher.finalize()
}
