//! What the other words of a field's name say about the match.

use super::Guess;
use crate::words::{Hit, Role, Words};

/// Names of fields that are called after what they are in: `inner`, `value`, `0`.
pub(super) fn says_nothing(word: &str) -> bool {
    const NOTHING: &[&str] = &[
        "inner",
        "value",
        "raw",
        "data",
        "text",
        "number",
        "string",
        "str",
        "val",
        "0",
        "content",
        "digits",
        "extension",
        "normalized",
        "wert",
        "valeur",
        "valor",
        "valore",
        "waarde",
        "wartosc",
        "to",
    ];
    NOTHING.contains(&word)
}

/// Applies the words before and after a match.
pub(super) fn apply(guess: &mut Guess, words: &[String], hit: &Hit<'_>, lists: &Words) {
    let weak = guess.base < 0.5;
    let mut person = hit.of_person;
    let mut maybe = false;
    let mut unknown = 0;
    let mut technical = false;
    for (at, word) in words.iter().enumerate() {
        if (hit.start..hit.end).contains(&at) {
            continue;
        }
        let after = at >= hit.end;
        let about = ["id", "key", "uuid"].contains(&word.as_str()) || lists.has(word, Role::Tail);
        if after && about {
            guess.factor(0.02);
            continue;
        }
        let is = |role| lists.has(word, role);
        person |= is(Role::Person);
        maybe |= is(Role::Maybe);
        technical |= is(Role::Technical) || is(Role::Thing);
        let known = [Role::Person, Role::Maybe, Role::Neutral, Role::Technical, Role::Thing];
        unknown += usize::from(!known.into_iter().any(is));
    }
    if person {
        let factor = if guess.base < 0.8 { 6.0 } else { 1.5 };
        guess.because(factor, "its name says that it is a person's");
    } else if maybe {
        guess.factor(if guess.base < 0.8 { 2.5 } else { 1.2 });
    } else if unknown > 0 {
        guess.factor(if weak { 0.45 } else { 0.85 });
    }
    if technical {
        guess.factor(if person { 0.5 } else { 0.12 });
    }
}
