//! The text form of a key: a word that says what it is for, 64 hex digits, 8 hex digits of their
//! CRC-32.

use taggant_core::{Error, Outcome, Result, hex};
use zeroize::Zeroizing;

/// What a key in text form is for.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// The first word.
    pub(crate) word: &'static str,
    /// What errors call it.
    pub(crate) what: &'static str,
}

pub(crate) const ROOT: Form = Form { word: "taggant-root-1", what: "root key" };
pub(crate) const IDENTITY: Form = Form { word: "taggant-identity-1", what: "identity key" };

/// A fresh key in its text form.
pub(crate) fn fresh(form: Form) -> Result<Zeroizing<String>> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut_slice()).map_err(|_| {
        Error::new(Outcome::KeyUnavailable, "the operating system gives no randomness")
    })?;
    let digits = Zeroizing::new(hex::encode(key.as_slice()));
    let sum = crc32fast::hash(digits.as_bytes());
    Ok(Zeroizing::new(format!("{} {} {sum:08x}\n", form.word, *digits)))
}

/// Reads the text form. `place` is named in errors; the key never is.
pub(crate) fn parse(form: Form, text: &str, place: &str) -> Result<Zeroizing<[u8; 32]>> {
    let wrong = |why: &str| {
        Error::new(
            Outcome::KeyUnavailable,
            format!(
                "{place} holds no {} ({why}); restore it, or make a new one for new data",
                form.what
            ),
        )
    };
    let mut parts = text.split_ascii_whitespace();
    if parts.next() != Some(form.word) {
        return Err(wrong(&format!("it does not begin with `{}`", form.word)));
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
    Ok(key)
}

/// Reads a key from an environment variable.
pub(crate) fn from_env(form: Form, variable: &str) -> Result<Zeroizing<[u8; 32]>> {
    let text = std::env::var(variable).map(Zeroizing::new).map_err(|_| {
        Error::new(
            Outcome::KeyUnavailable,
            format!(
                "the environment variable {variable} is not set; it must hold the {}",
                form.what
            ),
        )
    })?;
    parse(form, &text, variable)
}
