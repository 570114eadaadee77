//! Lower-case hex, the text form of ids and index values: written and read here alone.

use std::fmt;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn digits(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 15].map(|nibble| char::from(DIGITS[usize::from(nibble)]))
}

/// Appends two digits per byte.
pub fn push(bytes: &[u8], out: &mut String) {
    out.extend(bytes.iter().copied().flat_map(digits));
}

/// Two digits per byte.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 * bytes.len());
    push(bytes, &mut out);
    out
}

/// Writes bytes as two digits each, without a text of its own.
///
/// ```
/// use taggant_core::hex;
///
/// assert_eq!(format!("key {}", hex::Display(&[0xfe, 0xd1])), "key fed1");
/// ```
#[derive(Clone, Copy)]
pub struct Display<'a>(pub &'a [u8]);

impl fmt::Display for Display<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .flat_map(|byte| digits(*byte))
            .try_for_each(|digit| fmt::Write::write_char(f, digit))
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Writes the bytes of lower-case digits over `out`; `None` where they are not exactly as many, or
/// not digits.
fn fill(text: &str, out: &mut [u8]) -> Option<()> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() || pairs.len() != out.len() {
        return None;
    }
    for (byte, [high, low]) in out.iter_mut().zip(pairs) {
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(())
}

/// The bytes of lower-case digits; `None` for anything else.
///
/// They are written once and never moved, so that a caller who wipes them wipes all of them.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = vec![0; text.len() / 2];
    fill(text, &mut out)?;
    Some(out)
}

/// Exactly `N` bytes of lower-case digits; `None` for anything else.
///
/// ```
/// use taggant_core::hex;
///
/// assert_eq!(hex::decode_array("fed1"), Some([0xfe, 0xd1]));
/// assert_eq!(hex::decode_array::<2>("fed101"), None);
/// assert_eq!(hex::decode_array::<2>("FED1"), None, "one form for one value");
/// ```
#[must_use]
pub fn decode_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut out = [0; N];
    fill(text, &mut out)?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_come_back_from_every_form(bytes: [u8; 9]) {
            let text = encode(&bytes);
            prop_assert_eq!(Display(&bytes).to_string(), text.clone());
            prop_assert_eq!(decode(&text), Some(bytes.to_vec()));
            prop_assert_eq!(decode_array(&text), Some(bytes));
            prop_assert_eq!(decode_array::<8>(&text), None);
            prop_assert_eq!(decode(&text[1..]), None);
        }

        #[test]
        fn what_is_read_is_written_the_same(text in "\\PC{0,8}|[0-9a-fA-F+]{0,8}") {
            if let Some(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }
}
