//! What a dead process left in its ring, whatever befell the file since. docs/JOURNAL.md, section
//! "What is found in what a dead process left".

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::sync::atomic::Ordering;

use super::collect::Source;
use super::header::{Header, boot_id};
use super::instance::InstanceId;
use super::mac::SlotMac;
use super::map::{self, Map};
use super::memory::Memory;
use super::ring::{self, Slot};
use super::sink::Flaw;

/// Slots that are looked at where no header says how many there are: a file can be huge and empty.
const MOST: u64 = 1 << 20;

/// Whose ring is expected, and what the ledger has of it.
pub(super) struct Expected {
    pub(super) id: InstanceId,
    /// The id of the data folder.
    pub(super) folder: [u8; 16],
    /// The number after the last event that the ledger took.
    pub(super) first: u64,
}

/// The slots of a dead process's ring.
pub(super) struct Left {
    map: Map,
    mac: Option<SlotMac>,
    /// How many slots the ring was made with, as far as that is known.
    slots: u64,
    /// Where events stand.
    events: HashMap<u64, usize>,
    /// Which slots hold something that is no event.
    bad: Vec<bool>,
    /// Events before this number were written, and should be here.
    written: u64,
    mark: Option<Flaw>,
    /// Whether there is no header and no slot that was written: nothing but what a fresh file holds.
    pub(super) is_blank: bool,
    /// What is wrong with the ring as a whole.
    pub(super) flaws: Vec<Flaw>,
    /// The first number that is not in the ledger and may be here.
    pub(super) first: u64,
    /// The number after the last one that was claimed.
    pub(super) end: u64,
}

impl Left {
    /// Looks through a ring's file; without a key nothing in it can be verified.
    pub(super) fn read(file: &File, mac: Option<SlotMac>, expected: &Expected) -> io::Result<Self> {
        let length = file.metadata()?.len();
        let room = map::capacity(length);
        let headers = Map::new(file, 0)?.headers();
        let header = Header::newest(&headers, mac.as_ref());
        // Without a key the header may say anything.
        let said = header.as_ref().map(|header| header.slots).filter(|slots| match mac {
            Some(_) => *slots > 0,
            None => (1..=room).contains(slots),
        });
        let slots = said.unwrap_or(room).max(1);
        let mapped = slots.min(room).min(if said.is_some() { u64::MAX } else { MOST });
        let mapped = usize::try_from(mapped).map_err(io::Error::other)?;
        let mut left = Self {
            map: Map::new(file, mapped)?,
            mark: mac.is_none().then_some(Flaw::Unverified),
            mac,
            slots,
            events: HashMap::new(),
            bad: vec![false; mapped],
            written: 0,
            is_blank: false,
            flaws: Vec::new(),
            first: expected.first,
            end: expected.first,
        };
        left.look(expected.first);
        left.is_blank = headers.as_flattened().iter().all(|byte| *byte == 0)
            && left.events.is_empty()
            && !left.bad.contains(&true);
        left.bound(header.as_ref());
        left.judge(header.as_ref(), length, expected);
        Ok(left)
    }

    /// Sorts the slots: events, others, nothing.
    fn look(&mut self, first: u64) {
        for index in 0..self.map.slots() {
            let word = self.map.word(index).load(Ordering::Acquire);
            let Some(number) = word.checked_sub(1) else { continue };
            let is_event = match &self.mac {
                Some(mac) => mac.verify_slot(&ring::copy(&self.map, index, word)),
                // Whoever made it up must not lead us far away from what is real.
                None => self.index(number) == index as u64 && self.window(first).contains(&number),
            };
            if is_event {
                self.events.insert(number, index);
            } else {
                self.bad[index] = true;
            }
        }
    }

    fn index(&self, number: u64) -> u64 {
        number % self.slots
    }

    fn window(&self, from: u64) -> std::ops::Range<u64> {
        from..from.saturating_add(self.slots)
    }

    /// Finds out which numbers are to be told of. A ledger that was restored from an old copy says
    /// too little: what it lacks was overwritten since, and the run begins with the oldest that can
    /// still be there.
    fn bound(&mut self, header: Option<&Header>) {
        let trusted = header.filter(|_| self.mac.is_some());
        // In one boot the file is as the process left it. After another, power loss may have taken
        // what was not flushed.
        self.written = trusted.map_or(0, |header| match is_this_boot(header) {
            true => header.committed,
            false => header.flushed,
        });
        let claimed = trusted.map_or(0, |header| header.claimed);
        let last = self.events.keys().max().map_or(0, |last| last + 1);
        self.end = last.max(claimed).max(self.first);
        self.first = self.first.max(self.end.saturating_sub(self.slots));
        // What is no event where one is expected is told of by its number, the rest once.
        let mut stray = false;
        for index in (0..self.bad.len()).filter(|index| self.bad[*index]) {
            let word = self.map.word(index).load(Ordering::Acquire);
            let number = word.wrapping_sub(1);
            if self.window(self.first).contains(&number) && self.index(number) == index as u64 {
                self.end = self.end.max(number + 1);
            } else {
                let ahead = (index as u64 + self.slots - self.index(self.first)) % self.slots;
                stray |= self.first + ahead >= self.end;
            }
        }
        if stray {
            self.flaws.push(Flaw::Changed);
        }
    }

    /// What is wrong with the ring as a whole.
    fn judge(&mut self, header: Option<&Header>, length: u64, expected: &Expected) {
        let Some(header) = header else {
            self.flaws.push(Flaw::Header);
            return;
        };
        let made = usize::try_from(self.slots).ok().and_then(map::length);
        if made.is_none_or(|made| made as u64 != length) {
            self.flaws.push(Flaw::Resized);
        }
        if header.instance != expected.id || header.folder != expected.folder {
            self.flaws.push(Flaw::Foreign);
            self.mark = self.mark.or(Some(Flaw::Foreign));
        }
        // Not so after power loss: the ledger has what was not flushed.
        let last = self.events.keys().max().map_or(0, |last| last + 1);
        if is_this_boot(header) && self.mac.is_some() && header.claimed.max(last) < expected.first {
            self.flaws.push(Flaw::Older);
        }
    }
}

fn is_this_boot(header: &Header) -> bool {
    header.boot != [0; 16] && header.boot == boot_id()
}

impl Source for Left {
    fn slot(&self, number: u64) -> Slot {
        let Some(index) = self.events.get(&number) else {
            let index = usize::try_from(self.index(number)).expect("slots fit memory");
            let changed = self.bad.get(index).copied().unwrap_or(false) || number < self.written;
            return Slot::Flawed(if changed { Flaw::Changed } else { Flaw::Gap });
        };
        let slot = ring::copy(&self.map, *index, number + 1);
        match &self.mac {
            None => Slot::Event(ring::unchecked(&slot)),
            // Once more: somebody may write the file right now.
            Some(mac) => ring::payload(mac, &slot).map_or(Slot::Flawed(Flaw::Changed), Slot::Event),
        }
    }

    fn mark(&self) -> Option<Flaw> {
        self.mark
    }
}
