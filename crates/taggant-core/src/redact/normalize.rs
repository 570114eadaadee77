//! Normalisers of blind indexes.
//!
//! A name carries its version: what a normaliser does never changes, since stored index values
//! were computed with it. The name is part of the index input.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Names of the normalisers.
pub const NORMALIZERS: &[&str] = &["exact/1", "phone/1", "text/1"];

/// The text as this normaliser compares it, or `None` where there is no such normaliser.
///
/// - `exact/1`: unchanged.
/// - `text/1`: without white space at both ends, NFKC, lower case (then NFKC and trimmed again,
///   since either may be undone by the step before).
/// - `phone/1`: the digits, with a leading `+` where there is one. Text with other characters than
///   digits and the separators space, tab, `-`, `.`, `/`, `(`, `)`, U+2010 to U+2013 (dashes), or without a digit, is no phone
///   number and compared as `text/1`, so that malformed values do not all become one.
///
/// The result is as sensitive as the text; the caller wipes it.
#[must_use]
pub fn normalize<'t>(name: &str, text: &'t str) -> Option<Cow<'t, str>> {
    match name {
        "exact/1" => Some(Cow::Borrowed(text)),
        "text/1" => Some(Cow::Owned(folded(text))),
        "phone/1" => Some(Cow::Owned(phone(text).unwrap_or_else(|| folded(text)))),
        _ => None,
    }
}

fn folded(text: &str) -> String {
    let composed: Zeroizing<String> = Zeroizing::new(text.trim().nfkc().collect());
    let lower = Zeroizing::new(composed.to_lowercase());
    let again: Zeroizing<String> = Zeroizing::new(lower.nfkc().collect());
    again.trim().to_owned()
}

fn phone(text: &str) -> Option<String> {
    let composed: Zeroizing<String> = Zeroizing::new(text.nfkc().collect());
    let (plus, rest) = match composed.trim().strip_prefix('+') {
        Some(rest) => ("+", rest),
        None => ("", composed.trim()),
    };
    let mut number = String::with_capacity(1 + rest.len());
    number.push_str(plus);
    for c in rest.chars() {
        match c {
            '0'..='9' => number.push(c),
            ' ' | '\t' | '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2013}' => {}
            _ => return None,
        }
    }
    (number.len() > plus.len()).then_some(number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_value_become_one() {
        for (name, text, same) in [
            ("text/1", "  Ada@Example.COM ", "ada@example.com"),
            ("text/1", "\u{ff21}da", "ada"),
            ("text/1", "e\u{301}", "\u{e9}"),
            ("exact/1", " Ada ", " Ada "),
            ("phone/1", "+49 (30) 123-45", "+493012345"),
            ("phone/1", "030/12 345", "03012345"),
            ("phone/1", "Call Me", "call me"),
            ("phone/1", "+", "+"),
            ("phone/1", "", ""),
        ] {
            assert_eq!(normalize(name, text).as_deref(), Some(same));
        }
        assert_eq!(normalize("text/2", "x"), None);
        assert!(NORMALIZERS.iter().all(|name| normalize(name, "x").is_some()));
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in any::<String>()) {
            for name in NORMALIZERS {
                let once = normalize(name, &text).expect("listed").into_owned();
                let twice = normalize(name, &once).expect("listed").into_owned();
                prop_assert_eq!(&once, &twice);
            }
        }
    }
}
