//! A root key from a passphrase: Argon2id (RFC 9106) with a salt in a file.

use std::io::Write;
use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use taggant_core::key::LocalRoot;
use taggant_core::{Error, Outcome, Result};
use zeroize::Zeroizing;

use crate::private;
use crate::sqlite::sync_folder;
use taggant_core::hex;

/// RFC 9106 section 4, second recommended option, on one lane: 3 passes over 64 MiB.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const NAME: &str = "taggant-salt-1";

/// The root key that a passphrase stands for, with the salt in a file, which is made where there
/// is none. Without the salt file the passphrase alone opens nothing: keep both.
///
/// # Errors
/// `KeyUnavailable` where the salt file can't be used, `Invalid` for a passphrase of less than 12
/// bytes.
pub fn from_passphrase(passphrase: &str, salt_file: &Path) -> Result<LocalRoot> {
    if passphrase.len() < 12 {
        return Err(Error::new(
            Outcome::Invalid,
            "a passphrase of less than 12 bytes protects nothing; use a longer one",
        ));
    }
    let salt = match std::fs::read_to_string(salt_file) {
        Ok(text) => parse(&text).ok_or_else(|| refused(salt_file))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => create(salt_file)?,
        Err(_) => return Err(refused(salt_file)),
    };
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).expect("constant parameters");
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), &salt, key.as_mut_slice())
        .map_err(|_| Error::new(Outcome::KeyUnavailable, "no memory for Argon2id (64 MiB)"))?;
    Ok(LocalRoot::new(&key))
}

fn parse(text: &str) -> Option<[u8; 16]> {
    let (name, salt) = text.trim_end().split_once(' ')?;
    (name == NAME).then(|| hex::decode_array(salt)).flatten()
}

fn create(path: &Path) -> Result<[u8; 16]> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| {
        Error::new(Outcome::KeyUnavailable, "the operating system gives no randomness")
    })?;
    // Whole under another name, then linked into place: nobody sees half of it, and of two that
    // start the first has made it.
    let (fresh, mut file) = private::beside(path).map_err(|_| refused(path))?;
    let text = format!("{NAME} {}\n", hex::encode(&salt));
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| std::fs::hard_link(&fresh, path));
    let _ = std::fs::remove_file(&fresh);
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            return Err(refused(path));
        }
        _ => sync_folder(path).map_err(|_| refused(path))?,
    }
    let kept = std::fs::read_to_string(path).map_err(|_| refused(path))?;
    parse(&kept).ok_or_else(|| refused(path))
}

fn refused(path: &Path) -> Error {
    Error::new(
        Outcome::KeyUnavailable,
        format!("the salt file {} can't be used; restore it", path.display()),
    )
}
