//! What the signer of a ledger says of the length of a lane, each time that it adds to it. Who can
//! write the database and has no key can add a leaf, but not this: such a lane is not continued, and
//! no checkpoint is made over it.

use std::sync::Arc;

use taggant_core::cipher::sign;
use taggant_core::hex;

use super::checkpoint::LaneHead;
use super::lanes::Head;
use crate::ledger::CheckpointSigner;

/// Signs the heads of lanes, and tells those that were signed. Without a signer it can do neither,
/// and takes lanes as they are.
#[derive(Clone)]
pub(crate) struct Vouch {
    ledger: [u8; 16],
    signer: Option<Arc<dyn CheckpointSigner>>,
}

impl Vouch {
    pub(crate) fn new(ledger: [u8; 16], signer: Option<Arc<dyn CheckpointSigner>>) -> Self {
        Self { ledger, signer }
    }

    /// Whether there is a signer.
    pub(super) fn signs(&self) -> bool {
        self.signer.is_some()
    }

    pub(super) fn sign(&self, lane: &LaneHead) -> Option<[u8; 64]> {
        let signer = self.signer.as_ref()?;
        Some(signer.sign(text(&self.ledger, lane).as_bytes()))
    }

    /// Whether a lane is as long as this ledger has made it.
    pub(crate) fn accepts(&self, head: &Head) -> bool {
        let Some(signer) = &self.signer else { return true };
        is_signed(head, &self.ledger, &signer.public_key())
    }
}

/// Whether the length of a lane is signed with a key.
pub(crate) fn is_signed(head: &Head, ledger: &[u8; 16], key: &[u8; 32]) -> bool {
    let Some(signature) = &head.signature else { return false };
    sign::verify(key, text(ledger, &head.lane_head()).as_bytes(), signature)
}

/// What is signed. Its first line is that of no checkpoint.
fn text(ledger: &[u8; 16], lane: &LaneHead) -> String {
    format!("taggant/lane/{}\n{}\n", hex::encode(ledger), lane.line())
}
