//! Two administrators in two processes, at the same time, over many keys: the stricter state wins, and
//! nothing of what either was told is lost.

mod proof_keys;

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use proof_keys::{open, outcome, person};
use taggant_core::key::{Groups, KeyConfig, KeyRing, KeyState, LocalRoot, Owner};
use taggant_core::tag::{KeyId, SubjectTag};
use taggant_core::{Outcome, Result};
use taggant_store::keys::{FileAnchor, SqliteKeyStore};

const FOLDER: &str = "TAGGANT_TEST_ADMIN_FOLDER";
const WORK: &str = "TAGGANT_TEST_ADMIN_WORK";
const WORKS: [&str; 8] =
    ["erase", "hold", "retire", "compromise", "root", "branch", "data", "index"];

/// How many people an administrator deals with one by one.
const FEW: usize = 12;

/// Whom the store knows, and their keys, as the parent wrote them down.
fn people(folder: &Path) -> Vec<(SubjectTag, KeyId)> {
    let text = std::fs::read_to_string(folder.join("people")).unwrap();
    let ring = open(folder).unwrap();
    let line = |line: &str| {
        let (number, key) = line.split_once(' ').unwrap();
        (person(&ring, number), KeyId::from_hex(key).unwrap())
    };
    text.lines().take(FEW).map(line).collect()
}

/// Not a test of its own: an administrator. Without the variables it has nothing to do.
#[test]
fn child_that_administers() {
    let (Some(folder), Ok(work)) = (std::env::var_os(FOLDER), std::env::var(WORK)) else { return };
    let folder = Path::new(&folder);
    let ring = open(folder).unwrap();
    let people = people(folder);
    std::fs::write(folder.join(format!("ready.{}", std::process::id())), "").unwrap();
    while !folder.join("go").exists() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let told = |number: usize, done: Result<()>| match done {
        Ok(()) => writeln!(std::io::stdout(), "did {work} {number}").unwrap(),
        Err(error) if matches!(error.outcome(), Outcome::Denied | Outcome::Erased) => {}
        Err(error) => panic!("{work} {number}: {error}"),
    };
    let each = |one: &dyn Fn(SubjectTag, KeyId) -> Result<()>| {
        for (number, (tag, key)) in people.iter().enumerate() {
            told(number, one(*tag, *key));
        }
    };
    let again = |one: &dyn Fn() -> Result<()>| (0..3).for_each(|number| told(number, one()));
    match work.as_str() {
        "erase" => each(&|tag, _| ring.erase("t", tag, &Groups::All).map(drop)),
        "hold" => each(&|tag, _| ring.hold("t", tag, true)),
        "retire" => each(&|_, key| ring.retire("t", key, KeyState::Retired)),
        "compromise" => each(&|_, key| ring.retire("t", key, KeyState::Compromised)),
        "root" => again(&|| ring.rotate_root("t", &LocalRoot::new(&[9; 32]), false).map(drop)),
        "branch" => again(&|| ring.rotate_branch("t", "main", false).map(drop)),
        "data" => again(&|| ring.rotate_data("t", "main").map(drop)),
        "index" => {
            for _ in 0..3 {
                let generation = ring.rotate_index("t", "d", "i").unwrap();
                told(generation.into(), Ok(()));
            }
        }
        other => panic!("no work {other}"),
    }
}

fn administrator(folder: &Path, work: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_that_administers", "--nocapture"])
        .env(FOLDER, folder)
        .env(WORK, work)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What was acknowledged: work and number.
fn told(child: Child, name: &str) -> Vec<(String, usize)> {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{name} failed");
    let out = String::from_utf8(output.stdout).unwrap();
    let done = |line: &str| {
        let (_, did) = line.split_once("did ")?;
        let (work, number) = did.split_once(' ')?;
        Some((work.to_owned(), number.parse().ok()?))
    };
    out.lines().filter_map(done).collect()
}

fn at_once(one: &str, other: &str, count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("{one} and {other}");
    let mut keys: HashMap<SubjectTag, KeyId> = HashMap::new();
    {
        let ring = open(folder.path()).unwrap();
        let tags: Vec<SubjectTag> = (0..count).map(|n| person(&ring, &n.to_string())).collect();
        ring.tenant("t").unwrap().prefetch("main", &tags).unwrap();
        let mut lines = String::new();
        for (number, tag) in tags.iter().enumerate() {
            let key = ring.tenant("t").unwrap().seal_key("main", Owner::Subject(*tag)).unwrap();
            keys.insert(*tag, key.id());
            lines += &format!("{number} {}\n", key.id());
        }
        ring.tenant("t").unwrap().index_keys("d", "i").unwrap();
        std::fs::write(folder.path().join("people"), lines).unwrap();
    }
    let children = [administrator(folder.path(), one), administrator(folder.path(), other)];
    let until = Instant::now() + Duration::from_secs(60);
    while children.iter().any(|one| !folder.path().join(format!("ready.{}", one.id())).exists()) {
        assert!(Instant::now() < until, "{name}: they don't begin");
        std::thread::sleep(Duration::from_millis(1));
    }
    std::fs::write(folder.path().join("go"), "").unwrap();
    let done: Vec<(String, usize)> =
        children.into_iter().flat_map(|child| told(child, &name)).collect();
    check(folder.path(), &keys, &done, &name);
}

fn check(folder: &Path, keys: &HashMap<SubjectTag, KeyId>, done: &[(String, usize)], name: &str) {
    let ring = open(folder).unwrap();
    let tenant = ring.tenant("t").unwrap();
    let is_told = |work: &str, number: usize| done.contains(&(work.to_owned(), number));
    let erased: Vec<SubjectTag> = ring.erasures(1).unwrap().iter().map(|row| row.subject).collect();
    // Nothing is lost: each key is there, and opens as its person and state say.
    let listed = ring.list("t").unwrap();
    for (tag, key) in keys {
        let info = listed.iter().find(|info| info.id == *key).expect("the key is there");
        assert_eq!(info.state == KeyState::Erased, erased.contains(tag), "{name}");
        assert_eq!(tenant.open_key(*key).is_ok(), !erased.contains(tag), "{name}");
    }
    for (number, (tag, key)) in people(folder).into_iter().enumerate() {
        let is_erased = erased.contains(&tag);
        assert!(is_erased || !is_told("erase", number), "{name}: {number} is not erased");
        if is_erased {
            let sealed = tenant.seal_key("main", Owner::Subject(tag));
            assert_eq!(outcome(sealed), Outcome::Erased, "{name}");
            continue;
        }
        let state = tenant.open_key(key).unwrap().state();
        if is_told("compromise", number) {
            assert_eq!(state, KeyState::Compromised, "{name}: {number}");
        } else if is_told("retire", number) {
            assert_eq!(state, KeyState::Retired, "{name}: {number}");
        }
        if done.iter().any(|(work, _)| work == "data") {
            assert_ne!(state, KeyState::Active, "{name}: {number}");
        }
        if is_told("hold", number) {
            let erasure = ring.erase("t", tag, &Groups::All);
            assert_eq!(outcome(erasure), Outcome::Denied, "{name}: {number}");
        }
    }
    let generations: Vec<usize> =
        tenant.index_keys("d", "i").unwrap().newest_first().map(|(g, _)| g.into()).collect();
    for (_, generation) in done.iter().filter(|(work, _)| work == "index") {
        assert!(generations.contains(generation), "{name}: generation {generation} is lost");
    }
    if done.iter().any(|(work, _)| work == "root") {
        let moved = KeyRing::open(
            Arc::new(SqliteKeyStore::open(&folder.join("keys.db")).unwrap()),
            Arc::new(LocalRoot::new(&[9; 32])),
            Box::new(FileAnchor::new(&folder.join("anchor.log"))),
            KeyConfig::default(),
        );
        let moved = moved.unwrap().tenant("t").unwrap();
        let live = keys.iter().filter(|(tag, _)| !erased.contains(tag));
        let opened = live.map(|(_, key)| moved.open_key(*key).map(drop));
        // A branch key that was made after the last pass has the old root key's wrap only.
        let later = done.iter().any(|(work, _)| work == "branch");
        assert!(later || opened.collect::<Result<()>>().is_ok(), "{name}: the new root key");
    }
}

fn all_pairs(count: usize, longest: Duration) {
    let begun = Instant::now();
    for (index, one) in WORKS.iter().enumerate() {
        for other in &WORKS[index..] {
            at_once(one, other, count);
        }
    }
    assert!(begun.elapsed() < longest, "{:?}", begun.elapsed());
}

#[test]
fn of_two_administrators_in_two_processes_neither_is_undone() {
    all_pairs(150, Duration::from_secs(600));
}

#[test]
#[ignore = "takes a minute"]
fn of_two_administrators_over_thousands_of_keys_neither_is_undone() {
    all_pairs(2500, Duration::from_secs(3600));
}
