//! A runtime on ports that are given one by one, and none of the defaults of a data folder.

use std::path::Path;
use std::sync::{Arc, Mutex};

use taggant::ledger::{Action, CheckpointKeeper, Ledger, entries};
use taggant::{Builder, Flow, LocalRoot, Outcome, Policy, Result, Tagged};
use taggant_store::keys::{FileAnchor, SqliteKeyStore};
use taggant_store::ledger as sqlite;

#[derive(Tagged)]
#[tagged(dataset = "ports.guests", subject(customer = id), row = id)]
struct Guest {
    #[clear]
    id: u64,
    #[tag("user.contact.email")]
    email: String,
}

const OPEN: &str = "[[allow]]\naction = \"open\"\ncategory = \"user\"\n";

/// Keeps checkpoints in memory.
#[derive(Default)]
struct Memory(Mutex<Vec<([u8; 16], String)>>);

impl CheckpointKeeper for Memory {
    fn kept(&self, ledger: &[u8; 16]) -> Result<Option<String>> {
        let kept = self.0.lock().unwrap();
        Ok(kept.iter().find(|(id, _)| id == ledger).map(|(_, note)| note.clone()))
    }

    fn keep(&self, ledger: &[u8; 16], note: &str) -> Result<()> {
        let mut kept = self.0.lock().unwrap();
        kept.retain(|(id, _)| id != ledger);
        kept.push((*ledger, note.to_owned()));
        Ok(())
    }

    fn ledgers(&self) -> Result<Vec<[u8; 16]>> {
        Ok(self.0.lock().unwrap().iter().map(|(id, _)| *id).collect())
    }
}

/// All ports, on files that no default has the name of.
fn builder(folder: &Path, keeper: &Arc<Memory>) -> Builder {
    Builder::new(folder.join("events"))
        .root(Arc::new(LocalRoot::new(&[7; 32])))
        .key_store(Arc::new(SqliteKeyStore::open(&folder.join("k")).unwrap()))
        .anchor(Arc::new(FileAnchor::new(&folder.join("a"))))
        .ledger(Arc::new(sqlite::open(&folder.join("l")).unwrap()))
        .checkpoints(keeper.clone())
        .policy(Policy::from_toml(OPEN).unwrap())
}

fn write(runtime: &taggant::Runtime) -> String {
    let guest = Guest { id: 1, email: "ana@example.com".into() };
    let table = Flow::to("postgres://db", "guests");
    runtime.scope(|| table.run(|| serde_json::to_string(&guest))).unwrap()
}

#[test]
fn a_runtime_on_ports_writes_reads_records_and_keeps_its_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let keeper = Arc::new(Memory::default());
    let runtime = builder(folder.path(), &keeper).build().unwrap();
    let row = write(&runtime);
    let from = Flow::from("postgres://db", "guests");
    let back: Guest = runtime.scope(|| from.run(|| serde_json::from_str(&row))).unwrap();
    assert_eq!(back.email, "ana@example.com");
    runtime.drain().unwrap();
    let flows = runtime.ledger().flows().unwrap();
    assert!(flows.iter().any(|flow| flow.action == Action::Seal), "{flows:?}");
    let id = runtime.ledger().id().unwrap();
    let note = keeper.kept(&id).unwrap().expect("the first entry is signed");
    assert!(entries(&note).is_some_and(|count| count > 0), "{note}");
    for default in ["root.key", "keys.db", "ledger.db", "anchor", "journal"] {
        assert!(!folder.path().join(default).exists(), "{default}");
    }
}

#[test]
fn verify_goes_by_the_ports_and_finds_a_ledger_that_is_another() {
    let folder = tempfile::tempdir().unwrap();
    let keeper = Arc::new(Memory::default());
    let runtime = builder(folder.path(), &keeper).build().unwrap();
    write(&runtime);
    runtime.drain().unwrap();
    drop(runtime);
    let found = builder(folder.path(), &keeper).verify(None).unwrap();
    assert!(found.is_clean(), "{:#?}", found.findings);
    let fresh: Arc<dyn Ledger> = Arc::new(sqlite::open(&folder.path().join("l2")).unwrap());
    let found = builder(folder.path(), &keeper).ledger(fresh).verify(None).unwrap();
    let kinds: Vec<&str> = found.findings.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(kinds, ["rolled_back"], "{:#?}", found.findings);
}

#[test]
fn a_checkpoint_that_was_kept_and_is_gone_is_found_and_nothing_is_signed_until_told() {
    let folder = tempfile::tempdir().unwrap();
    let keeper = Arc::new(Memory::default());
    let run = |builder: Builder| {
        let runtime = builder.build().unwrap();
        write(&runtime);
        runtime.drain().unwrap();
        drop(runtime);
    };
    run(builder(folder.path(), &keeper));
    keeper.0.lock().unwrap().clear();
    run(builder(folder.path(), &keeper));
    assert!(keeper.ledgers().unwrap().is_empty());
    let found = builder(folder.path(), &keeper).verify(None).unwrap();
    assert!(found.unsigned > 0);
    let whats: Vec<&str> = found.findings.iter().map(|one| one.what.as_str()).collect();
    assert!(whats.len() == 1 && whats[0].contains("beside the anchor is gone"), "{whats:?}");
    // Told that the ledger is right as it stands.
    run(builder(folder.path(), &keeper).begin_anew());
    run(builder(folder.path(), &keeper));
    let found = builder(folder.path(), &keeper).verify(None).unwrap();
    assert!(found.is_clean() && found.unsigned == 0, "{found:#?}");
}

#[test]
fn a_port_that_is_not_given_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let key_store = || Arc::new(SqliteKeyStore::open(&folder.path().join("k")).unwrap());
    let anchor = || Arc::new(FileAnchor::new(&folder.path().join("a")));
    let new = || Builder::new(folder.path().join("events"));
    let with_root = || new().root(Arc::new(LocalRoot::new(&[7; 32])));
    for (builder, what) in [
        (new(), "Builder::root"),
        (with_root(), "Builder::key_store"),
        (with_root().key_store(key_store()), "Builder::anchor"),
        (with_root().key_store(key_store()).anchor(anchor()), "Builder::ledger"),
    ] {
        let error = builder.build().expect_err("a port is missing");
        assert_eq!(error.outcome(), Outcome::Invalid);
        assert!(error.to_string().contains(what), "{error}");
    }
}

/// A port takes the place of one thing in the folder; the others stay.
#[cfg(feature = "embedded")]
#[test]
fn a_port_takes_the_place_of_what_would_be_in_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = folder.path().join("elsewhere.db");
    let ledger = Arc::new(sqlite::open(&elsewhere).unwrap());
    let home = folder.path().join("home");
    let policy = Policy::from_toml(OPEN).unwrap();
    let runtime = taggant::Runtime::builder(&home).policy(policy).ledger(ledger).build().unwrap();
    write(&runtime);
    runtime.drain().unwrap();
    assert!(home.join("keys.db").exists() && !home.join("ledger.db").exists());
    let read = sqlite::open_read_only(&elsewhere).unwrap();
    assert!(!read.flows().unwrap().is_empty());
}

/// Whoever keeps the anchor elsewhere has the checkpoints beside it.
#[cfg(feature = "embedded")]
#[test]
fn checkpoints_are_kept_beside_the_anchor_file() {
    let folder = tempfile::tempdir().unwrap();
    let (home, anchor) = (folder.path().join("home"), folder.path().join("anchor"));
    std::fs::create_dir(&anchor).unwrap();
    let policy = Policy::from_toml(OPEN).unwrap();
    let builder = taggant::Runtime::builder(&home).policy(policy);
    let runtime = builder.anchor_file(anchor.join("erasures")).build().unwrap();
    write(&runtime);
    runtime.drain().unwrap();
    let files = taggant::ledger::CheckpointFiles::beside(&anchor.join("erasures"));
    assert_eq!(files.ledgers().unwrap(), [runtime.ledger().id().unwrap()]);
    assert!(!home.join("anchor").exists());
}
