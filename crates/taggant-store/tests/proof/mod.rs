//! A ledger with a bit of everything, copies of it, and a key.

#![allow(dead_code, unreachable_pub, reason = "not every test file uses everything")]

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use taggant_core::cipher::sign::SigningKey;
use taggant_core::event::{DefineKind, RecordEvent, RecordKind};
use taggant_core::journal::{Batch, Definition, InstanceId, Ledger as EventSink};
use taggant_core::tag::SubjectTag;
use taggant_ledger::answers::Verification;
use taggant_ledger::{CheckpointSigner, ErasureOpened, Ledger, SqlLedger, VerifyOptions};
use taggant_store::ledger;

/// A signer whose outside copy is in memory.
pub struct Signer {
    key: SigningKey,
    kept: Mutex<Option<String>>,
}

impl Signer {
    pub fn new(seed: u8) -> Arc<Self> {
        Arc::new(Self { key: SigningKey::new(&[seed; 32]), kept: Mutex::default() })
    }
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
    fn kept(&self) -> Option<String> {
        self.kept.lock().unwrap().clone()
    }
    fn keep(&self, note: &str) {
        *self.kept.lock().unwrap() = Some(note.to_owned());
    }
}

/// The dictionary of an instance.
pub fn definitions() -> Vec<Definition> {
    let texts = [
        (DefineKind::Start, 1, "program\tshop\nbuild\tb1\npid\t7\nboot\tx\npolicy\tab\n"),
        (DefineKind::Policy, 2, "abcd\n[[allow]]\naction = \"open\"\n"),
        (
            DefineKind::Dataset,
            3,
            "people\tmain\n0011\tname\ttag\tuser.name\n2233\temail\ttag\tuser.contact.email\n",
        ),
        (DefineKind::Location, 4, "postgres://db/people"),
        (DefineKind::Location, 5, "https://shipper.example/labels"),
        (DefineKind::Purpose, 6, "essential.service"),
        (DefineKind::Actor, 7, "svc:shop"),
        (DefineKind::Actor, 8, "user:dana"),
        (DefineKind::Tenant, 9, "default"),
        (DefineKind::Label, 10, "orders.note@postgres://db/orders"),
    ];
    let make = |(kind, number, text): (DefineKind, u32, &str)| Definition {
        kind,
        number,
        text: text.to_owned(),
        time_ns: 1_000,
    };
    texts.into_iter().map(make).collect()
}

/// Event number `n`: of five people, of several kinds.
pub fn event(n: u64) -> RecordEvent {
    let kinds = [RecordKind::Write, RecordKind::Access, RecordKind::Edge, RecordKind::Read];
    let mut event = RecordEvent::new(kinds[n as usize % 4]);
    event.time_ns = 1_700_000_000_000_000_000 + n * 1_000_003;
    event.dataset = 3;
    event.location = 4 + (n / 4 % 2) as u32;
    event.purpose = 6;
    event.actor = 7 + (n / 2 % 2) as u32;
    event.tenant = 9;
    event.subject = Some(SubjectTag([(n % 5) as u8 + 1; 16]));
    event.actions.0[0] = if event.kind == RecordKind::Access { 5 } else { 0x11 };
    event.field = (n % 2) as u16;
    event.label = 10;
    event.set_reason(&format!("ticket {n}"));
    event
}

pub fn batch(instance: u8, first: u64, next: u64) -> Batch {
    Batch {
        instance: InstanceId([instance; 16]),
        first,
        next,
        through_ns: 5,
        definitions: if first == 0 { definitions() } else { Vec::new() },
        events: (first..next).map(|n| (n, event(n))).collect(),
        gaps: Vec::new(),
        damaged: Vec::new(),
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
        (gaps.gaps, gaps.events) = (vec![31], gaps.events.split_off(2));
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
        let kept = signer.kept().unwrap();
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
