//! The proof that nothing was changed later: a Merkle log of what was added, and signed checkpoints.
//! docs/LEDGER.md has the bytes.

mod checkpoint;
mod codec;
mod compare;
mod drops;
mod handles;
mod heads;
mod log;
mod merkle;
mod note;
mod op;
mod refold;
mod signing;
mod verify;

pub use signing::CheckpointSigner;
pub use verify::{Tampering, Verification, VerifyOptions};

pub(super) use log::{Recorder, Run, begin};
pub(super) use op::{Op, Value};
pub(super) use signing::Signing;
