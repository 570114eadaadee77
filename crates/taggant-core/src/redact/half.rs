//! At most half of a value is shown, whatever a user's own mask function prints.

/// Longer products of lengths are not compared: such a mask is refused unless it is short.
const MAX_STEPS: usize = 4_000_000;

/// Whether `shown` gives away at most half of `value`: of the characters that both have in the same
/// order. Asterisks and upper case don't count.
#[must_use]
pub fn shows_at_most_half(value: &str, shown: &str) -> bool {
    let fold = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<_>>();
    let value = fold(value);
    let shown: Vec<char> = fold(shown).into_iter().filter(|c| *c != '*').collect();
    if 2 * shown.len() <= value.len() || value.is_empty() {
        return true;
    }
    if value.len().saturating_mul(shown.len()) > MAX_STEPS {
        return false;
    }
    2 * in_common(&value, &shown) <= value.len()
}

/// The length of the longest common subsequence.
fn in_common(a: &[char], b: &[char]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (column, y) in b.iter().enumerate() {
            let above = row[column + 1];
            row[column + 1] = if x == y { diagonal + 1 } else { above.max(row[column]) };
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::shows_at_most_half;

    #[test]
    fn more_than_half_is_found_however_it_is_written() {
        for (value, shown) in [
            ("4111111111111111", "4111111111111111"),
            ("maria.gonzalez@example.com", "MARIA.GONZALEZ@EXAMPLE.COM"),
            ("maria.gonzalez@example.com", "m-a-r-i-a-.-g-o-n-z-a-l-e-z"),
            ("Ada", "A*a"),
            ("secret", "the value is secret!"),
        ] {
            assert!(!shows_at_most_half(value, shown), "{shown}");
        }
    }

    #[test]
    fn half_and_less_is_shown() {
        for (value, shown) in [
            ("4111111111111234", "****1234"),
            ("maria.gonzalez@example.com", "m***@example.com"),
            ("12345678", "1234****"),
            ("", "nothing"),
            ("Maria Gonzalez", "M. G."),
        ] {
            assert!(shows_at_most_half(value, shown), "{shown}");
        }
        assert!(!shows_at_most_half(&"x".repeat(3000), &"y".repeat(3000)), "too long to compare");
    }
}
