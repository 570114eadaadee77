//! Whether a record costs the same whatever went before.

use std::hint::black_box;

use taggant::Flow;

use crate::measure::{Case, interleaved};
use crate::print::Line;
use crate::record::Sealed;
use crate::store::{self, Store};

/// Sealing for all of so many people in turn, and through so many flows in turn.
pub(crate) fn lines(rounds: usize, most: u64) -> Vec<Line> {
    let mut lines = people(rounds, most);
    lines.extend(flows(rounds, most.min(10_000)));
    lines
}

fn sizes(most: u64) -> impl Iterator<Item = u64> {
    [100, 1_000, 10_000, 100_000].into_iter().filter(move |size| *size <= most)
}

fn people(rounds: usize, most: u64) -> Vec<Line> {
    let store = Store::new(2 * most as usize);
    store.runtime.scope(|| {
        let ids: Vec<u64> = (0..most).collect();
        for some in ids.chunks(10_000) {
            store.runtime.prefetch("customer", some).expect("keys");
        }
        let flow = store::to();
        let flow = &flow;
        let mut cases: Vec<Case<'_>> = sizes(most)
            .map(|size| {
                let mut record = Sealed::sample(0);
                Case::new("", move || {
                    // A step that is coprime to the sizes: no order that a cache could like.
                    record.id = (record.id + 61) % size;
                    drop(black_box(flow.run(|| serde_json::to_string(&record)).expect("sealed")));
                })
            })
            .collect();
        let taken = interleaved(&mut cases, rounds / 3 + 1, &|| store.settle());
        sizes(most)
            .zip(taken)
            .map(|(size, taken)| line(format!("{size} people in turn, keys in memory"), &taken))
            .collect()
    })
}

fn flows(rounds: usize, most: u64) -> Vec<Line> {
    let store = Store::new(64);
    store.runtime.scope(|| {
        let make = |number: u64| {
            Flow::to("https://partner.example", &format!("orders/{}", number % 4_000))
                .purpose("essential.service.operations")
                .actor(&format!("svc:worker-{number}"))
        };
        let flows: Vec<Flow> = (0..most).map(make).collect();
        let record = Sealed::sample(1);
        let (flows, record) = (&flows, &record);
        let mut cases: Vec<Case<'_>> = sizes(most)
            .map(|size| {
                let mut turn = 0;
                Case::new("", move || {
                    turn = (turn + 61) % size as usize;
                    let text = flows[turn].run(|| serde_json::to_string(record));
                    drop(black_box(text.expect("sealed")));
                })
            })
            .collect();
        for flow in flows {
            drop(flow.run(|| serde_json::to_string(record)).expect("sealed"));
        }
        let taken = interleaved(&mut cases, rounds / 3 + 1, &|| store.settle());
        sizes(most)
            .zip(taken)
            .map(|(size, taken)| line(format!("{size} flows in turn"), &taken))
            .collect()
    })
}

fn line(name: String, taken: &crate::measure::Measured) -> Line {
    (name, format!("{:>6.2}   {:>7.0} ns", taken.ratio, taken.nanoseconds))
}
