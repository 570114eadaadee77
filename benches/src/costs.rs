//! Heap allocations and bytes per sealed field.

use std::hint::black_box;

use taggant_core::envelope;

use crate::alloc;
use crate::print::Line;
use crate::record::{Plain, Sealed, TAGGED};
use crate::store::{self, Store};

pub(crate) fn lines() -> Vec<Line> {
    let store = Store::new(64);
    store.runtime.scope(|| {
        let mut lines = vec![allocations()];
        lines.extend(bytes());
        lines
    })
}

/// Against writing a document of the same length, which allocates for its output alone.
fn allocations() -> Line {
    let flow = store::to();
    let record = Sealed::sample(1);
    let seal = || flow.run(|| serde_json::to_string(&record).expect("a JSON form"));
    let longer: Plain = serde_json::from_str(&seal()).expect("a document");
    let warm = 100;
    let times = 1_000;
    let count = |work: &dyn Fn() -> String| {
        (0..warm).for_each(|_| drop(black_box(work())));
        alloc::during(|| (0..times).for_each(|_| drop(black_box(work()))))
    };
    let ours = count(&seal);
    let output = count(&|| serde_json::to_string(&longer).expect("a JSON form"));
    let per_field = ours.saturating_sub(output) as f64 / (times * TAGGED) as f64;
    let (ours, output) = (ours as f64 / times as f64, output as f64 / times as f64);
    (
        "heap allocations per sealed field, beyond the output".into(),
        format!("{per_field:.2}   ({ours:.1} per record, {output:.1} for its output alone)"),
    )
}

fn bytes() -> Vec<Line> {
    let plain = Plain::sample(1);
    let text = store::to().run(|| serde_json::to_string(&Sealed::sample(1)).expect("JSON"));
    let sealed: Plain = serde_json::from_str(&text).expect("a document");
    let fields = |record: &Plain| {
        [&record.name, &record.email, &record.phone, &record.card, &record.street]
            .map(String::clone)
    };
    let mut binary = 0;
    let mut written = 0;
    for (value, envelope) in fields(&plain).iter().zip(fields(&sealed)) {
        let bytes = envelope::decode_text(&envelope).expect("an envelope");
        binary += bytes.len() - value.len();
        written += envelope.len() - value.len();
    }
    let mean = |sum: usize| format!("{:.1}", sum as f64 / TAGGED as f64);
    vec![
        ("bytes more per field, binary (69 and the padding)".into(), mean(binary)),
        ("bytes more per field, in text (base64)".into(), mean(written)),
    ]
}
