//! Whatever the disk gives back for the ring of a dead process: events, gaps and findings, with its
//! key and without.
#![no_main]

use std::sync::{Arc, Mutex};

use libfuzzer_sys::fuzz_target;
use taggant_core::event::{PAYLOAD, decode};
use taggant_core::journal::{
    Batch, EventSink, Header, InstanceId, Journal, JournalConfig, SLOT, SlotMac, StartInfo, sealed,
};
use taggant_core::{Error, Outcome};
use zeroize::Zeroizing;

const DEAD: InstanceId = InstanceId([
    0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF,
]);
const KEY: [u8; 32] = [7; 32];
const SLOTS: usize = 64;

#[derive(Default)]
struct Seen(Mutex<u64>);

impl EventSink for Seen {
    fn apply(&self, batch: &Batch) -> taggant_core::Result<()> {
        assert!(batch.first < batch.next);
        let inside = batch.first..batch.next;
        assert!(batch.events.iter().all(|(number, _)| inside.contains(number)), "outside its run");
        assert!(batch.flaws.iter().all(|(number, _)| inside.contains(number)), "outside its run");
        assert!(batch.flaws.is_sorted_by(|one, other| one < other));
        if batch.instance == DEAD {
            let mut next = self.0.lock().expect("not poisoned");
            assert!(batch.first >= *next, "a number twice");
            *next = batch.next;
        }
        Ok(())
    }
    fn next_sequence(&self, _: InstanceId) -> taggant_core::Result<u64> {
        Ok(0)
    }
    fn idle(&self, _: InstanceId, _: u64, _: bool) -> taggant_core::Result<()> {
        Ok(())
    }
}

/// The ring that the bytes describe: raw, or slots that bear their MAC under a number of theirs.
fn ring(genuine: bool, data: &[u8]) -> Vec<u8> {
    let mac = SlotMac::new(&KEY);
    let mut ring = vec![0; 4096 * (1 + SLOTS.div_ceil(21))];
    if !genuine {
        let length = data.len().min(ring.len());
        ring[..length].copy_from_slice(&data[..length]);
        return ring;
    }
    let mut slots = 0;
    for (index, chunk) in data.chunks(1 + PAYLOAD).take(SLOTS).enumerate() {
        let (number, bytes) = (index as u64 + 64 * u64::from(chunk[0] & 1), &chunk[1..]);
        let mut payload = [0; PAYLOAD];
        payload[..bytes.len()].copy_from_slice(bytes);
        let at = 4096 * (1 + index / 21) + SLOT * (index % 21);
        ring[at..at + SLOT].copy_from_slice(&sealed(&mac, number, &payload));
        slots = slots.max(number + 1);
    }
    let header =
        Header { slots: SLOTS as u64, instance: DEAD, claimed: slots, ..Header::default() };
    ring[..512].copy_from_slice(&header.encode(&mac));
    ring
}

fuzz_target!(|data: &[u8]| {
    let Some((mode, data)) = data.split_first() else { return };
    if let Some(payload) = data.first_chunk::<PAYLOAD>() {
        let _ = decode(payload);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let dead = folder.path().join(DEAD.to_string());
    std::fs::create_dir(&dead).expect("a folder");
    std::fs::write(dead.join("lock"), b"").expect("written");
    std::fs::write(dead.join("events.ring"), ring(mode & 1 != 0, data)).expect("written");
    let lost = mode & 2 != 0;
    let keys = move |id: InstanceId| match lost && id == DEAD {
        true => Err(Error::new(Outcome::KeyNotFound, "gone")),
        false => Ok(Zeroizing::new(KEY)),
    };
    let config = JournalConfig { slots: 8, ..JournalConfig::default() };
    let sink = Arc::new(Seen::default());
    let start = StartInfo::default();
    let opened = Journal::open(folder.path(), start, config, Arc::new(keys), sink);
    drop(opened.expect("damage is a finding, no reason to stop"));
});
