//! Whose serializer or deserializer this is.
//!
//! Code that is generic over serde learns nothing of the format it is given but the type of its
//! errors, and adapters (of `flatten`, of tagged enums, of a user's) pass that on as it is. So the
//! error types of this library answer when they are asked to make an error, and nobody else's do.
//! It tells what belongs to a call of the library from what runs meanwhile: a log line that a
//! writer emits, a record that a `Serialize` writes to somewhere else.

use std::cell::Cell;
use std::fmt;

/// Who made the error type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// A format's, or a user's.
    Foreign,
    /// The question what a value is.
    Probe,
    /// The plaintext of an envelope.
    Cbor,
    /// What a direct verb or a record handed on.
    Ours,
}

thread_local! {
    /// The answer so far, while somebody asks.
    static ANSWER: Cell<Option<Whose>> = const { Cell::new(None) };
}

/// Ends the question when dropped, on unwind too.
struct Asking(Option<Whose>);

impl Asking {
    fn begin() -> Self {
        Self(ANSWER.replace(Some(Whose::Foreign)))
    }

    fn answer(self) -> Whose {
        ANSWER.get().unwrap_or(Whose::Foreign)
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        ANSWER.set(self.0);
    }
}

/// What a foreign error type is told.
struct Nothing;

impl fmt::Display for Nothing {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

/// Who made the error type of a serializer.
pub(crate) fn serializer<E: serde::ser::Error>() -> Whose {
    let asking = Asking::begin();
    drop(E::custom(Nothing));
    asking.answer()
}

/// Who made the error type of a deserializer.
pub(crate) fn deserializer<E: serde::de::Error>() -> Whose {
    let asking = Asking::begin();
    drop(E::custom(Nothing));
    asking.answer()
}

/// An error type of ours says whose it is. True where it was asked: then there is no error to make.
pub(crate) fn answer(whose: Whose) -> bool {
    let asked = ANSWER.get().is_some();
    if asked {
        ANSWER.set(Some(whose));
    }
    asked
}
