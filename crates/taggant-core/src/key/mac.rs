//! MACs of rows: who can write the store but has no keys can't make one.

use super::history::EventRow;
use super::store::DataKeyRow;
use crate::cipher::mac::MacKey;
use crate::error::{Error, Outcome, Result};

/// MAC over everything that a key row says of its key, under the tenant's fence key.
pub(super) fn of_data_key(fence: &MacKey, row: &DataKeyRow) -> [u8; 32] {
    fence.tag(&[
        b"taggant data key row",
        row.tenant.as_bytes(),
        row.group.as_bytes(),
        &row.generation.to_be_bytes(),
        &row.branch,
        &row.id.0,
        &[row.owner_kind as u8],
        &row.owner,
        &[row.state as u8],
        &row.created_ns.to_be_bytes(),
    ])
}

/// Checks a key row before it is used, changed, signed or destroyed.
pub(super) fn check_data_key(fence: &MacKey, row: &DataKeyRow) -> Result<()> {
    if same(&of_data_key(fence, row), &row.mac) { Ok(()) } else { Err(tampered()) }
}

/// MAC of an entry of the history, under the store's history key.
pub(super) fn of_event(history: &MacKey, hash: &[u8; 32]) -> [u8; 32] {
    history.tag(&[b"taggant key event", hash])
}

/// Checks an entry of the history.
pub(super) fn check_event(history: &MacKey, row: &EventRow) -> Result<()> {
    if same(&of_event(history, &row.hash), &row.mac) {
        return Ok(());
    }
    Err(Error::new(
        Outcome::Tampered,
        "the history of keys has an entry that was not made with the keys of this store; restore \
         key store and anchor",
    ))
}

/// Compares two MACs in constant time.
fn same(a: &[u8; 32], b: &[u8; 32]) -> bool {
    subtle::ConstantTimeEq::ct_eq(a.as_slice(), b.as_slice()).into()
}

pub(super) fn tampered() -> Error {
    Error::new(
        Outcome::Tampered,
        "a key row of the store does not bear the MAC of its tenant, or is an older one that was \
         put back: it was changed by somebody without keys; restore the key store from a backup",
    )
}
