//! Power loss at every write of the key store: what was acknowledged before stays readable.
//!
//! A child process makes keys under a preloaded recorder of its file operations. Each prefix of
//! them is replayed twice: with only what was flushed by then, and with some of the rest.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use taggant_core::Outcome;
use taggant_core::key::{Groups, KeyConfig, KeyRing, LocalRoot, Owner};
use taggant_core::tag::KeyId;
use taggant_store::keys::{FileAnchor, SqliteKeyStore};

const FOLDER: &str = "TAGGANT_TEST_POWER";

fn open(folder: &Path) -> KeyRing {
    let store = SqliteKeyStore::open(&folder.join("keys.db")).unwrap();
    let anchor = Box::new(FileAnchor::new(&folder.join("anchor")));
    let root = Arc::new(LocalRoot::new(&[7; 32]));
    KeyRing::open(Arc::new(store), root, anchor, KeyConfig::default()).unwrap()
}

/// One write per line, so that no line is half there.
fn ack(acks: &mut std::fs::File, word: &str, id: KeyId) {
    acks.write_all(format!("{word} {id}\n").as_bytes()).unwrap();
}

/// Not a test: the process whose file operations are recorded.
#[test]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let folder = PathBuf::from(folder);
    let ring = open(&folder);
    let tenant = ring.tenant("t").unwrap();
    let mut acks = std::fs::File::create(folder.join("acks")).unwrap();
    let tag = |n: u32| tenant.subject_tag("customer", n.to_string().as_bytes()).unwrap();
    for n in 0..20 {
        let key = tenant.seal_key("main", Owner::Subject(tag(n))).unwrap();
        ack(&mut acks, "key", key.id());
    }
    tenant.prefetch("main", &(100..120).map(tag).collect::<Vec<_>>()).unwrap();
    for n in 100..120 {
        let key = tenant.seal_key("main", Owner::Subject(tag(n))).unwrap();
        ack(&mut acks, "key", key.id());
    }
    let gone = tenant.seal_key("main", Owner::Subject(tag(3))).unwrap().id();
    ack(&mut acks, "erasing", gone);
    ring.erase("t", tag(3), &Groups::All).unwrap();
    ack(&mut acks, "erased", gone);
}

/// The recorder, compiled; `None` where there is no C compiler.
fn recorder(folder: &Path) -> Option<PathBuf> {
    let library = folder.join("record_io.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/record_io.c");
    let status = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .status();
    match status {
        Ok(status) => {
            assert!(status.success(), "the recorder does not compile");
            Some(library)
        }
        Err(_) => {
            taggant_core::skip::skip("there is no C compiler");
            None
        }
    }
}

struct Operation {
    op: u8,
    path: String,
    offset: usize,
    data: Vec<u8>,
}

fn parse(mut log: &[u8]) -> Vec<Operation> {
    let mut operations = Vec::new();
    let number = |log: &mut &[u8], length: usize| {
        let (bytes, rest) = log.split_at(length);
        *log = rest;
        bytes.iter().rev().fold(0, |n, byte| n << 8 | usize::from(*byte))
    };
    while let Some((&op, rest)) = log.split_first() {
        log = rest;
        let length = number(&mut log, 4);
        let (path, rest) = log.split_at(length);
        log = rest;
        let offset = number(&mut log, 8);
        let length = number(&mut log, 8);
        let (data, rest) = log.split_at(length);
        log = rest;
        let path = String::from_utf8(path.to_vec()).unwrap();
        operations.push(Operation { op, path, offset, data: data.to_vec() });
    }
    operations
}

#[derive(Clone, Default)]
struct File {
    now: Vec<u8>,
    flushed: Vec<u8>,
}

#[derive(Default)]
struct Disk(BTreeMap<String, File>);

impl Disk {
    fn apply(&mut self, operation: &Operation) {
        if operation.op == b'U' {
            self.0.remove(&operation.path);
            return;
        }
        let file = self.0.entry(operation.path.clone()).or_default();
        match operation.op {
            b'W' => {
                let end = operation.offset + operation.data.len();
                file.now.resize(file.now.len().max(end), 0);
                file.now[operation.offset..end].copy_from_slice(&operation.data);
            }
            b'T' => file.now.resize(operation.offset, 0),
            _ => file.flushed = file.now.clone(),
        }
    }

    /// What is on the platter: all that was flushed, and of some files the rest too.
    fn write(&self, from: &str, to: &Path, rest: impl Fn(usize) -> bool) {
        for (number, (path, file)) in self.0.iter().enumerate() {
            let name = Path::new(path).strip_prefix(from).unwrap();
            if name == Path::new("acks") {
                continue;
            }
            let content = if rest(number) { &file.now } else { &file.flushed };
            std::fs::write(to.join(name), content).unwrap();
        }
    }

    fn acknowledged(&self, from: &str) -> String {
        let acks = self.0.get(&format!("{from}/acks"));
        acks.map_or(String::new(), |file| String::from_utf8(file.now.clone()).unwrap())
    }
}

fn key_id(text: &str) -> KeyId {
    KeyId::from_hex(text).unwrap()
}

#[test]
fn no_acknowledged_key_is_lost_wherever_the_power_goes() {
    let work = tempfile::tempdir().unwrap();
    let Some(library) = recorder(work.path()) else { return };
    let folder = work.path().join("store");
    std::fs::create_dir(&folder).unwrap();
    let log = work.path().join("log");
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child"])
        .env(FOLDER, &folder)
        .env("RECORD_DIR", &folder)
        .env("RECORD_LOG", &log)
        .env("LD_PRELOAD", library)
        .status()
        .unwrap();
    assert!(status.success());
    let mut operations = parse(&std::fs::read(&log).unwrap());
    let from = folder.to_str().unwrap();
    // Flushes of the folder itself: entries of files are taken to be durable at once.
    operations.retain(|operation| operation.path != from);
    assert!(operations.iter().filter(|o| o.op == b'S').count() > 20, "flushes are recorded");
    let mut disk = Disk::default();
    let mut checked = 0;
    for (cut, operation) in operations.iter().enumerate() {
        disk.apply(operation);
        let acks = disk.acknowledged(from);
        for variant in 0..2 {
            let copy = tempfile::tempdir().unwrap();
            disk.write(from, copy.path(), |file| variant == 1 && (cut / 3 + file) % 2 == 0);
            checked += check(copy.path(), &acks, cut, variant);
        }
    }
    assert!(checked > 5000, "only {checked} keys were looked for");
}

fn check(folder: &Path, acks: &str, cut: usize, variant: u32) -> usize {
    let ring = open(folder);
    let tenant = ring.tenant("t").unwrap();
    let ids = |word: &str| -> Vec<KeyId> {
        acks.lines().filter_map(|l| l.strip_prefix(word)?.strip_prefix(' ')).map(key_id).collect()
    };
    let (erasing, erased) = (ids("erasing"), ids("erased"));
    let keys = ids("key");
    for id in &keys {
        match tenant.open_key(*id) {
            Ok(_) => assert!(!erased.contains(id), "cut {cut}.{variant}: {id} came back"),
            Err(error) => {
                let gone = error.outcome() == Outcome::Erased && erasing.contains(id);
                assert!(gone, "cut {cut}.{variant}: {id}: {error}");
            }
        }
    }
    keys.len()
}
