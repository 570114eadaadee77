//! Asserts that nothing leaks: for tests of programs that use taggant.
//!
//! A [`LeakProbe`] takes the tagged plaintexts of a value and searches for them, in every encoding
//! in which they might hide, wherever the program wrote: bytes, files, whole folders, log lines.
//! It reports field, encoding, place and offset, never the value. It does not unpack archives, nor
//! undo two encodings at once (but for JSON in JSON), nor find numbers that a binary format writes
//! as such.
//!
//! ```
//! use taggant::ledger::Action;
//! use taggant::{Flow, Runtime, Tagged};
//! use taggant_testing::{LeakProbe, Recorder, canary};
//!
//! #[derive(Tagged)]
//! #[tagged(dataset = "guests", subject(customer = id), row = id)]
//! struct Guest {
//!     #[clear]
//!     id: u64,
//!     #[tag("user.contact.email")]
//!     email: String,
//! }
//!
//! let guest = Guest { id: 1, email: canary::email() };
//! let probe = LeakProbe::watch(&guest);
//! let recorder = Recorder::new("");
//! let row = recorder.run(|| {
//!     Flow::to("postgres://db:5432", "guests").run(|| serde_json::to_string(&guest).unwrap())
//! });
//! probe.assert_sealed(&row);
//! probe.assert_sealed(&format!("{guest:?}"));
//! probe.assert_sealed(recorder.folder());
//! recorder.assert_flow("guests", "email", "postgres://db:5432/guests", Action::Seal);
//! ```

mod alone;
pub mod canary;
mod capture;
mod haystack;
mod leaves;
mod probe;
mod recorder;
mod stdio;
mod tree;

pub use capture::Captured;
pub use haystack::Haystack;
pub use probe::{Leak, LeakProbe, MINIMUM};
pub use recorder::Recorder;
pub use taggant_trace::Disguise as Encoding;
