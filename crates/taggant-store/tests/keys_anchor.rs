//! An anchor that can't be written for a while loses no erasure.

mod proof_keys;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use taggant_core::key::{
    Anchor, Anchored, EventRow, Folder, Groups, KeyConfig, KeyRing, LocalRoot, Owner,
};
use taggant_core::{Error, Outcome, Result};
use taggant_store::keys::{FileAnchor, SqliteKeyStore};

struct Failing(FileAnchor, Arc<AtomicBool>);

impl Anchor for Failing {
    fn read(&self) -> Result<Option<Anchored>> {
        self.0.read()
    }

    fn extend(&self, folder: &Folder, rows: &[EventRow]) -> Result<()> {
        if self.1.load(Ordering::Relaxed) {
            return Err(Error::new(Outcome::KeyUnavailable, "the disk of the anchor is full"));
        }
        self.0.extend(folder, rows)
    }

    fn set_aside(&self) -> Result<()> {
        self.0.set_aside()
    }
}

fn open(folder: &Path, full: &Arc<AtomicBool>) -> Result<KeyRing> {
    KeyRing::open(
        Arc::new(SqliteKeyStore::open(&folder.join("keys.db")).unwrap()),
        Arc::new(LocalRoot::new(&[7; 32])),
        Box::new(Failing(FileAnchor::new(&folder.join("anchor.log")), full.clone())),
        KeyConfig::default(),
    )
}

#[test]
fn the_next_refresh_or_start_hands_the_anchor_what_it_could_not_take() {
    for starts in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let full = Arc::new(AtomicBool::new(false));
        let ring = open(folder.path(), &full).unwrap();
        let tag = ring.tenant("t").unwrap().subject_tag("customer", b"1").unwrap();
        full.store(true, Ordering::Relaxed);
        assert!(!ring.erase("t", tag, &Groups::All).unwrap().anchored);
        full.store(false, Ordering::Relaxed);
        if starts {
            drop(open(folder.path(), &full).unwrap());
        } else {
            ring.refresh().unwrap();
        }
        let anchor = FileAnchor::new(&folder.path().join("anchor.log"));
        assert_eq!(anchor.read().unwrap().unwrap().events, ring.history().unwrap());
    }
}

#[test]
fn the_next_erasure_anchors_those_that_could_not_be() {
    let folder = tempfile::tempdir().unwrap();
    let full = Arc::new(AtomicBool::new(false));
    let open = || open(folder.path(), &full);
    let ring = open().unwrap();
    let tenant = ring.tenant("t").unwrap();
    let anchored = [(1, true), (2, false), (3, true)].map(|(person, works)| {
        full.store(!works, Ordering::Relaxed);
        let tag = tenant.subject_tag("customer", &[person]).unwrap();
        let _ = tenant.seal_key("main", Owner::Subject(tag));
        ring.erase("t", tag, &Groups::All).unwrap().anchored
    });
    assert_eq!(anchored, [true, false, true]);
    assert_eq!(open().unwrap().head().unwrap().number, 3);
}

#[test]
fn a_history_that_was_replaced_while_the_anchor_was_down_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let full = Arc::new(AtomicBool::new(false));
    let ring = open(folder.path(), &full).unwrap();
    let tenant = ring.tenant("t").unwrap();
    let [one, other] = [b"1", b"2"].map(|id| tenant.subject_tag("customer", id).unwrap());
    full.store(true, Ordering::Relaxed);
    ring.hold("t", one, true).unwrap();
    full.store(false, Ordering::Relaxed);
    // The hold is in no anchor: only this process knows that there was one.
    let last = ring.history().unwrap().len();
    let sql = format!("DELETE FROM key_events WHERE number = {last}");
    proof_keys::insider(folder.path(), &sql);
    open(folder.path(), &full).unwrap().hold("t", other, true).unwrap();
    assert_eq!(ring.history().unwrap().len(), last, "another entry stands in its place");
    assert_eq!(ring.refresh().unwrap_err().outcome(), Outcome::KeyStoreRolledBack);
}

/// Processes that share an anchor each hand it what they have seen.
#[test]
fn an_anchor_that_many_extend_at_once_has_each_entry_once() {
    let folder = tempfile::tempdir().unwrap();
    let memory = taggant_core::key::contract::MemoryAnchor::default();
    let ring = KeyRing::open(
        Arc::new(SqliteKeyStore::open(&folder.path().join("keys.db")).unwrap()),
        Arc::new(LocalRoot::new(&[7; 32])),
        Box::new(memory.clone()),
        KeyConfig::default(),
    )
    .unwrap();
    let tenant = ring.tenant("t").unwrap();
    for person in 0..30 {
        ring.hold("t", tenant.subject_tag("customer", &[person]).unwrap(), true).unwrap();
    }
    let Anchored { folder: of, events } = memory.read().unwrap().unwrap();
    let path = folder.path().join("shared.log");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let anchor = FileAnchor::new(&path);
                for count in 1..=events.len() {
                    anchor.extend(&of, &events[..count]).unwrap();
                    // Nobody takes away what was acknowledged.
                    assert!(anchor.read().unwrap().unwrap().events.len() >= count);
                }
            });
        }
    });
    assert_eq!(FileAnchor::new(&path).read().unwrap().unwrap().events, events);
    let lines = std::fs::read_to_string(&path).unwrap().lines().count();
    assert_eq!(lines, events.len() + 1);
}
