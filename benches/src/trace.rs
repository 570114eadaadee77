//! How fast files are searched for envelopes, beside a search for their prefix alone.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use taggant::Flow;
use taggant_trace::{Options, Tracer};

use crate::measure::median;
use crate::print::Line;
use crate::record::Sealed;
use crate::store::{self, Store};

type Search = (&'static str, fn(&Path) -> u64);

/// Each search over the same files, in turn.
pub(crate) fn lines(rounds: usize, mebibytes: usize) -> Vec<Line> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("searched");
    let mut lines = Vec::new();
    for (kind, clear) in [("a log, one sealed record in 200 lines", 200), ("a dump, all sealed", 0)]
    {
        write(&path, clear, mebibytes << 20);
        lines.extend(measured(&path, kind, rounds));
    }
    lines
}

/// Lines of JSON, between two sealed records so many without any.
fn write(path: &Path, clear: usize, size: usize) {
    let store = Store::new(1024);
    let sealed: Vec<String> = store.runtime.scope(|| {
        let flow: Flow = store::to();
        let seal = |id| flow.run(|| serde_json::to_string(&Sealed::sample(id)).expect("sealed"));
        (0..64).map(seal).collect()
    });
    let mut file = BufWriter::new(File::create(path).expect("a file"));
    let (mut written, mut number) = (0, 0);
    while written < size {
        let line = if number % (clear + 1) == 0 {
            format!("{}\n", sealed[number / (clear + 1) % sealed.len()])
        } else {
            format!(
                "2026-11-24T02:{:02}:{:02}Z INFO request {number:08x} GET /orders/{} 200 took {} us\n",
                number / 60 % 60,
                number % 60,
                number * 7919 % 100_003,
                number * 31 % 4_999,
            )
        };
        file.write_all(line.as_bytes()).expect("written");
        written += line.len();
        number += 1;
    }
    file.flush().expect("written");
}

fn measured(path: &Path, kind: &str, rounds: usize) -> Vec<Line> {
    let size = path.metadata().expect("a file").len() as f64;
    let searches: Vec<Search> = vec![
        #[cfg(feature = "ripgrep")]
        ("ripgrep's searcher, the prefix alone", crate::ripgrep::lines_with_the_prefix),
        ("taggant trace, all encodings", envelopes),
    ];
    let mut taken = vec![Vec::new(); searches.len()];
    for round in 0..=rounds {
        for (number, (_, search)) in searches.iter().enumerate() {
            let start = Instant::now();
            assert!(search(path) > 0, "something is found");
            // The first round brings the file into memory.
            if round > 0 {
                taken[number].push(start.elapsed().as_secs_f64());
            }
        }
    }
    let ratio = |number: usize| {
        median(taken[number].iter().zip(&taken[0]).map(|(own, base)| own / base).collect())
    };
    let line = |(number, (name, _)): (usize, &Search)| {
        let rate = size / median(taken[number].clone()) / 1e9;
        (format!("{kind}: {name}"), format!("{:>6.2}   {rate:>5.2} GB/s", ratio(number)))
    };
    searches.iter().enumerate().map(line).collect()
}

fn envelopes(path: &Path) -> u64 {
    let mut found = 0;
    Tracer::new(Options::default())
        .path(path, &mut |source| found += source.envelopes(), &mut |_| ())
        .expect("read");
    found
}
