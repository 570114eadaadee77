//! The text form of a root key: `taggant-root-1`, 64 hex digits, 8 hex digits of their CRC-32.

use taggant_core::key::LocalRoot;
use taggant_core::{Error, Outcome, Result};
use zeroize::Zeroizing;

use taggant_core::hex;

const NAME: &str = "taggant-root-1";

/// A fresh root key in its text form.
///
/// # Errors
/// `KeyUnavailable` where the operating system gives no randomness.
pub fn generate() -> Result<Zeroizing<String>> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut_slice()).map_err(|_| {
        Error::new(Outcome::KeyUnavailable, "the operating system gives no randomness")
    })?;
    let digits = Zeroizing::new(hex::encode(key.as_slice()));
    let sum = crc32fast::hash(digits.as_bytes());
    Ok(Zeroizing::new(format!("{NAME} {} {sum:08x}\n", *digits)))
}

/// Reads the text form. `place` is named in errors; the key never is.
pub(super) fn parse(text: &str, place: &str) -> Result<LocalRoot> {
    let wrong = |what: &str| {
        Error::new(
            Outcome::KeyUnavailable,
            format!(
                "{place} holds no root key ({what}); restore it, or make a new one for new data"
            ),
        )
    };
    let mut parts = text.split_ascii_whitespace();
    if parts.next() != Some(NAME) {
        return Err(wrong("it does not begin with `taggant-root-1`"));
    }
    let digits = parts.next().ok_or_else(|| wrong("it is cut short"))?;
    let sum = parts.next().ok_or_else(|| wrong("it is cut short"))?;
    if parts.next().is_some() {
        return Err(wrong("it has more than three words"));
    }
    if format!("{:08x}", crc32fast::hash(digits.as_bytes())) != sum {
        return Err(wrong("its checksum does not match: a digit was changed or lost"));
    }
    let bytes =
        Zeroizing::new(hex::decode(digits).ok_or_else(|| wrong("it is not lower-case hex"))?);
    let mut key = Zeroizing::new([0; 32]);
    if bytes.len() != key.len() {
        return Err(wrong("it is not 32 bytes long"));
    }
    key.copy_from_slice(&bytes);
    Ok(LocalRoot::new(&key))
}

/// The root key in an environment variable, in the text form.
///
/// # Errors
/// `KeyUnavailable` where it is not set or holds no root key.
pub fn from_env(variable: &str) -> Result<LocalRoot> {
    let text = std::env::var(variable).map(Zeroizing::new).map_err(|_| {
        Error::new(
            Outcome::KeyUnavailable,
            format!("the environment variable {variable} is not set; it must hold the root key"),
        )
    })?;
    parse(&text, variable)
}
