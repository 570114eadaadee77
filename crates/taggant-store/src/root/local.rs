//! Root keys in a file or an environment variable.

use std::path::Path;

use taggant_core::Result;
use taggant_core::key::LocalRoot;
use zeroize::Zeroizing;

use super::file;
use super::text::{self, ROOT};

/// A fresh root key in its text form.
///
/// # Errors
/// `KeyUnavailable` where the operating system gives no randomness.
pub fn generate() -> Result<Zeroizing<String>> {
    text::fresh(ROOT)
}

/// The root key in an environment variable, in the text form.
///
/// # Errors
/// `KeyUnavailable` where it is not set or holds no root key.
pub fn from_env(variable: &str) -> Result<LocalRoot> {
    text::from_env(ROOT, variable).map(|key| LocalRoot::new(&key))
}

/// Reads the root-key file; makes it, with a fresh key, where there is none.
///
/// # Errors
/// `KeyUnavailable` where others than its owner may read or write it, where it is no plain file, or
/// where it holds no root key.
pub fn from_file(path: &Path) -> Result<LocalRoot> {
    if let Some(key) = file::read(ROOT, path)? {
        return Ok(LocalRoot::new(&key));
    }
    file::create(ROOT, path)?;
    let made = file::read(ROOT, path)?;
    let key = made.ok_or_else(|| file::refused(ROOT, path, "it was removed meanwhile"))?;
    Ok(LocalRoot::new(&key))
}
