//! Numbers that a state gives to a person, where they have a check character and enough besides.
//!
//! Numbers that only a weak check tells from others, such as the Dutch BSN (nine digits of which one
//! in eleven passes), are not looked for.

use super::Pattern;
use super::text::{Digits, digits, ends, is_date, luhn, value};

/// A number that begins with a digit: where it ends.
pub(super) fn number(window: &[u8], at: usize) -> Option<(Pattern, usize)> {
    let found = digits(window, at, 15, b" -.");
    let whole = *found.ends.last()?;
    let together = found.groups[0];
    let first = found.ends[0];
    if found.groups.len() == 1 {
        return match together {
            8 => spain(window, at).map(|end| (Pattern::IdSpain, end)),
            6 => finland(window, &found.digits, first).map(|end| (Pattern::IdFinland, end)),
            11 if ends(window, first) && germany(&found.digits) => {
                Some((Pattern::IdGermany, first))
            }
            11 if ends(window, first) && poland(&found.digits) => Some((Pattern::IdPoland, first)),
            15 if ends(window, first) && france(&found.digits) => Some((Pattern::IdFrance, first)),
            _ => None,
        };
    }
    // The Finnish separator may be a hyphen too.
    if let Some(end) = finland(window, &found.digits[..together], first) {
        return Some((Pattern::IdFinland, end));
    }
    let pattern = grouped(&found)?;
    ends(window, whole).then_some((pattern, whole))
}

/// Numbers that are known by their groups.
fn grouped(found: &Digits) -> Option<Pattern> {
    let Digits { digits, groups, separators, .. } = found;
    match (groups.as_slice(), separators.as_slice()) {
        ([2, 2, 2, 3, 2], b"..-.") => belgium(digits).then_some(Pattern::IdBelgium),
        ([3, 3, 3, 2], b"..-") => brazil(digits).then_some(Pattern::IdBrazil),
        ([6, 4], b"-") => sweden(digits).then_some(Pattern::IdSweden),
        ([3, 3, 4], b"  ") => nhs(digits).then_some(Pattern::IdNhs),
        ([1, 2, 2, 2, 3, 3, 2], b"      ") => france(digits).then_some(Pattern::IdFrance),
        _ => None,
    }
}

/// A number that begins with a letter.
pub(super) fn letters(window: &[u8], at: usize) -> Option<(Pattern, usize)> {
    if let Some(end) = spain(window, at) {
        return Some((Pattern::IdSpain, end));
    }
    let code = window.get(at..at + 16)?;
    (italy(code) && ends(window, at + 16)).then_some((Pattern::IdItaly, at + 16))
}

/// DNI: eight digits and a letter; NIE: X, Y or Z for the first digit (Real Decreto 1553/2005 and
/// Orden INT/2058/2008).
fn spain(window: &[u8], at: usize) -> Option<usize> {
    const CHECK: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let number = window.get(at..at + 8)?;
    let first = match number[0] {
        b'X' | b'Y' | b'Z' => number[0] - b'X',
        b'0'..=b'9' => number[0] - b'0',
        _ => return None,
    };
    let rest = number[1..].iter().map(|byte| byte.is_ascii_digit().then(|| byte - b'0'));
    let rest: Option<Vec<u8>> = rest.collect();
    let value = u64::from(first) * 10_000_000 + value(&rest?);
    let letter = if window.get(at + 8) == Some(&b'-') { at + 9 } else { at + 8 };
    let is_right = window.get(letter) == Some(&CHECK[(value % 23) as usize]);
    (is_right && ends(window, letter + 1)).then_some(letter + 1)
}

/// NIR (INSEE): sex, year, month, place, order, and 97 minus the rest modulo 97.
fn france(digits: &[u8]) -> bool {
    let month = value(&digits[3..5]);
    let is_plausible = matches!(digits[0], 1 | 2) && ((1..=12).contains(&month) || month >= 20);
    is_plausible && 97 - value(&digits[..13]) % 97 == value(&digits[13..])
}

/// PESEL: the month also says the century (ustawa o ewidencji ludności).
fn poland(digits: &[u8]) -> bool {
    const WEIGHTS: [u64; 10] = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3];
    let sum: u64 =
        digits.iter().zip(WEIGHTS).map(|(digit, weight)| u64::from(*digit) * weight).sum();
    let month = value(&digits[2..4]) % 20;
    is_date(month, value(&digits[4..6])) && (sum + u64::from(digits[10])).is_multiple_of(10)
}

/// Steuer-IdNr (§ 139b AO): among the first ten digits one stands two or three times, the others
/// once at most.
fn germany(digits: &[u8]) -> bool {
    let mut times = [0; 10];
    for digit in &digits[..10] {
        times[usize::from(*digit)] += 1;
    }
    let repeated: Vec<&i32> = times.iter().filter(|times| **times > 1).collect();
    if digits[0] == 0 || repeated.len() != 1 || *repeated[0] > 3 {
        return false;
    }
    let product = digits[..10].iter().fold(10, |product, digit| {
        let sum = (u64::from(*digit) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == u64::from(digits[10])
}

/// HETU: day, month, year, a sign for the century, three digits, a check character (Väestörekisteri).
fn finland(window: &[u8], date: &[u8], at: usize) -> Option<usize> {
    const CHECK: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let rest = window.get(at..at + 5)?;
    let is_plausible = date.len() == 6
        && is_date(value(&date[2..4]), value(&date[..2]))
        && b"+-ABCDEFYXWVU".contains(&rest[0])
        && rest[1..4].iter().all(u8::is_ascii_digit);
    if !is_plausible {
        return None;
    }
    let all: Vec<u8> =
        date.iter().copied().chain(rest[1..4].iter().map(|byte| byte - b'0')).collect();
    let is_right = CHECK[(value(&all) % 31) as usize] == rest[4];
    (is_right && ends(window, at + 5)).then_some(at + 5)
}

/// Who was born from 2000 on has a 2 before the number (Arrêté royal of 3 April 1984).
fn belgium(digits: &[u8]) -> bool {
    let (number, check) = (value(&digits[..9]), value(&digits[9..]));
    let dated = is_date(value(&digits[2..4]), value(&digits[4..6]));
    dated && (97 - number % 97 == check || 97 - (2_000_000_000 + number) % 97 == check)
}

/// Personnummer (SFS 1991:481).
fn sweden(digits: &[u8]) -> bool {
    is_date(value(&digits[2..4]), value(&digits[4..6])) && luhn(digits)
}

/// NHS number (NHS Data Dictionary).
fn nhs(digits: &[u8]) -> bool {
    let sum: u64 =
        digits[..9].iter().zip((2..=10).rev()).map(|(d, weight)| u64::from(*d) * weight).sum();
    let check = (11 - sum % 11) % 11;
    digits.iter().any(|digit| *digit != digits[0]) && check == u64::from(digits[9])
}

/// CPF (Receita Federal).
fn brazil(digits: &[u8]) -> bool {
    let check = |length: usize| {
        let weights = (2..=length as u64 + 1).rev();
        let sum: u64 =
            digits[..length].iter().zip(weights).map(|(d, weight)| u64::from(*d) * weight).sum();
        sum * 10 % 11 % 10 == u64::from(digits[length])
    };
    digits.iter().any(|digit| *digit != digits[0]) && check(9) && check(10)
}

/// Codice fiscale (decreto ministeriale of 12 March 1974).
fn italy(code: &[u8]) -> bool {
    const ODD: [u8; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    const IS_LETTER: [bool; 16] = [
        true, true, true, true, true, true, false, false, true, false, false, true, false, false,
        false, true,
    ];
    // Digits may be letters where two people would have the same code.
    let fits = code.iter().zip(IS_LETTER).all(|(byte, is_letter)| {
        byte.is_ascii_uppercase() && (is_letter || b"LMNPQRSTUV".contains(byte))
            || byte.is_ascii_digit() && !is_letter
    });
    if !fits {
        return false;
    }
    let place =
        |byte: u8| usize::from(if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' });
    let sum: usize = code[..15]
        .iter()
        .enumerate()
        .map(
            |(index, byte)| {
                if index % 2 == 0 { usize::from(ODD[place(*byte)]) } else { place(*byte) }
            },
        )
        .sum();
    sum % 26 == place(code[15])
}
