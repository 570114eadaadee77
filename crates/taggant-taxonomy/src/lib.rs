//! The data categories, purposes and subject kinds that taggant knows.
//!
//! The keys are those of the fideslang 3.1 default taxonomy (ethyca/fideslang, CC BY 4.0). A
//! project adds its own under a prefix of its own (`acme.*`), explicitly.
//!
//! A key is a path of dot-separated segments; a key contains everything below it:
//! `user.contact` contains `user.contact.email`.

mod keys;
mod suggest;

pub use keys::{CATEGORIES, PURPOSES, SUBJECT_KINDS};
pub use suggest::suggest;

/// Whether this is a data category of the taxonomy.
#[must_use]
pub fn is_category(key: &str) -> bool {
    CATEGORIES.binary_search(&key).is_ok()
}

/// Whether this is a purpose of the taxonomy.
#[must_use]
pub fn is_purpose(key: &str) -> bool {
    PURPOSES.binary_search(&key).is_ok()
}

/// Whether this is a subject kind of the taxonomy.
#[must_use]
pub fn is_subject_kind(key: &str) -> bool {
    SUBJECT_KINDS.binary_search(&key).is_ok()
}

/// Whether `child` is `parent` or below it, segment by segment: `user.names` is not in `user.name`.
#[must_use]
pub fn is_within(child: &str, parent: &str) -> bool {
    match child.strip_prefix(parent) {
        Some(rest) => rest.is_empty() || rest.starts_with('.'),
        None => false,
    }
}

/// Whether this is a well-formed key: segments of `a-z`, `0-9` and `_` that start with a letter,
/// joined by dots.
#[must_use]
pub fn is_key(key: &str) -> bool {
    key.len() <= MAX_KEY
        && key.split('.').all(|segment| {
            segment.starts_with(|first: char| first.is_ascii_lowercase())
                && segment
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        })
}

/// Whether this is a well-formed key of a project's own, below its `prefix`: `acme.loyalty_card`
/// for `acme`.
///
/// The prefix itself is no key, and a prefix may not be a top segment of the taxonomy: `user.emial`
/// must not become legal by declaring the prefix `user`.
#[must_use]
pub fn is_prefixed(key: &str, prefix: &str) -> bool {
    is_own_prefix(prefix) && is_key(key) && key != prefix && is_within(key, prefix)
}

/// Whether a project may declare this prefix: well formed, and not in use by the taxonomy.
#[must_use]
pub fn is_own_prefix(prefix: &str) -> bool {
    let top = prefix.split('.').next().unwrap_or(prefix);
    let in_use = |keys: &[&str]| keys.iter().any(|key| is_within(key, top));
    is_key(prefix) && !in_use(CATEGORIES) && !in_use(PURPOSES) && !in_use(SUBJECT_KINDS)
}

/// Longest key; keys are names, not text.
const MAX_KEY: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_taxonomy_is_there_sorted_and_well_formed() {
        for (keys, count) in [(CATEGORIES, 85), (PURPOSES, 56), (SUBJECT_KINDS, 15)] {
            assert_eq!(keys.len(), count);
            assert!(keys.is_sorted_by(|left, right| left < right));
            assert!(keys.iter().all(|key| is_key(key)));
        }
        assert!(CATEGORIES.iter().all(|key| is_category(key)));
        assert!(is_purpose("essential.service.operations") && is_subject_kind("customer"));
        assert!(!is_category("customer") && !is_category("") && !is_category("user."));
    }

    #[test]
    fn within_goes_by_whole_segments() {
        assert!(is_within("user.contact.email", "user.contact"));
        assert!(is_within("user.contact", "user.contact"));
        assert!(!is_within("user.contacts", "user.contact"));
        assert!(!is_within("user", "user.contact"));
    }

    #[test]
    fn own_keys_stand_below_an_own_prefix() {
        assert!(is_prefixed("acme.loyalty_card", "acme"));
        assert!(is_prefixed("acme.shop.card2", "acme.shop"));
        for key in ["acme", "acme.", "acme..x", "acme.Card", "acme.2x", "acmes.x", "acme.x y"] {
            assert!(!is_prefixed(key, "acme"), "{key}");
        }
        for prefix in ["user", "system", "essential", "user.acme", "customer", "", "Acme", "a b"] {
            assert!(!is_prefixed(&format!("{prefix}.x"), prefix), "{prefix}");
        }
    }
}
