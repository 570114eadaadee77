//! What a dead process's journal gives, whatever befell its file: docs/JOURNAL.md, section "What is
//! found in what a dead process left". Each line of its table is a test.
#![cfg(unix)]

mod folder;
mod header;
mod key;
mod live;
mod slots;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use taggant_core::event::{
    DefineKind, PAYLOAD, RecordEvent, RecordKind, Unit, encode_record, encode_text,
};
use taggant_core::journal::{
    Batch, EventSink, Flaw, Header, InstanceId, Journal, JournalConfig, SlotMac, StartInfo, sealed,
};
use taggant_core::{Error, Outcome, Result};
use zeroize::Zeroizing;

const SLOTS: u64 = 64;
const FOLDER: [u8; 16] = [0xF0; 16];
const DEAD: InstanceId = InstanceId([0xDE; 16]);

/// Every instance has a key of its own.
fn key(id: InstanceId) -> Zeroizing<[u8; 32]> {
    Zeroizing::new([id.0, [7; 16]].concat().try_into().expect("32 bytes"))
}

fn mac() -> SlotMac {
    SlotMac::new(&key(DEAD))
}

fn boot() -> [u8; 16] {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let hex = taggant_core::hex::decode(&text.trim().replace('-', ""));
    hex.and_then(|bytes| bytes.try_into().ok()).unwrap_or_default()
}

/// Where the slot of a number stands in a ring of so many slots.
fn place(number: u64) -> usize {
    let index = usize::try_from(number % SLOTS).unwrap();
    4096 * (1 + index / 21) + 192 * (index % 21)
}

/// An access whose `refers` is its number.
fn access(number: u64) -> RecordEvent {
    let mut event = RecordEvent::new(RecordKind::Access);
    event.refers = number;
    event
}

/// A ring that a process left, as it should be.
#[derive(Clone)]
struct Ring {
    header: Header,
    bytes: Vec<u8>,
}

impl Ring {
    /// Of a process that wrote these numbers and was killed.
    fn of(numbers: std::ops::Range<u64>) -> Self {
        let mut ring = Self {
            header: Header {
                slots: SLOTS,
                folder: FOLDER,
                instance: DEAD,
                boot: boot(),
                writes: 1,
                claimed: numbers.end,
                committed: numbers.end,
                flushed: numbers.start,
                service: "shop".to_owned(),
            },
            bytes: vec![0; 4096 * 5],
        };
        for number in numbers {
            ring.put(number, &encode_record(&access(number)).head);
        }
        ring.seal();
        ring
    }

    fn put(&mut self, number: u64, payload: &[u8; PAYLOAD]) {
        self.slot(number).copy_from_slice(&sealed(&mac(), number, payload));
    }

    fn put_all(&mut self, first: u64, unit: &Unit<'_>) {
        self.put(first, &unit.head);
        for part in 1..unit.slots() {
            self.put(first + part as u64, &unit.further(part));
        }
    }

    fn slot(&mut self, number: u64) -> &mut [u8] {
        &mut self.bytes[place(number)..][..192]
    }

    /// Writes the header as it is now.
    fn seal(&mut self) {
        let bytes = self.header.encode(&mac());
        self.bytes[..512].copy_from_slice(&bytes);
    }

    fn with_header(mut self, change: impl FnOnce(&mut Header)) -> Self {
        change(&mut self.header);
        self.seal();
        self
    }
}

/// A ledger that remembers what it was given.
#[derive(Default)]
struct Seen {
    first: u64,
    batches: Mutex<Vec<Batch>>,
}

impl EventSink for Seen {
    fn apply(&self, batch: &Batch) -> Result<()> {
        assert!(batch.first < batch.next, "a run has a number");
        let inside = batch.first..batch.next;
        assert!(batch.events.iter().all(|(number, _)| inside.contains(number)));
        assert!(batch.flaws.iter().all(|(number, _)| inside.contains(number)));
        assert!(batch.flaws.is_sorted_by(|one, other| one < other), "sorted, each once");
        self.batches.lock().unwrap().push(batch.clone());
        Ok(())
    }
    fn next_sequence(&self, instance: InstanceId) -> Result<u64> {
        Ok(if instance == DEAD { self.first } else { 0 })
    }
    fn idle(&self, _: InstanceId, _: u64, _: bool) -> Result<()> {
        Ok(())
    }
}

/// A journal's folder with what one dead process left.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(ring: &[u8]) -> Self {
        let place = Self::new();
        place.leave(&DEAD.to_string(), Some(ring));
        place
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn leave(&self, name: &str, ring: Option<&[u8]>) -> PathBuf {
        let own = self.path().join(name);
        std::fs::create_dir(&own).unwrap();
        std::fs::write(own.join("lock"), "").unwrap();
        if let Some(ring) = ring {
            std::fs::write(own.join("events.ring"), ring).unwrap();
        }
        own
    }

    /// What is left of dead processes once the next one has started and ended.
    fn left(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name != "folder.lock").collect()
    }

    fn start(
        &self,
        first: u64,
        keys: impl Fn(InstanceId) -> Result<Zeroizing<[u8; 32]>> + Send + Sync + 'static,
    ) -> Result<Outcomes> {
        let sink = Arc::new(Seen { first, ..Seen::default() });
        let config = JournalConfig { folder: FOLDER, slots: 64, ..JournalConfig::default() };
        drop(Journal::open(
            self.path(),
            StartInfo::default(),
            config,
            Arc::new(keys),
            sink.clone(),
        )?);
        let batches = std::mem::take(&mut *sink.batches.lock().unwrap());
        Ok(Outcomes(batches.into_iter().filter(|batch| batch.instance == DEAD).collect()))
    }
}

/// What the ledger was given of the dead process.
#[derive(Debug)]
struct Outcomes(Vec<Batch>);

impl Outcomes {
    /// Numbers of events, each said by the event itself too.
    fn events(&self) -> Vec<u64> {
        let events = self.0.iter().flat_map(|batch| &batch.events);
        events
            .map(|(number, event)| {
                assert_eq!(*number, event.refers, "an event under another's number");
                *number
            })
            .collect()
    }

    fn flaws(&self) -> Vec<(u64, Flaw)> {
        self.0.iter().flat_map(|batch| batch.flaws.clone()).collect()
    }
}

/// What comes of a ring of which the ledger has everything before `first`.
fn read_from(first: u64, ring: &[u8]) -> Outcomes {
    let place = Place::with(ring);
    let outcomes = place.start(first, |id| Ok(key(id))).unwrap();
    assert_eq!(place.left(), [""; 0], "the folder goes once all is told");
    outcomes
}

fn read(ring: &Ring) -> Outcomes {
    read_from(0, &ring.bytes)
}
