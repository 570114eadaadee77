//! The log: a tree per lane, and signed heads over all of them. docs/LEDGER.md has the texts,
//! docs/WIRE.md the bytes.

mod append;
mod checkpoint;
mod cosigned;
mod lanes;
mod merkle;
mod note;
mod signing;
mod vouch;

pub(crate) use append::{Appended, add, append, fresh};
pub(crate) use checkpoint::{Checkpoint, Point, origin};
pub(crate) use cosigned::keep_cosigned;
pub(crate) use lanes::{Head, all, find, lease, make, release, renew, service_name, sign_all};
pub(crate) use merkle::{Hash, Tree};
pub(crate) use note::{are_signatures, is_same, text_of, verified, verifier_key};
pub(crate) use signing::{Signing, policy};
pub(crate) use vouch::{Vouch, is_signed};
