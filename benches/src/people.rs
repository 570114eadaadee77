//! The first record of many new people: each needs a key that is on disk before it is used.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::print::Line;
use crate::record::Sealed;
use crate::store::{self, Store};

pub(crate) fn lines(people: u64) -> Vec<Line> {
    let line = |name: &str, took: Duration| {
        let each = took.as_secs_f64() * 1e6 / people as f64;
        (name.to_owned(), format!("{:>8.2} s   {each:>7.0} µs each", took.as_secs_f64()))
    };
    vec![
        line("prefetched, then sealed", fresh(|store| prefetched(store, people))),
        line("one by one", fresh(|_| seal(0, people))),
        line("one by one, 8 threads", fresh(|store| threads(store, people))),
    ]
}

fn fresh(work: impl FnOnce(&Store)) -> Duration {
    let store = Store::new(16_384);
    store.runtime.scope(|| {
        let start = Instant::now();
        work(&store);
        start.elapsed()
    })
}

fn seal(from: u64, to: u64) {
    let flow = store::to();
    for id in from..to {
        let record = Sealed::sample(id);
        drop(black_box(flow.run(|| serde_json::to_string(&record)).expect("sealed")));
    }
}

fn prefetched(store: &Store, people: u64) {
    let ids: Vec<u64> = (0..people).collect();
    store.runtime.prefetch("customer", &ids).expect("keys");
    seal(0, people);
}

fn threads(store: &Store, people: u64) {
    const THREADS: u64 = 8;
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let runtime = store.runtime.clone();
            let (from, to) = (people * thread / THREADS, people * (thread + 1) / THREADS);
            scope.spawn(move || runtime.scope(|| seal(from, to)));
        }
    });
}
