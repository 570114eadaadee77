//! Whatever the bytes and whatever they are packed in: an end, within the bounds, and an envelope
//! among them is found where it stands.
#![no_main]

use std::path::Path;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use taggant_trace::{Encoding, Finder, Options, Source, Tracer, Values};

/// What stands in the seeds as a value that is looked for.
const VALUE: &str = "Zebulon-Quartermaine-4929";
const MAX_EXPANDED: u64 = 4 << 20;

fuzz_target!(|data: &[u8]| {
    among(data);
    packed(data);
});

/// An envelope between any two halves.
fn among(data: &[u8]) {
    static FINDER: OnceLock<Finder> = OnceLock::new();
    let finder = FINDER.get_or_init(Finder::new);
    let mut envelope = vec![0xFE, 0xD1, 1, 1, 3];
    envelope.extend([0x61; 64]);
    let (before, after) = data.split_at(data.len() / 2);
    let hits = finder.find(&[before, &envelope, after].concat());
    let at = before.len() as u64;
    let found = hits.iter().find(|hit| hit.offset == at && hit.encoding == Encoding::Raw);
    assert_eq!(found.expect("it is there").header.field.0, [0x61; 8]);
}

/// The bytes as a file of whatever kind they say they are.
fn packed(data: &[u8]) {
    static TRACER: OnceLock<Tracer> = OnceLock::new();
    let tracer = TRACER.get_or_init(|| {
        let options =
            Options { max_depth: 4, max_entries: 50, max_expanded: MAX_EXPANDED, max_ratio: 100 };
        Tracer::new(options).values(Values::new([VALUE]).expect("a value")).detect()
    });
    let mut sources = Vec::new();
    let mut report = |source: Source| sources.push(source);
    if data.starts_with(b"SQLite format 3\0") {
        // Its chains of pages are followed in files only.
        let path = std::env::temp_dir().join(format!("trace_bytes_{}", std::process::id()));
        std::fs::write(&path, data).expect("a file");
        tracer.path(Path::new(&path), &mut report, &mut |_| ()).expect("it was written");
    } else {
        tracer.reader("input", &mut &data[..], &mut report);
    }
    let searched: u64 = sources.iter().map(|source| source.bytes).sum();
    let most = MAX_EXPANDED + 8 * data.len() as u64;
    assert!(searched <= most, "{searched} bytes were searched");
    let shown = format!("{sources:?}");
    assert!(!shown.contains(VALUE) || said(data), "a value is shown");
}

/// Names of entries are shown: the value may be one.
fn said(data: &[u8]) -> bool {
    data.windows(VALUE.len()).any(|part| part == VALUE.as_bytes())
}
