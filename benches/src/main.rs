//! What taggant costs, beside what others cost: `cargo run --release -p taggant-benches`.
//!
//! `-- ledger` loads ten million records into a ledger and asks it.
//!
//! Plain `serde_json` with derives is 1.0. See `measure` for how the ratios are made.

mod alloc;
mod costs;
mod flat;
mod hand;
mod journal;
mod ledger;
mod measure;
#[cfg(feature = "peers")]
mod peers;
mod people;
mod print;
mod record;
#[cfg(feature = "ripgrep")]
mod ripgrep;
mod store;
mod syscalls;
mod trace;
mod yardstick;

/// The key of everything that is not taggant. Its value does not matter here.
const KEY: [u8; 32] = [7; 32];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => everything(301),
        // A smoke test: every case once, too short to mean anything.
        ["--quick"] => everything(3),
        // Ten million records; some minutes.
        ["ledger"] => ledger::run(&ledger::Size::FULL),
        ["ledger", "--quick"] => ledger::run(&ledger::Size::QUICK),
        ["ledger", records] => {
            ledger::run(&ledger::Size::of(records.parse().expect("how many records")));
        }
        ["record"] => record(301),
        ["flat"] => print::lines(&flat::lines(301, 100_000)),
        ["trace"] => trace(9, 512),
        ["journal"] => print::lines(&journal::lines(false)),
        // What `syscalls` runs under strace.
        ["--seal", times] => syscalls::child(times.parse().expect("a number")),
        _ => panic!(
            "usage: taggant-benches [--quick | record | flat | journal | trace | \
             ledger [--quick | RECORDS]]"
        ),
    }
}

/// The record that all libraries write and read.
fn record(rounds: usize) {
    print::ratios("write the record as JSON", &yardstick::write(rounds));
    print::ratios("read it back", &yardstick::read(rounds));
}

fn everything(rounds: usize) {
    let quick = rounds < 10;
    record(rounds);
    print::ratios("Debug", &yardstick::debug(rounds));
    print::heading("per record, per field", "");
    print::lines(&costs::lines());
    print::lines(&journal::lines(quick));
    print::lines(&syscalls::lines(quick));
    print::heading("10,000 new people", "a key each, durable before the record is out");
    print::lines(&people::lines(if quick { 200 } else { 10_000 }));
    print::heading("flatness", "sealing one record");
    print::lines(&flat::lines(rounds, if quick { 1_000 } else { 100_000 }));
    if quick {
        ledger::run(&ledger::Size::QUICK);
    }
    trace(rounds.min(9), if quick { 1 } else { 512 });
}

fn trace(rounds: usize, mebibytes: usize) {
    let size = format!("{mebibytes} MiB each; ripgrep is 1.0");
    print::heading("files searched for sealed values", &size);
    print::lines(&trace::lines(rounds, mebibytes));
}
