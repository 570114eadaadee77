//! Prints how fast source is scanned:
//! `cargo run --release -p taggant-scan --example speed ~/.cargo/registry/src`.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::process::ExitCode;
use std::time::Instant;

use taggant_scan::{Options, scan};

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        println!("usage: speed FOLDER");
        return ExitCode::FAILURE;
    };
    let started = Instant::now();
    match scan(folder.as_ref(), &Options::default()) {
        Ok(report) => {
            let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX).max(1);
            println!(
                "{} files, {} lines, {} fields in {} ms: {} lines a second; {} findings, {} not read",
                report.files,
                report.lines,
                report.fields,
                micros / 1000,
                report.lines * 1_000_000 / micros,
                report.findings.len(),
                report.unread.len()
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}
