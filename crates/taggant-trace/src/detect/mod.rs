//! Personal data that shows itself by its form: numbers with check digits, addresses, phone numbers.
//!
//! What is found is counted, never kept. A check digit rules out nine in ten numbers at best: each
//! rule asks for more (length, prefix, a date, separators) where that alone would say too much.

mod account;
mod contact;
mod national;
mod text;

use std::collections::BTreeMap;

use serde::Serialize;

use super::stream::Search;

/// What something looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Pattern {
    /// Payment card: a known prefix and length, and the Luhn digit (ISO/IEC 7812-1).
    Card,
    /// IBAN: a known country and its length, MOD 97-10 (ISO 13616).
    Iban,
    /// E-mail address, in the dot-atom form of RFC 5322 with a name of two labels at least.
    Email,
    /// Phone number with a plus sign and 8 to 15 digits (ITU-T E.164).
    Phone,
    /// Spain: DNI and NIE, a letter modulo 23.
    IdSpain,
    /// France: NIR, a key modulo 97.
    IdFrance,
    /// Italy: codice fiscale, a letter modulo 26.
    IdItaly,
    /// Poland: PESEL, a weighted sum and a date.
    IdPoland,
    /// Germany: Steuer-Identifikationsnummer, ISO 7064 MOD 11,10 and the rule of repeated digits.
    IdGermany,
    /// Finland: henkilötunnus, a letter modulo 31 and a date.
    IdFinland,
    /// Belgium: national register number, modulo 97, with its separators.
    IdBelgium,
    /// Sweden: personnummer, the Luhn digit and a date, with its separator.
    IdSweden,
    /// United Kingdom: NHS number, modulo 11, in its groups.
    IdNhs,
    /// Brazil: CPF, two digits modulo 11, with its separators.
    IdBrazil,
}

/// Something that was found by its form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PatternFound {
    /// What it looks like.
    pub pattern: Pattern,
    /// How often.
    pub count: u64,
    /// Where first: bytes from the beginning.
    pub first_offset: u64,
}

/// Looks at all forms at once.
#[derive(Default)]
pub(crate) struct Detect {
    found: BTreeMap<Pattern, (u64, u64)>,
}

/// The longest form is an e-mail address of 64 and 255 characters.
const REACH: usize = 330;

impl Detect {
    pub(crate) fn into_found(self) -> Vec<PatternFound> {
        let found = self.found.into_iter();
        found
            .map(|(pattern, (count, first_offset))| PatternFound { pattern, count, first_offset })
            .collect()
    }
}

impl Search for Detect {
    fn before(&self) -> usize {
        REACH
    }
    fn after(&self) -> usize {
        REACH
    }
    fn search(&mut self, window: &[u8], from: usize, until: usize, base: u64) {
        // What was taken as one thing is not looked at again as another.
        let mut next = from;
        for at in from..until {
            if at < next {
                continue;
            }
            let Some((pattern, start, end)) = look(window, at) else { continue };
            let offset = base + start as u64;
            let entry = self.found.entry(pattern).or_insert((0, offset));
            entry.0 += 1;
            next = end.max(at + 1);
        }
    }
}

/// What begins at a position, or has its `@` there: pattern, beginning, end.
fn look(window: &[u8], at: usize) -> Option<(Pattern, usize, usize)> {
    let byte = window[at];
    let is_first = at == 0 || !window[at - 1].is_ascii_alphanumeric();
    let here = |found: Option<(Pattern, usize)>| found.map(|(pattern, end)| (pattern, at, end));
    match byte {
        b'@' => contact::email(window, at).map(|(start, end)| (Pattern::Email, start, end)),
        b'+' if is_first => here(contact::phone(window, at).map(|end| (Pattern::Phone, end))),
        b'0'..=b'9' if is_first && !is_inside_number(window, at) => {
            here(national::number(window, at).or_else(|| account::card(window, at)))
        }
        b'A'..=b'Z' if is_first => {
            here(account::iban(window, at).or_else(|| national::letters(window, at)))
        }
        _ => None,
    }
}

/// Whether digits go on from before: `1.234`, `12-34`, `+12`.
fn is_inside_number(window: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|index| window[index]) else { return false };
    let has_digit = at >= 2 && window[at - 2].is_ascii_digit();
    before == b'+' || matches!(before, b'.' | b',' | b'-' | b'/') && has_digit
}

#[cfg(test)]
mod tests;
