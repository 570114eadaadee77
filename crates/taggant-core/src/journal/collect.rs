//! From slots to a batch: events and dictionary entries put together, flaws noted.

use super::instance::InstanceId;
use super::ring::Slot;
use super::sink::{Batch, Definition, Flaw};
use crate::event::{Bytes, Decoded, PAYLOAD, decode};

/// Numbers of one transaction at most: half of what a journal holds by default. What events have in
/// common is written once per transaction, so a drainer that has to catch up gets faster.
const BATCH: u64 = 32 * 1024;

/// What gives slots by number: the ring of this process, or what a dead one left.
pub(super) trait Source {
    /// What stands in the slot of a number.
    fn slot(&self, number: u64) -> Slot;

    /// What is wrong with every event of it.
    fn mark(&self) -> Option<Flaw> {
        None
    }
}

/// The events from `first`, before `end`, as far as they are there.
pub(super) fn collect(id: InstanceId, source: &dyn Source, first: u64, end: u64) -> Batch {
    let mut at = Collector { batch: Batch::new(id, first), source, end, lost: None };
    while at.batch.next < end && at.batch.next - first < BATCH {
        match source.slot(at.batch.next) {
            Slot::Empty => break,
            Slot::Flawed(flaw) => at.lose(flaw),
            Slot::Event(payload) => at.take(&payload),
        }
    }
    at.batch.flaws.sort_unstable();
    at.batch.flaws.dedup();
    at.batch
}

struct Collector<'a> {
    batch: Batch,
    source: &'a dyn Source,
    end: u64,
    /// What befell the slot before: text that goes on from there is lost for the same reason.
    lost: Option<Flaw>,
}

impl Collector<'_> {
    fn lose(&mut self, flaw: Flaw) {
        self.batch.flaws.push((self.batch.next, flaw));
        self.batch.next += 1;
        self.lost = Some(flaw);
    }

    fn take(&mut self, payload: &[u8; PAYLOAD]) {
        let number = self.batch.next;
        match decode(payload) {
            Some(Decoded::Record(mut event, reason)) => {
                self.begin(number);
                let (reason, cut) = self.text(reason);
                self.batch.flaws.extend(cut.map(|flaw| (number, flaw)));
                event.set_reason_bytes(&reason);
                self.batch.events.push((number, event));
            }
            Some(Decoded::Text { kind, number: entry, time_ns, bytes }) => {
                self.begin(number);
                let (text, cut) = self.text(bytes);
                let text = match cut {
                    None => String::from_utf8(text).map_err(|_| Flaw::Changed),
                    Some(flaw) => Err(flaw),
                };
                match text {
                    Ok(text) => {
                        let entry = Definition { kind, number: entry, text, time_ns };
                        self.batch.definitions.push(entry);
                    }
                    Err(flaw) => self.batch.flaws.push((number, flaw)),
                }
            }
            Some(Decoded::Further { .. }) => self.lose(self.lost.unwrap_or(Flaw::Changed)),
            None => self.lose(Flaw::Changed),
        }
    }

    fn begin(&mut self, number: u64) {
        self.lost = None;
        self.batch.flaws.extend(self.source.mark().map(|flaw| (number, flaw)));
        self.batch.next += 1;
    }

    /// The text that begins in a slot, as far as its slots follow each other, and why it is cut
    /// where it is.
    fn text(&mut self, begun: Bytes<'_>) -> (Vec<u8>, Option<Flaw>) {
        let mut text = begun.first.to_vec();
        for expected in 1..=begun.further() {
            if self.batch.next >= self.end {
                return (text, Some(Flaw::Gap));
            }
            match self.source.slot(self.batch.next) {
                Slot::Event(payload) => match decode(&payload) {
                    Some(Decoded::Further { part, bytes }) if usize::from(part) == expected => {
                        if self.lost.is_none() {
                            text.extend_from_slice(bytes);
                        }
                        self.batch.next += 1;
                    }
                    // The length was a lie, and this is an event of its own.
                    _ => return (text, Some(Flaw::Changed)),
                },
                // All slots of an event are there before its first one is.
                Slot::Empty => self.lose(Flaw::Changed),
                Slot::Flawed(flaw) => self.lose(flaw),
            }
        }
        text.truncate(begun.length);
        (text, self.lost)
    }
}
