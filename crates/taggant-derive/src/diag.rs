//! Collects all errors of a type, so that they are reported at once.

use std::cell::RefCell;
use std::fmt::Display;

use proc_macro2::Span;

/// The errors found so far. Dropping it unread would turn errors into silence, so that panics.
pub(crate) struct Diag {
    errors: RefCell<Option<Vec<syn::Error>>>,
}

/// Proof that a type was checked and has no errors.
pub(crate) struct Checked(());

impl Diag {
    pub(crate) fn new() -> Self {
        Self { errors: RefCell::new(Some(Vec::new())) }
    }

    pub(crate) fn error(&self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    pub(crate) fn push(&self, error: syn::Error) {
        self.errors.borrow_mut().as_mut().expect("`finish` consumes the collector").push(error);
    }

    /// All errors as one, or the proof that there are none.
    pub(crate) fn finish(self) -> Result<Checked, syn::Error> {
        let errors = self.errors.borrow_mut().take().expect("`finish` consumes the collector");
        errors
            .into_iter()
            .reduce(|mut all, next| {
                all.combine(next);
                all
            })
            .map_or(Ok(Checked(())), Err)
    }
}

impl Drop for Diag {
    fn drop(&mut self) {
        if !std::thread::panicking() && self.errors.borrow().is_some() {
            panic!("errors of a type were collected and not read");
        }
    }
}

/// `a`, `b`, `c`: the words that would be valid.
pub(crate) fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// `; did you mean `x`?`, where something is close enough.
pub(crate) fn did_you_mean(word: &str, words: &[&str]) -> String {
    taggant_taxonomy::suggest(word, words)
        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// Where a type stands, for code whose names are the macro's own.
pub(crate) fn at(ty: &syn::Type) -> Span {
    Span::call_site().located_at(syn::spanned::Spanned::span(ty))
}
