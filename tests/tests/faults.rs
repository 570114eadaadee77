//! Each part of a data folder fails while each thing is done: docs/TESTING.md has the table. Nothing
//! is lost, nothing comes out unrecorded, and what is stated is what happens.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use taggant::{Anchor, Builder, Error, Flow, LocalRoot, Outcome, Policy, RootKey, Runtime, Tagged};
use taggant_core::key::contract::Meddled;
use taggant_core::key::{Anchored, EventRow, Folder};
use taggant_ledger::SqlLedger;
use taggant_ledger::contract::Cut;
use taggant_store::checkpoint::CheckpointFiles;
use taggant_store::keys::{FileAnchor, SqliteKeyStore};
use zeroize::Zeroizing;

#[derive(Tagged)]
#[tagged(dataset = "faults.people", subject(customer = id), row = id)]
struct Person {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: String,
}

const OPEN: &str = "[[allow]]\naction = \"open\"\ncategory = \"user\"\n";

/// Something that is down while its switch is on.
struct Down<T>(T, Arc<AtomicBool>);

impl<T> Down<T> {
    fn ask(&self) -> Result<&T, Error> {
        match self.1.load(Ordering::SeqCst) {
            true => Err(Error::new(Outcome::KeyUnavailable, "down, as the test wants it")),
            false => Ok(&self.0),
        }
    }
}

impl Anchor for Down<FileAnchor> {
    fn read(&self) -> Result<Option<Anchored>, Error> {
        self.ask()?.read()
    }
    fn extend(&self, folder: &Folder, events: &[EventRow]) -> Result<(), Error> {
        self.ask()?.extend(folder, events)
    }
    fn set_aside(&self) -> Result<(), Error> {
        self.ask()?.set_aside()
    }
}

impl RootKey for Down<LocalRoot> {
    fn id(&self) -> &str {
        self.0.id()
    }
    fn check_value(&self) -> Option<[u8; 8]> {
        self.0.check_value()
    }
    fn wrap(&self, context: &[u8], key: &[u8; 32]) -> Result<Vec<u8>, Error> {
        self.ask()?.wrap(context, key)
    }
    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, Error> {
        self.ask()?.unwrap(context, wrapped)
    }
}

/// A data folder whose parts can be taken down.
struct Rig {
    folder: tempfile::TempDir,
    keys: Arc<Meddled>,
    ledger: Arc<Cut>,
    anchor: Arc<AtomicBool>,
    root: Arc<AtomicBool>,
}

/// One of its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    KeyStore,
    Ledger,
    Anchor,
    Root,
}

impl Rig {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let keys = Arc::new(SqliteKeyStore::open(&path("keys.db")).unwrap());
        let sql = taggant_store::ledger::database(&path("ledger.db")).unwrap();
        Self {
            keys: Arc::new(Meddled::new(keys)),
            ledger: Arc::new(Cut::never(sql)),
            anchor: Arc::default(),
            root: Arc::default(),
            folder,
        }
    }

    fn set(&self, part: Part, is_down: bool) {
        match part {
            Part::KeyStore => self.keys.take_down(is_down),
            Part::Ledger => self.ledger.take_down(is_down),
            Part::Anchor => self.anchor.store(is_down, Ordering::SeqCst),
            Part::Root => self.root.store(is_down, Ordering::SeqCst),
        }
    }

    fn build(&self) -> Result<Runtime, Error> {
        let path = |name: &str| self.folder.path().join(name);
        let anchor = Down(FileAnchor::new(&path("anchor")), self.anchor.clone());
        let root = Down(LocalRoot::new(&[7; 32]), self.root.clone());
        Builder::new(path("journal"))
            .policy(Policy::from_toml(OPEN)?)
            .root(Arc::new(root))
            .key_store(self.keys.clone())
            .anchor(Arc::new(anchor))
            .ledger(Arc::new(SqlLedger::new(self.ledger.clone())?))
            .checkpoints(Arc::new(CheckpointFiles::new(self.folder.path())))
            .journal_slots(256)
            .journal_block(Duration::from_millis(50))
            .build()
    }
}

fn person(id: u64) -> Person {
    Person { id, name: format!("Quokka {id}") }
}

fn seal(runtime: &Runtime, id: u64) -> Result<String, Error> {
    let to = Flow::to("postgres://db", "people");
    let text = runtime.scope(|| to.run(|| serde_json::to_string(&person(id))));
    text.map_err(|error| {
        assert!(!error.to_string().contains("Quokka"), "{error}");
        Error::last().expect("a typed error")
    })
}

fn open(runtime: &Runtime, row: &str) -> Result<String, Error> {
    let from = Flow::from("postgres://db", "people").purpose("essential");
    let read = runtime.scope(|| from.run(|| serde_json::from_str::<Person>(row)));
    read.map(|person| person.name).map_err(|_| Error::last().expect("a typed error"))
}

/// What is done, with the number of the column of docs/TESTING.md.
const DONE: [&str; 7] = ["start", "seal", "open", "erase", "rotate", "drain", "checkpoint"];

/// What happens to each of [`DONE`] while a part is down: nothing, or this outcome.
fn while_down(part: Part) -> [Result<(), Outcome>; 7] {
    let rig = Rig::new();
    let runtime = rig.build().unwrap();
    // Known to this process, and not yet known to it.
    let known = seal(&runtime, 1).unwrap();
    open(&runtime, &known).unwrap();
    runtime.drain().unwrap();
    rig.set(part, true);
    let outcome = |done: Result<(), Error>| done.map_err(|error| error.outcome());
    let unknown = seal(&runtime, 2);
    let opened = open(&runtime, &known).map(drop);
    let erased = runtime.erase("customer", &1_u64).map(drop);
    let rotated = runtime.keys().rotate_data("default", "main").map(drop);
    let drained = runtime.drain();
    let signed = runtime.shutdown(Duration::from_millis(300)).map(|_| ());
    let started = rig.build().map(drop);
    // All of it comes right when the part is back, and a second try ends what was begun.
    rig.set(part, false);
    drop(runtime);
    let runtime = rig.build().unwrap();
    let receipt = runtime.erase("customer", &1_u64).unwrap();
    assert_eq!(open(&runtime, &known).unwrap_err().outcome(), Outcome::Erased, "{part:?}");
    assert!(runtime.ledger().receipt(receipt.number).is_ok());
    if let Ok(row) = &unknown {
        assert_eq!(open(&runtime, row).unwrap(), "Quokka 2", "{part:?}");
    }
    runtime.drain().unwrap();
    let found = runtime.ledger().verify(&taggant::ledger::VerifyOptions::default()).unwrap();
    assert!(found.is_clean(), "{part:?}: {:#?}", found.findings);
    let done = [started, unknown.map(drop), opened, erased, rotated, drained, signed];
    done.map(outcome)
}

#[track_caller]
fn states(part: Part, expected: [Result<(), Outcome>; 7]) {
    let found = while_down(part);
    for ((what, found), expected) in DONE.iter().zip(found).zip(expected) {
        assert_eq!(found, expected, "{part:?} is down: {what}");
    }
}

const KEYS: Result<(), Outcome> = Err(Outcome::KeyUnavailable);
const JOURNAL: Result<(), Outcome> = Err(Outcome::JournalUnavailable);

#[test]
fn while_the_key_store_is_down_what_is_known_opens_and_nothing_new_is_sealed() {
    states(Part::KeyStore, [KEYS, KEYS, Ok(()), KEYS, KEYS, Ok(()), Ok(())]);
}

#[test]
fn while_the_ledger_is_down_events_wait_and_erasures_are_refused_or_catch_up() {
    states(Part::Ledger, [JOURNAL, Ok(()), Ok(()), JOURNAL, Ok(()), JOURNAL, Ok(())]);
}

#[test]
fn while_the_anchor_is_down_keys_are_served_and_the_history_catches_up() {
    states(Part::Anchor, [KEYS, Ok(()), Ok(()), Ok(()), Ok(()), Ok(()), Ok(())]);
}

#[test]
fn while_the_root_key_is_down_unwrapped_branches_serve_and_nothing_starts() {
    states(Part::Root, [KEYS, Ok(()), Ok(()), Ok(()), Ok(()), Ok(()), Ok(())]);
}

/// A ledger that takes nothing lets the journal fill up: then nothing is done that can't be recorded.
#[test]
fn while_the_journal_is_full_nothing_is_opened_or_sealed_and_nothing_is_lost() {
    let rig = Rig::new();
    let runtime = rig.build().unwrap();
    let row = seal(&runtime, 1).unwrap();
    rig.set(Part::Ledger, true);
    let mut sealed = 1;
    let error = loop {
        match seal(&runtime, 1) {
            Ok(_) => sealed += 1,
            Err(error) => break error,
        }
        assert!(sealed < 1000, "the journal has 256 slots");
    };
    assert_eq!(error.outcome(), Outcome::JournalUnavailable);
    assert_eq!(open(&runtime, &row).unwrap_err().outcome(), Outcome::JournalUnavailable);
    rig.set(Part::Ledger, false);
    assert_eq!(open(&runtime, &row).unwrap(), "Quokka 1", "and on it goes");
    runtime.drain().unwrap();
    let writes: u64 = runtime
        .ledger()
        .flows()
        .unwrap()
        .iter()
        .filter(|edge| edge.kind == taggant::ledger::Kind::Write && edge.outcome.is_ok())
        .map(|edge| edge.count)
        .sum();
    assert_eq!(writes, sealed);
}

const CHILD: &str = "TAGGANT_TEST_FAULTS_CHILD";

/// Not a test of its own: a process with few descriptors, or little memory, or another clock.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let folder = Path::new(&folder);
    let done = Runtime::builder(folder).policy(Policy::from_toml(OPEN).unwrap()).build().and_then(
        |runtime| {
            // Another person each time: those of before are erased.
            let id = u64::from(std::process::id());
            let row = seal(&runtime, id)?;
            open(&runtime, &row)?;
            runtime.keys().rotate_data("default", "main")?;
            let receipt = runtime.erase("customer", &id)?;
            assert_eq!(open(&runtime, &row).unwrap_err().outcome(), Outcome::Erased);
            assert!(receipt.number > 0);
            runtime.drain()?;
            runtime.shutdown(Duration::from_secs(10)).map(drop)
        },
    );
    match done {
        Ok(()) => std::process::exit(10),
        Err(error) if error.outcome() == Outcome::KeyUnavailable => std::process::exit(11),
        Err(error) if error.outcome() == Outcome::JournalUnavailable => std::process::exit(11),
        Err(error) => panic!("{error}"),
    }
}

/// Runs the child behind a shell command, and returns how it ended.
fn run(before: &str, folder: &Path) -> Option<i32> {
    let own = std::env::current_exe().unwrap();
    let script = format!("{before} timeout 60 \"$0\" --exact child --test-threads=1");
    let status = std::process::Command::new("sh")
        .args(["-c", &script])
        .arg(own)
        .env(CHILD, folder)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    status.code()
}

#[test]
fn with_too_few_descriptors_it_is_done_or_refused_and_never_half() {
    let mut ends = Vec::new();
    for descriptors in 4..40 {
        let folder = tempfile::tempdir().unwrap();
        let end = run(&format!("ulimit -n {descriptors};"), folder.path());
        ends.push(end);
        if end == Some(10) || end == Some(11) {
            // Whatever was refused: with enough of them the folder works.
            assert_eq!(run("", folder.path()), Some(10), "{descriptors} descriptors before");
        }
    }
    assert!(ends.contains(&Some(11)) && ends.last() == Some(&Some(10)), "{ends:?}");
    assert!(!ends.contains(&Some(101)), "no panic: {ends:?}");
}

#[test]
fn with_too_little_memory_a_process_dies_as_if_killed_and_the_folder_works() {
    let mut ends = Vec::new();
    for megabytes in [40, 60, 80, 100, 130, 200, 2000] {
        let folder = tempfile::tempdir().unwrap();
        ends.push(run(&format!("ulimit -v {};", megabytes * 1024), folder.path()));
        assert_eq!(run("", folder.path()), Some(10), "{megabytes} MB before");
    }
    assert_eq!(ends.last(), Some(&Some(10)), "{ends:?}");
}

#[test]
fn with_another_clock_everything_is_done_and_what_is_erased_stays_so() {
    let is_there = std::process::Command::new("faketime").arg("--version").output().is_ok();
    if !is_there {
        return taggant_core::skip::skip("there is no faketime");
    }
    let folder = tempfile::tempdir().unwrap();
    for clock in ["'-400d'", "'+400d'", "'-1d'", "'+0'"] {
        assert_eq!(run(&format!("faketime -f {clock}"), folder.path()), Some(10), "{clock}");
    }
}
