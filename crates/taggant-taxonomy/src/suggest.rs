//! Did-you-mean: the key that a misspelt word most likely stood for.

/// The key of `keys` that `word` most likely stood for, or `None` where nothing is near.
///
/// Nearness is the Damerau-Levenshtein distance (swapped neighbours count as one slip). The whole
/// key is compared first; then the last segment, so that `email` and `user.email` both find
/// `user.contact.email`.
#[must_use]
pub fn suggest<'k>(word: &str, keys: &[&'k str]) -> Option<&'k str> {
    if word.is_empty() || word.len() > MAX_WORD {
        return None;
    }
    let word = word.to_ascii_lowercase().replace(['-', ' '], "_");
    let whole = nearest(keys, &word, |key| distance(&word, key));
    if let Some((slips, key)) = whole
        && slips <= allowed(last_segment(&word))
    {
        return Some(key);
    }
    let last = last_segment(&word);
    nearest(keys, &word, |key| distance(last, last_segment(key)))
        .filter(|(slips, _)| *slips <= allowed(last))
        .map(|(_, key)| key)
        .or_else(|| whole.filter(|(slips, _)| *slips <= allowed(&word)).map(|(_, key)| key))
}

/// Longer words are no misspelt key; the bound keeps the work small on hostile input.
const MAX_WORD: usize = 128;

/// How many slips still mean the same word: a third of it, at most 3.
fn allowed(word: &str) -> usize {
    (word.chars().count() / 3).min(3)
}

fn last_segment(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

/// The nearest key; among equally near ones the one whose whole text is nearest to the word.
fn nearest<'k>(
    keys: &[&'k str],
    word: &str,
    score: impl Fn(&str) -> usize,
) -> Option<(usize, &'k str)> {
    keys.iter()
        .map(|key| (score(key), *key))
        .min_by_key(|(slips, key)| (*slips, distance(word, key)))
}

/// Damerau-Levenshtein distance (optimal string alignment).
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut before = vec![0; right.len() + 1];
    let mut previous: Vec<usize> = (0..=right.len()).collect();
    for i in 1..=left.len() {
        let mut current = vec![i; right.len() + 1];
        for j in 1..=right.len() {
            let differs = usize::from(left[i - 1] != right[j - 1]);
            current[j] = (previous[j] + 1).min(current[j - 1] + 1).min(previous[j - 1] + differs);
            let swapped =
                i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
            if swapped {
                current[j] = current[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut previous, current);
    }
    previous[right.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, suggest};
    use crate::{CATEGORIES, PURPOSES, SUBJECT_KINDS};

    #[test]
    fn swapped_neighbours_are_one_slip() {
        assert_eq!(distance("emial", "email"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }

    #[test]
    fn misspelt_and_shortened_keys_find_the_key_that_was_meant() {
        for (word, meant) in [
            ("user.contact.emial", "user.contact.email"),
            ("user.email", "user.contact.email"),
            ("email", "user.contact.email"),
            ("User.Contact.Email", "user.contact.email"),
            ("user.contact.phone-number", "user.contact.phone_number"),
            ("phone_number", "user.contact.phone_number"),
            ("user.nmae", "user.name"),
            ("user.finacial.credit_card", "user.financial.credit_card"),
            ("credit_card", "user.financial.credit_card"),
            ("ip_address", "user.device.ip_address"),
            ("user.date_of_birth", "user.demographic.date_of_birth"),
        ] {
            assert_eq!(suggest(word, CATEGORIES), Some(meant), "{word}");
        }
        assert_eq!(suggest("essential.service.operation", PURPOSES), {
            Some("essential.service.operations")
        });
        assert_eq!(suggest("costumer", SUBJECT_KINDS), Some("customer"));
    }

    #[test]
    fn words_that_are_near_nothing_get_no_suggestion() {
        for word in ["", "zzzzzzzzzz", "qq", &"user.".repeat(100)] {
            assert_eq!(suggest(word, CATEGORIES), None, "{word}");
        }
    }
}
