//! Typed errors behind serde's untyped ones.

use std::cell::{Cell, RefCell};

use crate::error::{Error, Outcome};

thread_local! {
    static LAST: RefCell<Option<Error>> = const { RefCell::new(None) };
    /// Whether the error that is being made right now is one of ours.
    static OURS: Cell<bool> = const { Cell::new(false) };
    /// The field whose value this thread is taking in or revealing.
    static FIELD: Cell<Option<(&'static str, &'static str)>> = const { Cell::new(None) };
}

/// Names the field in the errors of its value, until dropped.
pub(crate) struct FieldScope(Option<(&'static str, &'static str)>);

impl Drop for FieldScope {
    fn drop(&mut self) {
        FIELD.set(self.0);
    }
}

pub(crate) fn in_no_field() -> FieldScope {
    FieldScope(FIELD.replace(None))
}

pub(crate) fn in_field(dataset: &'static str, path: &'static str) -> FieldScope {
    FieldScope(FIELD.replace(Some((dataset, path))))
}

impl Error {
    /// The typed error behind the serde error that this thread got last from a tagged record.
    ///
    /// serde's errors carry text only; this is how to tell `Erased` from `Denied`:
    ///
    /// ```
    /// # use taggant_core::{Error, Outcome};
    /// # fn load() -> Result<(), std::fmt::Error> { Ok(()) }
    /// if load().is_err() && Error::last().is_some_and(|e| e.outcome() == Outcome::Erased) {
    ///     // the person asked to be forgotten
    /// }
    /// ```
    ///
    /// It is cleared when the next outermost record begins.
    #[must_use]
    pub fn last() -> Option<Self> {
        LAST.with_borrow(Clone::clone)
    }
}

pub(crate) fn clear() {
    LAST.with_borrow_mut(|last| {
        if last.is_some() {
            *last = None;
        }
    });
}

/// Replaces the typed error by what is known of it now.
pub(crate) fn put(error: Error) {
    LAST.set(Some(error));
}

/// Says that errors are not ours any more when dropped, on unwind too.
struct OursScope(bool);

impl Drop for OursScope {
    fn drop(&mut self) {
        OURS.set(self.0);
    }
}

fn ours() -> OursScope {
    OursScope(OURS.replace(true))
}

fn in_its_field(error: Error) -> Error {
    match FIELD.get() {
        Some((dataset, path)) => error.at_field(dataset, path),
        None => error,
    }
}

/// Remembers the typed error, and makes serde's from it.
pub(crate) fn ser<E: serde::ser::Error>(error: Error) -> E {
    let error = in_its_field(error);
    let ours = ours();
    let made = E::custom(&error);
    drop(ours);
    LAST.set(Some(error));
    made
}

/// Remembers the typed error, and makes serde's from it.
pub(crate) fn de<E: serde::de::Error>(error: Error) -> E {
    let error = in_its_field(error);
    let ours = ours();
    let made = E::custom(&error);
    drop(ours);
    LAST.set(Some(error));
    made
}

/// Whether the `custom` that is being called carries one of our own messages.
pub(crate) fn is_ours() -> bool {
    OURS.get()
}

/// Remembers a typed error for a failure that a format or a type reported in its own words.
pub(crate) fn remember(what: &'static str, dataset: &str, path: Option<&str>) {
    LAST.with_borrow_mut(|last| {
        if last.is_none() {
            let error = Error::new(Outcome::Invalid, what);
            *last = Some(error.at_field(dataset, path.unwrap_or("(record)")));
        }
    });
}
