//! System calls per sealed record, counted by strace on the thread that seals.

use std::process::Command;

use crate::print::Line;
use crate::record::Sealed;
use crate::store::{self, Store};

/// Seals a record so many times: the difference of two such runs is what the records cost.
pub(crate) fn child(times: u64) {
    let store = Store::new(64);
    store.runtime.scope(|| {
        let flow = store::to();
        let record = Sealed::sample(1);
        for _ in 0..times {
            let text = flow.run(|| serde_json::to_string(&record)).expect("sealed");
            std::hint::black_box(text);
        }
    });
}

pub(crate) fn lines(quick: bool) -> Vec<Line> {
    let name = "system calls per record, by the thread that seals";
    let (few, many) = (1_000, if quick { 2_000 } else { 21_000 });
    let found = match (count(few), count(many)) {
        (Some(fewer), Some(more)) => {
            format!("{:.4}", more.saturating_sub(fewer) as f64 / (many - few) as f64)
        }
        _ => "not counted: strace is not here or may not trace".into(),
    };
    vec![(name.into(), found)]
}

/// The calls of one run, without those of its other threads.
fn count(times: u64) -> Option<u64> {
    let folder = tempfile::tempdir().ok()?;
    let report = folder.path().join("calls");
    let program = std::env::current_exe().ok()?;
    let status = Command::new("strace")
        .args(["-qq", "-c", "-o"])
        .arg(&report)
        .arg(program)
        .args(["--seal", &times.to_string()])
        .stderr(std::process::Stdio::null())
        .status()
        .ok()?;
    let text = std::fs::read_to_string(report).ok().filter(|_| status.success())?;
    let total = text.lines().rev().find(|line| line.trim_end().ends_with("total"))?;
    total.split_whitespace().nth(3)?.parse().ok()
}
