//! Values that parse as what they stand for, are nobody's, and differ at each call.

use std::sync::atomic::{AtomicU64, Ordering};

fn next() -> u64 {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

/// A word that stands in no program: letters only, different at each call.
#[must_use]
pub fn word() -> String {
    let mut number = next();
    let mut word = String::from("Zyxw");
    for _ in 0..8 {
        word.push(char::from(b'a' + u8::try_from(number % 26).expect("below 26")));
        number /= 26;
    }
    word.push_str("vq");
    word
}

/// A person's name, with letters that need escaping and case-folding.
#[must_use]
pub fn name() -> String {
    format!("Zoë \"{}\" Ñúñez", word())
}

/// An address at a reserved domain (RFC 2606).
#[must_use]
pub fn email() -> String {
    format!("{}@canary.example", word().to_lowercase())
}

/// A phone number of the range for fiction (+1 555 01xx and following digits).
#[must_use]
pub fn phone() -> String {
    format!("+1555{:010}", 7_000_000_000 + next())
}

/// A card number of a test range, with a valid Luhn digit.
#[must_use]
pub fn card() -> String {
    let body = format!("411111{:09}", 400_000_000 + next() % 500_000_000);
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, digit)| {
            let digit = u32::from(digit - b'0');
            match index % 2 {
                0 if digit > 4 => 2 * digit - 9,
                0 => 2 * digit,
                _ => digit,
            }
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// An IBAN with valid check digits (ISO 13616), of a bank that does not exist.
#[must_use]
pub fn iban() -> String {
    let account = format!("00000000{:010}", 9_000_000_000 + next());
    // DE stands as 1314, then the check digits 00 (ISO 7064 mod 97-10).
    let rest = format!("{account}131400")
        .bytes()
        .fold(0_u32, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    format!("DE{:02}{account}", 98 - rest)
}

/// A date of birth in ISO 8601, different for the first 300,000 calls.
#[must_use]
pub fn date() -> String {
    let number = next();
    format!("{:04}-{:02}-{:02}", 1066 + number / 336 % 900, 1 + number / 28 % 12, 1 + number % 28)
}

/// A version-4 UUID.
#[must_use]
pub fn uuid() -> String {
    format!("c0ffee00-dead-4bee-8bad-{:012x}", 0xF00D_0000_0000_u64 + next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_hold_and_no_two_are_alike() {
        for _ in 0..200 {
            let card = card();
            let luhn: u32 = card
                .bytes()
                .rev()
                .enumerate()
                .map(|(index, digit)| {
                    let digit = u32::from(digit - b'0') * (1 + u32::from(index % 2 == 1));
                    digit / 10 + digit % 10
                })
                .sum();
            assert_eq!((card.len(), luhn % 10), (16, 0));
            let iban = iban();
            let moved = format!("{}1314{}", &iban[4..], &iban[2..4]);
            let rest = moved.bytes().fold(0, |r, d| (r * 10 + u32::from(d - b'0')) % 97);
            assert_eq!((iban.len(), rest), (22, 1));
        }
        let all: std::collections::HashSet<String> = (0..500).map(|_| email()).collect();
        assert_eq!(all.len(), 500);
    }
}
