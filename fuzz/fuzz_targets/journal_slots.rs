//! Whatever the disk gives back for the ring of a dead process: events, gaps and findings.
#![no_main]

use std::sync::{Arc, Mutex};

use libfuzzer_sys::fuzz_target;
use taggant_core::event::{PAYLOAD, decode};
use taggant_core::journal::{Batch, InstanceId, Journal, JournalConfig, EventSink, SLOT, StartInfo};

#[derive(Default)]
struct Seen(Mutex<Vec<u64>>);

impl EventSink for Seen {
    fn apply(&self, batch: &Batch) -> taggant_core::Result<()> {
        assert!(batch.first <= batch.next);
        let inside = batch.first..batch.next;
        let numbers = batch.events.iter().map(|(number, _)| *number);
        for number in numbers.chain(batch.gaps.iter().copied()).chain(batch.damaged.iter().copied())
        {
            assert!(inside.contains(&number), "an event outside its run");
            self.0.lock().expect("not poisoned").push(number);
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

fuzz_target!(|data: &[u8]| {
    if let Some(payload) = data.first_chunk::<PAYLOAD>() {
        let _ = decode(payload);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let dead = folder.path().join("00112233445566778899aabbccddeeff");
    std::fs::create_dir(&dead).expect("a folder");
    std::fs::write(dead.join("lock"), b"").expect("written");
    let slots = data.len().div_ceil(SLOT).max(1);
    let mut ring = data.to_vec();
    ring.resize(slots * SLOT, 0);
    std::fs::write(dead.join("events.ring"), ring).expect("written");
    let config = JournalConfig { slots: 8, ..JournalConfig::default() };
    let ledger = Arc::new(Seen::default());
    let opened = Journal::open(folder.path(), StartInfo::default(), config, ledger.clone());
    drop(opened.expect("damage is a finding, no reason to stop"));
});
