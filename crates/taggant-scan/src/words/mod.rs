//! The word lists, and what a name matches in them.

mod load;

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::split;

/// A phrase that stands for something personal.
#[derive(Debug)]
pub(crate) struct Phrase {
    /// As in the list: never a piece of the source.
    pub(crate) text: &'static str,
    pub(crate) category: &'static str,
    /// How likely a field of this name is personal, out of context.
    pub(crate) base: f64,
    pub(crate) language: &'static str,
}

/// What a word says about what stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Person,
    Maybe,
    Technical,
    Thing,
    Carrier,
    Neutral,
    Tail,
}

/// A phrase in a compound: what stands before it must be any word, or a word for a person.
#[derive(Debug)]
struct Suffix {
    word: String,
    person_only: bool,
    phrase: Phrase,
}

/// All lists.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// By the phrase without spaces.
    phrases: HashMap<String, Phrase>,
    not_personal: HashMap<String, &'static str>,
    /// Longest first.
    suffixes: Vec<Suffix>,
    roles: HashMap<&'static str, Vec<Role>>,
}

/// A match in a name.
#[derive(Clone, Copy)]
pub(crate) struct Hit<'w> {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// `None`: a phrase that is known not to be personal.
    pub(crate) phrase: Option<&'w Phrase>,
    /// What stood before it in a compound was a person.
    pub(crate) of_person: bool,
}

/// Longer phrases are in no list.
const MAX_PHRASE: usize = 6;

impl Words {
    /// The lists that are compiled in.
    pub(crate) fn get() -> &'static Self {
        static WORDS: OnceLock<Words> = OnceLock::new();
        WORDS.get_or_init(load::all)
    }

    pub(crate) fn has(&self, word: &str, role: Role) -> bool {
        let known = |word: &str| self.roles.get(word).is_some_and(|roles| roles.contains(&role));
        known(word) || word.strip_suffix('s').is_some_and(known)
    }

    /// Matches that do not overlap, longer ones first.
    pub(crate) fn hits(&self, words: &[String]) -> Vec<Hit<'_>> {
        let mut found = Vec::new();
        for start in 0..words.len() {
            for end in start + 1..=words.len().min(start + MAX_PHRASE) {
                found.extend(self.window(words, start, end));
            }
        }
        found.sort_by(|left, right| rank(right).total_cmp(&rank(left)));
        let mut kept: Vec<Hit<'_>> = Vec::new();
        for hit in found {
            if kept.iter().all(|other| hit.end <= other.start || other.end <= hit.start) {
                kept.push(hit);
            }
        }
        kept
    }

    fn window(&self, words: &[String], start: usize, end: usize) -> Option<Hit<'_>> {
        let joined = words[start..end].concat();
        // Short words that only meet by chance are no phrase.
        if end - start > 1 && joined.len() < 5 {
            return None;
        }
        let hit = |phrase, of_person| Some(Hit { start, end, phrase, of_person });
        for form in forms(&joined) {
            if self.not_personal.contains_key(form.as_str()) {
                return hit(None, false);
            }
            if let Some(phrase) = self.phrases.get(form.as_str()) {
                return hit(Some(phrase), false);
            }
        }
        if end - start > 1 {
            return None;
        }
        let (suffix, before) = self.suffixes.iter().find_map(|suffix| {
            let before = joined.strip_suffix(suffix.word.as_str())?;
            (before.len() >= 3).then_some((suffix, before))
        })?;
        let before = before.trim_end_matches(['s', '-']);
        let of_person = [before, before.trim_end_matches('n'), before.trim_end_matches("en")]
            .iter()
            .any(|word| self.has(word, Role::Person) || self.has(word, Role::Maybe));
        if self.has(before, Role::Technical) || self.has(before, Role::Thing) {
            return hit(None, false);
        }
        if suffix.person_only && !of_person {
            return None;
        }
        hit(Some(&suffix.phrase), of_person)
    }
}

/// More words first; among as many, the surer phrase.
#[expect(clippy::cast_precision_loss, reason = "a name has at most 16 words")]
fn rank(hit: &Hit<'_>) -> f64 {
    (hit.end - hit.start) as f64 + hit.phrase.map_or(0.5, |phrase| phrase.base / 2.0)
}

/// The word, and what it would be the plural of.
fn forms(joined: &str) -> Vec<String> {
    let mut out = vec![joined.to_owned()];
    if joined.len() > 3
        && let Some(singular) = joined.strip_suffix('s')
    {
        out.push(singular.to_owned());
        if let Some(stem) = joined.strip_suffix("es") {
            out.push(stem.to_owned());
        }
        if let Some(stem) = joined.strip_suffix("ies") {
            out.push(format!("{stem}y"));
        }
    }
    out
}

/// The matches of a name with its words.
pub(crate) fn of_name(name: &str) -> Vec<String> {
    split::words(name)
}

#[cfg(test)]
mod tests;
