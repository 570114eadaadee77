//! The identity key of services that must know a person under one tag: in a file or an environment
//! variable.
//!
//! It has the text form and the rules of a root key, with `taggant-identity-1` as its first word.
//! Nothing here makes one by the way: a store that has adopted an identity key keeps it for ever.

use std::path::Path;

use taggant_core::Result;
use taggant_core::key::IdentityKey;
use zeroize::Zeroizing;

use crate::root::file;
use crate::root::text::{self, IDENTITY};

/// A fresh identity key in its text form, to be given to each service.
///
/// # Errors
/// `KeyUnavailable` where the operating system gives no randomness.
pub fn generate() -> Result<Zeroizing<String>> {
    text::fresh(IDENTITY)
}

/// The identity key in an environment variable, in the text form.
///
/// # Errors
/// `KeyUnavailable` where it is not set or holds no identity key.
pub fn from_env(variable: &str) -> Result<IdentityKey> {
    text::from_env(IDENTITY, variable).map(|key| IdentityKey::new(&key))
}

/// Reads a file with the identity key.
///
/// # Errors
/// `KeyUnavailable` where there is none, where others than its owner may read or write it, where it
/// is no plain file, or where it holds no identity key.
pub fn from_file(path: &Path) -> Result<IdentityKey> {
    let key = file::read(IDENTITY, path)?;
    let missing = "there is none; copy the one that the other services have, or make the first one \
                   with identity::create_file";
    let key = key.ok_or_else(|| file::refused(IDENTITY, path, missing))?;
    Ok(IdentityKey::new(&key))
}

/// Makes a file with a fresh identity key. One that is there stays as it is.
///
/// # Errors
/// `KeyUnavailable` where it can't be written.
pub fn create_file(path: &Path) -> Result<()> {
    file::create(IDENTITY, path)
}
