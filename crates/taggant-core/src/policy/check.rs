//! What a value of a rule may be. Weakening words are parsed strictly.

use taggant_taxonomy::{CATEGORIES, PURPOSES, is_category, is_prefixed, is_purpose, suggest};

use crate::place::normal_patterns;
use crate::tag::Action;

/// Any action or any category.
pub(super) const ANY: &str = "*";

/// Actions that a rule can be about.
pub(super) const ACTIONS: &[&str] = &[
    "ingest",
    "lookup",
    "mask",
    "omit",
    "open",
    "preview",
    "pseudonymise",
    "reseal",
    "reveal",
    "seal",
];

const MAX_PATTERN: usize = 512;

pub(super) fn action(word: &str) -> Result<Action, String> {
    Action::ALL
        .into_iter()
        .find(|action| action.name() == word && ACTIONS.contains(&word))
        .ok_or_else(|| unknown("action", word, ACTIONS))
}

pub(super) fn category(key: &str, prefixes: &[String]) -> Result<(), String> {
    key_of("category", key, is_category(key), CATEGORIES, prefixes)
}

pub(super) fn purpose(key: &str, prefixes: &[String]) -> Result<(), String> {
    key_of("purpose", key, is_purpose(key), PURPOSES, prefixes)
}

fn key_of(
    what: &str,
    key: &str,
    known: bool,
    keys: &[&str],
    prefixes: &[String],
) -> Result<(), String> {
    if known || prefixes.iter().any(|prefix| is_prefixed(key, prefix)) {
        return Ok(());
    }
    Err(format!(
        "{}; keys of your own need their prefix in [taxonomy] prefixes",
        unknown(what, key, keys)
    ))
}

pub(super) fn prefix(prefix: &str) -> Result<(), String> {
    if taggant_taxonomy::is_own_prefix(prefix) {
        Ok(())
    } else {
        Err(format!(
            "{prefix:?} cannot be a prefix: use a lower-case word that the taxonomy has not"
        ))
    }
}

pub(super) fn pattern(what: &str, pattern: &str) -> Result<(), String> {
    if pattern.is_empty() || pattern.len() > MAX_PATTERN || pattern.chars().any(char::is_control) {
        return Err(format!(
            "{what} is empty, longer than {MAX_PATTERN} bytes or has control characters"
        ));
    }
    Ok(())
}

/// A pattern that no place can match is an error: as a deny rule it would let everything pass.
pub(super) fn location(pattern: &str) -> Result<(), String> {
    self::pattern("location", pattern)?;
    normal_patterns(pattern).map(drop).map_err(|error| error.reason())
}

pub(super) fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    match suggest(word, known) {
        Some(near) => format!("unknown {what} {word:?}; did you mean {near:?}?"),
        None => format!("unknown {what} {word:?}"),
    }
}
