//! From characters back to the header's bytes.

use taggant_core::envelope::HEADER_LEN;

use super::patterns::{Kind, TEXT};

/// A header's bytes.
pub(crate) type Bytes = [u8; HEADER_LEN];

/// What a pattern's kind makes of the bytes around its match at `at`; `None` where they are no
/// header in this encoding, or not all there.
pub(crate) fn header(window: &[u8], at: usize, kind: Kind) -> Option<Bytes> {
    match kind {
        // In a literal of mysqldump some bytes are escaped.
        Kind::Raw if window[..at].ends_with(b"'") => collect(&[], unescaped(&window[at..])),
        Kind::Raw => window.get(at..at + HEADER_LEN)?.try_into().ok(),
        Kind::Hex => collect(&[], hex(narrow(window, at))),
        Kind::HexInUtf16 => collect(&[], hex(wide(window, at))),
        Kind::Base64Start => {
            straight(window, at).or_else(|| collect(&[], base64(narrow(window, at))))
        }
        Kind::Base64AfterOne => {
            // The character before holds the upper half of 0xFE.
            let before = sextet(character_before(window, at)?)?;
            (before & 0xF == 0xF).then_some(())?;
            collect(&[0xFE, 0xD1], base64(narrow(window, at + 2)))
        }
        Kind::Base64AfterTwo => {
            let before = sextet(character_before(window, at)?)?;
            (before & 3 == 3).then_some(())?;
            collect(&[0xFE], base64(narrow(window, at + 1)))
        }
        Kind::Utf16 => collect(&[], base64(wide(window, at))),
        Kind::TextInHex => collect(&[], base64(hex(narrow(window, at)))),
        Kind::TextInBase64(before) => {
            let mark = TEXT.iter().position(|byte| *byte == b'_').expect("it has one");
            // From the next whole group on; what stands before it in the text is known.
            let (skip, known) = match before {
                0 => (0, 0),
                1 => (2, 2),
                _ => (1, 1),
            };
            let text = TEXT[..known].iter().copied().chain(base64(narrow(window, at + skip)));
            collect(&[], base64(text.skip(mark)))
        }
    }
}

fn collect(known: &[u8], rest: impl Iterator<Item = u8>) -> Option<Bytes> {
    let mut bytes = [0; HEADER_LEN];
    let mut all = known.iter().copied().chain(rest);
    for byte in &mut bytes {
        *byte = all.next()?;
    }
    Some(bytes)
}

/// The bytes of an SQL literal, which ends at its quote (MySQL manual, string literals).
fn unescaped(literal: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let mut rest = literal;
    std::iter::from_fn(move || {
        let (first, more) = rest.split_first()?;
        if *first != b'\\' {
            rest = more;
            return (*first != b'\'').then_some(*first);
        }
        let (escaped, more) = more.split_first()?;
        rest = more;
        Some(match escaped {
            b'0' => 0,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'Z' => 0x1A,
            other => *other,
        })
    })
}

/// Characters from a position on, over line breaks and what escapes a slash or a line break.
fn narrow(window: &[u8], from: usize) -> impl Iterator<Item = u8> + '_ {
    let mut rest = window.get(from..).unwrap_or_default();
    std::iter::from_fn(move || {
        loop {
            let (first, more) = rest.split_first()?;
            match (first, more.first()) {
                (b'\r' | b'\n', _) => rest = after_break(more),
                (b'\\', Some(b'n' | b'r')) => rest = after_break(&more[1..]),
                (b'\\', Some(b'/')) => rest = more,
                _ => {
                    rest = more;
                    return Some(*first);
                }
            }
        }
    })
}

/// Indentation of the next line.
fn after_break(rest: &[u8]) -> &[u8] {
    let blanks = rest.iter().take(64).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    &rest[blanks..]
}

/// ASCII characters in UTF-16 whose first byte stands at `from`.
fn wide(window: &[u8], from: usize) -> impl Iterator<Item = u8> + '_ {
    let pairs = window.get(from..).unwrap_or_default().chunks(2);
    let ascii = pairs.map_while(|pair| match pair {
        [byte, 0] | [byte] => Some(*byte),
        _ => None,
    });
    ascii.filter(|byte| !matches!(byte, b'\r' | b'\n'))
}

fn character_before(window: &[u8], at: usize) -> Option<u8> {
    let before = window.get(..at)?.iter().rev().take(4);
    before.copied().find(|byte| !matches!(byte, b'\r' | b'\n'))
}

/// A header in base64 without a break: as nearly all stand there, so it is worth a way of its own.
fn straight(window: &[u8], at: usize) -> Option<Bytes> {
    const LETTERS: usize = HEADER_LEN.div_ceil(3) * 4;
    let letters = window.get(at..at + LETTERS)?;
    let mut bytes = [0; LETTERS / 4 * 3];
    let mut all = 0;
    for (four, three) in letters.chunks_exact(4).zip(bytes.chunks_exact_mut(3)) {
        let bits = |index: usize| SEXTETS[usize::from(four[index])];
        let (a, b, c, d) = (bits(0), bits(1), bits(2), bits(3));
        all |= a | b | c | d;
        three.copy_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
    }
    if all > 63 {
        return None;
    }
    bytes[..HEADER_LEN].try_into().ok()
}

/// The six bits of each character; more for what is none.
const SEXTETS: [u8; 256] = {
    let mut table = [0xFF; 256];
    let mut byte = 0;
    while byte < 256 {
        if let Some(bits) = sextet(byte as u8) {
            table[byte] = bits;
        }
        byte += 1;
    }
    table
};

/// The six bits of a base64 character of either alphabet.
pub(crate) const fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// The bytes of base64 characters; ends at the first that is none.
fn base64(characters: impl Iterator<Item = u8>) -> impl Iterator<Item = u8> {
    let mut sextets = characters.map_while(sextet);
    let (mut bits, mut held) = (0_u32, 0_u32);
    std::iter::from_fn(move || {
        while held < 8 {
            bits = bits << 6 | u32::from(sextets.next()?);
            held += 6;
        }
        held -= 8;
        let byte = (bits >> held) as u8;
        bits &= (1 << held) - 1;
        Some(byte)
    })
}

fn hex(characters: impl Iterator<Item = u8>) -> impl Iterator<Item = u8> {
    let mut digits = characters.map_while(|byte| char::from(byte).to_digit(16));
    std::iter::from_fn(move || {
        let (high, low) = (digits.next()?, digits.next()?);
        Some((high << 4 | low) as u8)
    })
}
