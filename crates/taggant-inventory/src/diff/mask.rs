//! How much a mask shows.

/// The number of characters that a mask can show at most, or 0 for none; `None` where nobody knows.
/// Every mask stops at half of the value.
fn shown(mask: &str) -> Option<u32> {
    let of = |word: &str| {
        mask.strip_prefix(word)?.strip_prefix('(')?.strip_suffix(')')?.parse::<u32>().ok()
    };
    match mask {
        "category" | "full" => Some(0),
        // Nothing of the value, but which values are equal.
        "pseudonym" => Some(1),
        "year" => Some(4),
        "ip_prefix" => Some(8),
        // The first character and the whole domain.
        "email" => Some(64),
        _ => of("last").or_else(|| of("first")).map(|count| count + 1),
    }
}

/// What became of a mask.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Weaker,
    Stronger,
    Other,
}

/// A function of the project's counts as weaker than any mask of the library's.
pub(super) fn step(old: &str, new: &str) -> Step {
    match (shown(old), shown(new)) {
        (Some(old), Some(new)) if new > old => Step::Weaker,
        (Some(old), Some(new)) if new < old => Step::Stronger,
        (Some(_), None) => Step::Weaker,
        (None, Some(_)) => Step::Stronger,
        _ => Step::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, step};

    #[test]
    fn a_mask_that_shows_more_is_weaker() {
        for (strong, weak) in [
            ("category", "email"),
            ("full", "pseudonym"),
            ("last(2)", "last(4)"),
            ("first(4)", "last(5)"),
            ("pseudonym", "last(1)"),
            ("email", "fn shop::show_all"),
        ] {
            assert_eq!(step(strong, weak), Step::Weaker, "{strong} -> {weak}");
            assert_eq!(step(weak, strong), Step::Stronger, "{weak} -> {strong}");
        }
    }

    #[test]
    fn another_mask_that_shows_as_much_is_only_another() {
        assert_eq!(step("category", "full"), Step::Other);
        assert_eq!(step("last(4)", "first(4)"), Step::Other);
        assert_eq!(step("fn a", "fn b"), Step::Other);
    }
}
