//! What may come in from outside: plaintext, never envelopes nor what our masks print.

use serde::de;

use super::super::{fail, pseudonym};
use super::record;
use crate::envelope;
use crate::error::{Error, Outcome};
use crate::redact;
use crate::seal::sensitive::UNLABELLED;

/// What is looked for in strings and bytes that pass.
#[derive(Clone, Copy)]
pub(crate) enum Inbound {
    /// Nothing.
    Any,
    /// Envelopes (a captured one posted to an API must not come back decrypted) and redacted text
    /// (it must not replace the value in storage).
    PlaintextOnly,
    /// Envelopes as a whole value: a clear field holds none. Those of records in it are theirs: the
    /// number says how many records are being read where the field stands.
    Clear(usize),
}

impl Inbound {
    pub(crate) fn text<E: de::Error>(self, text: &(impl AsRef<str> + ?Sized)) -> Result<(), E> {
        match self {
            Self::Any => Ok(()),
            Self::PlaintextOnly => check_text(text.as_ref()).map_err(fail::de),
            Self::Clear(records) if envelope::is_envelope(text.as_ref()) => in_clear(records),
            Self::Clear(_) => Ok(()),
        }
    }

    pub(crate) fn bytes<E: de::Error>(self, bytes: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), E> {
        if !envelope::looks_like_envelope_bytes(bytes.as_ref()) {
            return Ok(());
        }
        match self {
            Self::Any => Ok(()),
            Self::Clear(records) if envelope::is_envelope_bytes(bytes.as_ref()) => {
                in_clear(records)
            }
            Self::Clear(_) => Ok(()),
            Self::PlaintextOnly => Err(fail::de(unexpected_envelope())),
        }
    }
}

fn in_clear<E: de::Error>(records: usize) -> Result<(), E> {
    if record::depth() > records {
        return Ok(());
    }
    Err(fail::de(Error::new(
        Outcome::UnexpectedEnvelope,
        "an envelope stands in a clear field: it would pass for a value, or be opened when the field \
         is tagged one day; find out who put it there",
    )))
}

pub(super) fn unexpected_envelope() -> Error {
    Error::new(
        Outcome::UnexpectedEnvelope,
        "input from outside holds an envelope, which ingest never opens; read stored records \
         under Flow::from",
    )
}

pub(crate) fn check_text(text: &str) -> Result<(), Error> {
    if envelope::looks_like_envelope(text) {
        return Err(unexpected_envelope());
    }
    if redact::is_redacted_text(text) || text.trim() == UNLABELLED || is_pseudonym(text) {
        return Err(Error::new(
            Outcome::UnexpectedEnvelope,
            "input from outside holds redacted text, which must not replace the value; send the \
             value itself or leave the field out",
        ));
    }
    Ok(())
}

fn is_pseudonym(text: &str) -> bool {
    text.strip_prefix(pseudonym::PREFIX).is_some_and(|hex| {
        hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}
