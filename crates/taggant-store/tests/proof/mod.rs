//! A ledger with a bit of everything, copies of it, and a key.

#![allow(dead_code, unreachable_pub, reason = "not every test file uses everything")]

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use sha2::{Digest, Sha256};
use taggant_core::Result;
use taggant_core::cipher::sign::SigningKey;
use taggant_core::journal::{EventSink, Flaw, InstanceId};
use taggant_core::tag::SubjectTag;
use taggant_ledger::answers::Verification;
pub use taggant_ledger::contract::sample::batch;
use taggant_ledger::{CheckpointSigner, ErasureOpened, KeptHead, Ledger, SqlLedger, VerifyOptions};
use taggant_store::ledger;

/// A signer whose outside copy is in memory.
pub struct Signer {
    key: SigningKey,
    kept: Mutex<Option<String>>,
    keeps: bool,
    /// What the key store has of it.
    head: Mutex<Option<KeptHead>>,
}

impl Signer {
    pub fn new(seed: u8) -> Arc<Self> {
        Arc::new(Self::with(seed, true))
    }

    /// One that keeps nothing outside of the ledger.
    pub fn forgetful(seed: u8) -> Arc<Self> {
        Arc::new(Self::with(seed, false))
    }

    fn with(seed: u8, keeps: bool) -> Self {
        let key = SigningKey::new(&[seed; 32]);
        Self { key, kept: Mutex::default(), keeps, head: Mutex::default() }
    }

    /// Whether a process refused to sign since the ledger was believed anew.
    pub fn has_refused(&self) -> bool {
        self.head.lock().unwrap().is_some_and(|head| head.refused_ns > 0)
    }

    /// Puts something in the place of the copy that nobody can read.
    pub fn break_kept(&self) {
        *self.kept.lock().unwrap() = Some("\u{fffd}".to_owned());
    }

    /// Deletes the copy that was kept beside the anchor.
    pub fn lose(&self) {
        *self.kept.lock().unwrap() = None;
    }

    /// Deletes what the key store has of it, too.
    pub fn lose_head(&self) {
        *self.head.lock().unwrap() = None;
    }
}

fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(taggant_ledger::text(text)).into()
}

impl CheckpointSigner for Signer {
    fn public_key(&self) -> [u8; 32] {
        self.key.public()
    }
    fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.key.sign(text)
    }
    fn erasures(&self) -> (u64, [u8; 32]) {
        (1, [9; 32])
    }
    fn kept(&self) -> Result<Option<String>> {
        Ok(self.kept.lock().unwrap().clone())
    }
    fn keeps(&self) -> bool {
        self.keeps
    }
    fn head(&self) -> Result<Option<KeptHead>> {
        Ok(*self.head.lock().unwrap())
    }
    fn begin(&self) {
        self.head.lock().unwrap().get_or_insert_default();
    }
    fn keep(&self, number: u64, note: &str, anew: bool) {
        let mut head = self.head.lock().unwrap();
        let before = head.unwrap_or_default();
        if self.keeps && before.number <= number {
            let refused_ns = if anew { 0 } else { before.refused_ns };
            *head = Some(KeptHead { number, hash: sha256(note), refused_ns });
            *self.kept.lock().unwrap() = Some(note.to_owned());
        }
    }
    fn refused(&self) {
        self.head.lock().unwrap().get_or_insert_default().refused_ns = 1;
    }
}

/// A folder with a ledger of two instances and an erasure.
pub struct Folder {
    folder: tempfile::TempDir,
    pub signer: Arc<Signer>,
    /// A checkpoint in the middle, kept elsewhere.
    pub kept: String,
}

impl Folder {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let signer = Signer::new(1);
        let ledger = ledger::open(&folder.path().join("ledger.db")).unwrap();
        ledger.sign_with(signer.clone());
        for (instance, first, next) in [(1, 0, 10), (2, 0, 6), (1, 10, 22)] {
            ledger.apply(&batch(instance, first, next)).unwrap();
        }
        ledger.idle(InstanceId([2; 16]), 9, true).unwrap();
        Self::copy_of(&folder.path().join("ledger.db"), &folder.path().join("old.db"));
        ledger.apply(&batch(1, 22, 30)).unwrap();
        let mut gaps = batch(1, 30, 34);
        (gaps.flaws, gaps.events) = (vec![(31, Flaw::Gap)], gaps.events.split_off(2));
        ledger.apply(&gaps).unwrap();
        let handle = ledger.handle("default", SubjectTag([1; 16])).unwrap().unwrap();
        let erasure = ErasureOpened {
            store: [4; 16],
            number: 1,
            handle,
            time_ns: 77,
            groups: "*",
            final_ns: 99,
        };
        ledger.open_receipt(&erasure).unwrap();
        ledger.confirm(1, 1).unwrap();
        ledger.idle(InstanceId([1; 16]), 9, true).unwrap();
        let kept = signer.kept().unwrap().unwrap();
        ledger.apply(&batch(3, 0, 8)).unwrap();
        ledger.idle(InstanceId([3; 16]), 9, true).unwrap();
        Self { folder, signer, kept }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("ledger.db")
    }

    /// The ledger as it was before the last events.
    pub fn old(&self) -> PathBuf {
        self.folder.path().join("old.db")
    }

    pub fn ledger(&self) -> SqlLedger {
        ledger::open(&self.path()).unwrap()
    }

    /// With the key that an honest verifier has.
    pub fn options(&self) -> VerifyOptions {
        VerifyOptions {
            public_key: Some(self.signer.public_key()),
            erasures: Some(vec![(1, [9; 32])]),
            ..VerifyOptions::default()
        }
    }

    pub fn copy_of(from: &Path, to: &Path) {
        let _ = std::fs::remove_file(to);
        Connection::open(from).unwrap().execute("VACUUM INTO ?1", [to.to_str()]).unwrap();
    }

    /// A copy that somebody without keys has worked on.
    pub fn tampered(&self, work: impl FnOnce(&Connection)) -> SqlLedger {
        let copy = self.folder.path().join("copy.db");
        Self::copy_of(&self.path(), &copy);
        let connection = Connection::open(&copy).unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        work(&connection);
        drop(connection);
        ledger::open_read_only(&copy).unwrap()
    }
}

#[track_caller]
pub fn clean(ledger: &SqlLedger, options: &VerifyOptions) -> Verification {
    let found = ledger.verify(options).unwrap();
    assert!(found.is_clean(), "{:#?}", found.findings);
    found
}
