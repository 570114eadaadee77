//! Faults of the journal: killed processes, forks, full rings, changed bytes.

mod proof;

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use taggant_core::event::{DefineKind, RecordEvent, RecordKind};
use taggant_core::journal::{Batch, EventSink, InstanceId, Journal, JournalConfig, StartInfo};
use taggant_core::{Error, Outcome, Result};
use taggant_ledger::{CheckpointSigner, Ledger, SqlLedger, VerifyOptions};
use zeroize::Zeroizing;

fn config(slots: usize) -> JournalConfig {
    JournalConfig {
        slots,
        block: Duration::from_secs(20),
        interval: Duration::from_millis(5),
        ..JournalConfig::default()
    }
}

fn open(folder: &Path, ledger: Arc<dyn EventSink>, slots: usize) -> Result<Journal> {
    open_with(folder, ledger, config(slots))
}

fn open_with(folder: &Path, sink: Arc<dyn EventSink>, config: JournalConfig) -> Result<Journal> {
    let start = StartInfo { service: "shop".to_owned(), ..StartInfo::default() };
    Journal::open(&folder.join("journal"), start, config, Arc::new(key), sink)
}

/// Instances have keys of their own.
fn key(instance: InstanceId) -> Result<Zeroizing<[u8; 32]>> {
    Ok(Zeroizing::new([instance.0, [7; 16]].concat().try_into().unwrap()))
}

fn ledger(folder: &Path) -> Arc<SqlLedger> {
    let ledger = taggant_store::ledger::open(&folder.join("ledger.db")).unwrap();
    ledger.sign_with(proof::Signer::forgetful(1));
    Arc::new(ledger)
}

/// An access whose reason tells it from all others.
fn access(journal: &Journal, reason: &str) -> Result<u64> {
    let mut event = RecordEvent::new(RecordKind::Access);
    event.actions.0[0] = 5;
    event.actor = journal.define(DefineKind::Actor, "svc:test")?;
    event.set_reason(reason);
    journal.append(&event)
}

fn reasons(ledger: &SqlLedger) -> Vec<String> {
    let mut all: Vec<String> =
        ledger.accesses_by("svc:test").unwrap().into_iter().map(|a| a.reason).collect();
    all.sort();
    all
}

/// Where the slot of a number stands in a ring's file.
fn place(number: u64) -> usize {
    let number = usize::try_from(number).unwrap();
    4096 * (1 + number / 21) + 192 * (number % 21)
}

/// The journal folders that are left.
fn left(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("journal")).unwrap();
    entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
}

#[test]
fn journals_that_start_and_end_at_once_do_not_take_each_other_for_dead() {
    let folder = tempfile::tempdir().unwrap();
    drop(ledger(folder.path()));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let folder = folder.path();
            scope.spawn(move || {
                for n in 0..40 {
                    let journal = open(folder, ledger(folder), 64).unwrap();
                    access(&journal, &format!("{thread}-{n:02}")).unwrap();
                }
            });
        }
    });
    let ledger = ledger(folder.path());
    drop(open(folder.path(), ledger.clone(), 64).unwrap());
    assert_eq!(reasons(&ledger).len(), 160);
    assert!(left(folder.path()).is_empty());
}

#[test]
fn every_event_arrives_once_and_the_journal_cleans_up_after_itself() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger(folder.path());
    let journal = open(folder.path(), ledger.clone(), 256).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let journal = &journal;
            scope.spawn(move || {
                for n in 0..500 {
                    access(journal, &format!("{thread}-{n:03}")).unwrap();
                }
            });
        }
    });
    journal.drain().unwrap();
    let all = reasons(&ledger);
    assert_eq!(all.len(), 2000);
    assert!(all.windows(2).all(|pair| pair[0] != pair[1]));
    drop(journal);
    assert!(left(folder.path()).is_empty());
    assert!(ledger.findings().unwrap().is_empty());
}

#[test]
fn two_journals_share_a_folder_and_a_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let journals: Vec<Journal> =
        (0..2).map(|_| open(folder.path(), ledger(folder.path()), 512).unwrap()).collect();
    std::thread::scope(|scope| {
        for (number, journal) in journals.iter().enumerate() {
            scope.spawn(move || {
                for n in 0..1000 {
                    access(journal, &format!("{number}-{n:04}")).unwrap();
                }
                journal.drain().unwrap();
            });
        }
    });
    assert_eq!(reasons(&ledger(folder.path())).len(), 2000);
}

/// A ledger that takes a batch and then says that it did not, every other time; or nothing.
struct Faulty {
    inner: Arc<SqlLedger>,
    calls: std::sync::atomic::AtomicU64,
    down: std::sync::atomic::AtomicBool,
}

impl EventSink for Faulty {
    fn apply(&self, batch: &Batch) -> Result<()> {
        use std::sync::atomic::Ordering::SeqCst;
        let failed = || Error::new(Outcome::JournalUnavailable, "the ledger is down");
        if self.down.load(SeqCst) {
            return Err(failed());
        }
        self.inner.apply(batch)?;
        if self.calls.fetch_add(1, SeqCst).is_multiple_of(2) { Err(failed()) } else { Ok(()) }
    }
    fn next_sequence(&self, instance: InstanceId) -> Result<u64> {
        self.inner.next_sequence(instance)
    }
    fn idle(&self, instance: InstanceId, through_ns: u64, ended: bool) -> Result<()> {
        self.inner.idle(instance, through_ns, ended)
    }
}

#[test]
fn a_batch_that_is_delivered_twice_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let inner = ledger(folder.path());
    let faulty = Faulty { inner: inner.clone(), calls: 0.into(), down: false.into() };
    let journal = open(folder.path(), Arc::new(faulty), 128).unwrap();
    for n in 0..1000 {
        access(&journal, &format!("{n:04}")).unwrap();
    }
    while journal.drain().is_err() {}
    assert_eq!(reasons(&inner).len(), 1000);
}

#[test]
fn a_full_journal_refuses_loses_nothing_and_goes_on_when_the_ledger_is_back() {
    use std::sync::atomic::Ordering::SeqCst;
    let folder = tempfile::tempdir().unwrap();
    let inner = ledger(folder.path());
    let faulty = Arc::new(Faulty { inner: inner.clone(), calls: 1.into(), down: true.into() });
    let config = JournalConfig { block: Duration::from_millis(50), ..config(64) };
    let journal = open_with(folder.path(), faulty.clone(), config).unwrap();
    let mut taken = 0;
    let refused = loop {
        match access(&journal, &format!("{taken:04}")) {
            Ok(_) => taken += 1,
            Err(error) => break error,
        }
        assert!(taken < 64, "a ring of 64 slots takes no more");
    };
    assert_eq!(refused.outcome(), Outcome::JournalUnavailable);
    assert!(refused.to_string().contains("disk"), "{refused}");
    assert_eq!(journal.held_back(), 1);
    faulty.down.store(false, SeqCst);
    // On a machine that has much to do it takes longer than a writer waits here.
    let until = std::time::Instant::now() + Duration::from_secs(30);
    while access(&journal, "after").is_err() {
        assert!(std::time::Instant::now() < until, "the ledger is back and takes nothing");
    }
    while journal.drain().is_err() {}
    assert_eq!(reasons(&inner).len(), taken + 1);
}

/// However long the drainer may sleep.
#[test]
fn writers_wake_the_drainer_of_a_full_journal_and_the_end_drains_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger(folder.path());
    let config = JournalConfig { interval: Duration::from_secs(3600), ..config(64) };
    let journal = open_with(folder.path(), ledger.clone(), config).unwrap();
    for number in 0..300 {
        access(&journal, &format!("{number:03}")).unwrap();
    }
    drop(journal);
    assert_eq!(reasons(&ledger).len(), 300);
    assert!(left(folder.path()).is_empty());
}

/// A ledger that remembers what it was told of instances that have nothing to drain.
struct Told(Arc<SqlLedger>, std::sync::Mutex<Vec<bool>>);

impl EventSink for Told {
    fn apply(&self, batch: &Batch) -> Result<()> {
        self.0.apply(batch)
    }
    fn next_sequence(&self, instance: InstanceId) -> Result<u64> {
        self.0.next_sequence(instance)
    }
    fn idle(&self, instance: InstanceId, through_ns: u64, ended: bool) -> Result<()> {
        self.1.lock().unwrap().push(ended);
        self.0.idle(instance, through_ns, ended)
    }
}

#[test]
fn a_ledger_is_told_of_the_end_and_not_at_each_interval_that_nothing_happened() {
    let folder = tempfile::tempdir().unwrap();
    let told = Arc::new(Told(ledger(folder.path()), std::sync::Mutex::default()));
    let begun = std::time::Instant::now();
    let journal = open(folder.path(), told.clone(), 64).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    drop(journal);
    let told = told.1.lock().unwrap();
    assert_eq!(told.iter().filter(|ended| **ended).count(), 1);
    assert!(told.len() == 1 || begun.elapsed() > Duration::from_secs(9), "{told:?}");
}

#[test]
fn a_shutdown_ends_as_soon_as_the_ledger_has_everything() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger(folder.path());
    let journal = open(folder.path(), ledger.clone(), 64).unwrap();
    for number in 0..9 {
        access(&journal, &number.to_string()).unwrap();
    }
    let begun = std::time::Instant::now();
    assert_eq!(journal.shutdown(Duration::from_secs(120)).unwrap().left, 0);
    assert!(begun.elapsed() < Duration::from_secs(60), "it waited for nothing");
    assert_eq!(reasons(&ledger).len(), 9);
}

/// A long text that finds no room must not stand half in the journal: the drainer would wait for
/// its other half for ever.
#[test]
fn a_text_that_finds_no_room_leaves_nothing_behind() {
    use std::sync::atomic::Ordering::SeqCst;
    let folder = tempfile::tempdir().unwrap();
    let inner = ledger(folder.path());
    let faulty = Arc::new(Faulty { inner: inner.clone(), calls: 1.into(), down: true.into() });
    let config = JournalConfig { block: Duration::from_millis(50), ..config(64) };
    let journal = open_with(folder.path(), faulty.clone(), config).unwrap();
    for n in 0..60 {
        access(&journal, &format!("{n:04}")).unwrap();
    }
    let long = format!("https://host.example/{}", "x".repeat(2000));
    let refused = journal.define(DefineKind::Location, &long).unwrap_err();
    assert_eq!(refused.outcome(), Outcome::JournalUnavailable);
    faulty.down.store(false, SeqCst);
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        while journal.drain().is_err() {}
        let mut event = RecordEvent::new(RecordKind::Access);
        event.actor = journal.define(DefineKind::Actor, "svc:test").unwrap();
        event.location = journal.define(DefineKind::Location, &long).unwrap();
        journal.append(&event).unwrap();
        while journal.drain().is_err() {}
        sender.send(long).unwrap();
    });
    let long = receiver.recv_timeout(Duration::from_secs(20)).expect("the drainer goes on");
    let accesses = inner.accesses_by("svc:test").unwrap();
    assert_eq!(accesses.len(), 61);
    assert!(accesses.iter().any(|access| access.location == long), "the text is whole");
}

#[test]
fn a_text_longer_than_the_whole_journal_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path(), ledger(folder.path()), 64).unwrap();
    let start = std::time::Instant::now();
    let error = journal.define(DefineKind::Actor, &"x".repeat(20_000)).unwrap_err();
    assert_eq!(error.outcome(), Outcome::JournalUnavailable);
    assert!(start.elapsed() < Duration::from_secs(5), "waiting can't help");
    access(&journal, "after").unwrap();
    journal.drain().unwrap();
}

/// SQLite's own waiting does not cover the switch to a write-ahead log.
#[test]
fn a_fresh_ledger_is_opened_by_many_at_once() {
    for _ in 0..40 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let start = std::sync::Barrier::new(6);
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    start.wait();
                    taggant_store::ledger::open(&path).unwrap();
                });
            }
        });
    }
}

#[test]
fn no_room_on_the_disk_is_said_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    // Far more than any disk has: reserved now, or never written to.
    let slots = 1 << 44;
    let error = open(folder.path(), ledger(folder.path()), slots).err().expect("no such disk");
    assert_eq!(error.outcome(), Outcome::JournalUnavailable);
    assert!(left(folder.path()).is_empty(), "half an instance is none");
}

#[test]
fn changed_bytes_are_a_finding_and_the_rest_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let inner = ledger(folder.path());
    let faulty = Arc::new(Faulty { inner: inner.clone(), calls: 1.into(), down: true.into() });
    let journal = open(folder.path(), faulty, 64).unwrap();
    let numbers: Vec<u64> = (0..10).map(|n| access(&journal, &format!("{n}")).unwrap()).collect();
    let ring = left(folder.path())[0].join("events.ring");
    // The journal's own ledger stays down: what is left is picked up as of a dead process.
    drop(journal);
    let mut bytes = std::fs::read(&ring).unwrap();
    bytes[place(numbers[4]) + 100] ^= 1;
    // As one that was claimed and never committed.
    let at = place(numbers[7]);
    bytes[at..at + 8].fill(0);
    std::fs::write(&ring, bytes).unwrap();
    drop(open(folder.path(), inner.clone(), 64).unwrap());
    assert_eq!(reasons(&inner), ["0", "1", "2", "3", "5", "6", "8", "9"]);
    let findings = inner.findings().unwrap();
    let numbers: Vec<(u64, &str)> = findings.iter().map(|f| (f.number, f.what.as_str())).collect();
    assert_eq!(numbers.len(), 2, "{numbers:?}");
    assert!(left(folder.path()).is_empty());
}

#[test]
fn arbitrary_files_in_the_folder_do_not_disturb() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    std::fs::create_dir_all(journal.join("00112233445566778899aabbccddeeff")).unwrap();
    std::fs::create_dir_all(journal.join("ffeeddccbbaa99887766554433221100")).unwrap();
    let own = journal.join("ffeeddccbbaa99887766554433221100");
    std::fs::write(own.join("lock"), "").unwrap();
    std::fs::write(own.join("events.ring"), vec![0xA5; 4096]).unwrap();
    std::fs::write(journal.join("notes.txt"), "hello").unwrap();
    let ledger = ledger(folder.path());
    let journal = open(folder.path(), ledger.clone(), 64).unwrap();
    access(&journal, "x").unwrap();
    journal.drain().unwrap();
    assert_eq!(reasons(&ledger), ["x"]);
}

const CHILD: &str = "TAGGANT_TEST_JOURNAL";

/// Not a test: the process that is killed.
#[test]
fn child() {
    let Ok(folder) = std::env::var(CHILD) else { return };
    let folder = PathBuf::from(folder);
    let journal = open(&folder, ledger(&folder), 128).unwrap();
    let own = std::process::id();
    let mut out = std::io::stdout().lock();
    for n in 0.. {
        let reason = format!("{own}-{n}");
        access(&journal, &reason).unwrap();
        // Acknowledged to the parent only now.
        writeln!(out, "ack {reason}").unwrap();
        out.flush().unwrap();
    }
}

fn spawn(folder: &Path) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env(CHILD, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

#[test]
fn what_a_killed_process_acknowledged_is_in_the_ledger_once() {
    const KILLS: u64 = 200;
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    for _ in 0..KILLS / 2 {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        // Two processes at once, on one folder and one ledger.
        let mut children: Vec<_> = (0..2).map(|_| spawn(folder.path())).collect();
        for (child, lines) in &mut children {
            // At a random moment: after so many events and microseconds.
            random = random.rotate_left(17);
            for line in lines.by_ref().take(usize::try_from(random % 150).unwrap()) {
                acknowledged.extend(line.unwrap().strip_prefix("ack ").map(str::to_owned));
            }
            std::thread::sleep(Duration::from_micros(random % 3000));
            child.kill().unwrap();
        }
        for (mut child, lines) in children {
            child.wait().unwrap();
            for line in lines {
                acknowledged.extend(line.unwrap().strip_prefix("ack ").map(str::to_owned));
            }
        }
    }
    let ledger = ledger(folder.path());
    drop(open(folder.path(), ledger.clone(), 64).unwrap());
    let recorded = reasons(&ledger);
    assert!(acknowledged.len() > 2000, "only {} events", acknowledged.len());
    assert!(recorded.windows(2).all(|pair| pair[0] != pair[1]), "an event is there twice");
    let recorded: std::collections::HashSet<&String> = recorded.iter().collect();
    let lost = acknowledged.iter().filter(|reason| !recorded.contains(reason)).count();
    assert_eq!(lost, 0, "of {}", acknowledged.len());
    assert!(left(folder.path()).is_empty());
    // A kill is no tampering.
    let key = CheckpointSigner::public_key(&*proof::Signer::forgetful(1));
    let options = VerifyOptions { public_key: Some(key), ..VerifyOptions::default() };
    let found = proof::clean(&ledger, &options);
    assert_eq!((found.unsigned, found.events > 2000), (0, true), "{found:?}");
}
