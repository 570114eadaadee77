//! How keys are wrapped: XAES-256-GCM, with everything that a key is for as associated data.

use zeroize::Zeroizing;

use super::store::{BranchRow, DataKeyRow, ServiceRow};
use crate::cipher::random;
use crate::cipher::xaes::XaesKey;
use crate::envelope::SUITE_XAES;
use crate::error::{Error, Outcome, Result};

/// Version of the wraps.
const FORMAT: u8 = 1;

/// Nonce, 32 bytes of ciphertext, tag.
const LENGTH: usize = 24 + 32 + 16;

/// Frames parts by their lengths as big-endian u64s.
#[must_use]
pub fn frame(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

/// The parts of a frame; `None` where it is none.
pub(super) fn unframe(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut parts = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
        let (part, rest) = rest.split_at_checked(length)?;
        parts.push(part);
        bytes = rest;
    }
    Some(parts)
}

/// What a root wrap of a branch key is bound to.
pub(super) fn branch_context(row: &BranchRow) -> Vec<u8> {
    frame(&[
        b"taggant branch key",
        &[FORMAT],
        row.tenant.as_bytes(),
        row.group.as_bytes(),
        &row.generation.to_be_bytes(),
        &row.id,
    ])
}

/// What a data key's wrap is bound to.
pub(super) fn data_context(row: &DataKeyRow) -> Vec<u8> {
    frame(&[
        b"taggant data key",
        &[FORMAT, SUITE_XAES],
        row.tenant.as_bytes(),
        row.group.as_bytes(),
        &row.generation.to_be_bytes(),
        &row.branch,
        &row.id.0,
        &[row.owner_kind as u8],
        &row.owner,
    ])
}

/// What a service key's wrap is bound to.
pub(super) fn service_context(row: &ServiceRow) -> Vec<u8> {
    frame(&[
        b"taggant service key",
        &[FORMAT],
        row.kind.as_bytes(),
        row.tenant.as_bytes(),
        &row.scope,
        &[row.generation],
        &row.branch,
    ])
}

/// Wraps a key.
pub(super) fn wrap(branch: &XaesKey, context: &[u8], key: &[u8; 32]) -> Result<Vec<u8>> {
    let nonce = random::nonce()?;
    let mut body = Zeroizing::new(*key);
    let tag = branch.seal_in_place(&nonce, context, body.as_mut_slice());
    Ok([&nonce[..], body.as_slice(), &tag].concat())
}

/// Unwraps a key.
pub(super) fn unwrap(
    branch: &XaesKey,
    context: &[u8],
    wrapped: &[u8],
) -> Result<Zeroizing<[u8; 32]>> {
    let tampered = || {
        Error::new(
            Outcome::Tampered,
            "a key row of the store was changed, or stands for another owner than it was made \
             for; restore the key store from a backup",
        )
    };
    if wrapped.len() != LENGTH {
        return Err(tampered());
    }
    let (nonce, rest) = wrapped.split_first_chunk::<24>().ok_or_else(tampered)?;
    let (body, tag) = rest.split_last_chunk::<16>().ok_or_else(tampered)?;
    let mut key = Zeroizing::new([0; 32]);
    key.copy_from_slice(body);
    branch.open_in_place(nonce, context, key.as_mut_slice(), tag).map_err(|_| tampered())?;
    Ok(key)
}

/// A fresh random key.
pub(super) fn fresh_key() -> Result<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    random::fill(key.as_mut_slice())?;
    Ok(key)
}

/// A fresh random id.
pub(super) fn fresh_id() -> Result<[u8; 16]> {
    let mut id = [0; 16];
    random::fill(&mut id)?;
    Ok(id)
}
