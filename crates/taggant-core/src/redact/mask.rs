//! The masks themselves.

use std::fmt::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::field::Mask;

/// What stands for everything that a mask hides: always this long.
pub const RUN: &str = "********";

/// `first(n)` and `last(n)` hide values of fewer characters whole, whatever `n` is.
pub const MINIMUM_CHARS: usize = 8;

/// Writes `text` as this mask shows it.
///
/// | mask | shows | where it cannot |
/// |---|---|---|
/// | `Category` | `<user.name>` | |
/// | `Full` | eight asterisks | |
/// | `First(n)`, `Last(n)` | `n` characters, where the value has at least `2n` and [`MINIMUM_CHARS`] | as `Full` |
/// | `Email` | first character, `@` and domain, where these are at most half of the characters | as `Category` |
/// | `Year` | year of a text that begins with a valid ISO 8601 date: `1987-**-**` | as `Category` |
/// | `IpPrefix` | 16 of 32 bits, 48 of 128 bits: `192.0.*.*` | as `Category` |
/// | `Pseudonym` | `<category#pseudonym>` | as `Category` |
/// | `Custom` | nothing: the caller runs the user's function instead | as `Category` |
///
/// An address is counted in bits, everything else in characters. Text that would smuggle control
/// or direction characters into a log is hidden as if it were short.
///
/// # Errors
/// Those of `out`.
pub fn write_mask(
    mask: Mask,
    category: &str,
    text: &str,
    out: &mut dyn Write,
    pseudonym: Option<&str>,
) -> fmt::Result {
    match mask {
        Mask::Full => out.write_str(RUN),
        Mask::First(n) => match edge(text, n, Edge::First) {
            Some(shown) => write!(out, "{shown}{RUN}"),
            None => out.write_str(RUN),
        },
        Mask::Last(n) => match edge(text, n, Edge::Last) {
            Some(shown) => write!(out, "{RUN}{shown}"),
            None => out.write_str(RUN),
        },
        Mask::Email => match email(text) {
            Some((first, domain)) => write!(out, "{first}{RUN}@{domain}"),
            None => write_category(category, out),
        },
        Mask::Year => match year(text) {
            Some(year) => write!(out, "{year}-**-**"),
            None => write_category(category, out),
        },
        Mask::IpPrefix => write_ip(category, text, out),
        Mask::Pseudonym => match pseudonym {
            Some(pseudonym) => write!(out, "<{category}#{pseudonym}>"),
            None => write_category(category, out),
        },
        Mask::Category | Mask::Custom => write_category(category, out),
    }
}

fn write_category(category: &str, out: &mut dyn Write) -> fmt::Result {
    write!(out, "<{category}>")
}

enum Edge {
    First,
    Last,
}

/// The first or last `n` characters, where they may be shown.
fn edge(text: &str, n: u8, edge: Edge) -> Option<&str> {
    let n = usize::from(n);
    let chars = text.chars().count();
    if n == 0 || chars < MINIMUM_CHARS || chars < 2 * n {
        return None;
    }
    let shown = match edge {
        Edge::First => &text[..text.char_indices().nth(n)?.0],
        Edge::Last => &text[text.char_indices().nth(chars - n)?.0..],
    };
    is_printable(shown).then_some(shown)
}

/// First character and domain, where together with the `@` they are at most half of the text.
fn email(text: &str) -> Option<(char, &str)> {
    let (local, domain) = text.rsplit_once('@')?;
    let first = local.chars().next()?;
    let shown = 2 + domain.chars().count();
    let fits = !domain.is_empty() && 2 * shown <= text.chars().count();
    (fits && is_printable(domain) && is_printable(first.encode_utf8(&mut [0; 4])))
        .then_some((first, domain))
}

/// The year of a text that begins with `YYYY-MM-DD`, followed by nothing or by a time.
fn year(text: &str) -> Option<&str> {
    let date = text.get(..10)?.as_bytes();
    let number = |part: &[u8]| {
        part.iter().try_fold(0_u16, |sum, byte| {
            byte.is_ascii_digit().then(|| sum * 10 + u16::from(byte - b'0'))
        })
    };
    let (year, month, day) = (number(&date[..4])?, number(&date[5..7])?, number(&date[8..])?);
    let separated = date[4] == b'-' && date[7] == b'-';
    let ends = matches!(text.as_bytes().get(10), None | Some(b'T' | b't' | b' '));
    let valid = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
    (separated && ends && valid).then(|| &text[..4])
}

/// Days of a month of the Gregorian calendar.
pub(crate) fn days_of(year: u16, month: u16) -> u16 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn write_ip(category: &str, text: &str, out: &mut dyn Write) -> fmt::Result {
    match text.trim().parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => write_v4(address, out),
        Ok(IpAddr::V6(address)) if !carries_v4_in_prefix(address) => write_v6(address, out),
        _ => write_category(category, out),
    }
}

fn write_v4(address: Ipv4Addr, out: &mut dyn Write) -> fmt::Result {
    let [first, second, ..] = address.octets();
    write!(out, "{first}.{second}.*.*")
}

fn write_v6(address: Ipv6Addr, out: &mut dyn Write) -> fmt::Result {
    let [first, second, third, ..] = address.segments();
    write!(out, "{first:x}:{second:x}:{third:x}:*")
}

/// 6to4 (RFC 3056) has a whole IPv4 address in its first 48 bits.
fn carries_v4_in_prefix(address: Ipv6Addr) -> bool {
    address.segments()[0] == 0x2002
}

/// Control characters forge log lines; direction overrides make them read differently.
fn is_printable(text: &str) -> bool {
    text.chars().all(|c| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::redact::is_redacted_text;

    fn masked(mask: Mask, text: &str) -> String {
        let mut out = String::new();
        write_mask(mask, "user.x", text, &mut out, Some("1f2e")).expect("strings take all text");
        out
    }

    #[test]
    fn each_mask_shows_what_it_says() {
        for (mask, text, shown) in [
            (Mask::Category, "Ada", "<user.x>"),
            (Mask::Custom, "Ada", "<user.x>"),
            (Mask::Full, "Ada", "********"),
            (Mask::Last(4), "4111111111111234", "********1234"),
            (Mask::Last(4), "12341234", "********1234"),
            (Mask::First(2), "DE001234", "DE********"),
            (Mask::Last(2), "日本語日本語日本", "********日本"),
            (Mask::Email, "maria.gonzalez@example.com", "m********@example.com"),
            (Mask::Year, "1987-02-28", "1987-**-**"),
            (Mask::Year, "2000-02-29T10:00:00Z", "2000-**-**"),
            (Mask::IpPrefix, "192.0.2.17", "192.0.*.*"),
            (Mask::IpPrefix, "::ffff:192.0.2.17", "192.0.*.*"),
            (Mask::IpPrefix, "2001:db8:1:2::3", "2001:db8:1:*"),
            (Mask::Pseudonym, "Ada", "<user.x#1f2e>"),
        ] {
            assert_eq!(masked(mask, text), shown);
            assert!(is_redacted_text(shown), "{shown}");
        }
    }

    #[test]
    fn short_or_unsuitable_values_are_hidden_whole() {
        for (mask, text, shown) in [
            (Mask::Last(4), "1234567", RUN),
            (Mask::Last(1), "1234567", RUN),
            (Mask::Last(5), "123456789", RUN),
            (Mask::Last(0), "1234567890", RUN),
            (Mask::First(2), "a\nbcdefghij", RUN),
            (Mask::Last(2), "abcdefghi\u{202e}", RUN),
            (Mask::First(3), "", RUN),
            (Mask::Email, "ada@example.com", "<user.x>"),
            (Mask::Email, "no address at all", "<user.x>"),
            (Mask::Email, "@example.com", "<user.x>"),
            (Mask::Email, "aaaaaaaaaaaa@", "<user.x>"),
            (Mask::Year, "1987-02-29", "<user.x>"),
            (Mask::Year, "1987-13-01", "<user.x>"),
            (Mask::Year, "1900-02-29", "<user.x>"),
            (Mask::Year, "1987-02-011", "<user.x>"),
            (Mask::Year, "1987-05", "<user.x>"),
            (Mask::Year, "1987", "<user.x>"),
            (Mask::Year, "12.05.1987", "<user.x>"),
            (Mask::IpPrefix, "300.1.1.1", "<user.x>"),
            (Mask::IpPrefix, "2002:c000:211::1", "<user.x>"),
        ] {
            assert_eq!(masked(mask, text), shown);
        }
        let mut out = String::new();
        write_mask(Mask::Pseudonym, "user.x", "Ada", &mut out, None).expect("strings take all");
        assert_eq!(out, "<user.x>");
    }

    fn masks() -> impl Strategy<Value = Mask> {
        prop_oneof![
            Just(Mask::Full),
            Just(Mask::Email),
            any::<u8>().prop_map(Mask::Last),
            any::<u8>().prop_map(Mask::First),
            (0..9_u8).prop_map(Mask::Last),
            Just(Mask::Year),
            Just(Mask::Category),
        ]
    }

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            "\\PC{0,40}".boxed(),
            any::<String>().boxed(),
            "[a-z.]{0,30}@[a-z.]{0,12}",
            "[0-9]{4}-[01][0-9]-[0-3][0-9].{0,5}",
        ]
    }

    proptest! {
        #[test]
        fn at_most_half_of_the_characters_is_shown(mask in masks(), text in texts()) {
            let out = masked(mask, &text);
            if out != "<user.x>" {
                let shown = out.replacen(RUN, "", 1).replacen("-**-**", "", 1).chars().count();
                prop_assert!(2 * shown <= text.chars().count());
            }
            prop_assert!(is_redacted_text(&out) || text.contains('*'), "{out}");
        }

        #[test]
        fn the_length_of_what_is_hidden_does_not_show(
            n in 1..9_u8, hidden in 20..60_usize, more in 1..60_usize,
        ) {
            for mask in [Mask::Full, Mask::First(n), Mask::Last(n), Mask::Email] {
                let end = if mask == Mask::Email { "@b.example" } else { "" };
                let shorter = format!("{}{end}", "x".repeat(hidden));
                let longer = format!("{}{end}", "x".repeat(hidden + more));
                prop_assert_eq!(masked(mask, &shorter), masked(mask, &longer));
            }
        }

        #[test]
        fn no_address_shows_more_than_half_of_its_bits(v4 in any::<u32>(), v6 in any::<u128>()) {
            let (v4, v6) = (Ipv4Addr::from(v4), Ipv6Addr::from(v6));
            let other = Ipv4Addr::from(u32::from(v4) ^ 0xffff);
            prop_assert_eq!(
                masked(Mask::IpPrefix, &v4.to_string()),
                masked(Mask::IpPrefix, &other.to_string())
            );
            let out = masked(Mask::IpPrefix, &v6.to_string());
            prop_assert!(out.matches(':').count() <= 3 && is_redacted_text(&out));
        }
    }
}
