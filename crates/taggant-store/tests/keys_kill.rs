//! SIGKILL at random moments: a key that was handed out opens afterwards.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use taggant_core::key::{KeyConfig, KeyRing, LocalRoot, Owner};
use taggant_core::tag::KeyId;
use taggant_store::keys::{FileAnchor, SqliteKeyStore};

const FOLDER: &str = "TAGGANT_TEST_KILL_FOLDER";
const ROUNDS: u64 = 50;

fn open(folder: &Path) -> KeyRing {
    KeyRing::open(
        Arc::new(SqliteKeyStore::open(&folder.join("keys.db")).unwrap()),
        Arc::new(LocalRoot::new(&[7; 32])),
        Box::new(FileAnchor::new(&folder.join("anchor.log"))),
        KeyConfig::default(),
    )
    .unwrap()
}

/// Not a test of its own: the process that is killed. Without the variable it has nothing to do.
#[test]
fn child_that_makes_keys_for_new_people() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let tenant = open(Path::new(&folder)).tenant("t").unwrap();
    let mut out = std::io::stdout();
    for n in 0_u32.. {
        let person = format!("{}-{n}", std::process::id());
        let tag = tenant.subject_tag("customer", person.as_bytes()).unwrap();
        let key = tenant.seal_key("main", Owner::Subject(tag)).unwrap();
        writeln!(out, "ack {person} {}", key.id()).unwrap();
        out.flush().unwrap();
    }
}

/// Runs the child until it is killed, and returns what it acknowledged: person and key id.
fn acknowledged_before_kill(folder: &Path, after: Duration) -> Vec<(String, String)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_that_makes_keys_for_new_people", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || out.lines().map_while(Result::ok).collect::<Vec<_>>());
    std::thread::sleep(after);
    // On Unix this is SIGKILL.
    child.kill().unwrap();
    child.wait().unwrap();
    let lines = reader.join().unwrap();
    // A line that the kill cut short was not acknowledged.
    let whole = lines.iter().filter_map(|line| {
        let (_, ack) = line.split_once("ack ")?;
        let (person, id) = ack.split_once(' ')?;
        (id.len() == 32).then(|| (person.to_owned(), id.to_owned()))
    });
    whole.collect()
}

fn key_id(hex: &str) -> KeyId {
    KeyId::from_hex(hex).unwrap()
}

#[test]
fn every_acknowledged_key_opens_after_a_kill_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        let after = Duration::from_millis(5 + round * 37 % 90);
        acknowledged.extend(acknowledged_before_kill(folder.path(), after));
        let tenant = open(folder.path()).tenant("t").unwrap();
        for (person, id) in &acknowledged {
            let key = tenant.open_key(key_id(id)).unwrap();
            let owner = Owner::Subject(tenant.subject_tag("customer", person.as_bytes()).unwrap());
            assert!(key.belongs_to(owner));
            assert_eq!(tenant.seal_key("main", owner).unwrap().id(), key.id());
        }
    }
    assert!(acknowledged.len() > 50, "only {} keys: the kills came too early", acknowledged.len());
}
