//! What the beginning of an envelope looks like in each encoding.
//!
//! An envelope of version 1 begins with `FE D1 01 01` and a flags byte below 8. These bytes fix six
//! characters of its base64, in whichever of three alignments it stands there, and eight hex digits.
//! Everything that is searched for is such a constant, so that one pass finds all.

use std::fmt;

use serde::Serialize;

/// How an envelope was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Encoding {
    /// Its bytes.
    Raw,
    /// `tgt1.` and base64url: as human-readable formats carry it.
    Text,
    /// Hex digits, as in a `bytea` dump.
    Hex,
    /// Inside base64 of either alphabet, at any alignment.
    Base64,
    /// `tgt1.` text in hex.
    TextInHex,
    /// `tgt1.` text inside base64.
    TextInBase64,
    /// `tgt1.` text in UTF-16 of either byte order.
    Utf16,
    /// Hex digits in UTF-16.
    HexInUtf16,
}

impl Encoding {
    /// All encodings.
    pub const ALL: [Self; 8] = [
        Self::Raw,
        Self::Text,
        Self::Hex,
        Self::Base64,
        Self::TextInHex,
        Self::TextInBase64,
        Self::Utf16,
        Self::HexInUtf16,
    ];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Text => "text",
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::TextInHex => "text in hex",
            Self::TextInBase64 => "text in base64",
            Self::Utf16 => "UTF-16",
            Self::HexInUtf16 => "hex in UTF-16",
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a match stands for, and where the rest is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Raw,
    Hex,
    HexInUtf16,
    /// Base64 that begins with the envelope: `tgt1.` may stand before it.
    Base64Start,
    /// One byte of something else is in the envelope's first group.
    Base64AfterOne,
    /// Two bytes of something else are.
    Base64AfterTwo,
    Utf16,
    TextInHex,
    /// As for base64: how many bytes of something else are in the text's first group.
    TextInBase64(u8),
}

pub(crate) struct Pattern {
    pub(crate) bytes: Vec<u8>,
    pub(crate) kind: Kind,
}

/// What every `tgt1.` text begins with.
pub(crate) const TEXT: &[u8] = b"tgt1._tEBAQ";

pub(crate) fn all() -> Vec<Pattern> {
    let pattern = |bytes: &[u8], kind| Pattern { bytes: bytes.to_vec(), kind };
    let wide = |text: &[u8]| {
        let mut bytes: Vec<u8> = text.iter().flat_map(|byte| [*byte, 0]).collect();
        // The last zero is the next character's in big-endian order.
        bytes.pop();
        bytes
    };
    let mut all = vec![
        pattern(&[0xFE, 0xD1, 1, 1], Kind::Raw),
        pattern(b"fed10101", Kind::Hex),
        pattern(b"FED10101", Kind::Hex),
        pattern(&wide(b"fed10101"), Kind::HexInUtf16),
        pattern(&wide(b"FED10101"), Kind::HexInUtf16),
        pattern(b"_tEBAQ", Kind::Base64Start),
        pattern(b"/tEBAQ", Kind::Base64Start),
        pattern(b"7RAQE", Kind::Base64AfterOne),
        pattern(b"-0QEB", Kind::Base64AfterTwo),
        pattern(b"+0QEB", Kind::Base64AfterTwo),
        pattern(&wide(b"_tEBAQ"), Kind::Utf16),
        pattern(b"5f7445424151", Kind::TextInHex),
        pattern(b"5F7445424151", Kind::TextInHex),
    ];
    for before in 0..3 {
        let bytes = in_base64(TEXT, usize::from(before));
        all.push(Pattern { bytes, kind: Kind::TextInBase64(before) });
    }
    all
}

/// The characters of base64 that a text fixes after `before` other bytes. No character of these
/// texts is one in which the alphabets differ.
fn in_base64(text: &[u8], before: usize) -> Vec<u8> {
    let bytes: Vec<u8> = std::iter::repeat_n(0, before).chain(text.iter().copied()).collect();
    let bit = |index: usize| bytes[index / 8] >> (7 - index % 8) & 1;
    let first = (before * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    (first..last)
        .map(|character| (0..6).fold(0, |value, index| value << 1 | bit(6 * character + index)))
        .map(|value| LETTERS[usize::from(value)])
        .collect()
}

pub(crate) const LETTERS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[cfg(test)]
mod tests {
    use super::{TEXT, all, in_base64};

    #[test]
    fn constants_are_the_same_in_both_alphabets_where_only_one_is_searched() {
        for before in 0..3 {
            let pattern = in_base64(TEXT, before);
            assert!(!pattern.iter().any(|byte| b"+/-_".contains(byte)));
            assert!(pattern.len() >= 12);
        }
    }

    #[test]
    fn every_pattern_has_four_bytes_at_least() {
        assert!(all().iter().all(|pattern| pattern.bytes.len() >= 4));
    }
}
