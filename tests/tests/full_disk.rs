//! A full disk: what can't be recorded is not done, and nothing that was done is lost.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use taggant::ledger::Kind;
use taggant::{Error, Flow, Outcome, Policy, Runtime, Tagged};
use taggant_testing::canary;

#[derive(Tagged)]
#[tagged(dataset = "disk.people", subject(customer = id), row = id)]
struct Person {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: String,
}

/// A small file system; unmounted when dropped.
struct Small(tempfile::TempDir);

impl Small {
    /// `None` where this user may not mount one.
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={size}");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "taggant-test"])
            .arg(folder.path())
            .status()
            .is_ok_and(|status| status.success());
        if mounted {
            return Some(Self(folder));
        }
        taggant_core::skip::skip("only root may mount a tmpfs");
        None
    }
    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

fn open(folder: &Path, slots: usize) -> Result<Runtime, Error> {
    let policy = "[[allow]]\naction = \"open\"\ncategory = \"user\"\n";
    Runtime::builder(folder)
        .policy(Policy::from_toml(policy)?)
        .journal_slots(slots)
        .journal_block(Duration::from_millis(300))
        .build()
}

#[test]
fn a_disk_without_room_for_the_journal_is_said_at_the_start() {
    let Some(disk) = Small::mount("4m") else { return };
    let error = open(disk.path(), 65_536).expect_err("12 MiB do not fit");
    assert_eq!(error.outcome(), Outcome::JournalUnavailable);
    assert!(error.to_string().contains("make room"), "{error}");
    assert!(open(disk.path(), 1024).is_ok(), "a smaller one fits, nothing is left over");
}

#[test]
fn a_disk_that_fills_up_fails_closed_and_loses_nothing() {
    let Some(disk) = Small::mount("6m") else { return };
    let to = Flow::to("postgres://db", "people");
    let from = Flow::from("postgres://db", "people").purpose("essential");
    let runtime = open(disk.path(), 256).unwrap();
    let (mut rows, mut refused) = (Vec::new(), Vec::new());
    runtime.scope(|| {
        // Ever new people need ever new keys; then the ledger has no room either.
        for id in 0..20_000 {
            let person = Person { id, name: canary::name() };
            match to.run(|| serde_json::to_string(&person)) {
                Ok(row) => rows.push((id, person.name, row)),
                Err(error) => {
                    let last = Error::last().expect("a typed error");
                    assert!(!error.to_string().contains(&person.name));
                    refused.push(last);
                }
            }
            if refused.len() == 3 {
                break;
            }
        }
    });
    assert!(rows.len() > 50 && refused.len() == 3, "{} written", rows.len());
    for error in &refused {
        let full = [Outcome::KeyUnavailable, Outcome::JournalUnavailable];
        assert!(full.contains(&error.outcome()), "{error}");
        assert!(error.to_string().contains("disk"), "{error}");
    }
    // Room again: everything that was handed over is readable, and everything was recorded.
    drop(runtime);
    let resized =
        Command::new("mount").args(["-o", "remount,size=64m"]).arg(disk.path()).status().unwrap();
    assert!(resized.success());
    let runtime = open(disk.path(), 4096).unwrap();
    runtime.scope(|| {
        for (_, name, row) in &rows {
            let back: Person = from.run(|| serde_json::from_str(row)).unwrap();
            assert_eq!(&back.name, name);
        }
    });
    runtime.drain().unwrap();
    for (id, ..) in &rows {
        let handle = runtime.handle_of("customer", id).unwrap().expect("recorded");
        let places = runtime.ledger().where_is_person(handle).unwrap();
        assert!(places.iter().any(|place| place.kind == Kind::Write && place.count >= 1), "{id}");
    }
}
