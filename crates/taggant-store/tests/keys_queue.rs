//! Processes that make keys for new people in one folder take turns: none waits for seconds.
//!
//! The long form tells numbers: `cargo test --release -p taggant-store --test keys_queue -- --ignored
//! --nocapture`.

mod proof_keys;

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use proof_keys::open;
use taggant_core::key::Owner;

const FOLDER: &str = "TAGGANT_TEST_QUEUE_FOLDER";
const MILLIS: &str = "TAGGANT_TEST_QUEUE_MILLIS";
const THREADS: usize = 8;

/// Not a test of its own: one of the processes. Without the variables it has nothing to do.
#[test]
fn child_that_makes_keys_in_threads() {
    let (Some(folder), Ok(millis)) = (std::env::var_os(FOLDER), std::env::var(MILLIS)) else {
        return;
    };
    let tenant = open(folder.as_ref()).unwrap().tenant("t").unwrap();
    let until = Instant::now() + Duration::from_millis(millis.parse().unwrap());
    let make = |thread: usize| {
        let mut waits = Vec::new();
        while Instant::now() < until {
            let person = format!("{}-{thread}-{}", std::process::id(), waits.len());
            let tag = tenant.subject_tag("customer", person.as_bytes()).unwrap();
            let begun = Instant::now();
            tenant.seal_key("main", Owner::Subject(tag)).unwrap();
            waits.push(begun.elapsed().as_micros());
        }
        waits
    };
    let waits: Vec<u128> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|n| scope.spawn(move || make(n))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let waits: Vec<String> = waits.iter().map(u128::to_string).collect();
    writeln!(std::io::stdout(), "waits {}", waits.join(" ")).unwrap();
}

struct Measured {
    /// Of each process.
    people: Vec<usize>,
    /// In microseconds, in order.
    waits: Vec<u64>,
}

impl Measured {
    fn p99(&self) -> Duration {
        Duration::from_micros(self.waits[self.waits.len() * 99 / 100])
    }
}

fn measure(processes: usize, time: Duration) -> Measured {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).unwrap().tenant("t").unwrap());
    let children: Vec<_> = (0..processes)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "child_that_makes_keys_in_threads", "--nocapture"])
                .env(FOLDER, folder.path())
                .env(MILLIS, time.as_millis().to_string())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut measured = Measured { people: Vec::new(), waits: Vec::new() };
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        let out = String::from_utf8(output.stdout).unwrap();
        let line = out.lines().find_map(|line| line.split_once("waits ")).expect("its waits").1;
        let waits: Vec<u64> = line.split(' ').map(|wait| wait.parse().unwrap()).collect();
        measured.people.push(waits.len());
        measured.waits.extend(waits);
    }
    measured.waits.sort_unstable();
    // Each has the key that they were given, and nobody has two.
    let ring = open(folder.path()).unwrap();
    assert_eq!(ring.list("t").unwrap().len(), measured.waits.len());
    measured
}

/// The limits are wide: other tests run on the same disk.
#[test]
fn no_process_is_passed_for_seconds() {
    let measured = measure(4, Duration::from_millis(1500));
    let (least, most) = (measured.people.iter().min(), measured.people.iter().max());
    assert!(measured.p99() < Duration::from_secs(2), "{:?}", measured.p99());
    assert!(least.unwrap() * 8 >= *most.unwrap(), "it is not fair: {:?}", measured.people);
}

#[test]
#[ignore = "measures for ten seconds, on a machine that does nothing else"]
fn eight_processes_make_a_thousand_people_a_second() {
    let time = Duration::from_secs(10);
    let measured = measure(8, time);
    let a_second = measured.waits.len() as f64 / time.as_secs_f64();
    writeln!(
        std::io::stdout(),
        "{a_second:.0} people a second, p99 {:?}, longest {} us, by process {:?}",
        measured.p99(),
        measured.waits.last().unwrap(),
        measured.people
    )
    .unwrap();
    assert!(a_second >= 1000.0 && measured.p99() < Duration::from_millis(250));
}
