//! What the type around a field, its module and its siblings say.

use super::Guess;
use crate::model::{FileTypes, TypeDef};
use crate::split;
use crate::words::{Role, Words};

/// What a type with fields seems to be.
pub(crate) struct Container {
    pub(crate) name: String,
    class: Class,
    /// Derived by programs that read arguments, not people's data.
    tool: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Person,
    Maybe,
    /// `HomeAddress`: personal itself.
    Personal,
    Thing,
    Technical,
    Unknown,
}

impl Container {
    pub(crate) fn of(def: &TypeDef, file: &FileTypes) -> Self {
        let derived =
            |name: &str| def.derives.iter().any(|path| path.last().is_some_and(|l| l == name));
        let own = class(&split::words(&def.name));
        let class = match own {
            Class::Unknown => nearby(def, file),
            class => class,
        };
        let tool = ["Parser", "Args", "Subcommand", "Error"].iter().any(|name| derived(name));
        Self { name: def.name.clone(), class, tool }
    }

    /// Applies what is around a field to a guess about it.
    pub(super) fn apply(&self, guess: &mut Guess) {
        let weak = guess.base < 0.78;
        let name = &self.name;
        match self.class {
            Class::Person => guess
                .because(if weak { 4.0 } else { 1.5 }, format!("`{name}` sounds like a person")),
            Class::Maybe => {
                guess.because(
                    if weak { 1.6 } else { 1.2 },
                    format!("`{name}` may be about a person"),
                );
            }
            Class::Personal => {
                guess.because(if weak { 2.5 } else { 1.5 }, format!("`{name}` sounds personal"));
            }
            Class::Thing => guess
                .because(if weak { 0.35 } else { 0.8 }, format!("`{name}` sounds like a thing")),
            Class::Technical => {
                guess.because(if weak { 0.12 } else { 0.3 }, format!("`{name}` sounds technical"))
            }
            Class::Unknown => {}
        }
        if self.tool {
            guess.factor(if weak { 0.3 } else { 0.6 });
        }
    }
}

/// By the last word that says something; a person further in front counts less.
fn class(words: &[String]) -> Class {
    let lists = Words::get();
    let telling: Vec<&String> = words
        .iter()
        .filter(|word| !word.starts_with(|c: char| c.is_ascii_digit()))
        .filter(|word| !lists.has(word, Role::Carrier) || lists.has(word, Role::Person))
        .collect();
    let person = telling.iter().any(|word| lists.has(word, Role::Person));
    let Some(last) = telling.last() else { return Class::Unknown };
    if lists.has(last, Role::Person) {
        return Class::Person;
    }
    if lists.has(last, Role::Technical) {
        return Class::Technical;
    }
    if lists.has(last, Role::Maybe) {
        let technical = telling.iter().any(|word| lists.has(word, Role::Technical));
        return match (person, technical) {
            (true, _) => Class::Person,
            (false, true) => Class::Technical,
            (false, false) => Class::Maybe,
        };
    }
    if lists.hits(words).iter().any(|hit| hit.phrase.is_some_and(|phrase| phrase.base >= 0.38)) {
        return Class::Personal;
    }
    if lists.has(last, Role::Thing) {
        return Class::Thing;
    }
    if person { Class::Maybe } else { Class::Unknown }
}

/// What the module says where the type's name says nothing: the weaker half of it.
fn nearby(def: &TypeDef, file: &FileTypes) -> Class {
    let module = if def.inline_module.is_empty() { &file.module } else { &def.inline_module };
    let last = module.rsplit("::").next().unwrap_or_default();
    match class(&split::words(last)) {
        Class::Person => Class::Maybe,
        _ => Class::Unknown,
    }
}

/// A weak name among surely personal ones is more likely personal.
pub(super) fn siblings_factor(guess: &mut Guess, others: usize) {
    if guess.base >= 0.78 {
        return;
    }
    match others {
        0 => {}
        1 => guess.because(1.8, "another field beside it looks personal"),
        _ => guess.because(3.0, format!("{others} other fields beside it look personal")),
    }
}
