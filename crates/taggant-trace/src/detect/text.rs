//! Digits and their groups.

/// Digits with what stands between them.
pub(super) struct Digits {
    pub(super) digits: Vec<u8>,
    /// How many digits each group has.
    pub(super) groups: Vec<usize>,
    /// What stands between the groups.
    pub(super) separators: Vec<u8>,
    /// Where each group ends.
    pub(super) ends: Vec<usize>,
}

/// Groups of digits with one separator between each, up to `most` digits.
pub(super) fn digits(window: &[u8], at: usize, most: usize, separators: &[u8]) -> Digits {
    let mut found =
        Digits { digits: Vec::new(), groups: Vec::new(), separators: Vec::new(), ends: Vec::new() };
    let mut at = at;
    loop {
        let run = window[at..].iter().take(most + 1).take_while(|byte| byte.is_ascii_digit());
        let run = run.count();
        if run == 0 || found.digits.len() + run > most {
            // A separator without a group behind it belongs to something else.
            found.separators.truncate(found.groups.len().saturating_sub(1));
            return found;
        }
        found.digits.extend(window[at..at + run].iter().map(|byte| byte - b'0'));
        found.groups.push(run);
        at += run;
        found.ends.push(at);
        match window.get(at) {
            Some(byte) if separators.contains(byte) => found.separators.push(*byte),
            _ => return found,
        }
        at += 1;
    }
}

/// Whether a word ends before this position.
pub(super) fn ends(window: &[u8], at: usize) -> bool {
    window.get(at).is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
}

/// The Luhn check (ISO/IEC 7812-1, annex B).
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| {
            let value = u32::from(*digit) << (index % 2);
            if value > 9 { value - 9 } else { value }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// A number of digits.
pub(super) fn value(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |value, digit| value * 10 + u64::from(*digit))
}

/// Whether month and day can be.
pub(super) fn is_date(month: u64, day: u64) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}
