//! Reads the lists in `words/`, which are compiled in.

use super::{Phrase, Role, Suffix, Words};

const LANGUAGES: &[(&str, &str)] = &[
    ("English", include_str!("../../words/en.tsv")),
    ("German", include_str!("../../words/de.tsv")),
    ("French", include_str!("../../words/fr.tsv")),
    ("Spanish", include_str!("../../words/es.tsv")),
    ("Portuguese", include_str!("../../words/pt.tsv")),
    ("Italian", include_str!("../../words/it.tsv")),
    ("Dutch", include_str!("../../words/nl.tsv")),
    ("Polish", include_str!("../../words/pl.tsv")),
];
const NOT_PERSONAL: &str = include_str!("../../words/not_personal.txt");
const ROLES: &str = include_str!("../../words/roles.tsv");

pub(super) fn all() -> Words {
    let mut words = Words::default();
    for (language, list) in LANGUAGES {
        for line in lines(list) {
            phrase(&mut words, line, language);
        }
    }
    words.suffixes.sort_by_key(|suffix| std::cmp::Reverse(suffix.word.len()));
    for line in lines(NOT_PERSONAL) {
        words.not_personal.insert(line.replace(' ', ""), line);
    }
    for line in lines(ROLES) {
        let (word, role) = line.split_once('\t').expect("a role stands after its word: tested");
        let roles = words.roles.entry(word).or_default();
        roles.push(self::role(role).expect("the role is known: tested"));
    }
    words
}

fn lines(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn role(word: &str) -> Option<Role> {
    Some(match word {
        "person" => Role::Person,
        "maybe" => Role::Maybe,
        "technical" => Role::Technical,
        "thing" => Role::Thing,
        "carrier" => Role::Carrier,
        "neutral" => Role::Neutral,
        "tail" => Role::Tail,
        _ => return None,
    })
}

fn phrase(words: &mut Words, line: &'static str, language: &'static str) {
    let mut parts = line.split('\t');
    let mut part = || parts.next().expect("a line has three parts: tested");
    let (text, category) = (part(), part());
    let base: f64 = part().parse().expect("a likelihood is a number: tested");
    let entry = |text| Phrase { text, category, base, language };
    if let Some(word) = text.strip_prefix(['*', '+']) {
        let person_only = text.starts_with('+');
        words.suffixes.push(Suffix { word: word.to_owned(), person_only, phrase: entry(word) });
        if person_only {
            return;
        }
    }
    let text = text.trim_start_matches('*');
    let joined = text.replace(' ', "");
    if language == "German" {
        // An umlaut is written as `ae` or, once its dots are taken away, as `a`.
        let plain = joined.replace("ae", "a").replace("oe", "o").replace("ue", "u");
        if plain != joined {
            insert(words, plain, entry(text));
        }
    }
    insert(words, joined, entry(text));
}

/// A word that several languages have counts as what it most likely is.
fn insert(words: &mut Words, joined: String, phrase: Phrase) {
    match words.phrases.get(&joined) {
        Some(known) if known.base >= phrase.base => {}
        _ => {
            words.phrases.insert(joined, phrase);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LANGUAGES, ROLES, lines, role};

    #[test]
    fn every_line_of_the_lists_has_a_category_of_the_taxonomy_and_a_likelihood() {
        for (language, list) in LANGUAGES {
            for line in lines(list) {
                let parts: Vec<&str> = line.split('\t').collect();
                assert_eq!(parts.len(), 3, "{language}: {line}");
                assert!(taggant_taxonomy::is_category(parts[1]), "{language}: {line}");
                let base: f64 = parts[2].parse().expect("a number");
                assert!((0.01..1.0).contains(&base), "{language}: {line}");
                let word = parts[0].trim_start_matches(['*', '+']);
                assert_eq!(word, crate::split::plain(word), "{language}: no accents: {line}");
            }
        }
    }

    #[test]
    fn every_role_is_known() {
        for line in lines(ROLES) {
            let (_, word) = line.split_once('\t').expect("two parts");
            assert!(role(word).is_some(), "{line}");
        }
    }
}
