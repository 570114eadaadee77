//! Whether a field looks personal: evidence from its name, its type and what is around it.
//!
//! Each piece of evidence multiplies the odds that the word list gives a name. What a factor says is
//! kept as a reason.

mod context;
mod kind;
mod name;

use crate::model::{Decision, Field, TypeDef};
use crate::resolve::Types;
use crate::words::{Words, of_name};

use context::{Container, siblings_factor};
use kind::Shape;

/// A field that may be personal.
#[derive(Clone, Debug)]
pub(crate) struct Guess {
    pub(crate) category: &'static str,
    pub(crate) confidence: f64,
    pub(crate) reasons: Vec<String>,
    /// How likely it is by its name alone: what decides whether siblings can tell more.
    base: f64,
}

/// What a field turned out to be.
pub(crate) enum Verdict {
    /// Not personal, or its parts are judged themselves.
    Nothing,
    /// A tag, a tagged newtype or `Sensitive` protects it.
    Protected,
    /// Looks personal, and nothing protects it.
    Open(Guess),
    /// Looks personal and was declared `#[clear]`.
    Clear(Guess),
}

/// Less sure than a field nobody decided about: somebody looked at it.
const DECLARED_CLEAR: f64 = 0.7;

/// Judges all fields of a type, in the order of [`TypeDef::groups`].
pub(crate) fn fields(types: &Types<'_>, file: usize, def: &TypeDef) -> Vec<Vec<Verdict>> {
    let container = Container::of(def, &types.files[file]);
    let tagged = types.is_tagged(def, file);
    def.groups()
        .into_iter()
        .map(|(variant, fields)| group(types, file, &container, variant, fields, tagged))
        .collect()
}

fn group(
    types: &Types<'_>,
    file: usize,
    container: &Container,
    variant: Option<&str>,
    fields: &[Field],
    tagged: bool,
) -> Vec<Verdict> {
    let one = Around { container, variant, alone: fields.len() == 1 };
    let shapes: Vec<Shape> = fields.iter().map(|field| kind::of(types, file, field)).collect();
    let mut guesses: Vec<Option<Guess>> =
        fields.iter().zip(&shapes).map(|(field, shape)| guess(field, shape, &one)).collect();
    let telling: Vec<bool> = fields
        .iter()
        .zip(&guesses)
        .map(|(field, guess)| {
            field.decision == Decision::Tag || guess.as_ref().is_some_and(Guess::tells)
        })
        .collect();
    let all = telling.iter().filter(|tells| **tells).count();
    for (guess, tells) in guesses.iter_mut().zip(&telling) {
        let others = all - usize::from(*tells);
        if let Some(guess) = guess {
            siblings_factor(guess, others);
        }
    }
    fields
        .iter()
        .zip(shapes)
        .zip(guesses)
        .map(|((field, shape), guess)| verdict(field, &shape, guess, tagged))
        .collect()
}

fn verdict(field: &Field, shape: &Shape, guess: Option<Guess>, tagged: bool) -> Verdict {
    let decided = tagged.then_some(field.decision);
    if decided == Some(Decision::Tag) {
        return Verdict::Protected;
    }
    let Some(mut guess) = guess.filter(|guess| guess.confidence >= 0.35) else {
        return Verdict::Nothing;
    };
    if field.ty.sensitive || shape.tagged {
        return Verdict::Protected;
    }
    match decided {
        Some(Decision::Nested) => Verdict::Nothing,
        Some(Decision::Clear) => {
            guess.confidence *= DECLARED_CLEAR;
            guess.reasons.push("declared `#[clear]`".into());
            Verdict::Clear(guess)
        }
        _ => {
            if field.conditional {
                guess.reasons.push("tagged under a `cfg` only".into());
            }
            Verdict::Open(guess)
        }
    }
}

/// What stands around a field.
struct Around<'a> {
    container: &'a Container,
    variant: Option<&'a str>,
    /// The only field of its struct or variant.
    alone: bool,
}

/// The best of what the field's name, its other names and its type say.
fn guess(field: &Field, shape: &Shape, around: &Around<'_>) -> Option<Guess> {
    if shape.record && !shape.tagged {
        return None;
    }
    let by_name = names(field, around)
        .into_iter()
        .filter_map(|(words, what)| by_words(&words, &what, shape, around))
        .max_by(|left, right| left.confidence.total_cmp(&right.confidence));
    let by_type = shape
        .names
        .iter()
        .filter_map(|name| {
            let what = format!("its type `{name}`");
            let mut guess = by_words(&of_name(name), &what, shape, around)?;
            // What a type is called is said more seldom by chance, but is further away.
            guess.confidence *= 0.9;
            Some(guess)
        })
        .max_by(|left, right| left.confidence.total_cmp(&right.confidence));
    match (by_name, by_type) {
        (Some(name), Some(kind)) => Some(name.and(kind)),
        (name, kind) => name.or(kind),
    }
}

/// What a field is called: itself, elsewhere, or by what it alone makes up.
fn names(field: &Field, around: &Around<'_>) -> Vec<(Vec<String>, String)> {
    let mut out = Vec::new();
    let mut own = Vec::new();
    if field.named {
        own = of_name(&field.member);
        out.push((own.clone(), "its name".to_owned()));
    }
    for rename in &field.renames {
        out.push((of_name(rename), "its name outside".to_owned()));
    }
    let says_nothing = own.iter().all(|word| name::says_nothing(word));
    if says_nothing && (around.alone || field.named) {
        match around.variant {
            Some(variant) => out.push((of_name(variant), format!("its variant `{variant}`"))),
            None => {
                let name = &around.container.name;
                out.push((of_name(name), format!("the name of `{name}`")));
            }
        }
    }
    out
}

fn by_words(words: &[String], what: &str, shape: &Shape, around: &Around<'_>) -> Option<Guess> {
    let lists = Words::get();
    let hits = lists.hits(words);
    hits.iter()
        .filter_map(|hit| {
            let phrase = hit.phrase?;
            let mut guess = Guess::new(phrase, what);
            name::apply(&mut guess, words, hit, lists);
            around.container.apply(&mut guess);
            shape.apply(&mut guess);
            Some(guess)
        })
        .max_by(|left, right| left.confidence.total_cmp(&right.confidence))
}

impl Guess {
    fn new(phrase: &crate::words::Phrase, what: &str) -> Self {
        let reason = format!("{what} matches `{}` ({})", phrase.text, phrase.language);
        Self {
            category: phrase.category,
            confidence: phrase.base,
            reasons: vec![reason],
            base: phrase.base,
        }
    }

    /// Multiplies the odds.
    fn factor(&mut self, factor: f64) {
        let odds = self.confidence / (1.0 - self.confidence) * factor;
        self.confidence = (odds / (1.0 + odds)).clamp(0.001, 0.99);
    }

    fn because(&mut self, factor: f64, reason: impl Into<String>) {
        self.factor(factor);
        self.reasons.push(reason.into());
    }

    /// Whether it is sure enough to say something about its siblings.
    fn tells(&self) -> bool {
        self.base >= 0.7 && self.confidence >= 0.6
    }

    /// Two independent pieces of evidence for one field.
    fn and(self, other: Self) -> Self {
        let agree = taggant_taxonomy::is_within(self.category, other.category)
            || taggant_taxonomy::is_within(other.category, self.category);
        let (mut first, second) =
            if self.confidence >= other.confidence { (self, other) } else { (other, self) };
        if agree {
            first.confidence = 1.0 - (1.0 - first.confidence) * (1.0 - second.confidence);
            first.confidence = first.confidence.min(0.99);
            first.reasons.extend(second.reasons.into_iter().take(1));
            if taggant_taxonomy::is_within(second.category, first.category) {
                first.category = second.category;
            }
        }
        first
    }
}
