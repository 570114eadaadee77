//! However many actors a process names, what it keeps of them stays the same.
//!
//! In a program of its own: what is measured is the memory of the process.

use taggant::{Flow, Tagged};
use taggant_testing::Recorder;

#[derive(Tagged)]
#[tagged(dataset = "actors.people", subject(customer = id), row = id)]
struct Person {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: String,
}

/// Mebibytes that stand in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kibibytes / 1024
}

#[test]
#[cfg(target_os = "linux")]
fn actors_beyond_those_that_are_kept_apart_cost_no_memory() {
    let recorder = Recorder::new("");
    recorder.run(|| {
        let person = Person { id: 1, name: "Ana".to_owned() };
        let write = |actors: std::ops::Range<u32>| {
            for actor in actors {
                let flow = Flow::to("postgres://db", "people")
                    .actor(&format!("an agent of the support desk, number {actor}"));
                serde_json::to_string(&flow.seal(&person)).expect("JSON");
            }
        };
        // Past the 16,384 that are kept apart. As many again would take 7 MiB.
        write(0..17_000);
        recorder.runtime().drain().expect("it is drained");
        let before = resident();
        write(17_000..34_000);
        recorder.runtime().drain().expect("it is drained");
        let after = resident();
        assert!(after <= before + 3, "{before} MiB, then {after} MiB");
    });
}
