//! Branch keys, unwrapped by the root key once per process.

use std::sync::Arc;

use super::root::RootKey;
use super::store::{BranchRow, RootWrap};
use super::wrap;
use crate::cipher::xaes::XaesKey;
use crate::error::{Error, Outcome, Result};

/// What the history calls them.
pub(super) const KIND: &str = "branch";

/// What the groups of service keys begin with; no dataset can name one.
pub(super) const SERVICE: char = '$';

/// An unwrapped branch key.
pub(super) struct Branch {
    pub(super) id: [u8; 16],
    pub(super) group: Arc<str>,
    pub(super) generation: u32,
    pub(super) cipher: XaesKey,
}

/// A fresh branch key and its row.
pub(super) fn fresh(
    root: &dyn RootKey,
    tenant: &str,
    group: &str,
    generation: u32,
) -> Result<(BranchRow, Branch)> {
    let id = wrap::fresh_id()?;
    let key = wrap::fresh_key()?;
    let mut row = BranchRow {
        id,
        tenant: tenant.to_owned(),
        group: group.to_owned(),
        generation,
        wraps: Vec::new(),
    };
    row.wraps = vec![root_wrap(root, &row, &key)?];
    let cipher = XaesKey::new(&key);
    Ok((row, Branch { id, group: Arc::from(group), generation, cipher }))
}

pub(super) fn root_wrap(root: &dyn RootKey, row: &BranchRow, key: &[u8; 32]) -> Result<RootWrap> {
    Ok(RootWrap {
        root: root.id().to_owned(),
        check: root.check_value(),
        wrapped: root.wrap(&wrap::branch_context(row), key)?,
    })
}

/// Unwraps a branch key by the wrap that is this root key's.
pub(super) fn open(root: &dyn RootKey, row: &BranchRow) -> Result<Branch> {
    let key = unwrap(root, row)?;
    Ok(Branch {
        id: row.id,
        group: Arc::from(row.group.as_str()),
        generation: row.generation,
        cipher: XaesKey::new(&key),
    })
}

pub(super) fn unwrap(root: &dyn RootKey, row: &BranchRow) -> Result<zeroize::Zeroizing<[u8; 32]>> {
    let Some(own) = row.wraps.iter().find(|wrap| wrap.root == root.id()) else {
        return Err(Error::new(
            Outcome::KeyUnavailable,
            "the key store was made under another root key; give this process that one",
        )
        .retryable(false));
    };
    root.unwrap(&wrap::branch_context(row), &own.wrapped).map_err(|error| {
        if error.outcome() == Outcome::Tampered && own.check != root.check_value() {
            Error::new(
                Outcome::KeyUnavailable,
                "this root key has the name of the one that the key store was made under, but is \
                 another; give this process the right one",
            )
            .retryable(false)
        } else {
            error
        }
    })
}

/// A key that the history says was made is not there. It is never made anew: what it sealed, and
/// who is known by it, would be lost behind everybody's back.
pub(super) fn lost(tenant: &str, what: &str) -> Error {
    Error::new(
        Outcome::KeyStoreRolledBack,
        format!(
            "the key store lacks a key of `{what}` of tenant `{tenant}` that its history says was \
             made: the store is an older copy, or a row was deleted; restore a newer copy"
        ),
    )
}
