//! A process that forks: parent and child go on with one data folder.
#![cfg(target_os = "linux")]
// The only way to fork a process is a system call.
#![allow(unsafe_code)]

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use taggant::ledger::{Ended, Kind, OutcomeSum};
use taggant::{Flow, Policy, Runtime, Tagged};

#[derive(Tagged)]
#[tagged(dataset = "fork.people", subject(customer = id), row = id)]
struct Person {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: String,
}

fn open(folder: &Path) -> Runtime {
    let policy = "[[allow]]\naction = \"open\"\ncategory = \"user\"\n";
    Runtime::builder(folder)
        .policy(Policy::from_toml(policy).unwrap())
        .journal_slots(512)
        .build()
        .unwrap()
}

fn write(runtime: &Runtime, id: u64) -> String {
    let table = Flow::to("postgres://db", "people");
    let person = Person { id, name: format!("name {id}") };
    runtime.scope(|| table.run(|| serde_json::to_string(&person))).unwrap()
}

fn read(runtime: &Runtime, row: &str) -> String {
    let table = Flow::from("postgres://db", "people");
    let person: Person = runtime.scope(|| table.run(|| serde_json::from_str(row))).unwrap();
    person.name
}

/// Forks; the child does its work and ends without a word to the test harness. A child that hangs
/// is ended by its alarm.
fn fork(work: impl FnOnce()) -> i32 {
    // SAFETY: the child runs on its own copy and leaves by `_exit`.
    match unsafe { libc::fork() } {
        -1 => panic!("fork failed"),
        0 => {
            // SAFETY: ends this child if it hangs.
            unsafe { libc::alarm(60) };
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
            // SAFETY: ends the child at once.
            unsafe { libc::_exit(i32::from(done.is_err())) }
        }
        child => child,
    }
}

fn wait(child: i32) {
    let mut status = 0;
    // SAFETY: waits for a child of ours.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    assert_eq!(status, 0, "the child hung (14) or failed");
}

#[test]
fn children_of_a_busy_process_write_read_and_record() {
    const CHILDREN: u64 = 60;
    let folder = tempfile::tempdir().unwrap();
    let runtime = open(folder.path());
    let stop = AtomicBool::new(false);
    let written = std::thread::scope(|scope| {
        let busy: Vec<_> = (0..2_u64)
            .map(|thread| {
                let (runtime, stop) = (&runtime, &stop);
                scope.spawn(move || {
                    let mut count = 0;
                    while !stop.load(Ordering::Relaxed) {
                        write(runtime, 1_000_000 * (thread + 1) + count);
                        count += 1;
                    }
                    count
                })
            })
            .collect();
        let known = write(&runtime, 0);
        for child in 0..CHILDREN {
            let pid = fork(|| {
                let row = write(&runtime, 1000 + child);
                assert_eq!(read(&runtime, &row), format!("name {}", 1000 + child));
                assert_eq!(read(&runtime, &known), "name 0");
            });
            std::thread::sleep(Duration::from_millis(child % 7));
            if let Err(panic) = std::panic::catch_unwind(|| wait(pid)) {
                // Else the scope waits for the busy threads for ever.
                stop.store(true, Ordering::Relaxed);
                std::panic::resume_unwind(panic);
            }
        }
        stop.store(true, Ordering::Relaxed);
        busy.into_iter().map(|thread| thread.join().unwrap()).sum::<u64>()
    });
    drop(runtime);
    // What the children recorded is picked up as of any dead process.
    let runtime = open(folder.path());
    runtime.drain().unwrap();
    for child in 0..CHILDREN {
        let handle = runtime.handle_of("customer", &(1000 + child)).unwrap();
        let places = runtime.ledger().where_is_person(handle.expect("recorded")).unwrap();
        let mut counts: Vec<(Kind, u64)> =
            places.iter().map(|place| (place.kind, place.count)).collect();
        counts.sort_unstable();
        assert_eq!(counts, [(Kind::Write, 1), (Kind::Read, 1)], "child {child}");
    }
    let writes = runtime.ledger().outcomes().unwrap();
    assert!(writes.contains(&OutcomeSum::new(Kind::Write, Ended::Ok, written + CHILDREN + 1)));
    assert!(runtime.ledger().findings().unwrap().is_empty());
    let found = Runtime::builder(folder.path()).verify(None).unwrap();
    assert!(found.is_clean(), "{:#?}", found.findings);
}

/// As a service does that goes to the background: what the child writes must not end in a log
/// that others have removed.
#[test]
fn a_child_outlives_its_parent_while_others_come_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let rows = folder.path().join("rows");
    let (go, went) = (folder.path().join("go"), folder.path().join("went"));
    // The parent of the child that matters is a child of ours, so that it can end.
    let parent = fork(|| {
        let runtime = open(folder.path());
        write(&runtime, 1);
        runtime.drain().unwrap();
        std::thread::sleep(Duration::from_millis(300));
        let child = fork(|| {
            let first = write(&runtime, 2);
            std::fs::write(&went, "").unwrap();
            while !go.exists() {
                std::thread::sleep(Duration::from_millis(5));
            }
            let all = [first, write(&runtime, 3), write(&runtime, 4)];
            runtime.drain().unwrap();
            std::fs::write(rows.with_extension("new"), all.join("\n")).unwrap();
            std::fs::rename(rows.with_extension("new"), &rows).unwrap();
        });
        assert!(child > 0);
        while !went.exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
        drop(runtime);
    });
    wait(parent);
    for _ in 0..3 {
        let other = open(folder.path());
        write(&other, 9);
        drop(other);
    }
    std::fs::write(&go, "").unwrap();
    let until = std::time::Instant::now() + Duration::from_secs(60);
    while !rows.exists() {
        assert!(std::time::Instant::now() < until, "the child hung or failed");
        std::thread::sleep(Duration::from_millis(5));
    }
    let runtime = open(folder.path());
    let rows = std::fs::read_to_string(rows).unwrap();
    for (row, id) in rows.lines().zip(2..) {
        assert_eq!(read(&runtime, row), format!("name {id}"));
    }
    for id in 1..5_u64 {
        assert!(runtime.handle_of("customer", &id).unwrap().is_some(), "{id} is not in the ledger");
    }
    let found = Runtime::builder(folder.path()).verify(None).unwrap();
    assert!(found.is_clean(), "{:#?}", found.findings);
}

/// SQLite forbids to carry a connection across a fork: a child that ends would take its parent's locks.
#[test]
fn no_connection_to_a_store_goes_along_into_a_child() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = open(folder.path());
    let databases = || {
        let open = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
        let names = open.filter_map(|one| std::fs::read_link(one.path()).ok());
        names
            .filter(|name| {
                name.starts_with(folder.path()) && name.to_string_lossy().contains(".db")
            })
            .count()
    };
    // Other tests of this process fork too, which closes them: they come with the next new person.
    let mut people = 0..1000_u64;
    let mut opened = || {
        people.any(|person| {
            write(&runtime, person);
            databases() > 0
        })
    };
    assert!(opened(), "the parent has them open");
    wait(fork(|| assert_eq!(databases(), 0, "the child has them too")));
    assert!(opened(), "and again");
}
