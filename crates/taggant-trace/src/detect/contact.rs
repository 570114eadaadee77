//! E-mail addresses and phone numbers.

use super::text::{digits, ends};

/// An address around an `@`: where it begins and ends.
pub(super) fn email(window: &[u8], at: usize) -> Option<(usize, usize)> {
    let is_local =
        |byte: &u8| byte.is_ascii_alphanumeric() || b".!#$%&*+/=?^_`{|}~-".contains(byte);
    let local = window[..at].iter().rev().take(65).take_while(|byte| is_local(byte)).count();
    let name = &window[at - local..at];
    // What stands before an address in a URL or in code is no part of it.
    let name = name.rsplit(|byte| b"=/?&{|`".contains(byte)).next().unwrap_or_default();
    let is_plausible = !name.is_empty()
        && name.len() <= 64
        && name[0] != b'.'
        && !name.ends_with(b".")
        && name.iter().any(u8::is_ascii_alphanumeric);
    if !is_plausible {
        return None;
    }
    let is_host = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let length = window[at + 1..].iter().take(255).take_while(|byte| is_host(byte)).count();
    let mut host = &window[at + 1..at + 1 + length];
    // A full stop at the end ends the sentence.
    while let Some(rest) = host.strip_suffix(b".").or_else(|| host.strip_suffix(b"-")) {
        host = rest;
    }
    let mut labels = host.split(|byte| *byte == b'.');
    let last = labels.next_back()?;
    let is_top = last.len() >= 2 && last.iter().all(u8::is_ascii_alphabetic);
    let mut count = 0;
    let all_good = labels.all(|label| {
        count += 1;
        !label.is_empty() && label.len() <= 63 && !label.starts_with(b"-")
    });
    (is_top && all_good && count > 0).then_some((at - name.len(), at + 1 + host.len()))
}

/// A number that begins with a plus sign: where it ends.
pub(super) fn phone(window: &[u8], at: usize) -> Option<usize> {
    if !window.get(at + 1)?.is_ascii_digit() {
        return None;
    }
    // Brackets stand around an area code.
    let shown: Vec<u8> = window[at + 1..].iter().take(40).copied().collect();
    let mut plain = Vec::with_capacity(40);
    let mut map = Vec::with_capacity(40);
    for (index, byte) in shown.iter().enumerate() {
        let is_doubled = plain.last() == Some(&b' ');
        match byte {
            b'(' | b')' => {
                if !is_doubled {
                    plain.push(b' ');
                    map.push(index);
                }
            }
            b' ' if is_doubled => {}
            other => {
                plain.push(*other);
                map.push(index);
            }
        }
    }
    let found = digits(&plain, 0, 15, b" -./");
    let end = *found.ends.last()?;
    let is_number = (8..=15).contains(&found.digits.len()) && found.digits[0] != 0;
    (is_number && ends(&plain, end)).then(|| at + 2 + map[end - 1])
}
