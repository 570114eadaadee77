//! Which texts an entry may have. Answers print them line by line, in columns, on terminals: a name
//! with a line break in it would pass for two rows, one with an escape sequence for anything.

use std::borrow::Cow;

/// Whether a character is not shown but does something, or ends a line.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether a text is one line without control characters.
#[must_use]
pub fn is_line(text: &str) -> bool {
    !text.contains(is_control)
}

/// Whether a text has no control characters but line breaks.
#[must_use]
pub fn is_lines(text: &str) -> bool {
    !text.contains(|c| is_control(c) && c != '\n')
}

/// Whether a text has no control characters but line breaks and tabs.
#[must_use]
pub fn is_table(text: &str) -> bool {
    !text.contains(|c| is_control(c) && !matches!(c, '\n' | '\t'))
}

/// A text as an entry may have it: a space for each control character. With `keep` some stay.
///
/// ```
/// use taggant_ledger::wire::{clean, is_line};
///
/// assert_eq!(clean("ticket\n7", &[]), "ticket 7");
/// assert_eq!(clean("a.b@c\n", &['\n']), "a.b@c\n");
/// assert!(is_line(&clean("\u{1b}[2J", &[])));
/// ```
#[must_use]
pub fn clean<'a>(text: &'a str, keep: &[char]) -> Cow<'a, str> {
    let is_bad = |c: char| is_control(c) && !keep.contains(&c);
    if !text.contains(is_bad) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if is_bad(c) { ' ' } else { c }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_nothing_that_moves_the_cursor() {
        for text in ["", "svc:checkout", "Zoë – 東京", "a b"] {
            assert!(is_line(text) && is_lines(text) && is_table(text), "{text}");
        }
        for c in ['\0', '\t', '\n', '\r', '\u{1b}', '\u{7f}', '\u{85}', '\u{9b}', '\u{2028}'] {
            let text = format!("a{c}b");
            assert!(!is_line(&text), "{c:?}");
            assert_eq!(is_lines(&text), c == '\n', "{c:?}");
            assert_eq!(is_table(&text), matches!(c, '\n' | '\t'), "{c:?}");
            assert_eq!(clean(&text, &[]), "a b");
            assert_eq!(clean(&text, &[c]), text);
        }
    }
}
