//! Branch keys of a tenant, unwrapped by the root key once per process.

use std::sync::Arc;

use super::root::RootKey;
use super::store::{BranchRow, KeyStore, RootWrap};
use super::wrap;
use crate::cipher::xaes::XaesKey;
use crate::error::{Error, Outcome, Result};

/// The group of a tenant's service keys; no dataset can name it.
pub(super) const SERVICE_GROUP: &str = "$service";

/// An unwrapped branch key.
pub(super) struct Branch {
    pub(super) id: [u8; 16],
    pub(super) group: Arc<str>,
    pub(super) generation: u32,
    pub(super) cipher: XaesKey,
}

/// Makes the next generation of a group's branch key, or takes the one that another process made.
pub(super) fn create(
    store: &dyn KeyStore,
    root: &dyn RootKey,
    tenant: &str,
    group: &str,
    generation: u32,
) -> Result<Branch> {
    let id = wrap::fresh_id()?;
    let key = wrap::fresh_key()?;
    let row = BranchRow {
        id,
        tenant: tenant.to_owned(),
        group: group.to_owned(),
        generation,
        wraps: vec![root_wrap(root, tenant, group, id, &key)?],
    };
    if store.insert_branch(&row)? {
        let cipher = XaesKey::new(&key);
        return Ok(Branch { id, group: Arc::from(group), generation, cipher });
    }
    let rows = store.branches(tenant)?;
    let theirs = rows.iter().find(|row| row.group == group && row.generation == generation);
    open(root, theirs.ok_or_else(|| missing(group))?)
}

pub(super) fn root_wrap(
    root: &dyn RootKey,
    tenant: &str,
    group: &str,
    id: [u8; 16],
    key: &[u8; 32],
) -> Result<RootWrap> {
    Ok(RootWrap {
        root: root.id().to_owned(),
        check: root.check_value(),
        wrapped: root.wrap(&wrap::branch_context(tenant, group, &id), key)?,
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
        ));
    };
    let context = wrap::branch_context(&row.tenant, &row.group, &row.id);
    root.unwrap(&context, &own.wrapped).map_err(|error| {
        if error.outcome() == Outcome::Tampered && own.check != root.check_value() {
            Error::new(
                Outcome::KeyUnavailable,
                "this root key has the name of the one that the key store was made under, but is \
                 another; give this process the right one",
            )
        } else {
            error
        }
    })
}

pub(super) fn missing(group: &str) -> Error {
    Error::new(
        Outcome::KeyUnavailable,
        format!("the key store has no branch key for key group `{group}`; restore it"),
    )
}
