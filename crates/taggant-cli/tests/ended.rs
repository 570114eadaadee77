//! Processes that end: what they leave, and what answers say of it.

mod common;

use std::process::{Command, Stdio};
use std::time::Duration;

use common::{guest, run};
use taggant::{Flow, Policy, Runtime};

const CHILD: &str = "TAGGANT_TEST_CHILD_FOLDER";

/// Not a test of its own: a process that writes and is killed before its ledger has anything.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let runtime = Runtime::builder(std::path::Path::new(&folder))
        .policy(Policy::from_toml("").unwrap())
        .build()
        .unwrap();
    let text = runtime
        .scope(|| Flow::to("postgres://db", "guests").run(|| serde_json::to_string(&guest(1))));
    assert!(text.is_ok());
    std::process::abort();
}

fn killed(folder: &std::path::Path) {
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child"])
        .env(CHILD, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(!status.success(), "it was killed");
}

#[test]
fn an_answer_says_that_events_of_ended_processes_wait_and_drain_takes_them_in() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    killed(folder.path());
    let before = run(&["flows", "--data", data, "--json"]).exits(0);
    assert_eq!(before.json()["flows"].as_array().unwrap().len(), 0);
    for part in ["waits", "taggant drain"] {
        assert!(before.err.contains(part), "{}", before.err);
    }
    assert!(run(&["flows", "--data", data, "--quiet"]).exits(0).err.is_empty());
    let taken = run(&["drain", "--data", data, "--json"]).exits(0).json();
    assert_eq!(
        (taken["schema"].as_str(), taken["taken"].as_u64()),
        (Some("taggant.drain.v1"), Some(1))
    );
    let after = run(&["flows", "--data", data, "--json"]).exits(0);
    assert!(!after.json()["flows"].as_array().unwrap().is_empty());
    assert!(after.err.is_empty(), "{}", after.err);
    let again = run(&["drain", "--data", data]).exits(0);
    assert!(again.out.contains("took in 0 journals"), "{}", again.out);
}

#[test]
fn what_was_done_before_a_shutdown_is_in_the_ledger_and_nothing_is_done_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let runtime =
        Runtime::builder(folder.path()).policy(Policy::from_toml("").unwrap()).build().unwrap();
    let write = || {
        let to = Flow::to("postgres://db", "guests");
        runtime.scope(|| to.run(|| serde_json::to_string(&guest(1))))
    };
    assert!(write().is_ok());
    assert_eq!(runtime.shutdown(Duration::from_secs(20)).unwrap().left, 0);
    let data = folder.path().to_str().unwrap();
    // The process lives, and its ledger says all of it, signed.
    let flows = run(&["flows", "--data", data, "--json"]).exits(0).json();
    assert!(!flows["flows"].as_array().unwrap().is_empty());
    let found = run(&["verify", "--data", data, "--json"]).exits(0).json();
    assert_eq!(found["unsigned"], 0, "{found:#}");
    let error = write().unwrap_err().to_string();
    assert!(error.contains("was shut down"), "{error}");
}

#[test]
fn a_shutdown_that_finds_no_ledger_ends_in_time_and_says_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let runtime =
        Runtime::builder(folder.path()).policy(Policy::from_toml("").unwrap()).build().unwrap();
    let other = rusqlite::Connection::open(folder.path().join("ledger.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let to = Flow::to("postgres://db", "guests");
    runtime.scope(|| to.run(|| serde_json::to_string(&guest(1)))).unwrap();
    let started = std::time::Instant::now();
    let left = runtime.shutdown(Duration::from_millis(300)).unwrap().left;
    assert!(left > 0 && started.elapsed() < Duration::from_secs(10), "{left}");
    other.execute_batch("ROLLBACK").unwrap();
    // There is time again.
    assert_eq!(runtime.shutdown(Duration::from_secs(60)).unwrap().left, 0);
    let data = folder.path().to_str().unwrap();
    assert!(
        !run(&["flows", "--data", data, "--json"]).json()["flows"].as_array().unwrap().is_empty()
    );
}
