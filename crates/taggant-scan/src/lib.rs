//! Finds fields of structs and enums that look personal and carry no tag.
//!
//! [`scan`] reads the Rust source of a workspace without compiling it. It goes by the names of
//! fields, of their types (through aliases and newtypes) and of what is around them, in eight
//! languages, and says for each finding which category of the taxonomy it suggests, how sure it is
//! and why. What it guesses, a person has to judge: it is a work list, not a proof that nothing is
//! left.
//!
//! ```no_run
//! use taggant_scan::{Level, Options, scan};
//!
//! let report = scan(".".as_ref(), &Options::default())?;
//! for finding in report.findings.iter().filter(|finding| finding.level >= Level::Medium) {
//!     println!("{}:{} {} {}", finding.path, finding.line, finding.field, finding.category);
//! }
//! # Ok::<(), taggant_scan::Error>(())
//! ```
//!
//! Nothing in a report is a value: literals, those in attributes too, are read for their words and
//! never repeated.
//!
//! What it does not see: types that only a macro's expansion has, types inside
//! `macro_rules!` definitions, function parameters and local variables.

mod baseline;
mod error;
pub mod evaluate;
mod files;
mod judge;
mod manifest;
mod model;
mod read;
mod report;
mod resolve;
mod run;
mod split;
mod words;

pub use baseline::{Baseline, Comparison};
pub use error::Error;
pub use report::{Coverage, Finding, Kind, Level, Report, Unread};
pub use run::{Options, scan, scan_watched};
