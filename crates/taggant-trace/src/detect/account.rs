//! Payment cards and bank accounts.

use super::Pattern;
use super::text::{digits, ends, luhn, value};

/// A card number: where it ends.
pub(super) fn card(window: &[u8], at: usize) -> Option<(Pattern, usize)> {
    let found = digits(window, at, 19, b" -");
    let mut length = 0;
    let mut best = None;
    for (group, end) in found.groups.iter().zip(&found.ends) {
        length += group;
        let number = &found.digits[..length];
        // The same digit throughout is filling, whatever its check digit.
        let is_varied = number.iter().any(|digit| *digit != number[0]);
        if is_card_length(number) && is_varied && luhn(number) && ends(window, *end) {
            best = Some((Pattern::Card, *end));
        }
    }
    best
}

/// Prefixes of the card networks with their lengths.
fn is_card_length(number: &[u8]) -> bool {
    if number.len() < 13 {
        return false;
    }
    let (two, three, four) = (value(&number[..2]), value(&number[..3]), value(&number[..4]));
    match number.len() {
        13 => number[0] == 4,
        14 => two == 36 || two == 38 || (300..=305).contains(&three),
        15 => two == 34 || two == 37,
        16 => {
            number[0] == 4
                || (51..=55).contains(&two)
                || (2221..=2720).contains(&four)
                || is_long_network(two, three, four)
                || two == 35
        }
        19 => number[0] == 4 || is_long_network(two, three, four),
        _ => is_long_network(two, three, four),
    }
}

/// Networks whose numbers have 16 to 19 digits.
fn is_long_network(two: u64, three: u64, four: u64) -> bool {
    two == 62 || two == 65 || four == 6011 || (644..=649).contains(&three)
}

/// Lengths by country (IBAN registry of ISO 13616).
const IBANS: [(&[u8; 2], usize); 44] = [
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BR", 29),
    (b"CH", 21),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DK", 18),
    (b"EE", 20),
    (b"ES", 24),
    (b"FI", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GI", 23),
    (b"GR", 27),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"MC", 27),
    (b"ME", 22),
    (b"MK", 19),
    (b"MT", 31),
    (b"NL", 18),
    (b"NO", 15),
    (b"PL", 28),
    (b"PT", 25),
    (b"RO", 24),
    (b"RS", 22),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
];

/// An account number, together or in groups of four: where it ends.
pub(super) fn iban(window: &[u8], at: usize) -> Option<(Pattern, usize)> {
    let head = window.get(at..at + 4)?;
    let (_, length) = IBANS.iter().find(|(country, _)| head.starts_with(*country))?;
    if !head[2..].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut characters = Vec::with_capacity(*length);
    let mut end = at;
    for byte in &window[at..] {
        let is_break = *byte == b' ' && characters.len() % 4 == 0;
        if byte.is_ascii_uppercase() || byte.is_ascii_digit() {
            characters.push(*byte);
        } else if !is_break || characters.len() == *length {
            break;
        }
        end += 1;
        if characters.len() == *length {
            break;
        }
    }
    let is_whole = characters.len() == *length && ends(window, end);
    (is_whole && mod_97(&characters) == 1).then_some((Pattern::Iban, end))
}

/// ISO 7064 MOD 97-10 over the number with its first four characters at the end.
fn mod_97(characters: &[u8]) -> u64 {
    let (head, tail) = characters.split_at(4);
    tail.iter().chain(head).fold(0, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u64::from(byte - b'0')) % 97,
        byte => (rest * 100 + u64::from(byte - b'A') + 10) % 97,
    })
}
