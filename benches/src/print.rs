//! The table.

use crate::measure::Measured;

/// A name and what was found.
pub(crate) type Line = (String, String);

pub(crate) fn heading(title: &str, note: &str) {
    println!("\n{title}{}{note}", if note.is_empty() { "" } else { ": " });
}

pub(crate) fn ratios(title: &str, cases: &[Measured]) {
    heading(title, "plain serde_json or Debug is 1.0");
    for case in cases {
        println!("  {:<58} {:>6.2}   {:>7.0} ns", case.name, case.ratio, case.nanoseconds);
    }
}

pub(crate) fn lines(lines: &[Line]) {
    for (name, found) in lines {
        println!("  {name:<58} {found}");
    }
}
