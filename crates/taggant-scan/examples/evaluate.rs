//! Prints precision and recall of the scanner on the labelled halves:
//! `cargo run -p taggant-scan --example evaluate [--mistakes]`.
//!
//! Mistakes are shown for the development half only: the other one is not tuned on.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::path::Path;
use std::process::ExitCode;

use taggant_scan::evaluate::{Evaluation, evaluate};

fn main() -> ExitCode {
    let labelled = Path::new(env!("CARGO_MANIFEST_DIR")).join("labelled");
    let mistakes = std::env::args().any(|arg| arg == "--mistakes");
    for half in ["development", "held_out"] {
        match evaluate(&labelled.join(half)) {
            Ok(found) => {
                print(half, &found);
                if mistakes && half == "development" {
                    found.mistakes.iter().for_each(|mistake| println!("  {mistake}"));
                }
            }
            Err(error) => {
                println!("{half}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn print(half: &str, found: &Evaluation) {
    let score = found.personal;
    println!("{half}: {} fields, {} of them personal", found.fields, score.found + score.missed);
    println!(
        "  precision {:.3}   recall {:.3}   F1 {:.3}",
        score.precision(),
        score.recall(),
        score.f1()
    );
    println!(
        "  of {} found, {} have the category of the label, {} that or one above or below it",
        score.found, found.same_category, found.near_category
    );
    println!("  {:<58}{:>9}{:>8}{:>7}{:>7}", "category", "precision", "recall", "F1", "fields");
    for (category, score) in &found.by_category {
        println!(
            "  {category:<58}{:>9.2}{:>8.2}{:>7.2}{:>7}",
            score.precision(),
            score.recall(),
            score.f1(),
            score.found + score.missed
        );
    }
    println!();
}
