//! The log: a tree per lane, and signed heads over all of them. docs/LEDGER.md has the texts,
//! docs/WIRE.md the bytes.

mod append;
mod checkpoint;
mod lanes;
mod merkle;
mod note;
mod signing;

pub(crate) use append::{Appended, add, append, fresh};
pub(crate) use checkpoint::{Checkpoint, Point, origin};
pub(crate) use lanes::{Head, all, find, lease, release, renew, service_name};
pub(crate) use merkle::{Hash, Tree};
pub(crate) use note::{text_of, verified, verifier_key};
pub(crate) use signing::Signing;
