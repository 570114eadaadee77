//! The text form: `tgt1.` and canonical unpadded base64url (RFC 4648 section 5) of the whole.

use base64_simd::URL_SAFE_NO_PAD as BASE64;

use super::header::{Envelope, HEADER_LEN, MAGIC};
use crate::error::{Error, Outcome, Result};

/// Begins every envelope in text.
pub const TEXT_PREFIX: &str = "tgt1.";

/// Appends the text form.
pub fn encode_text(bytes: &[u8], out: &mut String) {
    out.push_str(TEXT_PREFIX);
    BASE64.encode_append(bytes, out);
}

/// Reads the text form. Only the canonical form is taken: no padding, no white space, unused bits
/// zero; so that one envelope has one text.
///
/// # Errors
/// `UnknownFormat` without the prefix, `Tampered` where the rest is not canonical.
pub fn decode_text(text: &str) -> Result<Vec<u8>> {
    let encoded = text.strip_prefix(TEXT_PREFIX).ok_or_else(|| {
        Error::new(Outcome::UnknownFormat, "an envelope in text begins with `tgt1.`")
    })?;
    // It is strict: it refuses padding and trailing bits.
    BASE64.decode_to_vec(encoded).map_err(|_| {
        Error::new(Outcome::Tampered, "the text of the envelope is no canonical base64url")
    })
}

/// Whether text is, or claims to be, an envelope. White space around it does not hide it.
#[must_use]
pub fn looks_like_envelope(text: &str) -> bool {
    text.trim_start().starts_with(TEXT_PREFIX)
}

/// Whether bytes are, or claim to be, an envelope: in binary or as text.
#[must_use]
pub fn looks_like_envelope_bytes(bytes: &[u8]) -> bool {
    (bytes.len() >= HEADER_LEN && bytes.starts_with(&MAGIC))
        || bytes.trim_ascii_start().starts_with(TEXT_PREFIX.as_bytes())
}

/// Whether text is an envelope as a whole. Neither white space around it hides it nor the quotes
/// of JSON, which a raw value keeps.
#[must_use]
#[inline]
pub fn is_envelope(text: &str) -> bool {
    let text = text.trim_ascii();
    let text = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    text.starts_with(TEXT_PREFIX) && decode_text(text).is_ok_and(|bytes| is_binary(&bytes))
}

/// Whether bytes are an envelope as a whole: in binary or as text.
#[must_use]
#[inline]
pub fn is_envelope_bytes(bytes: &[u8]) -> bool {
    if bytes.starts_with(&MAGIC) {
        return is_binary(bytes);
    }
    std::str::from_utf8(bytes).is_ok_and(is_envelope)
}

fn is_binary(bytes: &[u8]) -> bool {
    Envelope::parse(bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        let mut out = String::new();
        encode_text(bytes, &mut out);
        out
    }

    #[test]
    fn one_envelope_has_one_text() {
        for length in 0..70 {
            let bytes: Vec<u8> = (0..length).map(|i: u8| 0xF8 ^ i.wrapping_mul(7)).collect();
            assert_eq!(decode_text(&text(&bytes)).unwrap(), bytes);
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_text_is_taken_is_the_one_that_is_written(
            encoded in "[A-Za-z0-9_-]{0,150}", bytes: Vec<u8>,
        ) {
            let encoded = format!("{TEXT_PREFIX}{encoded}");
            if let Ok(bytes) = decode_text(&encoded) {
                proptest::prop_assert_eq!(text(&bytes), encoded);
            }
            proptest::prop_assert_eq!(decode_text(&text(&bytes)).unwrap(), bytes);
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        let good = text(&[0xFB, 0xFF, 0x01, 0x02]);
        assert_eq!(good, "tgt1.-_8BAg");
        for bad in ["tgt1.-_8BAg==", "tgt1.+/8BAg", "tgt1.-_8BAh", "tgt1.-_8B Ag", "tgt1.-_8BAg\n"]
        {
            assert_eq!(decode_text(bad).unwrap_err().outcome(), Outcome::Tampered, "{bad}");
        }
        assert_eq!(decode_text("TGT1.-_8BAg").unwrap_err().outcome(), Outcome::UnknownFormat);
    }
}
