//! Header and parts of an envelope.

use crate::error::{Error, Outcome, Result};
use crate::tag::{FieldId, KeyId};

/// 0xFE never occurs in UTF-8.
pub const MAGIC: [u8; 2] = [0xFE, 0xD1];
/// The version that this build reads and writes.
pub const VERSION: u8 = 1;
/// XAES-256-GCM.
pub const SUITE_XAES: u8 = 1;
/// Bytes that all suites have in common.
pub const HEADER_LEN: usize = 29;
/// Bytes of the nonce.
pub const NONCE_LEN: usize = 24;
/// Bytes of the authentication tag.
pub const TAG_LEN: usize = 16;
/// Bytes that an envelope is longer than its padded plaintext.
pub const OVERHEAD: usize = HEADER_LEN + NONCE_LEN + TAG_LEN;

/// What the associated data of an envelope binds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    const ROW: u8 = 1;
    const PATH: u8 = 2;
    const NONE: u8 = 4;

    /// The flags of an envelope that binds a row, a path, and whose field seals `None` too.
    #[must_use]
    pub const fn new(row: bool, path: bool, seals_none: bool) -> Self {
        Self(
            (if row { Self::ROW } else { 0 })
                | (if path { Self::PATH } else { 0 })
                | (if seals_none { Self::NONE } else { 0 }),
        )
    }

    /// Whether a row is bound.
    #[must_use]
    pub const fn is_row_bound(self) -> bool {
        self.0 & Self::ROW != 0
    }

    /// Whether an enclosing path is bound.
    #[must_use]
    pub const fn is_path_bound(self) -> bool {
        self.0 & Self::PATH != 0
    }

    /// Whether the field seals `None` too. It is set whatever the value is.
    #[must_use]
    pub const fn seals_none(self) -> bool {
        self.0 & Self::NONE != 0
    }
}

/// The first 29 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What is bound.
    pub flags: Flags,
    /// Which field it is a value of.
    pub field: FieldId,
    /// Which data key opens it.
    pub key: KeyId,
}

impl Header {
    /// The bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..2].copy_from_slice(&MAGIC);
        bytes[2] = VERSION;
        bytes[3] = SUITE_XAES;
        bytes[4] = self.flags.0;
        bytes[5..13].copy_from_slice(&self.field.0);
        bytes[13..].copy_from_slice(&self.key.0);
        bytes
    }

    /// Reads the first 29 bytes; what follows is not looked at.
    ///
    /// # Errors
    /// `UnknownFormat` on another magic, version, suite or flag; `Tampered` where it is cut short.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let Some((head, _)) = bytes.split_first_chunk::<HEADER_LEN>() else {
            return Err(if bytes.starts_with(&MAGIC) || MAGIC.starts_with(bytes) {
                truncated()
            } else {
                unknown("it does not begin with the magic of an envelope")
            });
        };
        if head[..2] != MAGIC {
            return Err(unknown("it does not begin with the magic of an envelope"));
        }
        if head[2] != VERSION {
            return Err(unknown("its version is another; update taggant"));
        }
        if head[3] != SUITE_XAES {
            return Err(unknown("its cipher suite is another; update taggant"));
        }
        if head[4] & !(Flags::ROW | Flags::PATH | Flags::NONE) != 0 {
            return Err(unknown("it has a flag that this build does not know; update taggant"));
        }
        let mut field = FieldId([0; 8]);
        field.0.copy_from_slice(&head[5..13]);
        let mut key = KeyId([0; 16]);
        key.0.copy_from_slice(&head[13..]);
        Ok(Self { flags: Flags(head[4]), field, key })
    }
}

/// An envelope of suite 01, taken apart.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// The header.
    pub header: Header,
    /// The nonce, as the standard decryption of XAES-256-GCM takes it.
    pub nonce: &'a [u8; NONCE_LEN],
    /// As long as the padded plaintext.
    pub ciphertext: &'a [u8],
    /// The authentication tag.
    pub tag: &'a [u8; TAG_LEN],
}

impl<'a> Envelope<'a> {
    /// Takes an envelope apart. Nothing is decrypted and nothing is proven by it.
    ///
    /// # Errors
    /// `UnknownFormat` on another magic, version, suite or flag; `Tampered` where it is cut short.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let header = Header::parse(bytes)?;
        let rest = &bytes[HEADER_LEN..];
        let (nonce, rest) = rest.split_first_chunk().ok_or_else(truncated)?;
        let (ciphertext, tag) = rest.split_last_chunk().ok_or_else(truncated)?;
        Ok(Self { header, nonce, ciphertext, tag })
    }
}

fn truncated() -> Error {
    Error::new(Outcome::Tampered, "the envelope is cut short")
}

fn unknown(what: &'static str) -> Error {
    Error::new(Outcome::UnknownFormat, format!("this is no envelope that can be read: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let header = Header {
            flags: Flags::new(true, false, true),
            field: FieldId([7; 8]),
            key: KeyId([9; 16]),
        };
        [&header.to_bytes()[..], &[1; 24], &[2; 16], &[3; 16]].concat()
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = sample();
        let envelope = Envelope::parse(&bytes).unwrap();
        assert_eq!(envelope.header.to_bytes(), bytes[..HEADER_LEN]);
        assert_eq!(
            (envelope.nonce, envelope.ciphertext, envelope.tag),
            (&[1; 24], &[2; 16][..], &[3; 16])
        );
        assert!(envelope.header.flags.is_row_bound() && !envelope.header.flags.is_path_bound());
        assert_eq!(bytes.len() - 16, OVERHEAD);
    }

    #[test]
    fn every_cut_is_an_error_and_unknown_bytes_are_told_from_cuts() {
        let bytes = sample();
        for length in 0..OVERHEAD {
            let error = Envelope::parse(&bytes[..length]).unwrap_err();
            assert_eq!(error.outcome(), Outcome::Tampered, "{length}");
        }
        assert_eq!(Envelope::parse(&[0]).unwrap_err().outcome(), Outcome::UnknownFormat);
        for (index, value) in [(0, 0xFF), (1, 0), (2, 2), (3, 2), (4, 8), (4, 0x80)] {
            let mut changed = bytes.clone();
            changed[index] = value;
            let error = Envelope::parse(&changed).unwrap_err();
            assert_eq!(error.outcome(), Outcome::UnknownFormat, "{index}");
        }
    }
}
