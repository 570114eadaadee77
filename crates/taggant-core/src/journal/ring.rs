//! Claim and commit: how writers and the drainer share the slots.
//!
//! Event `n` stands in slot `n mod slots`. A writer claims the next number while fewer than `slots`
//! events are waiting, fills the slot, and stores `n + 1` to its commit word with Release. An event
//! that takes several slots claims them all at once and commits the first one last: whoever sees
//! that one committed sees all of it. The drainer reads slots in order as far as they are
//! committed, and then moves `drained` on, which gives the slots back. The process may be killed
//! anywhere: a slot without its commit word was never acknowledged.

use std::sync::atomic::Ordering;

use super::mac::{MAC, SlotMac};
use super::map::{BODY, Map, SLOT};
use super::memory::{Atomic, Memory};
use super::sink::Flaw;
use crate::event::{PAYLOAD, Unit};

/// The slots of an instance, and who may write where.
pub(super) struct Ring<M: Memory = Map> {
    memory: M,
    mac: SlotMac,
    next: M::Word,
    drained: M::Word,
    /// Everything before was seen committed, so that a slot which is empty now was emptied.
    settled: M::Word,
}

/// What stands in the slot of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// Nothing yet: its writer is at work.
    Empty,
    /// A payload.
    Event([u8; PAYLOAD]),
    /// None that could be taken.
    Flawed(Flaw),
}

impl<M: Memory> Ring<M> {
    /// A ring that begins at event 0.
    pub(super) fn new(memory: M, mac: SlotMac) -> Self {
        let [next, drained, settled] = [0; 3].map(M::Word::new);
        Self { memory, mac, next, drained, settled }
    }

    pub(super) fn slots(&self) -> u64 {
        self.memory.slots() as u64
    }

    pub(super) fn memory(&self) -> &M {
        &self.memory
    }

    pub(super) fn mac(&self) -> &SlotMac {
        &self.mac
    }

    fn index(&self, number: u64) -> usize {
        usize::try_from(number % self.slots()).expect("slots fit memory")
    }

    /// Whether so many slots can ever be free at once.
    pub(super) fn has_room_for(&self, count: usize) -> bool {
        count <= self.memory.slots()
    }

    /// Writes an event to slots that follow each other, and returns the first one's number; `None`
    /// where the ring has no room for all of it.
    pub(super) fn append(&self, unit: &Unit<'_>) -> Option<u64> {
        let slots = unit.slots();
        let first = self.claim(slots as u64)?;
        for part in (1..slots).rev() {
            self.commit(first + part as u64, &unit.further(part));
        }
        self.commit(first, &unit.head);
        Some(first)
    }

    fn commit(&self, number: u64, payload: &[u8; PAYLOAD]) {
        let slot = sealed(&self.mac, number, payload);
        let index = self.index(number);
        let word = self.memory.word(index);
        // Else a process that is killed on the next line leaves the word of an older event over
        // half of this one, which looks like a change.
        word.store(0, Ordering::Relaxed);
        M::Word::fence(Ordering::Release);
        self.memory.write(index, slot[8..].try_into().expect("a body is what follows the word"));
        word.store(number + 1, Ordering::Release);
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

    /// What stands in the slot of a number that was claimed and not drained.
    pub(super) fn read(&self, number: u64) -> Slot {
        // Before the word: else the writer may commit, and another thread settle, in between.
        let was_there = number < self.settled.load(Ordering::Acquire);
        let index = self.index(number);
        let word = self.memory.word(index).load(Ordering::Acquire);
        if word != number + 1 {
            return if was_there { Slot::Flawed(Flaw::Changed) } else { Slot::Empty };
        }
        payload(&self.mac, &copy(&self.memory, index, word))
            .map_or(Slot::Flawed(Flaw::Changed), Slot::Event)
    }

    /// Looks how far everything is committed.
    pub(super) fn settle(&self) -> u64 {
        let mut number = self.settled.load(Ordering::Acquire).max(self.drained());
        let next = self.next();
        while number < next
            && self.memory.word(self.index(number)).load(Ordering::Acquire) == number + 1
        {
            number += 1;
        }
        self.settled.fetch_max(number, Ordering::AcqRel).max(number)
    }

    /// Gives slots back: everything before `number` is in the ledger.
    pub(super) fn release(&self, number: u64) {
        self.drained.store(number, Ordering::Release);
    }
}

/// A slot as it stands in the file.
#[must_use]
pub fn sealed(mac: &SlotMac, number: u64, payload: &[u8; PAYLOAD]) -> [u8; SLOT] {
    let mut slot = [0; SLOT];
    slot[..8].copy_from_slice(&(number + 1).to_le_bytes());
    slot[8 + MAC..].copy_from_slice(payload);
    let tag = mac.of_slot(&slot);
    slot[8..8 + MAC].copy_from_slice(&tag);
    slot
}

/// A copy of a slot, under the word that was seen: what is checked is what is used, whatever
/// somebody does to the file meanwhile.
pub(super) fn copy(memory: &impl Memory, index: usize, word: u64) -> [u8; SLOT] {
    let mut slot = [0; SLOT];
    slot[..8].copy_from_slice(&word.to_le_bytes());
    let body: &mut [u8; BODY] = (&mut slot[8..]).try_into().expect("the rest is the body");
    memory.read(index, body);
    slot
}

/// The payload of a slot that bears its MAC.
pub(super) fn payload(mac: &SlotMac, slot: &[u8; SLOT]) -> Option<[u8; PAYLOAD]> {
    mac.verify_slot(slot).then(|| unchecked(slot))
}

pub(super) fn unchecked(slot: &[u8; SLOT]) -> [u8; PAYLOAD] {
    slot[8 + MAC..].try_into().expect("the rest is the payload")
}
